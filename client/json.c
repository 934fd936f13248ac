/* Params from JSON, and values to JSON. json_scan checks the JSON first, because json-c is not
 * strict enough; this file only translates it. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "client/failure.h"
#include "client/params.h"
#include "client/value.h"
#include "common/json_out.h"
#include "common/json_scan.h"
#include "common/json_text.h"

/* The locale of the caller may write numbers with a comma. use_locale restores it for this
 * thread. */
static locale_t use_c_numbers(void)
{
	locale_t numbers = newlocale(LC_NUMERIC_MASK, "C", duplocale(uselocale((locale_t)0)));
	return numbers ? uselocale(numbers) : (locale_t)0;
}

static void use_locale(locale_t before)
{
	if (before)
		freelocale(uselocale(before));
}

/* ---- From JSON ---- */

struct reader {
	const char *at;
	struct study_params *params;
	struct buf text;   /* a text or number without its escapes */
	const char *wrong; /* NULL: no error */
	struct study_error *why;
};

static void skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

/* Reads from the opening quote to after the closing one. */
static struct span read_text(struct reader *r)
{
	buf_clear(&r->text);
	r->at = json_text_decode(r->at, &r->text);
	return r->text.failed ? SPAN("") : buf_view(&r->text);
}

static void read_number(struct reader *r, struct span key)
{
	size_t len = strspn(r->at, "+-.0123456789eE");
	bool is_whole = strcspn(r->at, ".eE") >= len;
	char *last;
	errno = 0;
	int64_t whole = is_whole ? strtoll(r->at, &last, 10) : 0;
	double real = is_whole ? 0 : strtod(r->at, &last);
	if (errno == ERANGE && (is_whole || real > 1 || real < -1))
		r->wrong = "a number is too large";
	r->at += len;
	if (!params_begin(r->params, key, sizeof real))
		return;
	if (is_whole)
		msg_put_int(&r->params->bytes, whole);
	else
		msg_put_real(&r->params->bytes, real);
}

static void read_literal(struct reader *r, struct span key)
{
	static const struct {
		char first;
		size_t len;
	} literals[] = { { 't', 4 }, { 'f', 5 }, { 'n', 4 } };
	bool may = params_begin(r->params, key, 1);
	for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
		if (*r->at != literals[i].first)
			continue;
		if (may && literals[i].first == 'n')
			msg_put_nil(&r->params->bytes);
		else if (may)
			msg_put_bool(&r->params->bytes, literals[i].first == 't');
		r->at += literals[i].len;
		return;
	}
}

static void read_value(struct reader *r, struct span key);

/* Refuses a repeated name and sets the field of the error. */
static void read_member(struct reader *r)
{
	struct span name = read_text(r);
	struct buf key = { 0 };
	buf_span(&key, name);
	buf_byte(&key, '\0');
	if (key.failed || r->text.failed) {
		r->wrong = "out of memory";
	} else {
		struct span kept = { key.bytes, key.len - 1 };
		if (params_has(r->params, kept)) {
			(void)failure_field(r->why, STUDY_INVALID_ARGUMENT, key.bytes,
				"%.64s must be given once", key.bytes);
			r->wrong = "";
		}
		skip_blanks(r);
		r->at++; /* the colon */
		read_value(r, kept);
	}
	buf_fini(&key);
}

/* Reads from after the opening brace or bracket to after the closing one. */
static void read_items(struct reader *r, bool is_array)
{
	skip_blanks(r);
	while (!r->wrong && !r->params->wrong && *r->at != '}' && *r->at != ']') {
		if (is_array)
			read_value(r, (struct span){ NULL, 0 });
		else
			read_member(r);
		skip_blanks(r);
		if (*r->at == ',')
			r->at++;
		skip_blanks(r);
	}
	r->at++;
}

