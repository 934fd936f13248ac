/*
 * pool_wheel: the calls of a pool by deadline.
 *
 * A slot holds the calls whose deadline falls into its tick of POOL_TICK_MS, of any round. Starting
 * and stopping cost the same whatever there is; a turn looks at the slots since the last one. No
 * clock of its own: the time is told, and never goes back. Calls stay their owner's.
 *
 *	pool_wheel_init(&wheel, now_ms);
 *	pool_wheel_start(&wheel, call); // at call->deadline_ms
 *	...
 *	pool_wheel_turn(&wheel, now_ms, on_due, arg); // on_due stops what is due
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

/* A deadline before the last turn becomes that turn's time; it must not change until the stop. */
void pool_wheel_start(struct pool_wheel *wheel, struct pool_call *call);
void pool_wheel_stop(struct pool_wheel *wheel, struct pool_call *call);

/* Calls `on_due` for each call whose deadline has come; it must stop that one, and no other. */
void pool_wheel_turn(struct pool_wheel *wheel, uint64_t now_ms, pool_due on_due, void *arg);

#endif
