/*
 * record: what a template is filled from: names with a text or with a list of records.
 *
 * All records of a tree live until record_tree_fini. Texts are copied. A name that is set twice
 * keeps its last text. A failed allocation ends the program: this is a build tool.
 *
 *	struct record_tree tree = { 0 };
 *	struct record *root = record_new(&tree);
 *	record_set(root, "table", "topics");
 *	for (each column)
 *		record_set(record_add(root, "columns"), "name", "%s", column);
 *	record_tree_fini(&tree);
 */
#ifndef SCHEMA_GENERATE_RECORD_H
#define SCHEMA_GENERATE_RECORD_H

#include "common/buf.h"

struct record_tree {
	struct record_chunk *chunks;
};

struct record {
	struct record_tree *tree;
	struct record_entry *entries;
	struct record *next; /* in the same list */
};

struct record_entry {
	const char *name;
	const char *text; /* NULL: a list */
	struct record *first, *last;
	struct record_entry *next;
};

struct record *record_new(struct record_tree *tree);

/* Sets a text. */
void record_set(struct record *r, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A condition: a text that is empty or not. */
void record_flag(struct record *r, const char *name, bool is_set);

/* Makes a list without records, unless it has some. */
struct record_entry *record_list(struct record *r, const char *name);

/* Appends an empty record to the list `name`, and returns it. */
struct record *record_add(struct record *r, const char *name);

/* The entry of that name, or NULL. */
const struct record_entry *record_find(const struct record *r, struct span name);

/* Whether the name has a record, or a text that is not empty. */
bool record_has(const struct record *r, const char *name);

/* A copy that lives as long as the tree. */
char *record_copy(struct record_tree *tree, struct span text);

void record_tree_fini(struct record_tree *tree);

#endif