static void read_value(struct reader *r, struct span key)
{
	skip_blanks(r);
	if (r->wrong || r->params->wrong)
		return;
	if (*r->at == '{' || *r->at == '[') {
		bool is_array = *r->at++ == '[';
		params_open(r->params, key, is_array);
		read_items(r, is_array);
		study_params_close(r->params);
	} else if (*r->at == '"') {
		params_text(r->params, key, read_text(r));
	} else if (strchr("tfn", *r->at)) {
		read_literal(r, key);
	} else {
		read_number(r, key);
	}
}

static enum study_status scan(const char *json, struct study_error *why)
{
	struct json_scan all = { 0 };
	struct fail broken = { 0 };
	enum status st = json_scan(&all, span_of(json), &broken);
	if (st == ST_OK)
		return STUDY_OK;
	return failure_field(
		why, STUDY_INVALID_ARGUMENT, broken.field, "%s", fail_text(&broken, st));
}

static enum study_status translate(struct reader *r)
{
	skip_blanks(r);
	r->at++; /* json_scan has checked that it is an object */
	read_items(r, false);
	if (r->params->bytes.failed || r->text.failed)
		return failure_set(r->why, STUDY_NO_MEMORY, "out of memory");
	if (!r->wrong)
		return params_check(r->params, r->why);
	if (*r->wrong)
		(void)failure_set(r->why, STUDY_INVALID_ARGUMENT, "%s", r->wrong);
	return STUDY_INVALID_ARGUMENT;
}

enum study_status study_params_from_json(
	struct study_params **out, const char *json, struct study_error *why)
{
	struct reader r = { .at = json, .why = why };
	enum study_status st = scan(json, why);
	if (st != STUDY_OK)
		return st;
	if (study_params_new(&r.params) != STUDY_OK)
		return failure_set(why, STUDY_NO_MEMORY, "out of memory");
	locale_t before = use_c_numbers();
	st = translate(&r);
	use_locale(before);
	buf_fini(&r.text);
	if (st == STUDY_OK)
		*out = r.params;
	else
		study_params_free(&r.params);
	return st;
}

/* ---- To JSON ---- */

static void put_real(struct buf *out, double real)
{
	struct buf scalar = { 0 };
	msg_put_real(&scalar, real);
	json_out_value(out, buf_view(&scalar));
	buf_fini(&scalar);
}

static void put_value(struct buf *out, const struct study_value *v);

static void put_items(struct buf *out, const struct study_value *v)
{
	bool is_map = v->type == STUDY_MAP;
	buf_byte(out, is_map ? '{' : '[');
	for (uint32_t i = 0; i < v->count; i++) {
		if (i > 0)
			buf_byte(out, ',');
		if (is_map) {
			put_value(out, &v->items[2 * (size_t)i]);
			buf_byte(out, ':');
		}
		put_value(out, study_value_at(v, i));
	}
	buf_byte(out, is_map ? '}' : ']');
}

static void put_value(struct buf *out, const struct study_value *v)
{
	switch (study_value_type(v)) {
	case STUDY_ABSENT:
	case STUDY_NIL:
	case STUDY_BYTES:
		buf_text(out, "null");
		break;
	case STUDY_BOOL:
		buf_text(out, v->boolean ? "true" : "false");
		break;
	case STUDY_INT:
		buf_int(out, v->integer);
		break;
	case STUDY_REAL:
		put_real(out, v->real);
		break;
	case STUDY_TEXT:
		json_out_text(out, (struct span){ v->text, v->count });
		break;
	case STUDY_ARRAY:
	case STUDY_MAP:
		put_items(out, v);
	}
}

enum study_status study_value_to_json(const struct study_value *value, char **out)
{
	struct buf json = { 0 };
	locale_t before = use_c_numbers();
	put_value(&json, value);
	use_locale(before);
	buf_byte(&json, '\0');
	if (json.failed) {
		buf_fini(&json);
		return STUDY_NO_MEMORY;
	}
	*out = json.bytes;
	return STUDY_OK;
}

void study_text_free(char **text)
{
	free(*text);
	*text = NULL;
}
