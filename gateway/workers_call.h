/*
 * workers_call: a call of gateway/workers.h: the request for a worker, and the caller.
 *
 *	struct call *call = workers_call_new(method, &context, params);
 *	call->done = done;
 *	call->arg = arg;
 *	...
 *	workers_call_put(&call->pooled, now_ms, &body);
 *	...
 *	workers_call_end(&call->pooled, error, result);       or workers_call_respond
 */
#ifndef GATEWAY_WORKERS_CALL_H
#define GATEWAY_WORKERS_CALL_H

#include "gateway/positions.h"
#include "gateway/workers.h"
#include "gateway/workers_wire.h"

struct call {
	struct pool_call pooled;
	struct workers *workers;
	const struct method *method;
	call_done done;
	void *arg;
	int64_t account;
	struct span request_id, params; /* their bytes follow the struct */
	struct positions *positions;    /* NULL: the call is not of a client's request */
	struct position position;       /* of a read */
	uint64_t number;                /* of a write: positions_start_write */
};

/* Copies the context and the params; NULL: no memory. The caller sets workers, done and arg. */
struct call *workers_call_new(
	const struct method *method, const struct context *context, struct span params);

/* Appends the request with the time that is left until the deadline. */
void workers_call_put(struct pool_call *pooled, uint64_t now_ms, struct buf *out);

/* Sets what positions need of the call: of a write its number, of a read the position that it must
 * see, which is at least `asked`. */
void workers_call_start(struct call *call, struct positions *positions, struct position asked);

/* Tells the positions how the call has ended. `committed` is none if no worker told one. */
void workers_call_note_end(const struct call *call, enum status st, struct position committed);

/* Ends the call, which is no longer in the pool, as the worker responded. */
void workers_call_respond(struct pool_call *pooled, const struct worker_response *response);

/* Calls `done` with the outcome and frees the call, which is no longer in the pool. */
void workers_call_end(struct pool_call *pooled, struct span error, struct span result);

#endif
