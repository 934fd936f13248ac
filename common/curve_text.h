/*
 * curve_text: CURVE keys as text (Z85, RFC 32), and the lines of files of keys; pure.
 *
 * A line has words with blanks between them. A key may contain '#', so a comment begins with " #",
 * or with '#' at the start of a line that is not a key.
 *
 *	struct curve_line line = { 0 };
 *	while (curve_line_next(&rest, &line))
 *		line.word[0] is the first word of line number line.number
 */
#ifndef COMMON_CURVE_TEXT_H
#define COMMON_CURVE_TEXT_H

#include "common/buf.h"
#include "common/status.h"

enum { CURVE_KEY_SIZE = 32, CURVE_TEXT_LEN = 40 };

bool curve_parse_key(struct span text, unsigned char out[CURVE_KEY_SIZE]) MUST_CHECK;
bool curve_is_key(struct span text);

/* True for the keys of zmq_curve(7). Programs copy them from there, and everybody has their
 * secrets. */
bool curve_is_published(struct span key);

/* What to say then. */
extern const char curve_published_rule[];

enum { CURVE_WORDS_MAX = 3 };

struct curve_line {
	struct span word[CURVE_WORDS_MAX]; /* borrowed */
	size_t count;                      /* of words; over CURVE_WORDS_MAX: too many */
	int number;                        /* from 1 */
};

/* Reads the next line that has words, and advances. False at the end. A zeroed `line` is before the
 * first one. */
bool curve_line_next(struct span *rest, struct curve_line *line);

#endif
