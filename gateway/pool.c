#include "gateway/pool.h"

#include <stdlib.h>

#include "gateway/pool_state.h"

void pool_init(struct pool *p, const struct pool_options *options, uint64_t now_ms)
{
	*p = (struct pool){
		.watch = options->watch,
		.watch_arg = options->watch_arg,
		.next_epoch = options->epoch,
		.ticked_ms = now_ms,
		.usable_ms = now_ms,
		.counts = { .queue_max = options->queue_max },
	};
	bool is_short = options->queue_max < POOL_SLOW_MAX;
	pool_line_init(
		&p->plain, options->queue_max, (uint64_t)options->queue_max * POOL_ROWS_EACH);
	pool_line_init(&p->slow, is_short ? options->queue_max : POOL_SLOW_MAX, POOL_SLOW_ROWS_MAX);
	TAILQ_INIT(&p->suspects);
	TAILQ_INIT(&p->ended);
	pool_index_init(&p->index);
	pool_wheel_init(&p->wheel, now_ms);
}

void pool_fini(struct pool *p)
{
	while (p->ghosts)
		pool_fenced(p, p->ghosts, false);
	pool_roster_fini(&p->roster);
	pool_index_fini(&p->index);
}

struct pool_worker *pool_worker_of(const struct pool *p, struct span peer)
{
	return pool_roster_find(&p->roster, peer);
}

struct pool_worker *pool_workers(const struct pool *p)
{
	return p->roster.first;
}

enum status pool_readiness(const struct pool *p)
{
	return pool_roster_readiness(&p->roster);
}

static void tell(const struct pool *p, enum pool_event event, const struct pool_worker *w)
{
	if (p->watch)
		p->watch(p->watch_arg, event, w);
}

static bool may_send_suspect(const struct pool *p)
{
	size_t usable = pool_roster_usable(&p->roster);
	return p->suspects_in_flight < (usable > 1 ? usable / 2 : 1);
}

/* What a call ends with that no worker can take; ST_OK while it may still wait. */
static enum status hopelessness(struct pool *p, uint64_t now_ms)
{
	enum status st = pool_readiness(p);
	if (st == ST_OK)
		p->usable_ms = now_ms;
	return now_ms - p->usable_ms < POOL_GRACE_MS ? ST_OK : st;
}

static void repeat_or_end(struct pool *p, struct pool_call *call, struct pool_worker *dead)
{
	pool_state_detach(p, call);
	call->losses++;
	bool may_repeat = call->safe_to_repeat && call->losses < POOL_DEATHS;
	if (may_repeat && call->is_write)
		pool_state_bar(p, call, dead);
	else
		pool_state_suspect(p, call); /* pool_state_end takes it out of a list */
	if (may_repeat)
		p->counts.repeated++;
	else
		pool_state_end(p, call, ST_OUTCOME_UNKNOWN);
}

enum status pool_add(struct pool *p, struct pool_call *call, uint64_t now_ms)
{
	if (p->is_draining && !call->is_urgent)
		return ST_SHUTTING_DOWN;
	enum status st = hopelessness(p, now_ms);
	if (st != ST_OK) {
		p->counts.no_worker++;
		return st;
	}
	const struct pool_line *line = pool_state_line(p, call);
	if (pool_line_is_full(line) && !call->is_urgent)
		pool_dispatch(p);
	if (pool_line_is_full(line) && !call->is_urgent) {
		p->counts.overloaded++;
		return ST_OVERLOADED;
	}
	call->losses = 0;
	call->worker = NULL;
	if (pool_order_join(&p->order, call))
		pool_state_follow(p, call);
	else if (call->is_urgent)
		pool_state_wait_first(p, call);
	else
		pool_state_wait(p, call);
	pool_wheel_start(&p->wheel, call);
	p->counts.calls++;
	p->counts.live++;
	return ST_OK;
}

static void remember_cancelled(struct pool_worker *w, uint32_t msgid)
{
	if (w->cancelled_count < POOL_CANCELLED_MAX)
		w->cancelled[w->cancelled_count++] = msgid;
}

