#include "gateway/json_in.h"

#include <stdlib.h>
#include <string.h>

#include "common/json_scan.h"
#include "common/json_walk.h"
#include "common/param_value.h"
#include "common/utf8.h"
#include "gateway/json_parse.h"
#include "gateway/json_put.h"

struct field {
	struct span name;
	const char *value; /* in the body; NULL: it was removed */
};

/* The members of the outermost object. */
struct json_in {
	struct span body;
	struct buf fields; /* struct field */
	struct buf names;  /* those that had escapes; it never grows, because they are borrowed */
};

/* See json_in_is_reserved. */
static const char *const reserved[] = { "session_id", "if_match", "if_none_match",
	"idempotency_key", "limit", "cursor", NULL };

enum { SHOWN_SIZE = 48 };

static struct field *fields_of(const struct json_in *j, size_t *count)
{
	*count = j->fields.len / sizeof(struct field);
	return (struct field *)(void *)j->fields.bytes;
}

static struct json_walk walk_from(const struct json_in *j, const char *at)
{
	return (struct json_walk){ at, j->body.bytes + j->body.len };
}

/* The scan has not seen the value yet, so the name is kept raw. */
static void note_name(struct span raw, void *arg)
{
	struct json_in *j = arg;
	struct field field = { .name = raw };
	buf_put(&j->fields, &field, sizeof field);
}

static void find_values(struct json_in *j)
{
	size_t count;
	struct field *fields = fields_of(j, &count);
	if (memchr(j->body.bytes, '\\', j->body.len))
		(void)buf_room(&j->names, j->body.len);
	for (size_t i = 0; i < count; i++) {
		struct json_walk in = walk_from(j, fields[i].name.bytes);
		fields[i].name = json_walk_text(&in, &j->names);
		json_walk_colon(&in);
		fields[i].value = in.at;
	}
}

/* Whether the object surely has no name twice: a few fields, and no object inside. */
static bool is_plain(const struct json_in *j, size_t members)
{
	enum { FEW = 16 };
	size_t count;
	const struct field *fields = fields_of(j, &count);
	if (count > FEW || members != count)
		return false;
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (span_equals(fields[i].name, fields[k].name))
				return false;
	return true;
}

static enum status read_fields(struct json_in *j, struct fail *why)
{
	struct json_scan scan = { .takes_mark = true, .on_name = note_name, .arg = j };
	enum status st = json_scan(&scan, j->body, why);
	if (st != ST_OK)
		return st;
	if (!j->fields.failed)
		find_values(j);
	if (j->fields.failed || j->names.failed)
		return ST_NO_MEMORY;
	if (is_plain(j, scan.members))
		return ST_OK;
	return json_parse_check(span_drop(j->body, scan.mark_bytes), why);
}

enum status json_in_parse(struct span body, struct json_in **out, struct fail *why)
{
	struct json_in *j = malloc(sizeof *j); /* glibc's calloc bypasses the thread's cache */
	if (!j)
		return ST_NO_MEMORY;
	*j = (struct json_in){ .body = body };
	enum status st = read_fields(j, why);
	if (st == ST_OK)
		*out = j;
	else
		json_in_free(&j);
	return st;
}

static struct field *field_of(const struct json_in *j, const char *name)
{
	size_t count;
	struct field *fields = fields_of(j, &count);
	struct span wanted = span_of(name);
	for (size_t i = 0; i < count; i++)
		if (fields[i].value && span_equals(fields[i].name, wanted))
			return &fields[i];
	return NULL;
}

/* NULL if it is absent or null. */
static struct field *value_of(const struct json_in *j, const char *name)
{
	struct field *field = field_of(j, name);
	return field && !json_walk_is_null(field->value) ? field : NULL;
}

bool json_in_has(const struct json_in *j, const char *field)
{
	return value_of(j, field);
}

static void remove_field(const struct json_in *j, const char *name)
{
	struct field *field = field_of(j, name);
	if (field)
		field->value = NULL;
}

