/*
 * pool: assigns calls to workers, and decides how each call ends.
 *
 * A pure state machine: it has no sockets, clock or log. The caller reports events with the current
 * time (monotonic milliseconds, never going back) and executes the actions that the pool returns.
 *
 * Rules:
 *   - Calls wait in two bounded queues, plain and slow (gateway/pool_queue.h), each first in, first
 *     out. A queue bounds its calls and the rows that their responses may have.
 *   - A call goes to the worker with the most free credit that has its method. Credit is
 *     cumulative, so a lost or repeated message does no harm.
 *   - While a worker runs writes, it gets the next ones, too, up to POOL_COLLECT_EACH: one large
 *     batch costs less than two small ones. Another worker collects if this one answers no write
 *     for POOL_COLLECT_MS. Writes that check a password first go to the worker with the most free
 *     credit: each worker checks them one after the other.
 *   - Reads of one row are collected in the same way, but by no worker that has longer reads: they
 *     would delay each other.
 *   - A worker holds a bounded share of slow calls (gateway/pool_roster.h). A flood of slow calls
 *     delays and refuses only slow calls.
 *   - Workers have only one write of each key. The others follow it in their order
 *     (gateway/pool_order.h). They also follow a write that has ended at its deadline or was
 *     removed, until its worker has responded or was fenced: it may run late, and would undo them.
 *   - A worker is one connection of one process. It is dead when its connection is gone, when its
 *     process says ready on another connection, or after POOL_SILENCE_MS without a message. Each
 *     connection has its own epoch. Messages of another epoch are dropped.
 *   - A call that a dead worker held may have killed the worker. If it is safe to repeat, the pool
 *     retries it until POOL_DEATHS workers have died with it. Otherwise, or after that, it ends as
 *     ST_OUTCOME_UNKNOWN. A worker holds at most one retry. If there are several workers, half of
 *     them hold none.
 *   - A write awaits a fence before it is retried, because its dead worker may still run it in the
 *     database: the old run could finish after the new one and undo later changes. Writes that
 *     follow one that the dead worker may run await it, too. Meanwhile the worker is in the list
 *     of lost workers. The owner of the pool ends what the lost worker runs and calls pool_fenced.
 *   - The pool never reports a write as not done if a worker may have run it. Such a status, also
 *     from the second worker, becomes ST_OUTCOME_UNKNOWN.
 *   - A call ends at most POOL_TICK_MS after its deadline.
 *   - If no worker with a live database has its method, a call waits POOL_GRACE_MS for one. After
 *     that it ends at once, and so do new calls of the method. A call that waits for its method
 *     does not delay other calls, unless more than POOL_SKIP_MAX wait before them.
 *
 * Every added call is removed exactly once: by pool_complete, pool_take_ended or pool_remove. The
 * pool owns its workers, the index of calls in flight and stand-ins for writes (POOL_STAND_IN), and
 * allocates nothing else. Calls belong to the caller, embedded in its own struct
 * (gateway/pool_call.h).
 *
 *	st = pool_add(&pool, &call->pooled, now_ms);
 *	...
 *	pool_dispatch(&pool);
 *	for (w = pool_workers(&pool); w; w = w->next)
 *		for (; (pooled = w->unsent); pool_sent(w))
 *			put a request of pooled->msgid into w's next message
 *	...
 *	if (pool_credit(&pool, w, epoch, credit, now_ms))
 *		pooled = pool_complete(&pool, w, msgid, ST_OK);
 *	...
 *	pool_tick(&pool, now_ms);
 *	while ((pooled = pool_take_ended(&pool)))
 *		report pooled->outcome to its caller
 */
#ifndef GATEWAY_POOL_H
#define GATEWAY_POOL_H

#include "gateway/pool_admission.h"
#include "gateway/pool_counts.h"
#include "gateway/pool_dispatch.h"
#include "gateway/pool_index.h"
#include "gateway/pool_queue.h"
#include "gateway/pool_order.h"
#include "gateway/pool_roster.h"
#include "gateway/pool_wheel.h"

enum {
	POOL_SILENCE_MS = 3000,   /* a worker sends a message every second */
	POOL_STALL_MS = 2000,     /* the gateway itself was late: ignore the workers' silence */
	POOL_DEATHS = 2,          /* of workers that held the call */
	POOL_STAND_IN_MS = 30000, /* bounds the harm of a worker that never responds */
	POOL_ROWS_EACH = 50, /* bounds the rows of the plain queue: so many for each of its calls */
	POOL_SLOW_MAX = 64,  /* slow calls that wait; less if the queue is shorter */
	POOL_SLOW_ROWS_MAX = 320000, /* sixteen of the largest reports */
};

