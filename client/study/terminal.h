/*
 * terminal: one stream people or scripts read: whether it is a terminal, its colours, its width.
 *
 * Colours only on a terminal, and not with NO_COLOR (no-color.org) or TERM=dumb. All text of the
 * service, of files and of the command line goes through terminal_text or terminal_json.
 */
#ifndef STUDY_TERMINAL_H
#define STUDY_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum style {
	STYLE_NONE,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_BAR,
	STYLE_HEAT /* and the four that follow, ever more */
};

enum { TERMINAL_COLUMNS = 80, HEAT_LEVELS = 5 };

struct terminal {
	FILE *to;
	bool is_terminal, has_colour;
	bool is_utf8; /* what may be drawn; a pipe gets UTF-8 in any case */
	int columns;  /* TERMINAL_COLUMNS where it is none */
};

/* Once, first: whether the user's terminals speak UTF-8. Widths are measured in any case. */
bool terminal_use_locale(void);

void terminal_open(struct terminal *t, FILE *to, bool speaks_utf8);

void terminal_style(const struct terminal *t, enum style style);

/* Cleaned, in at most `columns` (0: as many as it takes), filled up with spaces to the left or
 * right to that many where `is_padded`. */
void terminal_text(const struct terminal *t, const char *text);
void terminal_left(const struct terminal *t, const char *text, int columns);
void terminal_right(const struct terminal *t, const char *text, int columns);

/* JSON text as it is, but for what commands a terminal or turns text around: that becomes \u
 * escapes. */
void terminal_json(const struct terminal *t, const char *json);

/* "1 h 05 min" */
enum { DURATION_SIZE = 32 };
void terminal_duration(long long minutes, char out[DURATION_SIZE]);

#endif
