#include "gateway/pool_state.h"

struct pool_line *pool_state_line(struct pool *p, const struct pool_call *call)
{
	return call->is_slow ? &p->slow : &p->plain;
}

void pool_state_wait(struct pool *p, struct pool_call *call)
{
	pool_line_append(pool_state_line(p, call), call);
	call->state = POOL_WAITING;
	p->counts.queued++;
}

void pool_state_wait_first(struct pool *p, struct pool_call *call)
{
	if (call->losses > 0) {
		TAILQ_INSERT_HEAD(&p->suspects, call, link);
		call->state = POOL_SUSPECT;
		p->counts.suspects++;
		return;
	}
	pool_line_prepend(pool_state_line(p, call), call);
	call->state = POOL_WAITING;
	p->counts.queued++;
}

void pool_state_follow(struct pool *p, struct pool_call *call)
{
	pool_line_count_in(pool_state_line(p, call), call);
	call->state = POOL_FOLLOWING;
	p->counts.queued++;
}

/* The call is over: the first call that followed it goes on. */
static void lead_on(struct pool *p, struct pool_call *call)
{
	struct pool_call *next = pool_order_leave(&p->order, call);
	if (!next)
		return;
	pool_line_count_out(pool_state_line(p, next), next);
	p->counts.queued--;
	pool_state_wait_first(p, next);
}

void pool_state_hold(struct pool *p, struct pool_call *call, struct pool_worker *w)
{
	call->state = POOL_IN_FLIGHT;
	call->worker = w;
	pool_index_add(&p->index, call);
	TAILQ_INSERT_TAIL(&w->held, call, link);
	if (!w->unsent)
		w->unsent = call;
	w->sent++;
	w->in_flight++;
	w->slow_in_flight += call->is_slow;
	p->counts.in_flight++;
	p->counts.assigned++;
	if (call->losses > 0) {
		w->has_suspect = true;
		p->suspects_in_flight++;
	}
	p->roster.favourite = w;
}

/* Held calls stand in the order of their msgids. */
bool pool_state_is_unsent(const struct pool_worker *w, const struct pool_call *call)
{
	return w->unsent && (int32_t)(call->msgid - w->unsent->msgid) >= 0;
}

static void let_go(struct pool *p, struct pool_call *call)
{
	struct pool_worker *w = call->worker;
	if (pool_state_is_unsent(w, call))
		w->sent--; /* its credit was not used */
	if (w->unsent == call)
		w->unsent = TAILQ_NEXT(call, link);
	TAILQ_REMOVE(&w->held, call, link);
	pool_index_remove(&p->index, call);
	w->in_flight--;
	w->slow_in_flight -= call->is_slow;
	p->counts.in_flight--;
	if (call->losses > 0) {
		w->has_suspect = false;
		p->suspects_in_flight--;
	}
	call->worker = NULL;
}

void pool_state_detach(struct pool *p, struct pool_call *call)
{
	switch (call->state) {
	case POOL_WAITING:
		pool_line_remove(pool_state_line(p, call), call);
		p->counts.queued--;
		break;
	case POOL_FOLLOWING:
		pool_order_part(&p->order, call);
		pool_line_count_out(pool_state_line(p, call), call);
		p->counts.queued--;
		break;
	case POOL_SUSPECT:
		TAILQ_REMOVE(&p->suspects, call, link);
		p->counts.suspects--;
		break;
	case POOL_BARRED:
		TAILQ_REMOVE(&call->worker->barred, call, link);
		call->worker = NULL;
		p->counts.suspects--;
		break;
	case POOL_IN_FLIGHT:
		let_go(p, call);
		break;
	case POOL_ENDED:
		TAILQ_REMOVE(&p->ended, call, link);
		break;
	case POOL_OUTSIDE:
		break;
	}
	call->state = POOL_OUTSIDE;
}

/* Out of its list and of the order, for good. */
static void stop(struct pool *p, struct pool_call *call)
{
	bool is_leader = call->state != POOL_FOLLOWING;
	pool_wheel_stop(&p->wheel, call);
	pool_state_detach(p, call);
	if (is_leader)
		lead_on(p, call);
}

void pool_state_release(struct pool *p, struct pool_call *call)
{
	if (call->state == POOL_ENDED)
		pool_state_detach(p, call);
	else
		stop(p, call);
	p->counts.live--;
}

enum status pool_state_honest(const struct pool_call *call, bool was_sent, enum status st)
{
	return call->is_write && was_sent && status_denies(st) ? ST_OUTCOME_UNKNOWN : st;
}

void pool_state_end(struct pool *p, struct pool_call *call, enum status verdict)
{
	bool is_sent = call->state == POOL_IN_FLIGHT && !pool_state_is_unsent(call->worker, call);
	verdict = pool_state_honest(call, is_sent || call->losses > 0, verdict);
	stop(p, call);
	call->state = POOL_ENDED;
	call->verdict = verdict;
	TAILQ_INSERT_TAIL(&p->ended, call, link);
	p->counts.expired += verdict == ST_DEADLINE_EXCEEDED;
	p->counts.unknown += verdict == ST_OUTCOME_UNKNOWN;
	p->counts.no_worker += verdict == ST_NO_WORKER || verdict == ST_DATABASE_UNAVAILABLE;
}

void pool_state_suspect(struct pool *p, struct pool_call *call)
{
	TAILQ_INSERT_TAIL(&p->suspects, call, link);
	call->state = POOL_SUSPECT;
	p->counts.suspects++;
}

void pool_state_bar(struct pool *p, struct pool_call *call, struct pool_worker *ghost)
{
	TAILQ_INSERT_TAIL(&ghost->barred, call, link);
	call->state = POOL_BARRED;
	call->worker = ghost;
	p->counts.suspects++;
}
