/*
 * record: what a template is filled from: names with a text or with a list of records.
 *
 * A record may have a base: it also shows the names of the base, but those that it has itself.
 * Texts and names are copied. A name that is set twice keeps its last text. A failed allocation
 * ends the program: this is a build tool.
 *
 *	struct record *root = record_new();
 *	record_set(root, "table", "topics");
 *	for (each column)
 *		record_print(record_add(root, "columns", NULL), "name", "%s_id", column);
 *	record_free(root);
 */
#ifndef SCHEMA_GENERATE_RECORD_H
#define SCHEMA_GENERATE_RECORD_H

#include "common/span.h"

struct record {
	const struct record *base; /* borrowed; NULL: none */
	struct record_entry *entries;
	struct record *next; /* in the same list */
};

struct record_entry {
	char *name;
	char *text; /* NULL: a list */
	struct record *first, *last;
	struct record_entry *next;
};

struct record *record_new(void);
void record_free(struct record *r); /* with its lists, and with the records after it */

void record_set(struct record *r, const char *name, const char *text); /* NULL: empty */
void record_print(struct record *r, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void record_flag(struct record *r, const char *name, bool is_set); /* unset: an empty text */

/* Makes the list `name`, unless there is one. */
struct record_entry *record_list(struct record *r, const char *name);

/* Appends a record to the list `name`, and returns it. */
struct record *record_add(struct record *r, const char *name, const struct record *base);

/* The entry of that name, also in the base; or NULL. */
const struct record_entry *record_find(const struct record *r, const char *name);

/* Whether the name has a record, or a text that is not empty. */
bool record_has(const struct record *r, const char *name);

#endif
