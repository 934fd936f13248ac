/*
 * model_list: the orders, filters and params of an entity's list as the records of its templates
 * (schema/generate/model.h).
 */
#ifndef SCHEMA_GENERATE_MODEL_LIST_H
#define SCHEMA_GENERATE_MODEL_LIST_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* The params of a statement, one after the other. */
struct numbering {
	struct record *root;
	const char *list; /* receives {number, type, name} */
	int next;
};

void numbering_add(
	struct numbering *params, const char *type, const char *prefix, const char *name);

void model_list_describe(struct record *root, const struct entity *e);

#endif
