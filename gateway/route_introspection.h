/*
 * route_introspection: the routes with their params as JSON, for the check that schema/openapi.json says the
 * same (tests/checks/check_openapi_fields); `studytracker-gateway --routes` prints it.
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
