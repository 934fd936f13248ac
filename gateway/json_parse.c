#include "gateway/json_parse.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_scan.h"
#include "common/utf8.h"

static unsigned long code_unit(const char *hex)
{
	char digits[5] = { 0 };
	memcpy(digits, hex, 4);
	return strtoul(digits, NULL, 16);
}

static void put_pair(struct buf *out, unsigned long high, unsigned long low)
{
	unsigned long point = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
	char utf8[4] = { (char)(0xf0 | point >> 18), (char)(0x80 | (point >> 12 & 0x3f)),
		(char)(0x80 | (point >> 6 & 0x3f)), (char)(0x80 | (point & 0x3f)) };
	buf_put(out, utf8, sizeof utf8);
}

/* Writes pairs such as "\uD83D\uDE00" as UTF-8: json-c would replace U+xD800 to U+xDFFF by U+FFFD
 * (json-c pull request 893). The text was scanned: every escape is complete. */
static void decode_pairs(struct span text, struct buf *out)
{
	const char *at = text.bytes, *run = at, *end = at + text.len;
	while ((at = memchr(at, '\\', (size_t)(end - at)))) {
		if (at[1] != 'u' || (code_unit(at + 2) & 0xfc00) != 0xd800) {
			at += 2;
			continue;
		}
		buf_put(out, run, (size_t)(at - run));
		put_pair(out, code_unit(at + 2), code_unit(at + 8));
		run = at += 12;
	}
	buf_put(out, run, (size_t)(end - run));
}

static struct json_object *parse_decoded(struct span text)
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

/* NULL if there is no memory: the text was scanned before, so it is valid. */
static struct json_object *parse(struct span text)
{
	struct buf decoded = { 0 };
	if (!memmem(text.bytes, text.len, "\\u", 2))
		return parse_decoded(text);
	decode_pairs(text, &decoded);
	struct json_object *object = decoded.failed ? NULL : parse_decoded(buf_view(&decoded));
	buf_fini(&decoded);
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
	struct json_object_iterator at = json_object_iter_begin(value),
				    end = json_object_iter_end(value);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		count += 1 + count_members(json_object_iter_peek_value(&at));
	return count;
}

enum { SHOWN_SIZE = 48 };

/* A name in the form in which errors show it. */
struct shown_name {
	bool is_set;
	char text[SHOWN_SIZE];
};

static void show(struct shown_name *shown, const char *name)
{
	if (!shown->is_set)
		utf8_show(name, strlen(name), shown->text, sizeof shown->text);
	shown->is_set = true;
}

/* Finds the first name that comes again, and the first whose value has a name twice. */
struct repeats {
	struct json_scan scan;
	struct json_object *object; /* what json-c kept */
	struct json_object *seen;   /* has each name so far */
	struct json_object *name;   /* the last one */
	size_t members;             /* scanned before it */
	struct shown_name outer, inner;
};

static void end_member(struct repeats *r, size_t members)
{
	struct json_object *value = NULL;
	const char *name = r->name ? json_object_get_string(r->name) : NULL;
	if (name && json_object_object_get_ex(r->object, name, &value)
		&& count_members(value) != members - r->members)
		show(&r->inner, name);
	json_object_put(r->name);
	r->name = NULL;
}

static void note_name(struct span raw, void *arg)
{
	struct repeats *r = arg;
	end_member(r, r->scan.members - 1);
	r->members = r->scan.members;
	r->name = r->outer.is_set ? NULL : parse(raw);
	const char *name = r->name ? json_object_get_string(r->name) : NULL;
	if (name && json_object_object_get_ex(r->seen, name, NULL))
		show(&r->outer, name);
	else if (name)
		(void)json_object_object_add(r->seen, name, NULL);
}

static enum status refuse_repeated(struct json_object *object, struct span body, struct fail *why)
{
	struct repeats r = { .object = object, .seen = json_object_new_object() };
	r.scan = (struct json_scan){ .on_name = note_name, .arg = &r };
	enum status st = r.seen ? json_scan(&r.scan, body, why) : ST_NO_MEMORY;
	end_member(&r, r.scan.members);
	json_object_put(r.seen);
	if (st != ST_OK)
		return st;
	if (!r.outer.is_set && !r.inner.is_set)
		return ST_NO_MEMORY; /* json-c has lost a name */
	const char *field = r.outer.is_set ? r.outer.text : r.inner.text;
	return fail_field(why, ST_INVALID_INPUT, field, "%s %s", *field ? field : "\"\"",
		r.outer.is_set ? "must be given once" : "holds a name twice");
}

/* Of members with the same name json-c keeps the last: then it has fewer than were scanned. */
enum status json_parse(struct span text, struct json_object **out, struct fail *why)
{
	struct json_scan scan = { 0 };
	enum status st = json_scan(&scan, text, why);
	if (st != ST_OK)
		return st;
	struct json_object *object = parse(text);
	if (!object)
		return ST_NO_MEMORY;
	if (count_members(object) != scan.members) {
		st = refuse_repeated(object, text, why);
		json_object_put(object);
		return st;
	}
	*out = object;
	return ST_OK;
}

enum status json_parse_check(struct span text, struct fail *why)
{
	struct json_object *object = NULL;
	enum status st = json_parse(text, &object, why);
	json_object_put(object);
	return st;
}
