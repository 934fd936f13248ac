/*
 * model: an entity's description as the records of its templates.
 *
 *	entity, table          "session", "sessions"; for names of other kinds also ENTITY, Entity, Entities
 *	key, key_type          "session_id", "uuid": the param that names a row
 *	path_key               "{session_id}"
 *	columns                what a response shows: {name, type, value, is_version}; `value` is an
 *	                       expression over the row `e` and the lookups
 *	references             to rows of other entities: {name, table, one, ONE, One, lookups}; a lookup
 *	                       {name, value} is what a response shows of the other row
 *	changes                what an update may change: {name, column_type, is_nullable, kind, min,
 *	                       max}
 *	required               those of them that are never null: {name}
 *	held, is_holding       references that each change holds: {name, table, one, ONE, One, lookups}
 *	params                 of an update, between the key and if_match: {number, type, name}
 *	if_match, if_none_match  their numbers
 *	id_example, change_example, examples {name, example}   JSON
 *	has_get, has_update, has_delete, has_restore  whether the entity has the verb
 *	orders                 of lists, each way: {sort, column, direction, after, is_descending,
 *	                       by_NAME}
 */
#ifndef SCHEMA_GENERATE_MODEL_H
#define SCHEMA_GENERATE_MODEL_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* NULL: there is no description of that name. */
const struct entity *model_entity(struct span name);

/* A verb that has a template, which has the verb's name. */
struct verb_row {
	enum verb verb;
	const char *name;
	bool is_change; /* the response shows what is FIELD_WRITES_ONLY */
};

extern const struct verb_row model_verbs[]; /* ends with a NULL name */

/* Puts the records of an entity into `root`; is_change: for a verb of that kind. */
void model_describe(struct record *root, const struct entity *e, bool is_change);

/* Puts the list `entities` into `root`, and for each entity a list of its name with one record. */
void model_describe_all(struct record *root);

#endif
