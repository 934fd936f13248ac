/*
 * entity: the kinds of rows that `study` shows, changes and exports: one table, generated from the
 * descriptions in schema/entities.
 */
#ifndef STUDY_ENTITY_H
#define STUDY_ENTITY_H

#include "client/study/options.h"

enum entity_verbs {
	ENTITY_LIST = 1,
	ENTITY_GET = 2,
	ENTITY_CREATE = 4,
	ENTITY_UPDATE = 8,
	ENTITY_DELETE = 16,
	ENTITY_RESTORE = 32,
};

/* A field of a row. */
struct entity_field {
	const char *name, *title;
	bool is_stored; /* an export has it */
	bool is_number; /* a table aligns it to the right */
	bool is_instant;
};

/* Every list of options and fields ends with a NULL name. */
struct entity {
	const char *name;    /* its methods are name.list, name.get, … */
	const char *word;    /* of its commands; NULL: they are hand-written, or there are none */
	const char *label;   /* "action item" */
	const char *plural;  /* "action items" */
	const char *caption; /* the field that tells rows apart; "": none */
	struct option key;   /* the id of a row */
	unsigned verbs;      /* of enum entity_verbs: the methods that exist */
	const char *parent;  /* the name of the entity whose rows own these rows, or NULL */
	const struct entity_field *fields, *shown; /* of a row; the columns of a table */
	const struct option *required, *creates;   /* of name.create */
	const struct option *changes;              /* of name.update, and `clear` */
	const struct option *parents,
		*filters; /* of name.list: required, and the others, `limit` */
};

/* Rows may have several long texts and lists, so a page has no more than this. */
enum { ENTITY_PAGE_MAX = 50 };

/* The names of those that have a list; ends with NULL. */
extern const char *const entity_names[];

/* The kinds that search.find has; ends with NULL. */
extern const char *const entity_search_kinds[];

const struct entity *entity_at(size_t index); /* NULL past the end */
const struct entity *entity_named(const char *name);
const struct entity *entity_of_word(const char *word);

#endif
