#include "gateway/pool.h"

#include <stdlib.h>

#include "gateway/pool_state.h"

void pool_init(struct pool *p, const struct pool_options *options, uint64_t now_ms)
{
	*p = (struct pool){
		.on_event = options->on_event,
		.event_arg = options->event_arg,
		.next_epoch = options->epoch,
		.ticked_ms = now_ms,
		.counts = { .queue_max = options->queue_max },
	};
	pool_admission_init(&p->admission, options->methods, now_ms);
	bool is_short = options->queue_max < POOL_SLOW_MAX;
	pool_queue_init(
		&p->plain, options->queue_max, (uint64_t)options->queue_max * POOL_ROWS_EACH);
	pool_queue_init(
		&p->slow, is_short ? options->queue_max : POOL_SLOW_MAX, POOL_SLOW_ROWS_MAX);
	TAILQ_INIT(&p->retries);
	TAILQ_INIT(&p->ended);
	pool_index_init(&p->index);
	pool_wheel_init(&p->wheel, now_ms);
}

void pool_fini(struct pool *p)
{
	while (p->lost_workers)
		pool_fenced(p, p->lost_workers, false);
	for (struct pool_worker *w = p->roster.first; w; w = w->next)
		pool_state_free_stand_ins(p, w);
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
	return pool_roster_readiness(&p->roster, POOL_ANY_METHOD);
}

static void notify(const struct pool *p, enum pool_event event, const struct pool_worker *w)
{
	if (p->on_event)
		p->on_event(p->event_arg, event, w);
}

static void repeat_or_end(struct pool *p, struct pool_call *call, struct pool_worker *dead)
{
	if (!call->safe_to_repeat || call->losses + 1 >= POOL_DEATHS) {
		pool_state_end(p, call, ST_OUTCOME_UNKNOWN);
		return;
	}
	pool_state_detach(p, call);
	call->losses++;
	p->counts.repeated++;
	if (call->is_write)
		pool_state_await_fence(p, call, dead);
	else
		pool_state_retry(p, call);
}

enum status pool_add(struct pool *p, struct pool_call *call, uint64_t now_ms)
{
	if (p->is_draining && !call->is_urgent)
		return ST_SHUTTING_DOWN;
	enum status st = pool_admission_status(&p->admission, &p->roster, call->method, now_ms);
	if (st != ST_OK) {
		p->counts.no_worker++;
		return st;
	}
	const struct pool_queue *queue = pool_state_queue(p, call);
	if (pool_queue_is_full(queue) && !call->is_urgent)
		pool_dispatch(p);
	if (pool_queue_is_full(queue) && !call->is_urgent) {
		p->counts.overloaded++;
		return ST_OVERLOADED;
	}
	call->losses = 0;
	call->worker = NULL;
	if (pool_order_add(&p->order, call))
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

bool pool_next_cancelled(struct pool_worker *w, uint32_t *msgid)
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
	pool_state_abandon(p, call);
	p->counts.cancelled++;
}

void pool_sent(struct pool_worker *w)
{
	w->unsent = TAILQ_NEXT(w->unsent, link);
}

static void requeue_unsent(struct pool *p, struct pool_worker *w)
{
	while (w->unsent) {
		struct pool_call *last = TAILQ_LAST(&w->assigned, pool_list);
		pool_state_detach(p, last);
		pool_state_wait_first(p, last);
		p->counts.requeued++;
	}
}

void pool_requeue_unsent(struct pool *p, struct pool_worker *w)
{
	requeue_unsent(p, w);
	w->credit = w->sent;
}

void pool_lose(struct pool *p, struct pool_worker *w)
{
	requeue_unsent(p, w);
	bool has_left = w->is_leaving && w->in_flight == 0;
	p->counts.deaths += !has_left;
	pool_roster_remove(&p->roster, w);
	w->epoch = p->next_epoch++; /* drops all that it may still send */
	notify(p, has_left ? POOL_WORKER_LEFT : POOL_WORKER_DIED, w);
	while (!TAILQ_EMPTY(&w->assigned))
		repeat_or_end(p, TAILQ_FIRST(&w->assigned), w);
	if (TAILQ_EMPTY(&w->awaiting_fence) && TAILQ_EMPTY(&w->stand_ins)) {
		free(w);
		return;
	}
	w->next = p->lost_workers;
	p->lost_workers = w;
}

