/*
 * workers_wire: exchanges messages with workers (schema/rpc.md) on behalf of a pool.
 *
 * One ROUTER socket to which workers connect. It reports to the pool what workers send, and sends
 * to workers what the pool assigns to them, many requests in one message. A message counts only if
 * it carries the epoch of its worker's connection. After the first part that breaks the protocol,
 * the rest of a message is dropped. If a send finds the connection gone, the worker is lost. The
 * pool and its calls belong to the caller, which writes the requests and takes the responses.
 *
 *	struct workers_wire_options options = { .endpoint = endpoint, .version = STUDYTRACKER_VERSION,
 *		.pool = &pool, .put_call = put_call, .on_response = on_response,
 *		.on_position = on_position, .on_pool_changed = on_pool_changed };
 *	enum status st = workers_wire_open(&wire, hub, &options, &why);
 *	...
 *	pool_dispatch(&pool);
 *	for (each worker)
 *		workers_wire_send(&wire, worker, now_ms);
 */
#ifndef GATEWAY_WORKERS_WIRE_H
#define GATEWAY_WORKERS_WIRE_H

#include "common/position.h"
#include "gateway/pool.h"

struct socket;
struct socket_hub;

/* Error and result are MessagePack, borrowed until the callback returns; one of them is nil. The
 * worker has committed all that it has responded to before the position, or it told none. */
struct worker_response {
	enum status status; /* of the error */
	struct span error, result;
	struct position committed;
};

struct workers_wire_options {
	const char *endpoint; /* to bind */
	size_t peers_max;     /* workers that may be connected; 0: no bound */
	const char *version;  /* sent to workers; must outlive the wire */
	struct pool *pool;    /* must outlive the wire */

	/* Appends the request for a call that is in flight. */
	void (*put_call)(struct pool_call *call, uint64_t now_ms, struct buf *out);

	/* A worker responded to a call, which is no longer in the pool: see pool_complete. */
	void (*on_response)(struct pool_call *call, const struct worker_response *response);

	/* A worker has committed all its writes before this position. */
	void (*on_position)(void *arg, struct position position);

	/* There may be calls to dispatch or to report. */
	void (*on_pool_changed)(void *arg);
	void *arg;
};

struct workers_wire {
	struct workers_wire_options options;
	struct socket *socket;
	unsigned char uuid[16]; /* identifies this run of the gateway to workers */
	struct buf body;        /* the next message */
};

enum status workers_wire_open(struct workers_wire *wire, struct socket_hub *hub,
	const struct workers_wire_options *options, struct fail *why) MUST_CHECK;
void workers_wire_close(struct workers_wire *wire); /* copes with a failed open */

/* Sends the requests that the pool assigned to the worker. If its connection is gone, the worker is
 * lost and freed. */
void workers_wire_send(struct workers_wire *wire, struct pool_worker *worker, uint64_t now_ms);

/* Sends gateway.cancel, also without msgids. If the connection is gone, the worker is lost and
 * freed. */
void workers_wire_ping(struct workers_wire *wire, struct pool_worker *worker);

/* Tells a lost worker that its epoch has ended. It may never receive this. */
void workers_wire_end_epoch(const struct workers_wire *wire, const struct pool_worker *worker);

/* The status of a response with this error; ST_OK if the error is nil. */
enum status workers_wire_error_status(struct span error);

/* The names of the notifications that it reads; NULL past the end. */
const char *workers_wire_notification(size_t index);

#endif
