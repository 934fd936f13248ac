/*
 * request_body: the params that the body of a request gives; pure.
 *
 *	const struct route *route = match.route;
 *	struct json_in *json = NULL;
 *	enum status st = request_body_read(http, &route, &json, &why);
 *	...
 *	json_in_free(&json);
 */
#ifndef GATEWAY_REQUEST_BODY_H
#define GATEWAY_REQUEST_BODY_H

#include "gateway/request_params.h"

/* Refuses the fields of a body that the route does not take, if its dialect refuses unknown names:
 * the client believes that they have a meaning. In a GET they have none either (RFC 9110 section
 * 9.3.1). ST_INVALID_JSON, ST_INVALID_INPUT with the field. */
enum status request_body_check(
	const struct http_request *http, const struct route *route, struct fail *why) MUST_CHECK;

/* Parses the body, lets it choose the route's variant, and applies the rules of the row. *out
 * stays NULL if the route takes no body, or if its optional body is empty. ST_INVALID_JSON,
 * ST_INVALID_INPUT with the field. The caller frees *out, also after a failure. */
enum status request_body_read(const struct http_request *http, const struct route **route,
	struct json_in **out, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT with the field. */
enum status request_body_put(
	const struct request_source *source, struct param_writer *w) MUST_CHECK;

#endif
