#include "client/study/fields.h"

#include <string.h>

#include "common/json_text.h"

enum { MEMBERS_MAX = 64 };

/* Texts are kept as offsets, because the buffer moves when it grows. */
struct reader {
	const char *at, *end;
	struct buf *texts;
	struct names *ignored;
	size_t names[MEMBERS_MAX], count;
	size_t values[FIELD_COUNT][FIELD_NAMES_MAX]; /* 1 + offset; 0: absent */
	bool has_notes;
	struct refusal *why;
};

static void skip_blanks(struct reader *r)
{
	while (strchr(" \t\r\n", *r->at))
		r->at++;
}

/* `at` is at the opening bracket. */
static void skip_nested(struct reader *r)
{
	size_t depth = 0;
	bool is_text = false;
	do {
		char c = *r->at++;
		if (c == '"')
			is_text = !is_text;
		else if (is_text)
			r->at += c == '\\';
		else
			depth += (c == '{' || c == '[') - (size_t)(c == '}' || c == ']');
	} while (depth > 0);
}

static enum raw_kind skip_scalar(struct reader *r)
{
	char first = *r->at;
	while (!strchr(" \t\r\n,}", *r->at))
		r->at++;
	return first == 'n' ? RAW_NULL : first == 't' || first == 'f' ? RAW_BOOL : RAW_NUMBER;
}

/* Moves past the value and appends its text or digits. */
static enum raw_kind read_value(struct reader *r)
{
	const char *first = r->at;
	enum raw_kind kind = RAW_NESTED;
	if (*r->at == '"') {
		r->at = json_text_decode(r->at, r->texts);
		kind = RAW_TEXT;
	} else if (*r->at == '{' || *r->at == '[')
		skip_nested(r);
	else {
		kind = skip_scalar(r);
		buf_put(r->texts, first, (size_t)(r->at - first));
	}
	buf_byte(r->texts, '\0');
	return kind;
}

static const char *text_at(const struct reader *r, size_t offset)
{
	return r->texts->failed ? "" : r->texts->bytes + offset;
}

static bool refuse(const struct reader *r, const char *name, const char *rule)
{
	record_refuse(r->why, r->why->line, name, "%s", rule);
	return false;
}

static bool is_new(struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(text_at(r, r->names[i]), name) == 0)
			return refuse(r, name, "is given twice");
	return true;
}

static bool store(struct reader *r, const char *name, enum raw_kind kind, size_t value)
{
	int rank = 0;
	enum field field = record_field(name, &rank);
	if (field == FIELD_COUNT) {
		names_add(r->ignored, name);
		return true;
	}
	r->has_notes = r->has_notes || field == FIELD_NOTES;
	if (kind == RAW_NULL)
		return true;
	const char *wrong = record_kind_rule(field, kind, text_at(r, value));
	if (wrong)
		return refuse(r, name, wrong);
	r->values[field][rank] = 1 + value;
	return true;
}

static bool read_member(struct reader *r)
{
	size_t name = r->texts->len;
	r->at = json_text_decode(r->at, r->texts);
	buf_byte(r->texts, '\0');
	skip_blanks(r);
	r->at++; /* the colon */
	skip_blanks(r);
	size_t value = r->texts->len;
	enum raw_kind kind = read_value(r);
	if (r->texts->failed)
		return refuse(r, "", "needs more memory than is available");
	if (!is_new(r, text_at(r, name)))
		return false;
	if (r->count == MEMBERS_MAX)
		return refuse(r, "", "has more than 64 members");
	r->names[r->count++] = name;
	return store(r, text_at(r, name), kind, value);
}

static void put_texts(const struct reader *r, struct named_texts *out)
{
	out->has_notes = r->has_notes;
	for (int f = 0; f < FIELD_COUNT; f++)
		for (int i = 0; i < FIELD_NAMES_MAX; i++) {
			size_t value = r->values[f][i];
			out->text[f][i] = value > 0 ? text_at(r, value - 1) : NULL;
		}
}

bool fields_of_json(struct span object, struct buf *texts, struct names *ignored,
	struct named_texts *out, struct refusal *why)
{
	struct reader r = { .at = object.bytes + 1,
		.end = object.bytes + object.len - 1,
		.texts = texts,
		.ignored = ignored,
		.why = why };
	buf_clear(texts);
	for (skip_blanks(&r); r.at < r.end; skip_blanks(&r)) {
		if (!read_member(&r))
			return false;
		skip_blanks(&r);
		r.at += *r.at == ',';
	}
	put_texts(&r, out);
	return true;
}
