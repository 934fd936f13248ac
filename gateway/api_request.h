/*
 * api_request: one HTTP request of the API, from its arrival until its answer is complete.
 *
 *	head -> authenticating -> body -> in flight -> responding
 *
 * It begins when its head is complete, if a body follows; else when the request is. Its body is not
 * read before it is authenticated. It has at most one call of a worker at a time and is answered
 * exactly once; it ends with its answer, or when its client has left, and cancels what is pending
 * then. Each function that answers takes the request and nulls it. Every response but a preflight's
 * has the header lines of api_request_put_headers.
 *
 *	struct api_request *r = api_request_new(api, exchange);
 *	...
 *	st = api_request_call(r, &source, on_answer, &why);
 *	if (st != ST_OK)
 *		api_request_fail(&r, st, &why);
 *	...
 *	r->call = NULL; // in on_answer
 *	api_request_respond_json(&r, 200, &headers, &body);
 */
#ifndef GATEWAY_API_REQUEST_H
#define GATEWAY_API_REQUEST_H

#include "gateway/api.h"
#include "gateway/api_head.h"
#include "gateway/response.h"
#include "gateway/request_id.h"
#include "gateway/request_params.h"

struct api_request {
	struct api *api;
	struct exchange *exchange;
	const struct route *route; /* NULL: not found yet */
	const struct method *method;
	struct call *call;
	struct request_id id;
	struct api_head head;
	struct authentication authentication;
	/* of a list: gateway/api_list.c's */
	struct buf cursor; /* of the page that was asked for last */
	bool is_streaming; /* the head of the answer is out */
	bool wants_page;   /* the next page waits for the client to read */
};

/* NULL where there is no memory: the exchange is cut off. */
struct api_request *api_request_new(struct api *api, struct exchange *exchange);

/* Asks a worker for r->method, with the source's params and, of a list, the page that r->cursor
 * names. `done` gets the request, whose call is gone. */
enum status api_request_call(struct api_request *r, const struct request_source *source,
	call_done done, struct fail *why) MUST_CHECK;

/* Refuses it before its body is read. */
void api_request_refuse_body(struct api_request **r, enum status st, const struct fail *why);

/* A whole answer. Its headers come after the common ones; in _reply it has only its own. */
void api_request_respond(struct api_request **r, const struct exchange_response *reply);
void api_request_respond_json(
	struct api_request **r, int http_status, const struct buf *headers, const struct buf *body);
void api_request_respond_raw(struct api_request **r, const struct exchange_response *reply);

/* The error body, with the HTTP status that the route has for it. */
void api_request_refuse(struct api_request **r, const struct error_info *info);
void api_request_fail(struct api_request **r, enum status st, const struct fail *why);
struct error_info api_request_error(enum status st, const struct fail *why);

/* Where a list began its answer itself: that was the last of it, or no more can be said. */
void api_request_end(struct api_request **r);
void api_request_abort(struct api_request **r);

/* The header lines of every response: X-Request-Id, Vary, X-Content-Type-Options,
 * Cross-Origin-Resource-Policy, and Cache-Control by the route, which may be NULL. */
void api_request_put_common(
	const struct route *route, const struct request_id *id, struct buf *headers);

/* The same of this request, with those of CORS. */
void api_request_put_headers(const struct api_request *r, struct buf *headers);

#endif