bool pool_cancelled(struct pool_worker *w, uint32_t *msgid)
{
	if (w->cancelled_count == 0)
		return false;
	*msgid = w->cancelled[--w->cancelled_count];
	return true;
}

void pool_remove(struct pool *p, struct pool_call *call)
{
	if (call->state == POOL_IN_FLIGHT && !pool_state_is_unsent(call->worker, call))
		remember_cancelled(call->worker, call->msgid);
	pool_state_release(p, call);
	p->counts.cancelled++;
}

static struct pool_worker *taker_of(const struct pool *p, const struct pool_call *call)
{
	bool is_suspect = call->state == POOL_SUSPECT;
	struct pool_worker *w = call->prefers && !is_suspect
					? pool_roster_preferred(&p->roster, call->prefers)
					: NULL;
	return w ? w : pool_roster_least_loaded(&p->roster, call);
}

static bool dispatch_first(struct pool *p, struct pool_list *from)
{
	struct pool_call *call = TAILQ_FIRST(from);
	struct pool_worker *w = call ? taker_of(p, call) : NULL;
	if (!w || !pool_index_reserve(&p->index))
		return false;
	pool_state_detach(p, call);
	pool_state_hold(p, call, w);
	return true;
}

void pool_dispatch(struct pool *p)
{
	while (may_send_suspect(p) && dispatch_first(p, &p->suspects))
		;
	while (dispatch_first(
		p, &p->slow.calls)) /* before: its share is bounded, plain calls' is not */
		;
	while (dispatch_first(p, &p->plain.calls))
		;
}

void pool_sent(struct pool_worker *w)
{
	w->unsent = TAILQ_NEXT(w->unsent, link);
}

static void take_back(struct pool *p, struct pool_worker *w)
{
	while (w->unsent) {
		struct pool_call *last = TAILQ_LAST(&w->held, pool_list);
		pool_state_detach(p, last);
		pool_state_wait_first(p, last);
		p->counts.requeued++;
	}
}

void pool_take_back(struct pool *p, struct pool_worker *w)
{
	take_back(p, w);
	w->credit = w->sent;
}

void pool_lose(struct pool *p, struct pool_worker *w)
{
	take_back(p, w);
	bool has_left = w->is_leaving && w->in_flight == 0;
	p->counts.deaths += !has_left;
	pool_roster_part(&p->roster, w);
	w->epoch = p->next_epoch++; /* what it may still say is of the past */
	tell(p, has_left ? POOL_WORKER_LEFT : POOL_WORKER_DIED, w);
	while (!TAILQ_EMPTY(&w->held))
		repeat_or_end(p, TAILQ_FIRST(&w->held), w);
	if (TAILQ_EMPTY(&w->barred)) {
		free(w);
		return;
	}
	w->next = p->ghosts;
	p->ghosts = w;
}

struct pool_worker *pool_ghosts(const struct pool *p)
{
	return p->ghosts;
}

void pool_fenced(struct pool *p, struct pool_worker *ghost, bool has_ended)
{
	struct pool_call *call;
	while ((call = TAILQ_FIRST(&ghost->barred)) != NULL) {
		if (!has_ended) {
			pool_state_end(p, call, ST_OUTCOME_UNKNOWN);
			continue;
		}
		pool_state_detach(p, call);
		pool_state_suspect(p, call);
	}
	struct pool_worker **at = &p->ghosts;
	while (*at != ghost)
		at = &(*at)->next;
	*at = ghost->next;
	free(ghost);
}

static void hear_database(struct pool *p, struct pool_worker *w, bool has_database)
{
	if (w->has_database == has_database)
		return;
	w->has_database = has_database;
	tell(p, has_database ? POOL_DATABASE_BACK : POOL_DATABASE_LOST, w);
}

static void hear_credit(struct pool_worker *w, int64_t credit)
{
	w->credit = credit > 0 ? credit : 0;
}

/* A process that connects anew has lost its former connection. */
static struct pool_worker *take_on(struct pool *p, const struct pool_greeting *greeting)
{
	struct pool_worker *former = pool_roster_find_process(&p->roster, greeting->uuid);
	if (former)
		pool_lose(p, former);
	struct pool_worker *w = pool_roster_join(&p->roster, greeting, p->next_epoch);
	if (!w)
		return NULL;
	p->next_epoch++;
	tell(p, POOL_WORKER_JOINED, w);
	return w;
}

