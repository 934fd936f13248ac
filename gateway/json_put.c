#include "gateway/json_put.h"

#include <stdlib.h>
#include <string.h>

#include "common/msg.h"

/* An object that is put into a message. */
struct writer {
	struct json_walk in;
	struct buf *out, decoded; /* decoded: a text with escapes */
};

static struct span take_text(struct writer *w)
{
	buf_clear(&w->decoded);
	struct span text = json_walk_text(&w->in, &w->decoded);
	w->out->failed |= w->decoded.failed;
	return text;
}

static bool is_integer(struct span number)
{
	for (size_t i = 0; i < number.len; i++)
		if (memchr(".eE", number.bytes[i], 3))
			return false;
	return true;
}

/* An integer beyond 64 bits becomes the end of the range, as a real. In an object, something that
 * is not of the number follows it, so that strtoll and strtod end there. */
static void put_number(struct writer *w)
{
	struct span number = json_walk_number(&w->in);
	if (!is_integer(number)) {
		msg_put_real(w->out, strtod(number.bytes, NULL));
		return;
	}
	int64_t integer = strtoll(number.bytes, NULL, 10);
	if (integer == INT64_MAX || integer == INT64_MIN)
		msg_put_real(w->out, (double)integer);
	else
		msg_put_int(w->out, integer);
}

static bool put_value(struct writer *w, int depth);

static bool put_elements(struct writer *w, int depth)
{
	uint32_t count = 0;
	bool is_whole = true;
	if (depth == 0) {
		msg_put_array(w->out, 0);
		json_walk_skip(&w->in);
		return false;
	}
	size_t mark = msg_open_array(w->out);
	for (w->in.at++; json_walk_next(&w->in, ']'); count++)
		is_whole &= put_value(w, depth - 1);
	msg_close(w->out, mark, count);
	return is_whole;
}

static bool has_field(const struct param *list, struct span name)
{
	const struct method object = { .params = list->items, .param_count = list->item_count };
	return method_param(&object, name);
}

/* `fields` is a list whose objects have only these fields and no nulls; NULL: all are put. */
static bool put_members(struct writer *w, const struct param *fields, int depth)
{
	uint32_t count = 0;
	bool is_whole = true;
	if (depth == 0) {
		msg_put_map(w->out, 0);
		json_walk_skip(&w->in);
		return false;
	}
	size_t mark = msg_open_map(w->out);
	for (w->in.at++; json_walk_next(&w->in, '}');) {
		struct span name = take_text(w);
		json_walk_colon(&w->in);
		if (fields && (json_walk_is_null(w->in.at) || !has_field(fields, name))) {
			json_walk_skip(&w->in);
			continue;
		}
		msg_put_text(w->out, name);
		is_whole &= put_value(w, depth - 1);
		count++;
	}
	msg_close(w->out, mark, count);
	return is_whole;
}

/* Arrays and objects deeper than `depth` become empty; then it returns false. */
static bool put_value(struct writer *w, int depth)
{
	switch (*w->in.at) {
	case '{':
		return put_members(w, NULL, depth);
	case '[':
		return put_elements(w, depth);
	case '"':
		msg_put_text(w->out, take_text(w));
		return true;
	case 't':
	case 'f':
	case 'n':
		json_walk_put_literal(&w->in, w->out);
		return true;
	default:
		put_number(w);
		return true;
	}
}

static enum status put_items(
	struct writer *w, const struct param *p, bool is_strict, struct fail *why)
{
	int depth = p->kind == PARAM_VALUES ? PARAM_VALUES_DEPTH_MAX : 0;
	uint32_t count = 0;
	size_t mark = msg_open_array(w->out);
	for (w->in.at++; json_walk_next(&w->in, ']'); count++)
		if (p->kind == PARAM_OBJECTS && *w->in.at == '{')
			(void)put_members(w, is_strict ? NULL : p, 1);
		else if (!put_value(w, depth) && depth > 0)
			return fail_field(why, ST_INVALID_INPUT, p->name,
				"%s[%u] is nested deeper than %d", p->name, count, depth);
	msg_close(w->out, mark, count);
	return ST_OK;
}

bool json_put(struct buf *out, struct json_walk in, int depth)
{
	struct writer w = { .in = in, .out = out };
	bool is_whole = put_value(&w, depth);
	buf_fini(&w.decoded);
	return is_whole;
}

enum status json_put_list(struct buf *out, struct json_walk in, const struct param *p,
	bool is_strict, struct fail *why)
{
	struct writer w = { .in = in, .out = out };
	enum status st = put_items(&w, p, is_strict, why);
	buf_fini(&w.decoded);
	return st;
}
