#include "client/study/table.h"

#include <stdlib.h>
#include <string.h>

#include "client/study/glyph.h"

enum { GAP = 2, LEAST = 6 };

void table_init(
	struct table *t, const struct terminal *terminal, const struct column *columns, int count)
{
	*t = (struct table){ .terminal = terminal, .columns = columns, .count = count };
	for (int i = 0; i < count; i++)
		t->widths[i] = glyph_columns(columns[i].title, true);
}

static void widen(struct table *t, int column, const char *cell)
{
	int wanted = glyph_columns(cell, t->terminal->is_utf8), max = t->columns[column].max;
	if (max > 0 && wanted > max && t->terminal->is_terminal)
		wanted = max;
	if (wanted > t->widths[column])
		t->widths[column] = wanted;
}

static bool make_room(struct table *t)
{
	if (t->cell_count + (size_t)t->count <= t->capacity)
		return true;
	size_t capacity = t->capacity ? t->capacity * 2 : 64;
	char **cells = realloc(t->cells, capacity * sizeof *cells);
	if (!cells)
		return false;
	t->cells = cells;
	t->capacity = capacity;
	return true;
}

void table_add(struct table *t, const char *const *cells)
{
	if (!make_room(t)) {
		t->has_failed = true;
		return;
	}
	for (int i = 0; i < t->count; i++) {
		char *copy = strdup(cells[i] ? cells[i] : "");
		t->has_failed = t->has_failed || !copy;
		t->cells[t->cell_count++] = copy;
		if (copy && !t->is_titled)
			widen(t, i, copy);
	}
}

/* A column without a title and with empty cells takes no room. */
static int with_gap(const struct table *t, int column)
{
	return t->widths[column] > 0 ? t->widths[column] + GAP : 0;
}

/* The width that is left for the last column; 0: no limit. */
static int last_width(const struct table *t)
{
	int used = 0;
	for (int i = 0; i + 1 < t->count; i++)
		used += with_gap(t, i);
	int left = t->terminal->columns - used;
	return !t->terminal->is_terminal ? 0 : left < LEAST ? LEAST : left;
}

/* On a narrow terminal, columns that may be truncated give width to the last one. */
static void make_fit(struct table *t)
{
	int over = LEAST - t->terminal->columns;
	for (int i = 0; i + 1 < t->count; i++)
		over += with_gap(t, i);
	for (int i = 0; over > 0 && t->terminal->is_terminal && i + 1 < t->count; i++) {
		int spare = t->columns[i].max > 0 ? t->widths[i] - LEAST : 0;
		int taken = spare < over ? spare : over;
		if (taken <= 0)
			continue;
		t->widths[i] -= taken;
		over -= taken;
	}
}

/* Returns the printed width. A pipe gets the whole cell, however wide. */
static int print_cell(const struct table *t, int column, const char *cell)
{
	int most = column + 1 == t->count ? last_width(t) : t->widths[column];
	int wanted = glyph_columns(cell, t->terminal->is_utf8);
	if (!t->terminal->is_terminal || wanted <= most) {
		terminal_text(t->terminal, cell);
		return wanted;
	}
	terminal_left(t->terminal, cell, most);
	return most;
}

/* Prints spaces only before a cell, so that no line ends with spaces. */
static void print_row(const struct table *t, const char *const *cells)
{
	int at = 0, start = 0;
	for (int i = 0; i < t->count; start += with_gap(t, i++)) {
		const char *cell = cells[i] ? cells[i] : "";
		int room = t->widths[i] - glyph_columns(cell, t->terminal->is_utf8);
		int from = start + (t->columns[i].is_number && room > 0 ? room : 0);
		if (!*cell)
			continue;
		if (i > 0 && from < at + GAP) /* after a cell that is wider than its column */
			from = at + GAP;
		fprintf(t->terminal->to, "%*s", from - at, "");
		at = from + print_cell(t, i, cell);
	}
}

static void print_titles(struct table *t)
{
	const char *titles[TABLE_COLUMNS_MAX];
	for (int i = 0; i < t->count; i++)
		titles[i] = t->columns[i].title;
	terminal_style(t->terminal, STYLE_BOLD);
	print_row(t, titles);
	terminal_style(t->terminal, STYLE_NONE);
	fputc('\n', t->terminal->to);
	t->is_titled = true;
}

static void drop_cells(struct table *t)
{
	for (size_t i = 0; i < t->cell_count; i++)
		free(t->cells[i]);
	t->cell_count = 0;
}

bool table_print(struct table *t)
{
	if (!t->is_titled) {
		make_fit(t);
		print_titles(t);
	}
	for (size_t i = 0; i < t->cell_count; i += (size_t)t->count) {
		print_row(t, (const char *const *)t->cells + i);
		fputc('\n', t->terminal->to);
	}
	drop_cells(t);
	return !t->has_failed;
}

void table_fini(struct table *t)
{
	drop_cells(t);
	free(t->cells);
	t->cells = NULL;
}
