/*
 * pool_call: a call in the pool (gateway/pool.h).
 *
 * Embedded in the caller's own struct, which the pool does not know. The caller sets the first
 * fields. While the call is in the pool, the other fields belong to the pool. Except for `outcome`,
 * only one file writes each: gateway/pool.c `losses`; gateway/pool_state.c `state`, `worker` and
 * `link`; gateway/pool_index.c `msgid` and its chain; gateway/pool_order.c `followers` and their
 * chain; gateway/pool_wheel.c `timer`. gateway/pool_state.c also makes the stand-ins.
 */
#ifndef GATEWAY_POOL_CALL_H
#define GATEWAY_POOL_CALL_H

#include <stdint.h>
#include <sys/queue.h>

#include "common/status.h"

enum pool_state {
	POOL_OUTSIDE,
	POOL_WAITING,        /* in a queue */
	POOL_FOLLOWING,      /* waits for a write with its key */
	POOL_RETRY,          /* waits to be sent again: a worker died with it */
	POOL_AWAITING_FENCE, /* waits for pool_fenced, then for its retry */
	POOL_IN_FLIGHT,
	POOL_ENDED,    /* waits for pool_take_ended */
	POOL_STAND_IN, /* no call: keeps the place of a write that its worker may still run */
};

struct pool_worker;
struct pool_call;

TAILQ_HEAD(pool_list, pool_call);

struct pool_call {
	/* the caller sets these */
	bool is_write;
	size_t method; /* its index: less than pool_options' methods */
	bool is_slow;  /* its worker runs it in the slow lane (common/method.h) */
	bool is_alone; /* no batch takes it, e.g. because a password is checked first */
	uint32_t rows; /* the most that the response may have */
	uint64_t
		key; /* identifies what a write changes: writes of one key keep their order; 0: none */
	bool safe_to_repeat;
	bool is_urgent; /* goes first, even if the queue is full or the pool drains */
	/* UUID of the process that gets the call if it has free credit; may be NULL */
	const unsigned char *preferred_worker;
	uint64_t deadline_ms;
	/* the pool sets these */
	enum pool_state state;
	enum status outcome; /* after the call was removed; ST_OK: the worker's response is valid */
	uint32_t msgid;      /* in flight: a new one for each request */
	unsigned losses;     /* workers that died with it */
	/* IN_FLIGHT, STAND_IN: has it; AWAITING_FENCE, STAND_IN of a lost worker: had it */
	struct pool_worker *worker;
	struct pool_call *next_indexed, *next_leader;
	struct pool_list followers;
	TAILQ_ENTRY(pool_call) link;  /* in the list of its state */
	TAILQ_ENTRY(pool_call) timer; /* in a slot of the wheel */
};

/* Calls of the first kinds are collected: the worker that runs some should get the next ones, too,
 * because its batch grows. */
enum pool_kind {
	POOL_SHORT_READ, /* of one row */
	POOL_WRITE,
	POOL_COLLECTED,
	POOL_LONG_READ = POOL_COLLECTED, /* delays what the same worker reads */
	POOL_APART,                      /* slow or alone */
	POOL_KINDS,
};

static inline enum pool_kind pool_call_kind(const struct pool_call *call)
{
	if (call->is_slow || call->is_alone)
		return POOL_APART;
	if (call->is_write)
		return POOL_WRITE;
	return call->rows > 1 ? POOL_LONG_READ : POOL_SHORT_READ;
}

#endif
