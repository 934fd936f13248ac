#include "client/study/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/study/glyph.h"

bool terminal_use_locale(void)
{
	(void)setlocale(LC_CTYPE, "");
	bool speaks_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!speaks_utf8) /* for wcwidth */
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	return speaks_utf8;
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

static int width_of(int fd)
{
	struct winsize size;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return TERMINAL_COLUMNS;
	return size.ws_col < 20 ? 20 : size.ws_col;
}

void terminal_open(struct terminal *t, FILE *to, bool speaks_utf8)
{
	t->to = to;
	t->is_terminal = isatty(fileno(to));
	t->has_colour = t->is_terminal && wants_colour();
	t->columns = t->is_terminal ? width_of(fileno(to)) : TERMINAL_COLUMNS;
	t->is_utf8 = !t->is_terminal || speaks_utf8;
}

void terminal_style(const struct terminal *t, enum style style)
{
	static const char *const codes[] = {
		[STYLE_NONE] = "0",
		[STYLE_BOLD] = "1",
		[STYLE_DIM] = "2",
		[STYLE_GOOD] = "32",
		[STYLE_BAD] = "31",
		[STYLE_BAR] = "36",
		[STYLE_HEAT] = "38;5;238",
		[STYLE_HEAT + 1] = "38;5;22",
		[STYLE_HEAT + 2] = "38;5;28",
		[STYLE_HEAT + 3] = "38;5;34",
		[STYLE_HEAT + 4] = "38;5;46",
	};
	if (t->has_colour)
		fprintf(t->to, "\x1b[%sm", codes[style]);
}

void terminal_text(const struct terminal *t, const char *text)
{
	for (struct glyph g; (text = glyph_next(text, t->is_utf8, &g));)
		fwrite(g.bytes, 1, g.len, t->to);
}

enum { CELL_SIZE = 4096 };

void terminal_left(const struct terminal *t, const char *text, int columns)
{
	char cell[CELL_SIZE];
	int used = glyph_fit(text, t->is_utf8, columns, cell, sizeof cell);
	fprintf(t->to, "%s%*s", cell, columns - used, "");
}

void terminal_right(const struct terminal *t, const char *text, int columns)
{
	char cell[CELL_SIZE];
	int used = glyph_fit(text, t->is_utf8, columns, cell, sizeof cell);
	fprintf(t->to, "%*s%s", columns - used, "", cell);
}

/* DEL and U+0080 to U+009F, which JSON lets through and terminals obey. */
void terminal_json(const struct terminal *t, const char *json)
{
	for (const char *at = json; *at; at++) {
		unsigned char byte = (unsigned char)*at, next = (unsigned char)at[1];
		if (byte == 0x7f)
			fputs("\\u007f", t->to);
		else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f) {
			fprintf(t->to, "\\u%04x", (unsigned)next);
			at++;
		} else
			fputc(byte, t->to);
	}
}

void terminal_duration(long long minutes, char out[DURATION_SIZE])
{
	if (minutes < 60)
		(void)snprintf(out, DURATION_SIZE, "%lld min", minutes);
	else
		(void)snprintf(out, DURATION_SIZE, "%lld h %02lld min", minutes / 60, minutes % 60);
}
