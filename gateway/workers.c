#include "gateway/workers.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/service.h"
#include "common/socket.h"
#include "common/uuid.h"
#include "gateway/principal.h"
#include "gateway/workers_call.h"
#include "gateway/workers_wire.h"
#include "gateway/write_key.h"

enum {
	IDLE_TICK_MS = 500,
	FENCE_MS = 5000,
	FENCE_AGAIN_MS = 100,
	PING_MS = 200, /* of silence of a worker that has requests */
};

struct workers {
	struct pool pool;
	struct workers_wire wire;
	struct positions positions;
	struct event *flush; /* at the end of the loop turn */
	struct event *tick;
	bool is_flush_armed, is_tick_fast;
	uint64_t pinged_ms;
	void (*on_drained)(void *arg);
	void *drained_arg;
};

/* The flush runs once per loop turn, after all sockets were read, so that requests leave
 * together. */
static void arm_flush(struct workers *w)
{
	static const struct timeval at_once = { 0 };
	if (!w->is_flush_armed)
		w->is_flush_armed = event_add(w->flush, &at_once) == 0;
}

static void on_pool_changed(void *arg)
{
	arm_flush(arg);
}

static void on_position(void *arg, struct position position)
{
	struct workers *w = arg;
	positions_raise_floor(&w->positions, position);
}

static void arm_tick(struct workers *w, bool is_fast)
{
	long ms = is_fast ? POOL_TICK_MS : IDLE_TICK_MS;
	struct timeval interval = { .tv_sec = 0, .tv_usec = ms * 1000 };
	w->is_tick_fast = is_fast;
	if (event_add(w->tick, &interval) != 0)
		log_error("timer not started: calls may outlive their deadlines");
}

static void report_ended(struct workers *w)
{
	struct pool_call *pooled;
	while ((pooled = pool_take_ended(&w->pool)))
		workers_call_respond(pooled, &(struct worker_response){ 0 });
}

static void report_drained(struct workers *w)
{
	void (*on_drained)(void *) = w->on_drained;
	if (!on_drained || w->pool.counts.live > 0)
		return;
	w->on_drained = NULL;
	on_drained(w->drained_arg);
}

/* Calls. */

static uint64_t seed_of(const struct workers *w)
{
	uint64_t seed;
	memcpy(&seed, w->wire.uuid + sizeof w->wire.uuid - sizeof seed, sizeof seed);
	return seed; /* the random end of a UUIDv7 */
}

/* Takes the call, also on failure. */
static enum status start(struct workers *w, struct call *call, int64_t budget_ms)
{
	uint64_t now_ms = service_now_ms();
	call->workers = w;
	call->pooled.deadline_ms = now_ms + (uint64_t)(budget_ms > 0 ? budget_ms : 1);
	enum status st = pool_add(&w->pool, &call->pooled, now_ms);
	if (st != ST_OK) {
		free(call);
		return st;
	}
	arm_flush(w);
	if (!w->is_tick_fast)
		arm_tick(w, true);
	return ST_OK;
}

/* Fences: another worker ends what a lost worker still runs in the database (schema/rpc.md,
 * workers.fence), before the writes of the lost worker are retried. */

/* A fence that failed is tried again while it is awaited. */
static void on_fenced(void *arg, enum status st, struct span error, struct span result)
{
	struct pool_worker *lost = arg;
	struct workers *w = lost->fence_arg;
	char uuid[UUID_TEXT_LEN];
	(void)result;
	lost->fence_arg = NULL;
	if (st == ST_OK)
		st = workers_wire_error_status(error);
	bool is_awaited = pool_awaits_fence(lost);
	if (st != ST_OK && is_awaited && status_info(st)->retryable)
		return;
	uuid_format(lost->uuid, uuid);
	if (st != ST_OK && is_awaited)
		log_error("fence of worker %.*s failed: %s: the outcome of its writes is unknown",
			UUID_TEXT_LEN, uuid, status_info(st)->code);
	pool_fenced(&w->pool, lost, st == ST_OK);
	arm_flush(w);
}

