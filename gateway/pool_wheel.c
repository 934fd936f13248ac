#include "gateway/pool_wheel.h"

#include <stddef.h>

void pool_wheel_init(struct pool_wheel *wheel, uint64_t now_ms)
{
	wheel->turned_ms = now_ms;
	for (size_t i = 0; i < POOL_WHEEL_SLOTS; i++)
		TAILQ_INIT(&wheel->slots[i]);
}

static struct pool_list *slot_of(struct pool_wheel *wheel, const struct pool_call *call)
{
	return &wheel->slots[call->deadline_ms / POOL_TICK_MS % POOL_WHEEL_SLOTS];
}

void pool_wheel_start(struct pool_wheel *wheel, struct pool_call *call)
{
	if (call->deadline_ms < wheel->turned_ms)
		call->deadline_ms =
			wheel->turned_ms; /* the next turn does not read earlier slots */
	TAILQ_INSERT_TAIL(slot_of(wheel, call), call, timer);
}

void pool_wheel_stop(struct pool_wheel *wheel, struct pool_call *call)
{
	TAILQ_REMOVE(slot_of(wheel, call), call, timer);
}

static void turn_slot(struct pool_list *slot, uint64_t now_ms, pool_due on_due, void *arg)
{
	for (struct pool_call *call = TAILQ_FIRST(slot), *next; call; call = next) {
		next = TAILQ_NEXT(call, timer);
		if (call->deadline_ms <= now_ms)
			on_due(arg, call);
	}
}

void pool_wheel_turn(struct pool_wheel *wheel, uint64_t now_ms, pool_due on_due, void *arg)
{
	uint64_t tick = wheel->turned_ms / POOL_TICK_MS, last = now_ms / POOL_TICK_MS;
	if (last - tick >= POOL_WHEEL_SLOTS)
		last = tick + POOL_WHEEL_SLOTS - 1;
	wheel->turned_ms = now_ms;
	for (; tick <= last; tick++)
		turn_slot(&wheel->slots[tick % POOL_WHEEL_SLOTS], now_ms, on_due, arg);
}
