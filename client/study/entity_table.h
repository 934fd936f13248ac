/*
 * entity_table: rows of the service as a table: a column is a field.
 *
 *	struct entity_table table;
 *	entity_table_init(&table, &style, fields);
 *	entity_table_add(&table, row);
 *	entity_table_print(&table); // prints the rows added since the last call
 *	entity_table_fini(&table);
 */
#ifndef STUDY_ENTITY_TABLE_H
#define STUDY_ENTITY_TABLE_H

#include "client/study/entity_row.h"
#include "client/study/pages.h"
#include "client/study/table.h"

struct entity_table {
	struct table table;
	struct column columns[TABLE_COLUMNS_MAX];
	struct entity_style style;
	const struct entity_field *fields;
};

/* `fields` ends with a NULL name and has at most TABLE_COLUMNS_MAX others; it is borrowed. */
void entity_table_init(struct entity_table *t, const struct entity_style *style,
	const struct entity_field *fields);
void entity_table_add(struct entity_table *t, const struct study_value *row);
void entity_table_print(struct entity_table *t);
void entity_table_fini(struct entity_table *t);

/* Prints a list as a table below a title, and an empty line; nothing if the list is empty. */
void entity_table_of(const struct entity_style *style, const char *title,
	const struct study_value *rows, const struct entity_field *fields);

/* Prints all pages of a list of the service as a table, or `none` if it has no rows. Returns the
 * exit status of the pages. */
int entity_table_list(struct pages *pages, const struct entity_field *fields, const char *none);

#endif
