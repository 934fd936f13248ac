/*
 * model_name: the names of entities and fields in the forms that templates need.
 */
#ifndef SCHEMA_GENERATE_MODEL_NAME_H
#define SCHEMA_GENERATE_MODEL_NAME_H

#include "common/span.h"
#include "schema/entities/entity.h"
#include "schema/generate/record.h"

/* Each sets the record `name` to a form of the text. */

/* action_item: ACTION_ITEM */
void model_set_upper(struct record *r, const char *name, const char *text);

/* action_item: ActionItem */
void model_set_camel(struct record *r, const char *name, const char *text);

/* action_item: action-item, if `between` is '-' */
void model_set_words(struct record *r, const char *name, struct span text, char between);

/* action_item: Action item */
void model_set_title(struct record *r, const char *name, const char *text);

/* The label of the entity: action item */
void model_set_label(struct record *r, const char *name, const struct entity *e);

#endif
