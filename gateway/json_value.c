#include "gateway/json_value.h"

#include <json-c/json.h>

#include "gateway/json_parse.h"

/* The two names mean the same object; the cast keeps json-c out of the header. */
static struct json_object *object_of(const struct json_value *value)
{
	union {
		const struct json_value *value;
		struct json_object *object;
	} both = { value };
	return both.object;
}

static const struct json_value *value_of(struct json_object *object)
{
	return (const struct json_value *)object;
}

enum status json_value_parse(struct span text, struct json_value **out, struct fail *why)
{
	struct json_object *object = NULL;
	enum status st = json_parse(text, &object, why);
	if (st == ST_OK)
		*out = (struct json_value *)object;
	return st;
}

void json_value_free(struct json_value **value)
{
	json_object_put(object_of(*value));
	*value = NULL;
}

const struct json_value *json_value_member(const struct json_value *value, const char *name)
{
	struct json_object *member = NULL;
	(void)json_object_object_get_ex(object_of(value), name, &member);
	return value_of(member);
}

bool json_value_is_array(const struct json_value *value)
{
	return json_object_is_type(object_of(value), json_type_array);
}

size_t json_value_count(const struct json_value *value)
{
	return json_value_is_array(value) ? json_object_array_length(object_of(value)) : 0;
}

const struct json_value *json_value_item(const struct json_value *value, size_t index)
{
	if (index >= json_value_count(value))
		return NULL;
	return value_of(json_object_array_get_idx(object_of(value), index));
}

bool json_value_is_true(const struct json_value *value)
{
	return json_object_is_type(object_of(value), json_type_boolean)
	       && json_object_get_boolean(object_of(value));
}

bool json_value_text(const struct json_value *value, struct span *out)
{
	struct json_object *object = object_of(value);
	if (!json_object_is_type(object, json_type_string))
		return false;
	*out = (struct span){ json_object_get_string(object),
		(size_t)json_object_get_string_len(object) };
	return true;
}

bool json_value_is_text(const struct json_value *value, const char *text)
{
	struct span found;
	return json_value_text(value, &found) && span_is(found, text);
}

bool json_value_seconds(const struct json_value *value, int64_t *out)
{
	static const double max = 9007199254740992.0;
	struct json_object *object = object_of(value);
	if (!json_object_is_type(object, json_type_int)
		&& !json_object_is_type(object, json_type_double))
		return false;
	double seconds = json_object_get_double(object);
	if (!(seconds >= 0 && seconds <= max))
		return false;
	*out = (int64_t)seconds;
	return true;
}
