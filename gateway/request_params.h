/*
 * request_params: what an HTTP request says, as the params of its RPC method.
 *
 * Pure. Values come from the path, the query (reads only), the fields If-Match, If-None-Match and
 * (of a POST) Idempotency-Key, and the body; each name comes from one place only. The worker judges
 * the values (common/params.c). A URL has only text, so digits become integers here, true and false
 * become booleans. The native API (ROUTE_STRICT) refuses unknown names by name. The root surface
 * ignores them and empty query values, as the systems that it replaces do.
 *
 *	uint32_t pairs = 0;
 *	size_t mark = msg_open_map(&params);
 *	enum status st = request_params_put(&source, &params, &pairs, &why);
 *	msg_close(&params, mark, pairs);
 */
#ifndef GATEWAY_REQUEST_PARAMS_H
#define GATEWAY_REQUEST_PARAMS_H

#include "gateway/http_conditional.h"
#include "gateway/http_request.h"
#include "gateway/json_in.h"
#include "gateway/route.h"

struct request_source {
	const struct http_request *http;
	const struct route *route;
	const struct method *method;
	const struct route_match *match;          /* NULL: the path has no values */
	const struct http_conditions *conditions; /* NULL: none */
	const struct json_in *json;               /* NULL: no body */
	const unsigned char *session_id;          /* 16 bytes to name what is made by; NULL: none */
	struct span idempotency_key;              /* of request_params_key; empty: none */
};

/* Where a route takes a param from. */
enum request_place { PLACE_NONE, PLACE_PATH, PLACE_QUERY, PLACE_BODY, PLACE_HEADER };

enum request_place request_params_place(
	const struct route *route, const struct method *m, const struct param *p);

/* What a POST says in Idempotency-Key, 1 to 255 visible ASCII characters; empty where it says
 * nothing. Judged before the body and apart from it: the field means the same for every shape.
 * ST_INVALID_INPUT with the field's name. */
enum status request_params_key(
	const struct http_request *http, struct span *key, struct fail *why) MUST_CHECK;

/* Appends keys and values and adds their number to *pairs. ST_INVALID_INPUT with the field. */
enum status request_params_put(const struct request_source *source, struct buf *params,
	uint32_t *pairs, struct fail *why) MUST_CHECK;

#endif
