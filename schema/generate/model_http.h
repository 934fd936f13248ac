/*
 * model_http: what the HTTP API has for an entity as the records of its templates.
 *
 *	collection             "goals/{goal_id}/milestones": the path of lists and creates
 *	list_operations, row_operations  the verbs at that path and at the path of a row: {is_VERB}
 *	conflicts, has_conflict  the errors 409: {code, field, message, details, text}
 *	has_needed             whether the body of a create needs a field
 */
#ifndef SCHEMA_GENERATE_MODEL_HTTP_H
#define SCHEMA_GENERATE_MODEL_HTTP_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* After everything else was described: it reads these records. */
void model_http_describe(struct record *root, const struct entity *e);

#endif