struct pool_worker *pool_lost_workers(const struct pool *p)
{
	return p->lost_workers;
}

bool pool_awaits_fence(const struct pool_worker *lost)
{
	return !TAILQ_EMPTY(&lost->awaiting_fence) || !TAILQ_EMPTY(&lost->stand_ins);
}

void pool_fenced(struct pool *p, struct pool_worker *lost, bool has_ended)
{
	struct pool_call *call;
	while ((call = TAILQ_FIRST(&lost->awaiting_fence)) != NULL) {
		if (!has_ended) {
			pool_state_end(p, call, ST_OUTCOME_UNKNOWN);
			continue;
		}
		pool_state_detach(p, call);
		pool_state_retry(p, call);
	}
	pool_state_free_stand_ins(p, lost);
	struct pool_worker **at = &p->lost_workers;
	while (*at != lost)
		at = &(*at)->next;
	*at = lost->next;
	free(lost);
}

static void update_database(struct pool *p, struct pool_worker *w, bool has_database)
{
	if (w->has_database == has_database)
		return;
	w->has_database = has_database;
	notify(p, has_database ? POOL_DATABASE_BACK : POOL_DATABASE_LOST, w);
}

static void update_credit(struct pool_worker *w, int64_t credit)
{
	w->credit = credit > 0 ? credit : 0;
}

/* A process that connects again has lost its former connection. */
static struct pool_worker *accept_worker(
	struct pool *p, const struct pool_registration *registration)
{
	struct pool_worker *former = pool_roster_find_process(&p->roster, registration->uuid);
	if (former)
		pool_lose(p, former);
	struct pool_worker *w = pool_roster_add(&p->roster, registration, p->next_epoch);
	if (!w)
		return NULL;
	p->next_epoch++;
	notify(p, POOL_WORKER_JOINED, w);
	return w;
}

struct pool_worker *pool_register(
	struct pool *p, const struct pool_registration *registration, uint64_t now_ms)
{
	struct pool_worker *w = pool_worker_of(p, registration->peer);
	if (!w)
		w = accept_worker(p, registration);
	if (!w)
		return NULL;
	enum status statuses[POOL_METHODS_MAX];
	(void)pool_admission_update(&p->admission, &p->roster, statuses, now_ms);
	w->methods = registration->methods;
	w->methods_hash = registration->methods_hash;
	w->last_message_ms = now_ms;
	update_database(p, w, registration->has_database);
	if (registration->epoch == w->epoch)
		update_credit(w, registration->credit);
	return w;
}

bool pool_credit(
	struct pool *p, struct pool_worker *w, int64_t epoch, int64_t credit, uint64_t now_ms)
{
	w->last_message_ms = now_ms;
	if (epoch != w->epoch) {
		p->counts.stale++;
		return false;
	}
	update_credit(w, credit);
	return true;
}

void pool_leave(struct pool *p, struct pool_worker *w, int64_t epoch)
{
	if (epoch != w->epoch) {
		p->counts.stale++;
		return;
	}
	w->is_leaving = true;
	requeue_unsent(p, w);
}

struct pool_call *pool_complete(
	struct pool *p, struct pool_worker *w, uint32_t msgid, enum status worker_status)
{
	struct pool_call *call = pool_index_find(&p->index, msgid);
	if (!call || call->worker != w || pool_state_is_unsent(w, call)) {
		p->counts.late++;
		pool_state_free_stand_in_of(p, w, msgid);
		return NULL;
	}
	pool_state_release(p, call);
	if (pool_call_kind(call) < POOL_COLLECTED)
		w->answered[pool_call_kind(call)]++;
	/* w knows about its own run of the call, not about the run of a dead worker. */
	bool is_valid = pool_state_reportable_status(call, call->losses > 0, worker_status)
			== worker_status;
	call->outcome = is_valid ? ST_OK : ST_OUTCOME_UNKNOWN;
	is_valid ? p->counts.answered++ : p->counts.unknown++;
	return call;
}