/* For the log. The worker lives until the callback returns. */
enum pool_event {
	POOL_WORKER_JOINED,
	POOL_WORKER_LEFT, /* it announced that, and held nothing */
	POOL_WORKER_DIED, /* the pool requeues or ends its calls after the callback */
	POOL_DATABASE_LOST,
	POOL_DATABASE_BACK,
};
typedef void (*pool_on_event)(void *arg, enum pool_event event, const struct pool_worker *w);

struct pool {
	pool_on_event on_event;
	void *event_arg;
	int64_t next_epoch;
	bool is_draining;
	uint64_t ticked_ms;
	struct pool_roster roster;
	struct pool_admission admission;
	struct pool_worker *lost_workers;
	size_t retries_in_flight;
	struct pool_queue plain, slow;
	struct pool_list retries, ended;
	struct pool_order order;
	struct pool_index index; /* calls in flight */
	struct pool_wheel wheel; /* all calls that have not ended, and stand-ins */
	struct pool_counts counts;
};

struct pool_options {
	size_t queue_max;
	size_t methods;         /* their number, at most POOL_METHODS_MAX */
	int64_t epoch;          /* the first one; each connection gets the next */
	pool_on_event on_event; /* may be NULL */
	void *event_arg;
};

void pool_init(struct pool *p, const struct pool_options *options, uint64_t now_ms);
void pool_fini(struct pool *p); /* must hold no calls */

/* ST_OVERLOADED, ST_NO_WORKER, ST_DATABASE_UNAVAILABLE, ST_SHUTTING_DOWN: the call is not added. */
enum status pool_add(struct pool *p, struct pool_call *call, uint64_t now_ms) MUST_CHECK;

/* Removes a call in any state. If a worker has it, pool_next_cancelled returns its msgid. */
void pool_remove(struct pool *p, struct pool_call *call);

/* Takes the msgid of a call that was removed while w had it; false: none. The caller tells w that
 * nobody waits for the response. This is a hint: the pool remembers only POOL_CANCELLED_MAX. */
bool pool_next_cancelled(struct pool_worker *w, uint32_t *msgid);

/* The first of w->unsent is in a message that was sent. */
void pool_sent(struct pool_worker *w);

/* The calls from w->unsent on were not sent: they return to the head of the queue. w gets no calls
 * until it grants more credit. */
void pool_requeue_unsent(struct pool *p, struct pool_worker *w);

/* worker.ready: returns the connection's worker, which may be new; NULL: too many workers, or no
 * memory. The caller must send the worker its epoch. */
struct pool_worker *pool_register(
	struct pool *p, const struct pool_registration *registration, uint64_t now_ms);

struct pool_worker *pool_worker_of(const struct pool *p, struct span peer); /* NULL: unknown */
struct pool_worker *pool_workers(const struct pool *p); /* the first; then ->next */

/* worker.credit. False: the epoch is not w's, so the caller must drop the rest of the message. */
bool pool_credit(struct pool *p, struct pool_worker *w, int64_t epoch, int64_t credit,
	uint64_t now_ms) MUST_CHECK;

/* worker.leaving: w gets no more calls. */
void pool_leave(struct pool *p, struct pool_worker *w, int64_t epoch);

/* Removes the call that w responded to and returns it; NULL: nobody waits for it.
 * `worker_status` is the status of w's response. The call's `outcome` is ST_OK if the response
 * is valid. It is ST_OUTCOME_UNKNOWN if w reports a write as not done that a dead worker held
 * before. */
struct pool_call *pool_complete(
	struct pool *p, struct pool_worker *w, uint32_t msgid, enum status worker_status);

/* The connection is gone. Frees w, or adds it to the lost workers. */
void pool_lose(struct pool *p, struct pool_worker *w);

/* The first lost worker that may still run writes; then ->next. */
struct pool_worker *pool_lost_workers(const struct pool *p);

/* Returns whether the lost worker may still run writes that others wait for, or would wait for. */
bool pool_awaits_fence(const struct pool_worker *lost);

/* `has_ended`: the lost worker runs nothing in the database any more, and its writes are retried.
 * Otherwise they end as ST_OUTCOME_UNKNOWN. Frees the worker. */
void pool_fenced(struct pool *p, struct pool_worker *lost, bool has_ended);

/* Call it at least every POOL_TICK_MS while the pool has calls, else every POOL_GRACE_MS. */
void pool_tick(struct pool *p, uint64_t now_ms);

/* Removes the next call that ended without a response, and returns it; NULL: none. */
struct pool_call *pool_take_ended(struct pool *p);

/* Refuses new calls; the pool finishes the calls that it has. pool_end_all ends them at once. */
void pool_drain(struct pool *p);
void pool_end_all(struct pool *p, enum status outcome);

/* ST_OK: a call would be sent now; else ST_NO_WORKER or ST_DATABASE_UNAVAILABLE. */
enum status pool_readiness(const struct pool *p);

#endif
