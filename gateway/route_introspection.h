/*
 * route_introspection: the routes with their params as JSON. `studytracker-gateway --routes` prints
 * them, so that tests/checks/check_openapi_fields can compare schema/openapi.json with them.
 *
 *	[{"method":"PUT","path":"/api/v1/sessions/{session_id}","is_strict":true,"params":
 *	  [{"name":"topic_id","in":"body","kind":"integer","required":true,"nullable":false,"min":1}]}]
 *
 * A route whose body has a variant has `tagged_params`, too.
 */
#ifndef GATEWAY_ROUTE_INTROSPECTION_H
#define GATEWAY_ROUTE_INTROSPECTION_H

#include "gateway/route_index.h"

void route_introspection_put(const struct route_index *routes, struct buf *out);

#endif
