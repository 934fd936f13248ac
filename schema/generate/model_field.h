/*
 * model_field: a field of a description as the records of its templates.
 *
 * Every record of a field has
 *
 *	name, column           the column has another name if the field is FIELD_TAGS
 *	column_type            in the table
 *	kind, type             of a param: PARAM_…, and what its array has
 *	min, max               of a param, as C
 *	choices, has_choices   {choice}
 *	items, has_items       the fields of each element of a list: the same records
 *	fallback               {text}, or none
 *	is_plain               neither a list nor an instant
 *	is_inserted, is_given  a create sets it; to what the request gives
 *	is_stored, may_be_null the table has a column for it; a response may have null
 *	is_nullable, is_required, is_parent, is_tags, is_ids, is_objects, is_instant
 *	of                     {table, one, of_label, ONE, One} of a reference and of ids, or none
 *	example                JSON
 */
#ifndef SCHEMA_GENERATE_MODEL_FIELD_H
#define SCHEMA_GENERATE_MODEL_FIELD_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

void model_field_describe(struct record *r, const struct field *f);

/* The field of that name, or NULL. */
const struct field *model_field_find(const struct entity *e, const char *name);

struct limits {
	int64_t min, max;
};

/* Of a param. 0, 0: none. */
struct limits model_field_limits(const struct field *f);

/* What each element of a list has; NULL: nothing is known. */
const struct field *model_field_items(const struct field *f, size_t *count);

/* The field as a response shows it: a copy as its original, an expression by its type. */
struct field model_field_shown(const struct entity *e, const struct field *f);

/* What `f` is in the response to a change or to another verb: its SQL type and its expression. */
const char *model_field_response_type(const struct entity *e, const struct field *f);
void model_field_put_value(struct record *r, const struct field *f, bool is_change);

bool model_field_is_stored(const struct field *f);
bool model_field_is_list(const struct field *f);
const char *model_field_param_type(const struct field *f); /* what a param's array has */

#endif
