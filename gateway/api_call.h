/*
 * api_call: HTTP requests as calls of RPC methods.
 *
 *	static void on_page(void *arg, enum status st, struct span error, struct span result);
 *	...
 *	struct request_source source = { .http = http, .route = r->route };
 *	st = api_call_send(r, &source, on_page, &why);
 */
#ifndef GATEWAY_API_CALL_H
#define GATEWAY_API_CALL_H

#include "gateway/api_request.h"
#include "gateway/request_params.h"

/* The start function of routes with an RPC method: calls the method with the params of the
 * request. The route responds with the result. Takes the request. */
void api_call_start(struct api_request **r);

/* Calls the route's method with the params of `source` and, for a list, the page after r->cursor.
 * `done` gets the request, whose call has ended. */
enum status api_call_send(struct api_request *r, const struct request_source *source,
	call_done done, struct fail *why) MUST_CHECK;

/* A call whose params the gateway makes itself. */
struct api_call {
	const struct method *method;
	int64_t account;
	struct span params; /* one map */
	call_done done;     /* gets the request, whose call has ended */
};

enum status api_call_run(struct api_request *r, const struct api_call *call) MUST_CHECK;

/* Within `done`: whether there is a result. Else responds and takes the request. */
bool api_call_has_result(struct api_request **r, enum status st, struct span error);

#endif
