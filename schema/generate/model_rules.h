/*
 * model_rules: what the writes of an entity check as the records of their templates
 * (schema/generate/model.h).
 */
#ifndef SCHEMA_GENERATE_MODEL_RULES_H
#define SCHEMA_GENERATE_MODEL_RULES_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* After the fields of the entity were described: it reads their lists. */
void model_rules_describe(struct record *root, const struct entity *e);

#endif
