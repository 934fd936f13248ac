/*
 * workers: calls of RPC methods, which workers run.
 *
 * The rules that say which worker gets a call, when it is repeated and when it is given up are
 * gateway/pool.h's, the dialogue with workers is gateway/workers_wire.h's; here they get the loop's
 * turns and its time. A call is answered exactly once, from the loop: by a worker's reply, or by the
 * pool's outcome. Calls are owned by it from workers_call to their answer or their cancellation.
 *
 *	struct workers_options options = { .endpoint = "ipc:///run/studytracker/workers/workers-1.sock",
 *		.epoch = epoch, .queue_max = 10000, .version = STUDYTRACKER_VERSION };
 *	enum status st = workers_open(&workers, hub, base, &options, &why);
 *	...
 *	struct call *call = NULL;
 *	st = workers_call(workers, method, &context, params, on_done, request, &call);
 *	if (st != ST_OK)
 *		answer st at once: on_done is not called
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

/* A request must fit into one message, whatever its context. */
enum { WORKERS_PARAMS_MAX = ENVELOPE_BODY_MAX - 1024 };

struct workers_options {
	const char *endpoint; /* bound */
	int64_t epoch;        /* of the gateway's start, > 0, another at each start */
	size_t queue_max;     /* calls that may wait for a worker */
	const char *version;  /* told to workers */
	size_t peers_max;     /* workers that may be connected; 0: no bound */
};

/* The endpoint that workers connect to, with the port that was given. */
const char *workers_endpoint(const struct workers *w);

/* The answer. st == ST_OK: a worker answered; where `error` (msgpack, borrowed for the call) is
 * not nil it refused and `error` is the wire's error map, else `result` is its value. Any other
 * st is the pool's: ST_DEADLINE_EXCEEDED, ST_OUTCOME_UNKNOWN (in place of a refusal too, where a
 * worker died with the call before), ST_NO_WORKER, ST_DATABASE_UNAVAILABLE, ST_SHUTTING_DOWN, and
 * error and result are empty. The call is gone. */
typedef void (*call_done)(void *arg, enum status st, struct span error, struct span result);

enum status workers_open(struct workers **out, struct socket_hub *hub, struct event_base *base,
	const struct workers_options *options, struct fail *why) MUST_CHECK;

/* Starts a call. context and params (one msgpack map) are copied; context->deadline_ms is the
 * call's whole budget. `done` is called exactly once, never before this returns, unless the
 * call is cancelled first; on failure it isn't called and *out is untouched. ST_OVERLOADED: the
 * queue is full. ST_NO_WORKER, ST_DATABASE_UNAVAILABLE: there has been no worker, or none with
 * a live database, for a second. ST_PAYLOAD_TOO_LARGE: params over WORKERS_PARAMS_MAX.
 * ST_SHUTTING_DOWN, ST_NO_MEMORY. */
enum status workers_call(struct workers *w, const struct method *method,
	const struct context *context, struct span params, call_done done, void *arg,
	struct call **out) MUST_CHECK;

/* The caller is gone: `done` won't be called. A worker that has the call is told (gateway.cancel); it
 * may still run. Accepts NULL. */
void workers_cancel(struct call **call);

/* True where a call would be sent now: a worker is connected whose database is live. */
bool workers_ready(const struct workers *w, bool *has_worker, bool *has_database);

struct pool_counts workers_counts(const struct workers *w);
void workers_add_counters(const struct workers *w, struct counter_sources *sources);

/* By which workers know this run of the gateway; 16 bytes. */
const unsigned char *workers_uuid(const struct workers *w);

/* To look at: its workers, its bounds. */
const struct pool *workers_pool(const struct workers *w);

/* Refuses new calls and calls back, from the loop, once the last call is done. */
void workers_drain(struct workers *w, void (*on_drained)(void *arg), void *arg);

/* Ends what is left with ST_SHUTTING_DOWN, from inside; then closes the socket. */
void workers_free(struct workers **w);

#endif