static void fence(struct workers *w, struct pool_worker *lost)
{
	const struct method *method = method_find(SPAN("workers.fence"));
	char uuid[UUID_TEXT_LEN];
	struct buf params = { 0 };
	struct context context = { principal_of_gateway.account, { uuid, sizeof uuid }, FENCE_MS };
	uuid_format(lost->uuid, uuid);
	msg_put_map(&params, 1);
	msg_put_key(&params, "worker");
	msg_put_text(&params, (struct span){ uuid, sizeof uuid });
	struct call *call =
		params.failed ? NULL : workers_call_new(method, &context, buf_view(&params));
	buf_fini(&params);
	lost->fence_started_ms = service_now_ms();
	if (!call)
		return;
	call->done = on_fenced;
	call->arg = lost;
	call->pooled.is_write = false; /* fencing is idempotent */
	call->pooled.is_urgent = true;
	call->pooled.preferred_worker = lost->uuid; /* if connected again, it is the fastest */
	if (start(w, call, FENCE_MS) == ST_OK)
		lost->fence_arg = w;
}

static bool is_being_fenced(const struct pool_worker *lost, uint64_t now_ms)
{
	return lost->fence_arg
	       || (lost->fence_started_ms && now_ms - lost->fence_started_ms < FENCE_AGAIN_MS);
}

/* At once, also if no call waits for it yet: a worker that connects again is not cut off later, in
 * the middle of new requests. */
static void fence_lost_workers(struct workers *w, uint64_t now_ms)
{
	for (struct pool_worker *lost = pool_lost_workers(&w->pool), *next; lost; lost = next) {
		next = lost->next;
		if (is_being_fenced(lost, now_ms))
			continue;
		if (!pool_awaits_fence(lost))
			pool_fenced(&w->pool, lost, false);
		else if (pool_workers(&w->pool))
			fence(w, lost);
	}
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;
	(void)fd, (void)what;
	w->is_flush_armed = false;
	uint64_t now_ms = service_now_ms();
	fence_lost_workers(w, now_ms);
	pool_dispatch(&w->pool);
	for (struct pool_worker *worker = pool_workers(&w->pool), *next; worker; worker = next) {
		next = worker->next;
		workers_wire_send(&w->wire, worker, now_ms);
	}
	report_ended(w);
	report_drained(w);
}

