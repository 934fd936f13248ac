/*
 * pool: assigns calls to workers, and decides how each call ends.
 *
 * A pure state machine: it has no sockets, clock or log. The caller reports events with the current
 * time (monotonic milliseconds, never going back) and executes the actions that the pool returns.
 *
 * Rules:
 *   - Calls wait in two bounded lines, plain and slow (gateway/pool_line.h), each first in, first
 *     out. A line bounds its calls and the rows that their responses may have.
 *   - A call goes to the worker with the most free credit. Credit is cumulative, so a lost or
 *     repeated message does no harm.
 *   - A worker holds a bounded share of slow calls (gateway/pool_roster.h). A flood of slow calls
 *     delays and refuses only slow calls.
 *   - Only one write of each key is in flight. The others follow it in their order
 *     (gateway/pool_order.h).
 *   - A worker is one connection of one process. It is dead when its connection is gone, when its
 *     process says ready on another connection, or after POOL_SILENCE_MS without a message. Each
 *     connection has its own epoch. Messages of another epoch are dropped.
 *   - A call that a dead worker held is a suspect: it may have killed the worker. If it is safe to
 *     repeat, it is sent again until POOL_DEATHS workers have died with it. Otherwise, or after
 *     that, it ends as ST_OUTCOME_UNKNOWN. A worker holds at most one suspect. If there are several
 *     workers, half of them hold none.
 *   - A write that is to be repeated is barred while its dead worker may still run it in the
 *     database: the old run could finish after the new one and undo later changes. Meanwhile the
 *     worker is a ghost. The owner of the pool ends what the ghost runs and calls pool_fenced.
 *   - The pool never reports a write as not done if a worker may have run it. Such a verdict, or the
 *     refusal by the second worker, becomes ST_OUTCOME_UNKNOWN.
 *   - A call ends at most POOL_TICK_MS after its deadline.
 *   - If no worker has a live database, calls wait POOL_GRACE_MS for one. After that they end at
 *     once, and so do new calls.
 *
 * Every added call is removed exactly once: by pool_answer, pool_take_ended or pool_remove. The pool
 * owns its workers and the index of calls in flight, and allocates nothing else. Calls belong to the
 * caller, embedded in its own struct (gateway/pool_call.h).
 *
 *	st = pool_add(&pool, &call->pooled, now_ms);
 *	...
 *	pool_dispatch(&pool);
 *	for (w = pool_workers(&pool); w; w = w->next)
 *		for (; (pooled = w->unsent); pool_sent(w))
 *			put a request of pooled->msgid into w's next message
 *	...
 *	if (pool_credit(&pool, w, epoch, credit, now_ms))
 *		pooled = pool_answer(&pool, w, msgid, ST_OK);
 *	...
 *	pool_tick(&pool, now_ms);
 *	while ((pooled = pool_take_ended(&pool)))
 *		tell its caller pooled->verdict
 */
#ifndef GATEWAY_POOL_H
#define GATEWAY_POOL_H

#include "gateway/pool_counts.h"
#include "gateway/pool_index.h"
#include "gateway/pool_line.h"
#include "gateway/pool_order.h"
#include "gateway/pool_roster.h"
#include "gateway/pool_wheel.h"

enum {
	POOL_SILENCE_MS = 3000, /* a worker says something each second */
	POOL_GRACE_MS = 1000,
	POOL_STALL_MS = 2000, /* we were late ourselves: no worker's silence counts */
	POOL_DEATHS = 2,      /* of workers, with a call in their hands */
	POOL_ROWS_EACH = 50,  /* the plain line is full when its calls may answer so many each */
	POOL_SLOW_MAX = 64,   /* slow calls that wait; less where the queue is shorter */
	POOL_SLOW_ROWS_MAX = 320000, /* sixteen of the largest reports */
};

/* For the log; the worker lives until the call returns. */
enum pool_event {
	POOL_WORKER_JOINED,
	POOL_WORKER_LEFT, /* it said so before, and held nothing */
	POOL_WORKER_DIED, /* what it holds is requeued or ended after this returns */
	POOL_DATABASE_LOST,
	POOL_DATABASE_BACK,
};
typedef void (*pool_watch)(void *arg, enum pool_event event, const struct pool_worker *w);

