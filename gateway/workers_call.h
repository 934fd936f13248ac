/*
 * workers_call: a call of gateway/workers.h: the request for a worker, and the caller.
 *
 *	struct call *call = workers_call_new(method, &context, params);
 *	call->done = done;
 *	call->arg = arg;
 *	...
 *	workers_call_put(&call->pooled, now_ms, &body);
 *	...
 *	workers_call_end(&call->pooled, error, result);
 */
#ifndef GATEWAY_WORKERS_CALL_H
#define GATEWAY_WORKERS_CALL_H

#include "gateway/workers.h"

struct call {
	struct pool_call pooled;
	struct workers *workers;
	const struct method *method;
	call_done done;
	void *arg;
	int64_t account;
	struct span request_id, params; /* their bytes follow the struct */
};

/* Copies the context and the params; NULL: no memory. The caller sets workers, done and arg. */
struct call *workers_call_new(
	const struct method *method, const struct context *context, struct span params);

/* Appends the request with the time that is left until the deadline. */
void workers_call_put(struct pool_call *pooled, uint64_t now_ms, struct buf *out);

/* Calls `done` with the outcome and frees the call, which is no longer in the pool. */
void workers_call_end(struct pool_call *pooled, struct span error, struct span result);

#endif
