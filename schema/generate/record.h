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

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct record_entry;
struct record_tree;

struct record {
	struct record_tree *tree;
	struct record_entry *entries;
	struct record *next; /* in the same list */
	bool is_condition;   /* made by record_flag */
};

struct record_chunk {
	struct record_chunk *next;
};

struct record_tree {
	struct record_chunk *chunks;
};

struct record *record_new(struct record_tree *tree);

/* Sets a text. */
void record_set(struct record *r, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A copy of the text that lives as long as the tree. */
const char *record_copy(struct record_tree *tree, const char *text);

/* Appends an empty record to the list `name`, and returns it. */
struct record *record_add(struct record *r, const char *name);

/* A list of one empty record, or of none: a condition. */
void record_flag(struct record *r, const char *name, bool is_set);

/* The entry of that name, or NULL. */
const struct record_entry *record_find(const struct record *r, struct span name);

const char *record_text(const struct record_entry *entry);          /* NULL: it is a list */
const struct record *record_list(const struct record_entry *entry); /* the first; NULL: empty */

/* The same of an entry that exists. */
const char *record_text_of(const struct record *r, const char *name);
const struct record *record_list_of(const struct record *r, const char *name);

void record_tree_fini(struct record_tree *tree);

#endif
