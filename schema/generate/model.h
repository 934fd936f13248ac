/*
 * model: an entity's description as the records of its templates.
 *
 *	entity, table          "session", "sessions"; for names of other kinds also ENTITY, Entity,
 *	                       Entities; for people label, Label, Labels: "action item",
 *	                       "Action item", "Action items"
 *	key, key_type          "session_id", "uuid": the param that names a row
 *	path, path_key         "sessions", "{session_id}"
 *	columns                what a response shows: {value, response_type, is_version, …field};
 *	                       `value` is an expression over the row `e` and the lookups
 *	stored                 the columns of the table but id and the times of rows: {value, …field};
 *	                       `value` is that of derived columns
 *	required               those of them that are never null, and the derived ones: {…field}. A row
 *	                       with these fulfils the table's constraints
 *	derived                those that `value` sets: {value, …field}
 *	references             to rows of other entities, with lookups: {table, one, ONE, One, lookups,
 *	                       …field}; a lookup {name, value} is what a response shows of the other row
 *	links                  references that a create or an update newly names: {…field, of}
 *	changes                what an update may change: {…field}
 *	held, is_holding       references that each change holds: {table, one, ONE, One, lookups, …field}
 *	anchors, is_anchored   those, and those with whose rows the row goes, which a restore holds:
 *	                       as held
 *	creates                what a create may give: {computed, …field}; `computed` is none or {sql}
 *	                       (changes, creates and filters also have `flags` of the param, as C)
 *	needed                 those that a body must give: {name}
 *	params                 of an update, between the key and if_match: {number, type, name}
 *	if_match, if_none_match  their numbers
 *	create_params          {number, type, name}; idempotency_key  its number
 *	filters                {condition, is_day, …field}; the parent first. is_day: it gives the
 *	                       day of the range's column
 *	list_params            {number, type, name}: filters, then from, to, then q; from $6
 *	range, search          none, or {column, is_date, days {day}} and {}; days are expressions
 *	search_alias           none, or {alias}: another name of q at /api
 *	uses_today, uses_tag   a filter compares with r.current_day, with r.tag_ids
 *	sources, has_sources   filters by which an index finds rows: {name, is_element, condition};
 *	                       has_sources also stands for the range and the search
 *	checks                 {condition, outcome}
 *	unique                 none, or {field, code, taken, columns {name, value}}; `taken` is the
 *	                       outcome, `value` the column of the row `e`
 *	is_judged, judged      whether an update decides more than whether it may change the row; the
 *	                       step of update.sql that has the new rows
 *	parent                 none, or {parent_one, parent_table, PARENT, parent_path, path_param,
 *	                       nested_path, …field}
 *	is_referenced, has_children  other entities name its rows; rows go with its rows
 *	tag_fields             {…field}
 *	in_system_c            whether it has routes at /api
 *	id_example, change_example, examples {name, example}   JSON
 *	has_get, …, verbs      whether the entity has the verb; {verb}
 *	orders                 of lists, each way: {sort, column, direction, after, is_descending,
 *	                       by_NAME, is_id, is_date, is_range}; default_order
 *	order_columns, has_order_columns  of the orders, but that of ids: {column, is_date, is_range}
 *
 * `…field` stands for the records of schema/generate/model_field.h and model_command.h. The latter
 * also describes the records of an entity as a command.
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
