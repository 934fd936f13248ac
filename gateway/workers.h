/*
 * workers: runs RPC methods on workers.
 *
 * The rules are in gateway/pool.h: which worker gets a call, when it is retried, how it ends. The
 * messages are in gateway/workers_wire.h. This module connects both with the event loop and the
 * clock. It owns a call from workers_call until the call is done or cancelled. Every call is done
 * exactly once, from the loop: with a worker's response, or with the pool's outcome.
 *
 *	struct workers_options options = { .endpoint = "ipc:///run/studytracker/workers/workers-1.sock",
 *		.epoch = epoch, .queue_max = 10000, .version = STUDYTRACKER_VERSION };
 *	enum status st = workers_open(&workers, hub, base, &options, &why);
 *	...
 *	struct call *call = NULL;
 *	st = workers_call(workers, method, &context, params, on_done, request, &call);
 *	if (st != ST_OK)
 *		respond with st: on_done is not called
 */
#ifndef GATEWAY_WORKERS_H
#define GATEWAY_WORKERS_H

#include "common/envelope.h"
#include "common/method.h"
#include "gateway/pool.h"

struct event_base;
struct socket_hub;
struct workers;
struct call;

/* The rest of the body is for the method and the context. */
enum { WORKERS_PARAMS_MAX = ENVELOPE_BODY_MAX - 1024 };

struct workers_options {
	const char *endpoint; /* to bind */
	int64_t epoch;        /* of the gateway, > 0, different at each start */
	size_t queue_max;     /* calls that may wait for a worker */
	const char *version;  /* sent to workers */
	size_t peers_max;     /* workers that may be connected; 0: no bound */
};

/* The endpoint that workers connect to, with its actual port. */
const char *workers_endpoint(const struct workers *w);

/* The end of a call. ST_OK: a worker responded. If `error` (MessagePack, borrowed until the
 * callback returns) is not nil, it is the wire's error map; else `result` is the result. Any
 * other status is the pool's, and error and result are empty: ST_DEADLINE_EXCEEDED,
 * ST_OUTCOME_UNKNOWN (also instead of an error, if a worker died with the call before),
 * ST_NO_WORKER, ST_DATABASE_UNAVAILABLE, ST_SHUTTING_DOWN. The call is freed after it. */
typedef void (*call_done)(void *arg, enum status st, struct span error, struct span result);

enum status workers_open(struct workers **out, struct socket_hub *hub, struct event_base *base,
	const struct workers_options *options, struct fail *why) MUST_CHECK;

/* Starts a call. Copies context and params (one MessagePack map); context->deadline_ms is the
 * time that the call may take. Calls `done` exactly once, after this function has returned,
 * unless the call is cancelled before. On failure `done` is not called and *out is untouched.
 * ST_OVERLOADED: the queue is full. ST_NO_WORKER, ST_DATABASE_UNAVAILABLE: for a second there
 * has been no worker, or none with a live database. ST_PAYLOAD_TOO_LARGE: params over
 * WORKERS_PARAMS_MAX. ST_SHUTTING_DOWN, ST_NO_MEMORY. */
enum status workers_call(struct workers *w, const struct method *method,
	const struct context *context, struct span params, call_done done, void *arg,
	struct call **out) MUST_CHECK;

/* `done` is not called. A worker that has the call gets gateway.cancel, but may run it
 * nevertheless. Accepts NULL inside. */
void workers_cancel(struct call **call);

/* True: a call would be sent now, because a worker with a live database is connected. */
bool workers_ready(const struct workers *w, bool *has_worker, bool *has_database);

/* In `done` of a write: a position after it, for the client; none: not known. */
struct position workers_position(const struct workers *w);

struct pool_counts workers_counts(const struct workers *w);
void workers_add_counters(const struct workers *w, struct counter_sources *sources);

/* 16 bytes that identify this run of the gateway to workers. */
const unsigned char *workers_uuid(const struct workers *w);

/* For rpc.status. */
const struct pool *workers_pool(const struct workers *w);

/* Refuses new calls. Calls on_drained, from the loop, after the last call is done. */
void workers_drain(struct workers *w, void (*on_drained)(void *arg), void *arg);

/* Ends all calls with ST_SHUTTING_DOWN before it returns, then closes the socket. */
void workers_free(struct workers **w);

#endif