struct pool_worker *pool_greet(
	struct pool *p, const struct pool_greeting *greeting, uint64_t now_ms)
{
	struct pool_worker *w = pool_worker_of(p, greeting->peer);
	if (!w)
		w = take_on(p, greeting);
	if (!w)
		return NULL;
	(void)hopelessness(p, now_ms); /* up to now there was what there was */
	w->heard_ms = now_ms;
	hear_database(p, w, greeting->has_database);
	if (greeting->epoch == w->epoch)
		hear_credit(w, greeting->credit);
	return w;
}

bool pool_credit(
	struct pool *p, struct pool_worker *w, int64_t epoch, int64_t credit, uint64_t now_ms)
{
	w->heard_ms = now_ms;
	if (epoch != w->epoch) {
		p->counts.stale++;
		return false;
	}
	hear_credit(w, credit);
	return true;
}

void pool_leave(struct pool *p, struct pool_worker *w, int64_t epoch)
{
	if (epoch != w->epoch) {
		p->counts.stale++;
		return;
	}
	w->is_leaving = true;
	take_back(p, w);
}

struct pool_call *pool_answer(
	struct pool *p, struct pool_worker *w, uint32_t msgid, enum status said)
{
	struct pool_call *call = pool_index_find(&p->index, msgid);
	if (!call || call->worker != w || pool_state_is_unsent(w, call)) {
		p->counts.late++;
		return NULL;
	}
	pool_state_release(p, call);
	/* What w says of its own try is true; of a former one it knows nothing. */
	bool is_known = pool_state_honest(call, call->losses > 0, said) == said;
	call->verdict = is_known ? ST_OK : ST_OUTCOME_UNKNOWN;
	is_known ? p->counts.answered++ : p->counts.unknown++;
	return call;
}

static void bury_silent(struct pool *p, uint64_t now_ms)
{
	bool was_late = now_ms - p->ticked_ms > POOL_STALL_MS;
	for (struct pool_worker *w = p->roster.first, *next; w; w = next) {
		next = w->next;
		if (was_late)
			w->heard_ms = now_ms;
		else if (now_ms - w->heard_ms >= POOL_SILENCE_MS)
			pool_lose(p, w);
	}
}

static void on_due(void *arg, struct pool_call *call)
{
	pool_state_end(arg, call, ST_DEADLINE_EXCEEDED);
}

static void end_list(struct pool *p, struct pool_list *list, enum status verdict)
{
	struct pool_call *call;
	while ((call = TAILQ_FIRST(list)))
		pool_state_end(p, call, verdict);
}

static void end_waiting(struct pool *p, enum status verdict)
{
	for (struct pool_worker *ghost = p->ghosts; ghost; ghost = ghost->next)
		end_list(p, &ghost->barred, verdict);
	end_list(p, &p->suspects, verdict);
	while (!TAILQ_EMPTY(&p->plain.calls) || !TAILQ_EMPTY(&p->slow.calls)) {
		end_list(p, &p->slow.calls, verdict); /* who follows comes into its line */
		end_list(p, &p->plain.calls, verdict);
	}
}

void pool_tick(struct pool *p, uint64_t now_ms)
{
	pool_wheel_turn(&p->wheel, now_ms, on_due, p);
	bury_silent(p, now_ms);
	p->ticked_ms = now_ms;
	enum status st = hopelessness(p, now_ms);
	if (st != ST_OK)
		end_waiting(p, st);
}

struct pool_call *pool_take_ended(struct pool *p)
{
	struct pool_call *call = TAILQ_FIRST(&p->ended);
	if (call)
		pool_state_release(p, call);
	return call;
}

void pool_drain(struct pool *p)
{
	p->is_draining = true;
}

void pool_end_all(struct pool *p, enum status verdict)
{
	for (struct pool_worker *w = p->roster.first; w; w = w->next)
		end_list(p, &w->held, verdict);
	end_waiting(p, verdict);
}