static void expire_silent(struct pool *p, uint64_t now_ms)
{
	bool was_stalled = now_ms - p->ticked_ms > POOL_STALL_MS;
	for (struct pool_worker *w = p->roster.first, *next; w; w = next) {
		next = w->next;
		if (was_stalled)
			w->last_message_ms = now_ms;
		else if (now_ms - w->last_message_ms >= POOL_SILENCE_MS)
			pool_lose(p, w);
	}
}

static void on_due(void *arg, struct pool_call *call)
{
	if (call->state == POOL_STAND_IN)
		pool_state_free_stand_in(arg, call);
	else
		pool_state_end(arg, call, ST_DEADLINE_EXCEEDED);
}

static void end_list(struct pool *p, struct pool_list *list, enum status outcome)
{
	struct pool_call *call;
	while ((call = TAILQ_FIRST(list)))
		pool_state_end(p, call, outcome);
}

static void end_waiting(struct pool *p, enum status outcome)
{
	for (struct pool_worker *lost = p->lost_workers; lost; lost = lost->next) {
		end_list(p, &lost->awaiting_fence, outcome);
		pool_state_free_stand_ins(p, lost);
	}
	end_list(p, &p->retries, outcome);
	while (!TAILQ_EMPTY(&p->plain.calls) || !TAILQ_EMPTY(&p->slow.calls)) {
		end_list(p, &p->slow.calls, outcome); /* a follower moves into its queue */
		end_list(p, &p->plain.calls, outcome);
	}
}

/* Ends the calls of methods that are not admitted. Returns true if there were any. */
static bool end_refused(struct pool *p, struct pool_list *list, const enum status *statuses)
{
	bool has_ended = false;
	for (struct pool_call *call = TAILQ_FIRST(list), *next; call; call = next) {
		next = TAILQ_NEXT(call, link);
		if (statuses[call->method] == ST_OK)
			continue;
		pool_state_end(p, call, statuses[call->method]);
		has_ended = true;
	}
	return has_ended;
}

/* They wait for a fence, which needs a worker. */
static void end_refused_followers(
	struct pool *p, struct pool_worker *lost, const enum status *statuses)
{
	struct pool_call *stand_in = TAILQ_FIRST(&lost->stand_ins);
	for (; stand_in; stand_in = TAILQ_NEXT(stand_in, link))
		(void)end_refused(p, &stand_in->followers, statuses);
}

static void end_hopeless(struct pool *p, uint64_t now_ms)
{
	enum status statuses[POOL_METHODS_MAX];
	if (pool_admission_update(&p->admission, &p->roster, statuses, now_ms))
		return;
	for (struct pool_worker *lost = p->lost_workers; lost; lost = lost->next) {
		(void)end_refused(p, &lost->awaiting_fence, statuses);
		end_refused_followers(p, lost, statuses);
	}
	(void)end_refused(p, &p->retries, statuses);
	while (end_refused(p, &p->slow.calls, statuses)
		|| end_refused(p, &p->plain.calls, statuses))
		; /* again, because followers move up */
}

void pool_tick(struct pool *p, uint64_t now_ms)
{
	pool_wheel_turn(&p->wheel, now_ms, on_due, p);
	expire_silent(p, now_ms);
	pool_roster_check_collecting(&p->roster, now_ms);
	p->ticked_ms = now_ms;
	end_hopeless(p, now_ms);
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

void pool_end_all(struct pool *p, enum status outcome)
{
	for (struct pool_worker *w = p->roster.first; w; w = w->next) {
		end_list(p, &w->assigned, outcome);
		pool_state_free_stand_ins(p, w);
	}
	end_waiting(p, outcome);
}