struct pool {
	pool_watch watch;
	void *watch_arg;
	int64_t next_epoch;
	bool is_draining;
	uint64_t ticked_ms;
	uint64_t usable_ms; /* when there was a worker to send to last */
	struct pool_roster roster;
	struct pool_worker *ghosts;
	size_t suspects_in_flight;
	struct pool_line plain, slow;
	struct pool_list suspects, ended;
	struct pool_order order;
	struct pool_index index; /* of what is in flight */
	struct pool_wheel wheel; /* of all but what has ended */
	struct pool_counts counts;
};

struct pool_options {
	size_t queue_max;
	int64_t epoch;    /* the first; each connection gets the next */
	pool_watch watch; /* may be NULL */
	void *watch_arg;
};

void pool_init(struct pool *p, const struct pool_options *options, uint64_t now_ms);
void pool_fini(struct pool *p); /* calls must have left it */

/* Takes a call in: ST_OVERLOADED, ST_NO_WORKER, ST_DATABASE_UNAVAILABLE, ST_SHUTTING_DOWN. */
enum status pool_add(struct pool *p, struct pool_call *call, uint64_t now_ms) MUST_CHECK;

/* Takes a call out, whatever became of it. A worker that has it is to be told: see pool_cancelled. */
void pool_remove(struct pool *p, struct pool_call *call);

/* The next msgid that w must be told of: nobody waits for its response any more; false: none. Only some
 * are remembered, as w may do without. */
bool pool_cancelled(struct pool_worker *w, uint32_t *msgid);

/* Gives what waits to workers with free credit: see each worker's `unsent`. */
void pool_dispatch(struct pool *p);

/* The first of w->unsent is in a message that was sent. */
void pool_sent(struct pool_worker *w);

/* What is in w->unsent was not sent: it goes back to the head of the queue, and w gets nothing
 * until it says more credit. */
void pool_take_back(struct pool *p, struct pool_worker *w);

/* worker.ready: the connection's worker, made where it is new; NULL where there are too many or
 * no memory. The worker must be answered with its epoch. */
struct pool_worker *pool_greet(
	struct pool *p, const struct pool_greeting *greeting, uint64_t now_ms);

struct pool_worker *pool_worker_of(const struct pool *p, struct span peer); /* NULL: unknown */
struct pool_worker *pool_workers(const struct pool *p); /* the first; then ->next */

/* worker.credit: false where the epoch isn't w's, and what comes with it is to be dropped. */
bool pool_credit(struct pool *p, struct pool_worker *w, int64_t epoch, int64_t credit,
	uint64_t now_ms) MUST_CHECK;

/* worker.leaving: it gets nothing more. */
void pool_leave(struct pool *p, struct pool_worker *w, int64_t epoch);

/* The call that w answered, out of the pool; NULL where nobody waits for it. `said` is ST_OK, or
 * what w's error means. Its `verdict` is ST_OK where the answer stands, else it is
 * ST_OUTCOME_UNKNOWN: w says "not done" of a write that a worker died with. */
struct pool_call *pool_answer(
	struct pool *p, struct pool_worker *w, uint32_t msgid, enum status said);

/* The connection is gone. Frees w, or makes it a ghost. */
void pool_lose(struct pool *p, struct pool_worker *w);

/* The first worker that is given up and had writes which are to be repeated; then ->next. */
struct pool_worker *pool_ghosts(const struct pool *p);

/* What the ghost had in the database has ended, and its writes are repeated; or that can't be had
 * (`has_ended` false), and they end as ST_OUTCOME_UNKNOWN. Frees it. */
void pool_fenced(struct pool *p, struct pool_worker *ghost, bool has_ended);

/* Time passes: at least each POOL_TICK_MS while there are calls, each POOL_GRACE_MS else. */
void pool_tick(struct pool *p, uint64_t now_ms);

/* The next call that ended without an answer, out of the pool, its `verdict` set; NULL: none. */
struct pool_call *pool_take_ended(struct pool *p);

/* New calls are refused; those there are go on. pool_end_all gives them up. */
void pool_drain(struct pool *p);
void pool_end_all(struct pool *p, enum status verdict);

/* ST_OK where a call would be sent, else ST_NO_WORKER or ST_DATABASE_UNAVAILABLE. */
enum status pool_readiness(const struct pool *p);

#endif
