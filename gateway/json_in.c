#include "gateway/json_in.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "common/utf8.h"
#include "gateway/json_scan.h"

struct json_in {
	struct json_object *object;
};

/* These name or bound what a request is about; never a body's to say. */
static const char *const reserved[] = { "session_id", "if_match", "limit", "cursor" };

/* NULL where json-c can't: out of memory, as the text was scanned before. */
static struct json_object *parse(struct span text)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *object = json_tokener_parse_ex(tokener, text.bytes, (int)text.len);
	if (object && json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static size_t count_members(struct json_object *value)
{
	size_t count = 0;
	if (json_object_is_type(value, json_type_array))
		for (size_t i = 0; i < json_object_array_length(value); i++)
			count += count_members(json_object_array_get_idx(value, i));
	if (!json_object_is_type(value, json_type_object))
		return count;
	struct json_object_iterator at = json_object_iter_begin(value), end = json_object_iter_end(value);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		count += 1 + count_members(json_object_iter_peek_value(&at));
	return count;
}

/* Names seen so far, as a json-c object; then the first that comes again. */
struct names {
	struct json_object *seen;
	char repeated[48];
};

static void note_name(struct span raw, void *arg)
{
	struct names *names = arg;
	struct json_object *name = names->repeated[0] ? NULL : parse(raw);
	const char *text = name ? json_object_get_string(name) : NULL;
	if (text && json_object_object_get_ex(names->seen, text, NULL))
		utf8_show(text, strlen(text), names->repeated, sizeof names->repeated);
	else if (text)
		(void)json_object_object_add(names->seen, text, NULL);
	json_object_put(name);
}

static enum status refuse_repeated(struct span body, struct fail *why)
{
	struct names names = { .seen = json_object_new_object() };
	struct json_scan again = { .on_name = note_name, .arg = &names };
	enum status st = names.seen ? json_scan(&again, body, why) : ST_NO_MEMORY;
	json_object_put(names.seen);
	if (st != ST_OK)
		return st;
	if (!names.repeated[0])
		return fail_set(why, ST_INVALID_INPUT, "a name comes twice in a nested object");
	return fail_field(why, ST_INVALID_INPUT, names.repeated, "%s must be given once", names.repeated);
}

/* json-c keeps the last of several members of one name: then there are fewer than were scanned. */
enum status json_in_parse(struct span body, struct json_in **out, struct fail *why)
{
	struct json_scan scan = { 0 };
	enum status st = json_scan(&scan, body, why);
	if (st != ST_OK)
		return st;
	struct json_in *j = calloc(1, sizeof *j);
	if (!j || !(j->object = parse(body))) {
		json_in_free(&j);
		return ST_NO_MEMORY;
	}
	if (count_members(j->object) != scan.members) {
		json_in_free(&j);
		return refuse_repeated(body, why);
	}
	*out = j;
	return ST_OK;
}

bool json_in_has(const struct json_in *j, const char *field)
{
	return json_object_object_get_ex(j->object, field, NULL);
}

/* json-c clamps silently: an integer at the end of the range may have been any beyond it. */
static void put_integer(struct buf *out, struct json_object *value)
{
	int64_t integer = json_object_get_int64(value);
	if (integer == INT64_MAX || integer == INT64_MIN)
		msg_put_real(out, (double)integer);
	else
		msg_put_int(out, integer);
}

static void put_value(struct buf *out, struct json_object *value)
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
		msg_put_array(out, 0);
		break;
	case json_type_object:
		msg_put_map(out, 0);
	}
}

static bool is_listed(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static const struct param *param_of(const struct method *m, const char *name, const char *const *taken)
{
	if (is_listed(name, reserved, sizeof reserved / sizeof *reserved)
		|| (taken && is_listed(name, taken, SIZE_MAX)))
		return NULL;
	return method_param(m, span_of(name));
}

static enum status refuse_unknown(const char *name, struct fail *why)
{
	char shown[48];
	utf8_show(name, strlen(name), shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown field \"%s\"", shown);
}

enum status json_in_put_params(const struct json_in *j, const struct method *m, bool is_strict,
	const char *const *taken, struct buf *out, uint32_t *pairs, struct fail *why)
{
	struct json_object_iterator at = json_object_iter_begin(j->object);
	struct json_object_iterator end = json_object_iter_end(j->object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		const struct param *p = param_of(m, name, taken);
		if (!p && is_strict)
			return refuse_unknown(name, why);
		if (!p)
			continue;
		msg_put_key(out, p->name);
		put_value(out, json_object_iter_peek_value(&at));
		++*pairs;
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
