/*
 * model_field: a field of a description as the records of its templates.
 *
 * Every record of a field has
 *
 *	name, column, title    the column has another name if the field is FIELD_TAGS; "due date"
 *	column_type, response_type   in SQL
 *	value                  an expression over the row `e` and the lookups, or that of the field
 *	kind, type             of a param: PARAM_…, and what its array has
 *	min, max               of a param, as C
 *	lower, upper, is_large the limits that people see, or ""; there is no upper one
 *	choices                {choice, between}: between is ", " or " or ", but not at the first
 *	items, needed          of a list: the fields of each element, those that it must have; is_first
 *	fallback, computed     the default: a constant, an SQL expression, or ""
 *	is_FLAG, …             see flag_table, and put_flags
 *	of                     {table, one, of_label, article} of a reference and of ids, or none
 *	example                JSON
 *	json_type, format, limits, pattern, quote   in openapi.json
 *	word, unit, others     in rpc.md
 *	option, option_kind, argument, help, told   in `study`: "due-date" is the option of due_date,
 *	                       that of a reference or list has no _id, _ids or s; `told` is the help of
 *	                       the description
 *	query_schema, create_schema, create_schema_lenient, change_schema, change_schema_lenient,
 *	item_schema            what openapi.json says of the field in that place: {takes_null,
 *	                       has_default, is_strict}; a lenient one allows unknown names
 */
#ifndef SCHEMA_GENERATE_MODEL_FIELD_H
#define SCHEMA_GENERATE_MODEL_FIELD_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

void model_field_describe(struct record *r, const struct field *f);

/* Describes a field, and in the list `response` what a response shows of it: a copy as its
 * original, an expression by its type. is_change: the response to a change. */
void model_field_describe_column(
	struct record *r, const struct entity *e, const struct field *f, bool is_change);

/* The field of that name, or NULL. */
const struct field *model_field_find(const struct entity *e, const char *name);

bool model_field_is_stored(const struct field *f);
bool model_field_is_list(const struct field *f);
const char *model_field_param_type(const struct field *f); /* what a param's array has */

/* A copy with `between` for each _ */
const char *model_words(struct record *r, struct span text, char between);

#endif
