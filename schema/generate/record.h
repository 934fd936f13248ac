/*
 * record: what a template is filled from: names with a text or with a list of records.
 *
 * A record may have a base: it also shows the names of the base, but those that it has itself.
 * Names are borrowed, texts are copied into the memory of the root. A name that is set twice keeps
 * its last text. A failed allocation ends the program: this is a build tool.
 *
 *	struct record_memory memory = { 0 };
 *	struct record *root = record_new(&memory);
 *	record_set(root, "table", "topics");
 *	for (each column)
 *		record_set(record_add(root, "columns", NULL), "name", column);
 *	record_memory_free(&memory);
 */
#ifndef SCHEMA_GENERATE_RECORD_H
#define SCHEMA_GENERATE_RECORD_H

#include "common/span.h"

/* What all records of a root take. Begins as { 0 }. */
struct record_memory {
	struct record_chunk *chunks;
};

struct record {
	struct record_memory *memory;
	const struct record *base; /* NULL: none */
	struct record_entry *entries;
	struct record *next; /* in the same list */
};

struct record_entry {
	const char *name;
	char *text; /* NULL: a list */
	struct record *first;
	struct record_entry *next;
};

struct record *record_new(struct record_memory *memory);
void record_memory_free(struct record_memory *memory); /* frees all its records */

void record_set(struct record *r, const char *name, const char *text); /* NULL: empty */
void record_number(struct record *r, const char *name, int64_t number);
void record_flag(struct record *r, const char *name, bool is_set); /* unset: an empty text */

/* The entry `name` of the record itself. It is an empty list if it was not set. */
struct record_entry *record_own(struct record *r, const char *name);

/* Appends a record to the list `name`, and returns it. */
struct record *record_add(struct record *r, const char *name, const struct record *base);

/* The entry of that name in any case, also of the base; or NULL. */
const struct record_entry *record_find(const struct record *r, struct span name);

/* Whether it has a record, or a text that is not empty. */
bool record_has(const struct record *r, const char *name);

#endif
