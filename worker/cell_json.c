#include "worker/cell_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_scan.h"
#include "common/json_walk.h"
#include "common/msg.h"

/* As long as PostgreSQL prints the longest double, and its sign. */
enum { NUMBER_SIZE = 352 };

struct walk {
	struct json_walk in;
	struct buf *out, decoded; /* decoded: a text with escapes */
};

static bool put_number(struct walk *w)
{
	struct span number = json_walk_number(&w->in);
	char text[NUMBER_SIZE];
	if (number.len >= sizeof text)
		return false;
	memcpy(text, number.bytes, number.len);
	text[number.len] = '\0';
	errno = 0;
	long long integer = strtoll(text, NULL, 10);
	if (errno == 0 && !strpbrk(text, ".eE")) {
		msg_put_int(w->out, integer);
		return true;
	}
	double real = strtod(text, NULL);
	msg_put_real(w->out, real);
	return isfinite(real);
}

static void put_text(struct walk *w)
{
	buf_clear(&w->decoded);
	struct span text = json_walk_text(&w->in, &w->decoded);
	w->out->failed |= w->decoded.failed;
	msg_put_text(w->out, text);
}

static bool put_value(struct walk *w, int depth);

static bool put_array(struct walk *w, int depth)
{
	size_t mark = msg_open_array(w->out);
	uint32_t count = 0;
	w->in.at++;
	for (; json_walk_next(&w->in, ']'); count++)
		if (!put_value(w, depth))
			return false;
	msg_close(w->out, mark, count);
	return true;
}

static bool put_object(struct walk *w, int depth)
{
	size_t mark = msg_open_map(w->out);
	uint32_t count = 0;
	w->in.at++;
	for (; json_walk_next(&w->in, '}'); count++) {
		put_text(w);
		json_walk_colon(&w->in);
		if (!put_value(w, depth))
			return false;
	}
	msg_close(w->out, mark, count);
	return true;
}

/* Calls itself through the containers, at most CELL_JSON_DEPTH_MAX deep. */
static bool put_value(struct walk *w, int depth)
{
	switch (*w->in.at) {
	case '{':
		return depth < CELL_JSON_DEPTH_MAX && put_object(w, depth + 1);
	case '[':
		return depth < CELL_JSON_DEPTH_MAX && put_array(w, depth + 1);
	case '"':
		put_text(w);
		return true;
	case 't':
	case 'f':
	case 'n':
		json_walk_put_literal(&w->in, w->out);
		return true;
	default:
		return put_number(w);
	}
}

bool cell_json_put(struct buf *out, struct span text)
{
	struct json_scan scan = { .takes_any = true };
	if (json_scan(&scan, text, NULL) != ST_OK)
		return false;
	struct walk w = { .in = { text.bytes, text.bytes + text.len }, .out = out };
	size_t start = out->len;
	json_walk_blanks(&w.in);
	bool is_put = put_value(&w, 0);
	buf_fini(&w.decoded);
	if (is_put)
		return true;
	if (!out->failed)
		out->len = start;
	return false;
}
