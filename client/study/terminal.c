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
	if (!speaks_utf8) /* wcwidth needs a UTF-8 locale */
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

static void put_escape(FILE *to, uint32_t point)
{
	if (point > 0xffff) {
		fprintf(to, "\\u%04x", (unsigned)(0xd800 + ((point - 0x10000) >> 10)));
		point = 0xdc00 + ((point - 0x10000) & 0x3ff);
	}
	fprintf(to, "\\u%04x", (unsigned)point);
}

/* JSON may contain DEL, C1 controls and bidirectional overrides, which terminals interpret. Line
 * ends occur only between values. */
void terminal_json(const struct terminal *t, const char *json)
{
	while (*json) {
		const char *run = json;
		uint32_t point = 0;
		bool is_harmful = false;
		while (*json && !is_harmful) {
			const char *next = glyph_decode(json, &point, &is_harmful);
			is_harmful = is_harmful && !strchr("\n\r\t", *json);
			if (is_harmful)
				break;
			json = next;
		}
		fwrite(run, 1, (size_t)(json - run), t->to);
		if (is_harmful) {
			put_escape(t->to, point);
			json = glyph_decode(json, &point, &is_harmful);
		}
	}
}

void terminal_duration(long long minutes, char out[DURATION_SIZE])
{
	if (minutes < 60)
		(void)snprintf(out, DURATION_SIZE, "%lld min", minutes);
	else
		(void)snprintf(out, DURATION_SIZE, "%lld h %02lld min", minutes / 60, minutes % 60);
}
