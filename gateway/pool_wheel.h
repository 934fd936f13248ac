/*
 * pool_wheel: a timer wheel: the calls of a pool by deadline.
 *
 * A slot holds the calls whose deadline is in its tick of POOL_TICK_MS, of any round. To start or
 * stop a timer takes constant time; a turn reads the slots since the last turn. The wheel has no
 * clock: the caller gives the time, which never goes back. Calls belong to the caller.
 *
 *	pool_wheel_init(&wheel, now_ms);
 *	pool_wheel_start(&wheel, call); // at call->deadline_ms
 *	...
 *	pool_wheel_turn(&wheel, now_ms, on_due, arg); // on_due stops the call's timer
 */
#ifndef GATEWAY_POOL_WHEEL_H
#define GATEWAY_POOL_WHEEL_H

#include "gateway/pool_call.h"

enum { POOL_TICK_MS = 16, POOL_WHEEL_SLOTS = 512 };

struct pool_wheel {
	uint64_t turned_ms;
	struct pool_list slots[POOL_WHEEL_SLOTS];
};

typedef void (*pool_due)(void *arg, struct pool_call *call);

void pool_wheel_init(struct pool_wheel *wheel, uint64_t now_ms);

/* A deadline before the last turn, or the running one, becomes the time of that turn. It must not
 * change until the timer is stopped. */
void pool_wheel_start(struct pool_wheel *wheel, struct pool_call *call);
void pool_wheel_stop(struct pool_wheel *wheel, struct pool_call *call);

/* Calls `on_due` for each call whose deadline has come. It must stop this call's timer, and no
 * other. */
void pool_wheel_turn(struct pool_wheel *wheel, uint64_t now_ms, pool_due on_due, void *arg);

#endif
