/*
 * api_head: what the head of a request decides, before its body is read; pure.
 *
 * It runs once for each request: when the head is complete if a body follows, else when the request
 * is.
 *
 *	struct api_head head;
 *	enum status st = api_head_check(api, http, &head, &why);
 */
#ifndef GATEWAY_API_HEAD_H
#define GATEWAY_API_HEAD_H

#include "gateway/api.h"
#include "gateway/http_conditional.h"

struct api_head {
	struct route_match match; /* match.route is NULL for OPTIONS */
	struct http_conditions conditions;
	struct span idempotency_key; /* empty: none */
	struct position position;    /* a read must see what was committed before it */
};

/* ST_OK, or the status of the refusal: a host or page that is not served, an unknown path or
 * method, a wrong id in the path, a body of a type or coding that the route does not take, a
 * malformed precondition, Idempotency-Key or StudyTracker-Position, a precondition that the route
 * would ignore, or in the native API an Idempotency-Key that it would ignore. */
enum status api_head_check(const struct api *api, const struct http_request *http,
	struct api_head *out, struct fail *why) MUST_CHECK;

/* Appends the header lines that belong to a refusal: Allow, WWW-Authenticate,
 * Accept-Encoding. `http` may be NULL. */
void api_head_put_refusal(const struct route_index *routes, const struct http_request *http,
	const struct error_info *error, struct buf *headers);

#endif
