#include "gateway/json_in.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "common/param_value.h"
#include "common/utf8.h"
#include "gateway/json_parse.h"

struct json_in {
	struct json_object *object;
};

/* See json_in_is_reserved. */
static const char *const reserved[] = { "session_id", "if_match", "if_none_match",
	"idempotency_key", "limit", "cursor", NULL };

enum { SHOWN_SIZE = 48 };

enum status json_in_parse(struct span body, struct json_in **out, struct fail *why)
{
	struct json_in *j = calloc(1, sizeof *j);
	if (!j)
		return ST_NO_MEMORY;
	enum status st = json_parse(body, &j->object, why);
	if (st == ST_OK)
		*out = j;
	else
		json_in_free(&j);
	return st;
}

/* NULL if it is absent or null. */
static struct json_object *value_of(const struct json_in *j, const char *field)
{
	struct json_object *value = NULL;
	(void)json_object_object_get_ex(j->object, field, &value);
	return value;
}

bool json_in_has(const struct json_in *j, const char *field)
{
	return value_of(j, field);
}

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int)
	       || json_object_is_type(value, json_type_double);
}

/* 30 and 30.0 are the same number. */
static bool is_same(struct json_object *a, struct json_object *b)
{
	if (is_number(a) && is_number(b))
		return json_object_get_double(a) == json_object_get_double(b);
	return json_object_equal(a, b);
}

enum status json_in_rename(struct json_in *j, const char *from, const char *to, struct fail *why)
{
	struct json_object *value = value_of(j, from), *other = value_of(j, to);
	if (value && other && !is_same(value, other))
		return fail_field(why, ST_INVALID_INPUT, from,
			"%s and %s must be the same where both are given", from, to);
	if (value && !other && json_object_object_add(j->object, to, json_object_get(value)) != 0) {
		json_object_put(value);
		return ST_NO_MEMORY;
	}
	json_object_object_del(j->object, from);
	return ST_OK;
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
		json_object_object_del(j->object, *fields);
}

/* json-c clamps integers: one at an end of the range may stand for any beyond it. */
static void put_integer(struct buf *out, struct json_object *value)
{
	int64_t integer = json_object_get_int64(value);
	if (integer == INT64_MAX || integer == INT64_MIN)
		msg_put_real(out, (double)integer);
	else
		msg_put_int(out, integer);
}

static bool put_value(struct buf *out, struct json_object *value, int depth);

static bool put_elements(struct buf *out, struct json_object *array, int depth)
{
	size_t count = depth > 0 ? json_object_array_length(array) : 0;
	bool is_whole = depth > 0;
	msg_put_array(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		is_whole &= put_value(out, json_object_array_get_idx(array, i), depth - 1);
	return is_whole;
}

static bool has_field(const struct param *list, const char *name)
{
	const struct method object = { .params = list->items, .param_count = list->item_count };
	return method_param(&object, span_of(name));
}

/* `fields` is a list whose objects have only these fields and no nulls; NULL: all are put. */
static bool put_members(
	struct buf *out, struct json_object *object, const struct param *fields, int depth)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	uint32_t count = 0;
	bool is_whole = true;
	if (depth == 0) {
		msg_put_map(out, 0);
		return false;
	}
	size_t mark = msg_open_map(out);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		struct json_object *value = json_object_iter_peek_value(&at);
		if (fields && (!value || !has_field(fields, name)))
			continue;
		msg_put_key(out, name);
		is_whole &= put_value(out, value, depth - 1);
		count++;
	}
	msg_close(out, mark, count);
	return is_whole;
}

/* Arrays and objects deeper than `depth` become empty; then it returns false. */
static bool put_value(struct buf *out, struct json_object *value, int depth)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		msg_put_nil(out);
		break;
	case json_type_boolean:
		msg_put_bool(out, json_object_get_boolean(value));
		break;
	case json_type_int:
		put_integer(out, value);
		break;
	case json_type_double:
		msg_put_real(out, json_object_get_double(value));
		break;
	case json_type_string:
		msg_put_text(out, (struct span){ json_object_get_string(value),
					  (size_t)json_object_get_string_len(value) });
		break;
	case json_type_array:
		return put_elements(out, value, depth);
	case json_type_object:
		return put_members(out, value, NULL, depth);
	}
	return true;
}

/* Keeps what the list cannot hold, unless the dialect ignores it: the worker refuses it. */
static enum status put_param(
	struct param_writer *w, struct json_object *value, const struct param *p, bool is_strict)
{
	int depth = p->kind == PARAM_VALUES ? PARAM_VALUES_DEPTH_MAX : 0;
	if (!param_is_list(p) || !json_object_is_type(value, json_type_array)) {
		(void)put_value(w->out, value, 0);
		return ST_OK;
	}
	size_t count = json_object_array_length(value);
	msg_put_array(w->out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(value, i);
		if (p->kind == PARAM_OBJECTS && json_object_is_type(item, json_type_object))
			(void)put_members(w->out, item, is_strict ? NULL : p, 1);
		else if (!put_value(w->out, item, depth) && depth > 0)
			return fail_field(w->why, ST_INVALID_INPUT, p->name,
				"%s[%zu] is nested deeper than %d", p->name, i, depth);
	}
	return ST_OK;
}

bool json_in_is_reserved(const char *name)
{
	return span_is_any(span_of(name), reserved);
}

static const struct param *param_of(
	const struct method *m, const char *name, const char *const *taken)
{
	if (json_in_is_reserved(name) || span_is_any(span_of(name), taken))
		return NULL;
	return method_client_param(m, span_of(name));
}

static enum status refuse_unknown(const char *name, struct fail *why)
{
	char shown[SHOWN_SIZE];
	utf8_show(name, strlen(name), shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown field \"%s\"", shown);
}

enum status json_in_put_params(
	const struct json_in *j, const struct json_in_rules *rules, struct param_writer *out)
{
	struct json_object_iterator at = json_object_iter_begin(j->object);
	struct json_object_iterator end = json_object_iter_end(j->object);
	bool drops_nulls = !rules->is_strict && !rules->keeps_nulls;
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		const struct param *p = param_of(rules->method, name, rules->taken);
		if (!p && rules->is_strict)
			return refuse_unknown(name, out->why);
		struct json_object *value = json_object_iter_peek_value(&at);
		if (!p || (!value && drops_nulls && param_accepts_nil(p)))
			continue;
		param_writer_key(out, p->name);
		enum status st = put_param(out, value, p, rules->is_strict);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

void json_in_free(struct json_in **j)
{
	if (*j)
		json_object_put((*j)->object);
	free(*j);
	*j = NULL;
}
