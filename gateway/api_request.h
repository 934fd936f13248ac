/*
 * api_request: one HTTP request of the API, from its head until its response is complete.
 *
 *	head -> authenticating -> body -> in flight -> responding
 *
 * It begins when its head is complete if a body follows, else when the request is. Its body is not
 * read before it is authenticated.
 *
 * Invariants:
 *   - It has at most one call of a worker at a time.
 *   - It gets exactly one response, unless its client leaves. Either ends it, and cancels what is
 *     pending.
 *   - Every response but a preflight's has the header lines of api_request_put_headers.
 *
 * Functions that take a `struct api_request **` respond: they take the request and null it.
 *
 *	struct api_request *r = api_request_new(api, exchange);
 *	...
 *	api_request_respond_json(&r, 200, &headers, &body);
 */
#ifndef GATEWAY_API_REQUEST_H
#define GATEWAY_API_REQUEST_H

#include "gateway/access_log.h"
#include "gateway/api.h"
#include "gateway/api_head.h"
#include "gateway/param_writer.h"
#include "gateway/request_id.h"
#include "gateway/response.h"

/* A request that goes on for longer is authenticated again. A verdict about a credential is used
 * for 4 s (gateway/verified.h), and a revocation must hold after 5 s. */
enum { API_REQUEST_CHECKED_MS = 1000 };

struct api_request {
	struct api *api;
	struct exchange *exchange;
	struct request_id id;
	uint64_t started_us; /* service_now_us; 0: it is counted */
	struct api_head head;
	struct authentication authentication;
	uint64_t admitted_ms;      /* when its head was accepted, before its body; of a stream, when
				    * it was last authenticated again */
	struct rate_verdict limit; /* of gateway/api_limit.h; limit.limit is 0: none counts it */
	const struct route *route; /* set once it is authenticated; a body may choose its variant */
	struct call *call;
	bool writes;               /* the last call does */
	struct position committed; /* after its write, for the response; none: not known */
	/* of gateway/api_stream.c */
	const struct api_stream_form *stream;
	int64_t account;             /* whose rows it has */
	struct buf cursor;           /* of the page that was requested last */
	bool is_streaming;           /* the head of the response is out */
	bool is_behind;              /* the client has not read enough of what was written */
	bool wants_page;             /* the next page waits until it has */
	struct buf member;           /* of gateway/api_export.c: the member that is open */
	struct access_entry *access; /* NULL: requests are not logged */
	char key[65]; /* of a log-in that is being stored: see gateway/login_call.h */
	char login_id[UUID_TEXT_LEN + 1]; /* that a refresh or a log-out shows; else empty */
};

/* Counts and logs the request once, with the status and the time of its response. */
void api_request_count(struct api_request *r, int http_status);

/* NULL if there is no memory: the exchange is aborted. */
struct api_request *api_request_new(struct api *api, struct exchange *exchange);

/* Refuses it before its body is read. */
void api_request_refuse_body(struct api_request **r, enum status st, const struct fail *why);

/* The client, also behind a trusted proxy. */
struct client api_request_client(const struct api_request *r);

/* Appends the params of the caller, if the method asks for them. */
void api_request_put_caller(
	const struct api_request *r, const struct method *m, struct param_writer *w);

/* A whole response, after the common headers. `headers` may be NULL. */
void api_request_respond(struct api_request **r, const struct exchange_response *response);
void api_request_respond_json(
	struct api_request **r, int http_status, const struct buf *headers, const struct buf *body);
void api_request_respond_empty(struct api_request **r, int http_status, const struct buf *headers);

/* The same without the common headers. */
void api_request_respond_raw(struct api_request **r, const struct exchange_response *response);

/* The error body of the dialect, with the HTTP status that the route has for it. */
void api_request_refuse(struct api_request **r, const struct error_info *error);
void api_request_fail(struct api_request **r, enum status st, const struct fail *why);
struct error_info api_request_error(enum status st, const struct fail *why);

/* At the end of a route_start that calls a worker. ST_OK: the request is in flight, or a callback
 * has it. Else it is refused. */
void api_request_settle(struct api_request **r, enum status st, const struct fail *why);

/* After gateway/api_stream.c has started the response: it is complete, or it is cut off. */
void api_request_end(struct api_request **r);
void api_request_abort(struct api_request **r);

/* The header lines of every response: X-Request-Id, Vary, X-Content-Type-Options,
 * Cross-Origin-Resource-Policy, and Cache-Control by the route, which may be NULL. */
void api_request_put_common(
	const struct route *route, const struct request_id *id, struct buf *headers);

/* The same for this request, and the lines of CORS, of its limit and of StudyTracker-Position. */
void api_request_put_headers(const struct api_request *r, struct buf *headers);

#endif
