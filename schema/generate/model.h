/*
 * model: an entity's description as the records of its templates.
 *
 *	entity, table, key     "action_item", "action_items", "action_item_id": the param of a row
 *	label, labels, plural  for people: "action item", "action items"
 *	key_type, is_uuid      "int8"
 *	path, path_key         "action-items", "{action_item_id}"
 *	collection             "goals/{goal_id}/milestones": the path of lists and creates
 *	columns                what a response shows: model_field_describe_column
 *	stored                 the columns of the table but id and the times of rows
 *	required               those of them that are never null, and the derived ones. A row with
 *	                       these fulfils the table's constraints
 *	derived                those that `value` sets
 *	changes, creates       what an update may change and a create may give; `flags` of the param, as C
 *	needed                 those of `creates` that a body must give
 *	clears                 what `study` --clear may set to nothing
 *	references             to rows of other entities, with lookups: {table, one, of_label, lookups};
 *	                       a lookup {name, value} is what a response shows of the other row
 *	links                  references that a create or an update newly names: as references
 *	held                   references that each change holds: as references
 *	anchors                those, and those with whose rows the row goes, which a restore holds
 *	params                 of an update, between the key and if_match: {number, type, name}
 *	if_match, if_none_match  their numbers
 *	create_params          {number, type, name}; idempotency_key  its number
 *	filters                {condition, flags, is_day}; the parent first. is_day: it gives the day of
 *	                       the range's column
 *	list_params            {number, type, name}: filters, then from, to, then q; from $6
 *	range                  none, or {column, is_date, days {day}}; days are expressions
 *	search, search_alias   whether the list has q; another name of q at /api, or ""
 *	uses_today, uses_tag   a filter compares with r.current_day, with r.tag_ids
 *	sources, has_sources   filters by which an index finds rows: {name, is_element, condition};
 *	                       has_sources also stands for the range and the search
 *	checks                 {condition, outcome}
 *	unique                 none, or {field, code, columns {name, value}}; `value` is the column of
 *	                       the row `e`
 *	is_judged, judged      whether an update decides more than whether it may change the row; the
 *	                       step of update.sql that has the new rows
 *	parent                 none, or {parent, parent_table, parent_label, parent_path, nested_path}:
 *	                       `parent` is its `entity`
 *	has_conflict           whether writes answer 409
 *	is_referenced, has_children  other entities name its rows; rows go with its rows
 *	tag_fields, examples, shown  fields that are tags, that have an example, that `study` shows
 *	in_system_c            whether it has routes at /api
 *	id_example, change_example   JSON
 *	has_get, …, verbs      whether the entity has the verb; {verb}
 *	list_operations, row_operations  the verbs at the path of the list and of a row: {is_VERB}
 *	orders                 of lists, each way: {sort, column, direction, after, is_descending,
 *	                       by_NAME, is_id, is_date, is_range}; default_order
 *	order_columns          of the orders, but that of ids: {column, is_date, is_range}
 *	has_command, command   whether `study` has a command of its own for it, and its word
 *	caption                the field that tells rows apart, its first required text, or ""
 *
 * The lists of fields and of filters have records of schema/generate/model_field.h.
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
