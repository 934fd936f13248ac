/*
 * json_walk: reads a JSON text value by value.
 *
 * The text must have passed json_scan, because nothing is checked here. Only a number may end the
 * text. `at` is at the first byte of a value unless a function says otherwise.
 *
 *	struct json_walk in = { text.bytes, text.bytes + text.len };
 *	in.at++;                                      "[1,2]"
 *	while (json_walk_next(&in, ']'))
 *		json_walk_skip(&in);
 */
#ifndef COMMON_JSON_WALK_H
#define COMMON_JSON_WALK_H

#include "common/buf.h"

struct json_walk {
	const char *at, *end;
};

/* Moves past blanks. */
void json_walk_blanks(struct json_walk *in);

/* After the opening byte or a member: moves to the next member, or past the closing byte. Returns
 * whether there is a member. */
bool json_walk_next(struct json_walk *in, char close);

/* The text without quotes; moves past it. If it has escapes, it is decoded to the end of `decoded`
 * and borrowed from there; else it is borrowed from the input. */
struct span json_walk_text(struct json_walk *in, struct buf *decoded);

/* After a name: moves past the colon to the value. */
void json_walk_colon(struct json_walk *in);

/* Moves past it. */
struct span json_walk_number(struct json_walk *in);

/* Appends true, false or null as MessagePack and moves past it. */
void json_walk_put_literal(struct json_walk *in, struct buf *out);

/* Whether a value is null: no other one begins with its letter. */
static inline bool json_walk_is_null(const char *value)
{
	return *value == 'n';
}

/* Moves past any value. */
void json_walk_skip(struct json_walk *in);

#endif