/* A send finds a dead connection at once; silence shows it only after POOL_SILENCE_MS. */
static void ping_silent_workers(struct workers *w, uint64_t now_ms)
{
	if (now_ms - w->pinged_ms < PING_MS)
		return;
	w->pinged_ms = now_ms;
	for (struct pool_worker *worker = pool_workers(&w->pool), *next; worker; worker = next) {
		next = worker->next;
		bool has_work = worker->in_flight > 0 || !TAILQ_EMPTY(&worker->stand_ins);
		if (has_work && now_ms - worker->last_message_ms >= PING_MS)
			workers_wire_ping(&w->wire, worker);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;
	(void)fd, (void)what;
	uint64_t now_ms = service_now_ms();
	pool_tick(&w->pool, now_ms);
	ping_silent_workers(w, now_ms);
	arm_flush(w);
	arm_tick(w, w->pool.counts.live > 0);
}

static void on_worker(void *arg, enum pool_event event, const struct pool_worker *worker)
{
	struct workers *w = arg;
	char uuid[UUID_TEXT_LEN];
	uuid_format(worker->uuid, uuid);
	const int len = sizeof uuid;
	switch (event) {
	case POOL_WORKER_JOINED:
		log_info("worker %.*s joined", len, uuid);
		break;
	case POOL_WORKER_LEFT:
		log_info("worker %.*s left", len, uuid);
		break;
	case POOL_WORKER_DIED:
		log_warn("worker %.*s is gone: %zu calls that it held are retried or ended", len,
			uuid, worker->in_flight);
		workers_wire_end_epoch(&w->wire, worker);
		break;
	case POOL_DATABASE_LOST:
		log_warn("worker %.*s lost its database: it gets no calls", len, uuid);
		break;
	case POOL_DATABASE_BACK:
		log_info("worker %.*s has its database", len, uuid);
		break;
	}
}

/* For callers. */

static enum status open_events(struct workers *w, struct event_base *base, struct fail *why)
{
	w->flush = event_new(base, -1, 0, on_flush, w);
	w->tick = event_new(base, -1, 0, on_tick, w);
	if (!w->flush || !w->tick)
		return fail_set(why, ST_NO_MEMORY, "timers: out of memory");
	arm_tick(w, false);
	return ST_OK;
}

enum status workers_open(struct workers **out, struct socket_hub *hub, struct event_base *base,
	const struct workers_options *options, struct fail *why)
{
	struct workers *w = calloc(1, sizeof *w);
	if (!w)
		return fail_set(why, ST_NO_MEMORY, "workers: out of memory");
	struct pool_options pool = {
		.queue_max = options->queue_max,
		.methods = method_count(),
		.epoch = options->epoch,
		.on_event = on_worker,
		.event_arg = w,
	};
	struct workers_wire_options wire = {
		.endpoint = options->endpoint,
		.version = options->version,
		.peers_max = options->peers_max,
		.pool = &w->pool,
		.put_call = workers_call_put,
		.on_response = workers_call_respond,
		.on_position = on_position,
		.on_pool_changed = on_pool_changed,
		.arg = w,
	};
	pool_init(&w->pool, &pool, service_now_ms());
	enum status st = open_events(w, base, why);
	if (st == ST_OK)
		st = workers_wire_open(&w->wire, hub, &wire, why);
	if (st != ST_OK) {
		workers_free(&w);
		return fail_wrap(why, st, "open the workers' endpoint");
	}
	*out = w;
	return ST_OK;
}

enum status workers_call(struct workers *w, const struct method *method,
	const struct context *context, struct span params, call_done done, void *arg,
	struct call **out)
{
	if (params.len > WORKERS_PARAMS_MAX || context->request_id.len > ENVELOPE_REQUEST_ID_MAX)
		return ST_PAYLOAD_TOO_LARGE;
	struct call *call = workers_call_new(method, context, params);
	if (!call)
		return ST_NO_MEMORY;
	call->done = done;
	call->arg = arg;
	workers_call_start(call, &w->positions, context->position);
	if (method->is_write)
		call->pooled.key = write_key(method, context->account, params, seed_of(w));
	enum status st = start(w, call, context->deadline_ms);
	if (st != ST_OK)
		return st;
	*out = call;
	return ST_OK;
}

void workers_cancel(struct call **call)
{
	struct call *c = *call;
	*call = NULL;
	if (!c)
		return;
	workers_call_note_end(c, ST_OUTCOME_UNKNOWN, (struct position){ 0 });
	pool_remove(&c->workers->pool, &c->pooled);
	arm_flush(c->workers); /* may end a drain, or let a retry start */
	free(c);
}

bool workers_ready(const struct workers *w, bool *has_worker, bool *has_database)
{
	enum status st = pool_readiness(&w->pool);
	*has_worker = st != ST_NO_WORKER;
	*has_database = st == ST_OK;
	return st == ST_OK;
}

struct position workers_position(const struct workers *w)
{
	return positions_after_write(&w->positions);
}

const char *workers_endpoint(const struct workers *w)
{
	return socket_endpoint(w->wire.socket);
}

struct pool_counts workers_counts(const struct workers *w)
{
	return w->pool.counts;
}

void workers_add_counters(const struct workers *w, struct counter_sources *sources)
{
	counter_sources_add(sources, &pool_gauge_table, &w->pool.counts);
	counter_sources_add(sources, &pool_counter_table, &w->pool.counts);
	counter_sources_add(sources, &worker_socket_counter_table, socket_counts(w->wire.socket));
}

const unsigned char *workers_uuid(const struct workers *w)
{
	return w->wire.uuid;
}

const struct pool *workers_pool(const struct workers *w)
{
	return &w->pool;
}

void workers_drain(struct workers *w, void (*on_drained)(void *arg), void *arg)
{
	pool_drain(&w->pool);
	w->on_drained = on_drained;
	w->drained_arg = arg;
	arm_flush(w);
}

void workers_free(struct workers **workers)
{
	struct workers *w = *workers;
	*workers = NULL;
	if (!w)
		return;
	pool_drain(&w->pool);
	pool_end_all(&w->pool, ST_SHUTTING_DOWN);
	report_ended(w);
	if (w->flush)
		event_free(w->flush);
	if (w->tick)
		event_free(w->tick);
	workers_wire_close(&w->wire);
	pool_fini(&w->pool);
	free(w);
}
