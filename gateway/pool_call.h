/*
 * pool_call: a call as the pool (gateway/pool.h) sees it.
 *
 * Embedded in its caller's own struct, which the pool doesn't look at. The caller gives the first
 * fields; the others are the pool's while the call is in it, each written by one file only: `losses` by
 * gateway/pool.c, `state`, `worker` and `link` by gateway/pool_state.c, `msgid` and its chain by
 * gateway/pool_index.c, `followers` and their chain by gateway/pool_order.c, `timer` by
 * gateway/pool_wheel.c.
 */
#ifndef GATEWAY_POOL_CALL_H
#define GATEWAY_POOL_CALL_H

#include <stdint.h>
#include <sys/queue.h>

#include "common/status.h"

enum pool_state {
	POOL_OUTSIDE,
	POOL_WAITING,   /* in a line */
	POOL_FOLLOWING, /* waits for a write with its key */
	POOL_SUSPECT,   /* waits to be repeated */
	POOL_BARRED,    /* waits for pool_fenced before that */
	POOL_IN_FLIGHT,
	POOL_ENDED, /* waits for pool_take_ended */
};

struct pool_worker;
struct pool_call;

TAILQ_HEAD(pool_list, pool_call);

struct pool_call {
	/* given */
	bool is_write;
	bool is_slow;  /* its worker runs it in the slow lane (common/method.h) */
	uint32_t rows; /* that the response may have */
	uint64_t key;  /* of a write: what it changes; equal ones keep their order; 0: none */
	bool safe_to_repeat;
	bool is_urgent; /* goes before what waits, though the queue is full or the pool drains */
	const unsigned char
		*prefers; /* a process's UUID: it gets the call if it can; may be NULL */
	uint64_t deadline_ms;
	/* the pool's */
	enum pool_state state;
	enum status verdict;        /* once it has left; ST_OK: a worker's answer */
	uint32_t msgid;             /* in flight: another at each sending */
	unsigned losses;            /* workers that died with it */
	struct pool_worker *worker; /* IN_FLIGHT: who has it; BARRED: who had it */
	struct pool_call *next_indexed, *next_leader;
	struct pool_list followers;
	TAILQ_ENTRY(pool_call) link;  /* of the list that `state` says */
	TAILQ_ENTRY(pool_call) timer; /* of a slot of the wheel */
};

#endif
