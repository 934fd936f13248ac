/*
 * glyph: makes text from outside safe for a terminal: no control bytes, no reordering marks, with a
 * known width in columns.
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
	int columns; /* 0 for a combining character */
};

/* Gets the next character of a NUL-terminated text and returns the position after it; NULL at the
 * end. White space becomes a space. Controls, bidirectional overrides and invalid UTF-8 become
 * U+FFFD. On a terminal without UTF-8 these and all other non-ASCII characters become '?'. */
const char *glyph_next(const char *at, bool is_utf8, struct glyph *out);

/* Decodes the character at `at`, which must not be the end, and returns the position after it.
 * *is_harmful: a control, a bidirectional override or invalid UTF-8. */
const char *glyph_decode(const char *at, uint32_t *point, bool *is_harmful);

int glyph_columns(const char *text, bool is_utf8);

/* Writes the text in at most `columns`, truncated with an ellipsis, to `size` bytes. Returns the
 * columns that it takes. */
int glyph_fit(const char *text, bool is_utf8, int columns, char *out, size_t size);

#endif
