#include "gateway/pool_state.h"

#include <stdlib.h>

struct pool_queue *pool_state_queue(struct pool *p, const struct pool_call *call)
{
	return call->is_slow ? &p->slow : &p->plain;
}

void pool_state_wait(struct pool *p, struct pool_call *call)
{
	pool_queue_append(pool_state_queue(p, call), call);
	call->state = POOL_WAITING;
	p->counts.queued++;
}

void pool_state_wait_first(struct pool *p, struct pool_call *call)
{
	if (call->losses > 0) {
		TAILQ_INSERT_HEAD(&p->retries, call, link);
		call->state = POOL_RETRY;
		p->counts.retries++;
		return;
	}
	pool_queue_prepend(pool_state_queue(p, call), call);
	call->state = POOL_WAITING;
	p->counts.queued++;
}

void pool_state_follow(struct pool *p, struct pool_call *call)
{
	pool_queue_count_in(pool_state_queue(p, call), call);
	call->state = POOL_FOLLOWING;
	p->counts.queued++;
}

/* Makes the first follower of a call that leaves the pool its successor. */
static void promote_follower(struct pool *p, struct pool_call *call)
{
	struct pool_call *next = pool_order_remove_leader(&p->order, call);
	if (!next)
		return;
	pool_queue_count_out(pool_state_queue(p, next), next);
	p->counts.queued--;
	pool_state_wait_first(p, next);
}

void pool_state_assign(struct pool *p, struct pool_call *call, struct pool_worker *w)
{
	call->state = POOL_IN_FLIGHT;
	call->worker = w;
	pool_index_add(&p->index, call);
	TAILQ_INSERT_TAIL(&w->assigned, call, link);
	if (!w->unsent)
		w->unsent = call;
	w->sent++;
	w->in_flight++;
	w->slow_in_flight += call->is_slow;
	pool_roster_collect(&p->roster, w, pool_call_kind(call));
	w->of_kind[pool_call_kind(call)]++;
	p->counts.in_flight++;
	p->counts.assigned++;
	if (call->losses > 0) {
		w->has_retry = true;
		p->retries_in_flight++;
	}
	p->roster.last_served = w;
}

/* The assigned calls are in the order of their msgids. */
bool pool_state_is_unsent(const struct pool_worker *w, const struct pool_call *call)
{
	return w->unsent && (int32_t)(call->msgid - w->unsent->msgid) >= 0;
}

static void unassign(struct pool *p, struct pool_call *call)
{
	struct pool_worker *w = call->worker;
	if (pool_state_is_unsent(w, call))
		w->sent--; /* returns the credit */
	if (w->unsent == call)
		w->unsent = TAILQ_NEXT(call, link);
	TAILQ_REMOVE(&w->assigned, call, link);
	pool_index_remove(&p->index, call);
	w->in_flight--;
	w->slow_in_flight -= call->is_slow;
	w->of_kind[pool_call_kind(call)]--;
	p->counts.in_flight--;
	if (call->losses > 0) {
		w->has_retry = false;
		p->retries_in_flight--;
	}
	call->worker = NULL;
}

void pool_state_detach(struct pool *p, struct pool_call *call)
{
	switch (call->state) {
	case POOL_WAITING:
		pool_queue_remove(pool_state_queue(p, call), call);
		p->counts.queued--;
		break;
	case POOL_FOLLOWING:
		pool_order_remove_follower(&p->order, call);
		pool_queue_count_out(pool_state_queue(p, call), call);
		p->counts.queued--;
		break;
	case POOL_RETRY:
		TAILQ_REMOVE(&p->retries, call, link);
		p->counts.retries--;
		break;
	case POOL_AWAITING_FENCE:
		TAILQ_REMOVE(&call->worker->awaiting_fence, call, link);
		call->worker = NULL;
		p->counts.retries--;
		break;
	case POOL_IN_FLIGHT:
		unassign(p, call);
		break;
	case POOL_ENDED:
		TAILQ_REMOVE(&p->ended, call, link);
		break;
	case POOL_STAND_IN:
	case POOL_OUTSIDE:
		break;
	}
	call->state = POOL_OUTSIDE;
}

static bool is_sent(const struct pool_call *call)
{
	return call->state == POOL_IN_FLIGHT && !pool_state_is_unsent(call->worker, call);
}

