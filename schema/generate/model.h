/*
 * model: an entity's description as the records of its templates.
 *
 * Most names of a record stand in model.c, and those of a field in model_field.c, beside the value.
 * These are lists of records:
 *
 *	fields            all, with `lookups`: what a response shows of the row that it names.
 *	                  These have some of the fields:
 *	columns           what a response shows
 *	stored, derived   the columns of the table but id and the times of rows; by `expression`
 *	required          the stored columns that are never null, and the derived ones. A row with
 *	                  these fulfils the table's constraints
 *	creates, needed   what a create may give; what the body must give
 *	changes, clears   what an update may change; what `study` --clear may set to nothing
 *	links, held       references that a write newly names; that each change holds
 *	anchors           those held, and those with whose rows the row goes: a restore holds them
 *	parent, range     one or none
 *	orders            of lists, each way; order_columns: their fields, but that of ids
 *	filters, sources  the parent first; those by which an index finds rows
 *	strictly, response  one record: where a schema refuses unknown names; in a response
 */
#ifndef SCHEMA_GENERATE_MODEL_H
#define SCHEMA_GENERATE_MODEL_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* A verb that has a template, which has the verb's name. */
struct verb_row {
	enum verb verb;
	const char *name, *flag;
	bool is_change; /* the response shows what is FIELD_WRITES_ONLY */
};

extern const struct verb_row model_verbs[]; /* ends with a NULL name */

/* NULL: there is no description of that name, the entity does not have that verb. */
const struct entity *model_entity(struct span name);
const struct verb_row *model_verb(const struct entity *e, struct span name);

/* Puts the records of an entity into `root`; is_change: for a verb of that kind. */
void model_describe(struct record *root, const struct entity *e, bool is_change);

/* The record of a field, and of the param of a filter. */
void model_field_describe(struct record *r, const struct field *f);

/* Sets a copy of the text with `between` for each _ */
void model_words(struct record *r, const char *name, const char *text, char between);

/* Puts the list `entities` into `root`, and for each entity a list of its name with one record. */
void model_describe_all(struct record *root);

#endif
