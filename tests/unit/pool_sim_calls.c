#include "tests/unit/pool_sim.h"

#include <stddef.h>

struct call *sim_call_of(struct pool_call *pooled)
{
	return (struct call *)(void *)((char *)pooled - offsetof(struct call, pooled));
}

/* Counts the calls, instead of using the counts of the pool. */
static bool is_queue_full(const struct sim *s, bool is_slow)
{
	size_t calls = 0;
	uint64_t rows = 0;
	for (size_t i = 0; i < CALLS; i++) {
		const struct pool_call *call = &s->calls[i].pooled;
		bool waits = s->calls[i].is_in
			     && (call->state == POOL_WAITING || call->state == POOL_FOLLOWING);
		if (!waits || call->is_slow != is_slow)
			continue;
		calls++;
		rows += call->rows;
	}
	return is_slow ? calls >= POOL_SLOW_MAX || rows >= POOL_SLOW_ROWS_MAX
		       : calls >= QUEUE || rows >= QUEUE * POOL_ROWS_EACH;
}

static bool has_worker_for(const struct sim *s, size_t method)
{
	for (const struct pool_worker *w = pool_workers(&s->pool); w; w = w->next)
		if (w->has_database && !w->is_leaving && pool_methods_has(&w->methods, method))
			return true;
	return false;
}

void sim_start_call(struct sim *s)
{
	struct call *call = &s->calls[sim_dice(s, CALLS)];
	if (call->is_in)
		return;
	*call = (struct call){ .serial = ++s->serials,
		.is_poison = sim_happens(s, s->profile->poison) };
	call->pooled.method = sim_dice(s, METHODS);
	call->pooled.safe_to_repeat = !sim_happens(s, s->profile->unsafe);
	call->pooled.is_write = !call->pooled.safe_to_repeat || sim_dice(s, 2);
	if (!call->pooled.is_write || s->profile->keys == 0)
		call->pooled.is_slow = sim_dice(s, 100) < s->profile->slow_percent;
	else if (sim_dice(s, 2))
		call->pooled.key = 1 + sim_dice(s, s->profile->keys);
	call->pooled.rows = 1 + sim_dice(s, call->pooled.is_slow ? 20000 : 100);
	call->deadline_ms = call->pooled.deadline_ms =
		s->now_ms + (sim_dice(s, 2) ? 1 : 3000) + sim_dice(s, 9000);
	bool was_full = is_queue_full(s, call->pooled.is_slow);
	enum status st = pool_add(&s->pool, &call->pooled, s->now_ms);
	call->is_in = st == ST_OK;
	s->made += call->is_in;
	s->slow_made += call->is_in && call->pooled.is_slow;
	MUST(s, st == ST_OK || st == ST_OVERLOADED || st == ST_NO_WORKER
			|| st == ST_DATABASE_UNAVAILABLE || st == ST_SHUTTING_DOWN);
	MUST(s, st != ST_OVERLOADED || was_full);
	MUST(s, st != ST_NO_WORKER || !has_worker_for(s, call->pooled.method));
	MUST(s, (st == ST_SHUTTING_DOWN) == s->pool.is_draining);
}

void sim_take_ended(struct sim *s)
{
	struct pool_call *pooled;
	while ((pooled = pool_take_ended(&s->pool))) {
		struct call *call = sim_call_of(pooled);
		MUST(s, call->is_in);
		bool is_certain = pooled->outcome != ST_OUTCOME_UNKNOWN
				  && pooled->outcome != ST_DEADLINE_EXCEEDED;
		MUST(s, !is_certain || !pooled->is_write || call->sent == 0);
		MUST(s, pooled->outcome != ST_OUTCOME_UNKNOWN || call->sent > 0);
		MUST(s, pooled->outcome != ST_DEADLINE_EXCEEDED || s->now_ms >= call->deadline_ms);
		call->is_in = false;
		s->ended++;
	}
}
