/*
 * request_params: an HTTP request as the params of its RPC method; pure.
 *
 * Params come from the path (gateway/request_path.h), the query of reads (request_query.h), the
 * fields If-Match, If-None-Match and, of a POST, Idempotency-Key (request_headers.h), and the body
 * (request_body.h). Each param comes from one place only. The worker checks the values
 * (common/params.c). The dialect says whether unknown names are refused. No place gives a
 * PARAM_CALLER (gateway/caller.h).
 *
 *	struct param_writer w = param_writer_open(&params, &why);
 *	enum status st = request_params_put(&source, &w);
 *	param_writer_close(&w);
 */
#ifndef GATEWAY_REQUEST_PARAMS_H
#define GATEWAY_REQUEST_PARAMS_H

#include "gateway/http_conditional.h"
#include "gateway/json_in.h"
#include "gateway/param_writer.h"
#include "gateway/route_index.h"

struct request_source {
	const struct http_request *http;
	const struct route *route;                /* has an RPC method */
	const struct span *path_values;           /* of route_match; NULL: none are put */
	const struct http_conditions *conditions; /* NULL: none */
	const struct json_in *json;               /* NULL: no body */
	const unsigned char *generated_id;        /* 16 bytes for route->generated; NULL: none */
	struct span idempotency_key;              /* of request_headers_key; empty: none */
};

/* Where a route takes a param from. */
enum param_place { PLACE_NONE, PLACE_PATH, PLACE_QUERY, PLACE_BODY, PLACE_HEADER };

enum param_place request_params_place(const struct route *route, const struct param *p);

/* ST_INVALID_INPUT with the field. */
enum status request_params_put(
	const struct request_source *source, struct param_writer *w) MUST_CHECK;

#endif