/* The worker that may still run the write, which has a key; else NULL. */
static struct pool_worker *runner_of(const struct pool_call *call)
{
	bool may_run = is_sent(call) || call->state == POOL_AWAITING_FENCE;
	return may_run && call->key != 0 ? call->worker : NULL;
}

/* False: no memory. */
static bool replace_by_stand_in(struct pool *p, struct pool_call *call, struct pool_worker *w)
{
	struct pool_call *stand_in = calloc(1, sizeof *stand_in);
	if (!stand_in)
		return false;
	stand_in->state = POOL_STAND_IN;
	stand_in->worker = w;
	stand_in->key = call->key;
	stand_in->msgid = call->msgid;
	stand_in->deadline_ms = p->wheel.turned_ms + POOL_STAND_IN_MS;
	pool_order_replace_leader(&p->order, call, stand_in);
	pool_wheel_start(&p->wheel, stand_in);
	TAILQ_INSERT_TAIL(&w->stand_ins, stand_in, link);
	return true;
}

void pool_state_free_stand_in(struct pool *p, struct pool_call *stand_in)
{
	pool_wheel_stop(&p->wheel, stand_in);
	TAILQ_REMOVE(&stand_in->worker->stand_ins, stand_in, link);
	promote_follower(p, stand_in);
	free(stand_in);
}

void pool_state_free_stand_ins(struct pool *p, struct pool_worker *w)
{
	for (struct pool_call *stand_in = TAILQ_FIRST(&w->stand_ins), *next; stand_in;
		stand_in = next) {
		next = TAILQ_NEXT(stand_in, link);
		pool_state_free_stand_in(p, stand_in);
	}
}

/* Responses mostly come in the order of the requests, so it is among the first. */
void pool_state_free_stand_in_of(struct pool *p, struct pool_worker *w, uint32_t msgid)
{
	struct pool_call *stand_in = TAILQ_FIRST(&w->stand_ins);
	while (stand_in && stand_in->msgid != msgid)
		stand_in = TAILQ_NEXT(stand_in, link);
	if (stand_in)
		pool_state_free_stand_in(p, stand_in);
}

/* Removes the call from its list, the wheel and the order. A stand-in takes its place in the order
 * if `runner` may still run it. */
static void withdraw(struct pool *p, struct pool_call *call, struct pool_worker *runner)
{
	bool is_leader = call->state != POOL_FOLLOWING;
	pool_wheel_stop(&p->wheel, call);
	pool_state_detach(p, call);
	if (is_leader && !(runner && replace_by_stand_in(p, call, runner)))
		promote_follower(p, call);
}

static void leave(struct pool *p, struct pool_call *call, struct pool_worker *runner)
{
	if (call->state == POOL_ENDED)
		pool_state_detach(p, call);
	else
		withdraw(p, call, runner);
	p->counts.live--;
}

void pool_state_release(struct pool *p, struct pool_call *call)
{
	leave(p, call, NULL);
}

void pool_state_abandon(struct pool *p, struct pool_call *call)
{
	leave(p, call, runner_of(call));
}

enum status pool_state_reportable_status(
	const struct pool_call *call, bool was_sent, enum status st)
{
	return call->is_write && was_sent && status_means_not_done(st) ? ST_OUTCOME_UNKNOWN : st;
}

void pool_state_end(struct pool *p, struct pool_call *call, enum status outcome)
{
	bool was_sent = is_sent(call) || call->losses > 0;
	outcome = pool_state_reportable_status(call, was_sent, outcome);
	withdraw(p, call, runner_of(call));
	call->state = POOL_ENDED;
	call->outcome = outcome;
	TAILQ_INSERT_TAIL(&p->ended, call, link);
	p->counts.expired += outcome == ST_DEADLINE_EXCEEDED;
	p->counts.unknown += outcome == ST_OUTCOME_UNKNOWN;
	p->counts.no_worker += outcome == ST_NO_WORKER || outcome == ST_DATABASE_UNAVAILABLE;
}

void pool_state_retry(struct pool *p, struct pool_call *call)
{
	TAILQ_INSERT_TAIL(&p->retries, call, link);
	call->state = POOL_RETRY;
	p->counts.retries++;
}

void pool_state_await_fence(struct pool *p, struct pool_call *call, struct pool_worker *lost)
{
	TAILQ_INSERT_TAIL(&lost->awaiting_fence, call, link);
	call->state = POOL_AWAITING_FENCE;
	call->worker = lost;
	p->counts.retries++;
}
