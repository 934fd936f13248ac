/*
 * table: prints rows for people. A column is as wide as its widest cell; the last column is
 * truncated at the edge of a terminal.
 *
 *	static const struct column columns[] = { { "Day", 10, false }, { "Notes", 0, false } };
 *	struct table table;
 *	table_init(&table, &study->out, columns, 2);
 *	table_add(&table, (const char *[]){ "2026-01-01", "first" });
 *	table_print(&table); // prints the rows added since the last call; the titles once
 *	table_fini(&table);
 */
#ifndef STUDY_TABLE_H
#define STUDY_TABLE_H

#include "client/study/terminal.h"

enum { TABLE_COLUMNS_MAX = 8 };

struct column {
	const char *title;
	int max; /* maximum width in terminal columns; 0: none */
	bool is_number;
};

struct table {
	const struct terminal *terminal;
	const struct column *columns;
	int count;
	int widths[TABLE_COLUMNS_MAX];
	char **cells;
	size_t cell_count, capacity;
	bool is_titled, has_failed;
};

void table_init(
	struct table *t, const struct terminal *terminal, const struct column *columns, int count);
void table_add(struct table *t, const char *const *cells); /* copied; NULL is empty */
bool table_print(struct table *t);                         /* false: no memory for a row */
void table_fini(struct table *t);

#endif
