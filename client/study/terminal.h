/*
 * terminal: an output stream: whether it is a terminal, its colours and its width.
 *
 * Colours are used only on a terminal, and not with NO_COLOR (no-color.org) or TERM=dumb. Print all
 * text of the service, of files and of the command line with terminal_text or terminal_json.
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
	STYLE_HEAT /* to STYLE_HEAT + 4, of growing intensity */
};

enum { TERMINAL_COLUMNS = 80, HEAT_LEVELS = 5 };

struct terminal {
	FILE *to;
	bool is_terminal, has_colour;
	bool is_utf8; /* whether it may draw UTF-8; a pipe always gets UTF-8 */
	int columns;  /* TERMINAL_COLUMNS if it is not a terminal */
};

/* Call it once at start. True if the locale of the user has UTF-8. Widths can be measured in any
 * case. */
bool terminal_use_locale(void);

void terminal_open(struct terminal *t, FILE *to, bool speaks_utf8);

void terminal_style(const struct terminal *t, enum style style);

/* Print a text made safe. terminal_left and terminal_right truncate it to `columns` (0: no limit)
 * and pad it with spaces. */
void terminal_text(const struct terminal *t, const char *text);
void terminal_left(const struct terminal *t, const char *text, int columns);
void terminal_right(const struct terminal *t, const char *text, int columns);

/* Prints JSON text. Characters that control a terminal or reorder text become \u escapes. */
void terminal_json(const struct terminal *t, const char *json);

/* "1 h 05 min" */
enum { DURATION_SIZE = 32 };
void terminal_duration(long long minutes, char out[DURATION_SIZE]);

#endif
