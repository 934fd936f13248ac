/*
 * glyph: text from outside as it may be shown on a terminal: no control bytes, no reordering
 * marks, measured in columns.
 *
 *	for (struct glyph g; (at = glyph_next(at, is_utf8, &g)); used += g.columns)
 *		fwrite(g.bytes, 1, g.len, stdout);
 */
#ifndef STUDY_GLYPH_H
#define STUDY_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct glyph {
	char bytes[4]; /* not NUL-terminated */
	size_t len;
	int columns; /* 0 for what is put on the character before */
};

/* Past the next character of a NUL-terminated text; NULL at its end. White space becomes a space;
 * controls, bidirectional overrides and what is no UTF-8 become U+FFFD, or '?' where the terminal
 * speaks no UTF-8: there, as does all that isn't ASCII. */
const char *glyph_next(const char *at, bool is_utf8, struct glyph *out);

/* The character at `at`, which is not the end; past it. *is_harmful: it is one of these. */
const char *glyph_decode(const char *at, uint32_t *point, bool *is_harmful);

int glyph_columns(const char *text, bool is_utf8);

/* The text in at most `columns`, cut with an ellipsis; a buffer of `size` bytes. What it takes. */
int glyph_fit(const char *text, bool is_utf8, int columns, char *out, size_t size);

#endif
