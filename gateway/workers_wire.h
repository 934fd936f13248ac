/*
 * workers_wire: the dialogue with workers (schema/rpc.md) on behalf of a pool.
 *
 * One ROUTER socket that workers connect to. What a worker says is told to the pool; what the pool
 * gives to a worker is put into messages, many requests in one. A message counts only under the
 * epoch of its worker's connection, and nothing after the first part that can't be understood.
 * A connection that a send finds gone is a dead worker's. The pool and its calls stay the owner's,
 * who makes the requests and hears the answers.
 *
 *	struct workers_wire_options options = { .endpoint = endpoint, .version = STUDYTRACKER_VERSION,
 *		.pool = &pool, .put_call = put_call, .on_response = on_response, .on_pool_changed = on_pool_changed };
 *	enum status st = workers_wire_open(&wire, hub, &options, &why);
 *	...
 *	pool_dispatch(&pool);
 *	for (each worker)
 *		workers_wire_send(&wire, worker, now_ms);
 */
#ifndef GATEWAY_WORKERS_WIRE_H
#define GATEWAY_WORKERS_WIRE_H

#include "gateway/pool.h"

struct socket;
struct socket_hub;

struct workers_wire_options {
	const char *endpoint; /* bound */
	size_t peers_max;     /* workers that may be connected; 0: no bound */
	const char *version;  /* told to workers; outlives it */
	struct pool *pool;    /* outlives it */

	/* Appends the request of a call that is in flight. */
	void (*put_call)(struct pool_call *call, uint64_t now_ms, struct buf *out);

	/* A worker has answered a call, which has left the pool: see pool_complete. Error and result are
	 * msgpack, borrowed for the call, one of them nil. */
	void (*on_response)(struct pool_call *call, struct span error, struct span result);

	/* There may be something to dispatch, or a call that has ended. */
	void (*on_pool_changed)(void *arg);
	void *arg;
};

struct workers_wire {
	struct workers_wire_options options;
	struct socket *socket;
	unsigned char uuid[16]; /* by which workers know this run of the gateway */
	struct buf body;        /* the message that is being made */
};

enum status workers_wire_open(struct workers_wire *wire, struct socket_hub *hub,
	const struct workers_wire_options *options, struct fail *why) MUST_CHECK;
void workers_wire_close(struct workers_wire *wire); /* copes with what was not opened */

/* Sends what the pool has given to the worker. The worker may be lost by it, and is freed then. */
void workers_wire_send(struct workers_wire *wire, struct pool_worker *worker, uint64_t now_ms);

/* Greets the worker, which shows whether its connection is still there: false where it was not,
 * and the worker is lost and freed. */
bool workers_wire_hello(struct workers_wire *wire, struct pool_worker *worker);

/* Tells a worker that was given up that its epoch has ended. It may no longer receive this. */
void workers_wire_end_epoch(const struct workers_wire *wire, const struct pool_worker *worker);

/* What an answer's error means; ST_OK where it is nil. */
enum status workers_wire_error_status(struct span error);

#endif
