/*
 * model_schema: a field of a description as JSON Schema, for schema/openapi.json.
 *
 *	query_schema           a param of a query or path
 *	create_schema, create_schema_lenient  in the body of a create at /api/v1, and at /api
 *	change_schema, change_schema_lenient  in the body of an update
 *	response_schema        in a response
 *
 * A lenient schema allows unknown names and, in a create, null for everything that is not required.
 */
#ifndef SCHEMA_GENERATE_MODEL_SCHEMA_H
#define SCHEMA_GENERATE_MODEL_SCHEMA_H

#include "schema/entities/entities.h"
#include "schema/generate/record.h"

/* Adds the schemas of a request to the record of the field. */
void model_schema_put_params(struct record *r, const struct field *f);

/* Adds response_schema. */
void model_schema_put_response(struct record *r, const struct entity *e, const struct field *f);

#endif
