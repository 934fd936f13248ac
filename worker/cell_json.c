#include "worker/cell_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_scan.h"
#include "common/json_text.h"
#include "common/msg.h"

/* As long as PostgreSQL prints the longest double, and its sign. */
enum { NUMBER_SIZE = 352 };

/* json_scan has checked the text, so nothing below looks for its end but at numbers. */
struct walk {
	const char *at, *end;
	struct buf *out;
};

static void skip_blanks(struct walk *w)
{
	while (w->at < w->end && memchr(" \n\t\r", *w->at, 4))
		w->at++;
}

static struct span take_number(struct walk *w)
{
	const char *first = w->at;
	while (w->at < w->end && memchr("+-.0123456789Ee", *w->at, 15))
		w->at++;
	return (struct span){ first, (size_t)(w->at - first) };
}

static bool put_number(struct walk *w)
{
	struct span number = take_number(w);
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

/* Escapes are rare, so most texts are copied as they are. */
static void put_text(struct walk *w)
{
	const char *first = w->at + 1, *at = first;
	while (*at != '"' && *at != '\\')
		at++;
	if (*at == '"') {
		msg_put_text(w->out, (struct span){ first, (size_t)(at - first) });
		w->at = at + 1;
		return;
	}
	size_t mark = msg_open_text(w->out), start = w->out->len;
	w->at = json_text_decode(w->at, w->out);
	msg_close(w->out, mark, (uint32_t)(w->out->len - start));
}

static bool put_value(struct walk *w, int depth);

/* Moves past the separator before the next member; false at the end of the container. */
static bool next_member(struct walk *w, char end)
{
	skip_blanks(w);
	char byte = *w->at;
	if (byte == ',' || byte == end)
		w->at++;
	skip_blanks(w);
	return byte != end;
}

static bool put_array(struct walk *w, int depth)
{
	size_t mark = msg_open_array(w->out);
	uint32_t count = 0;
	w->at++;
	for (; next_member(w, ']'); count++)
		if (!put_value(w, depth))
			return false;
	msg_close(w->out, mark, count);
	return true;
}

static bool put_object(struct walk *w, int depth)
{
	size_t mark = msg_open_map(w->out);
	uint32_t count = 0;
	w->at++;
	for (; next_member(w, '}'); count++) {
		put_text(w);
		skip_blanks(w);
		w->at++; /* the colon */
		if (!put_value(w, depth))
			return false;
	}
	msg_close(w->out, mark, count);
	return true;
}

static void put_literal(struct walk *w)
{
	if (*w->at == 'n')
		msg_put_nil(w->out);
	else
		msg_put_bool(w->out, *w->at == 't');
	w->at += *w->at == 'f' ? strlen("false") : strlen("true");
}

/* Calls itself through the containers, at most CELL_JSON_DEPTH_MAX deep. */
static bool put_value(struct walk *w, int depth)
{
	skip_blanks(w);
	switch (*w->at) {
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
		put_literal(w);
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
	struct walk w = { text.bytes, text.bytes + text.len, out };
	size_t start = out->len;
	if (put_value(&w, 0))
		return true;
	if (!out->failed)
		out->len = start;
	return false;
}