/* Keeps what the list cannot hold, unless the dialect ignores it: the worker refuses it. */
static enum status put_param(const struct json_in *j, const char *value, const struct param *p,
	bool is_strict, struct param_writer *out)
{
	struct json_walk in = walk_from(j, value);
	if (param_is_list(p) && *value == '[')
		return json_put_list(out->out, in, p, is_strict, out->why);
	(void)json_put(out->out, in, 0);
	return ST_OK;
}

static bool is_number(const char *value)
{
	return *value == '-' || (*value >= '0' && *value <= '9');
}

/* 30 and 30.0 are the same number. */
static bool is_same(const struct json_in *j, const char *a, const char *b)
{
	struct buf packed_a = { 0 }, packed_b = { 0 };
	if (is_number(a) && is_number(b))
		return strtod(a, NULL) == strtod(b, NULL);
	(void)json_put(&packed_a, walk_from(j, a), JSON_DEPTH_MAX);
	(void)json_put(&packed_b, walk_from(j, b), JSON_DEPTH_MAX);
	bool is_equal = span_equals(buf_view(&packed_a), buf_view(&packed_b));
	buf_fini(&packed_a);
	buf_fini(&packed_b);
	return is_equal;
}

/* Appends it, or takes the place of a null. */
static enum status give_value(struct json_in *j, const char *name, const char *value)
{
	struct field *old = field_of(j, name), field = { span_of(name), value };
	if (old)
		old->value = value;
	else
		buf_put(&j->fields, &field, sizeof field);
	return j->fields.failed ? ST_NO_MEMORY : ST_OK;
}

enum status json_in_rename(struct json_in *j, const char *from, const char *to, struct fail *why)
{
	const struct field *field = value_of(j, from), *other = value_of(j, to);
	const char *value = field ? field->value : NULL;
	if (value && other && !is_same(j, value, other->value))
		return fail_field(why, ST_INVALID_INPUT, from,
			"%s and %s must be the same where both are given", from, to);
	remove_field(j, from);
	return value && !other ? give_value(j, to, value) : ST_OK;
}

enum status json_in_refuse(const struct json_in *j, const char *const *fields, struct fail *why)
{
	for (; *fields; fields++)
		if (value_of(j, *fields))
			return fail_field(why, ST_INVALID_INPUT, *fields,
				"%s is not supported yet: give study_date and the minutes",
				*fields);
	return ST_OK;
}

void json_in_ignore(struct json_in *j, const char *const *fields)
{
	for (; *fields; fields++)
		remove_field(j, *fields);
}

bool json_in_is_reserved(const char *name)
{
	return span_is_any(span_of(name), reserved);
}

static const struct param *param_of(
	const struct method *m, struct span name, const char *const *taken)
{
	if (span_is_any(name, reserved) || span_is_any(name, taken))
		return NULL;
	return method_client_param(m, name);
}

static enum status refuse_unknown(struct span name, struct fail *why)
{
	char shown[SHOWN_SIZE];
	utf8_show(name.bytes, name.len, shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown field \"%s\"", shown);
}

enum status json_in_refuse_all(const struct json_in *j, struct fail *why)
{
	size_t count;
	const struct field *fields = fields_of(j, &count);
	return count ? refuse_unknown(fields[0].name, why) : ST_OK;
}

static enum status put_field(const struct json_in *j, const struct field *field,
	const struct json_in_rules *rules, struct param_writer *out)
{
	bool drops_nulls = !rules->is_strict && !rules->keeps_nulls;
	const struct param *p = param_of(rules->method, field->name, rules->taken);
	if (!p && rules->is_strict)
		return refuse_unknown(field->name, out->why);
	if (!p || (json_walk_is_null(field->value) && drops_nulls && param_accepts_nil(p)))
		return ST_OK;
	param_writer_key(out, p->name);
	return put_param(j, field->value, p, rules->is_strict, out);
}

enum status json_in_put_params(
	const struct json_in *j, const struct json_in_rules *rules, struct param_writer *out)
{
	size_t count;
	const struct field *fields = fields_of(j, &count);
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < count; i++)
		if (fields[i].value)
			st = put_field(j, &fields[i], rules, out);
	return st;
}

void json_in_free(struct json_in **j)
{
	if (*j) {
		buf_fini(&(*j)->fields);
		buf_fini(&(*j)->names);
	}
	free(*j);
	*j = NULL;
}
