#include "gateway/workers.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/service.h"
#include "common/socket.h"
#include "common/uuid.h"

enum {
	IDLE_TICK_MS = 500,
	PROBE_MS = 200,           /* a worker that holds calls is greeted after so long a silence */
	BODY_TARGET = 256 * 1024, /* a message is sent once it has grown to this */
};

/* Its texts follow the struct: the request id, then the params. */
struct call {
	struct pool_call pooled;
	struct workers *workers;
	const struct method *method;
	call_done done;
	void *arg;
	int64_t account;
	struct span request_id, params;
};

struct workers {
	struct pool pool;
	struct socket *socket;
	struct event *flush; /* armed once where something is to be done at the end of this turn */
	struct event *tick;
	bool is_flush_armed, is_tick_fast;
	unsigned char uuid[16];
	const char *version;
	uint64_t probed_ms;
	struct buf body; /* the message that is being made */
	void (*on_drained)(void *arg);
	void *drained_arg;
};

static struct call *call_of(struct pool_call *pooled)
{
	return (struct call *)(void *)((char *)pooled - offsetof(struct call, pooled));
}

static void finish(struct pool_call *pooled, enum status st, struct span error, struct span result)
{
	struct call *call = call_of(pooled);
	call->done(call->arg, st, error, result);
	free(call);
}

/* Once a loop turn, after all that is ready was read: what it gives goes out together. */
static void arm_flush(struct workers *w)
{
	static const struct timeval at_once = { 0 };
	if (!w->is_flush_armed)
		w->is_flush_armed = event_add(w->flush, &at_once) == 0;
}

static void arm_tick(struct workers *w, bool is_fast)
{
	long ms = is_fast ? POOL_TICK_MS : IDLE_TICK_MS;
	struct timeval interval = { .tv_sec = 0, .tv_usec = ms * 1000 };
	w->is_tick_fast = is_fast;
	if (event_add(w->tick, &interval) != 0)
		log_error("timer not started: calls may outlive their deadlines");
}

/* To workers. */

static struct span peer_of(const struct pool_worker *worker)
{
	return (struct span){ worker->peer, worker->peer_len };
}

static void put_hello(const struct workers *w, const struct pool_worker *worker, struct buf *out)
{
	char uuid[UUID_TEXT_LEN];
	struct buf params = { 0 };
	uuid_format(w->uuid, uuid);
	msg_put_map(&params, 3);
	msg_put_key(&params, "gateway");
	msg_put_text(&params, (struct span){ uuid, sizeof uuid });
	msg_put_key(&params, "epoch");
	msg_put_int(&params, worker->epoch);
	msg_put_key(&params, "version");
	msg_put_key(&params, w->version);
	envelope_put_notification(out, "gateway.hello", buf_view(&params));
	out->failed |= params.failed;
	buf_fini(&params);
}

/* False where the worker's connection turned out to be gone: the worker is, too. */
static bool say_hello(struct workers *w, struct pool_worker *worker)
{
	struct buf out = { 0 };
	put_hello(w, worker, &out);
	enum status st =
		out.failed ? ST_NO_MEMORY : socket_send(w->socket, peer_of(worker), buf_view(&out));
	buf_fini(&out);
	if (st != ST_NO_WORKER)
		return true; /* another refusal is made good by the next hello */
	pool_lose(&w->pool, worker);
	arm_flush(w);
	return false;
}

static void put_call(const struct call *call, uint64_t now_ms, struct buf *out)
{
	uint64_t deadline_ms = call->pooled.deadline_ms;
	struct context context = {
		.account = call->account,
		.request_id = call->request_id,
		.deadline_ms = deadline_ms > now_ms ? (int64_t)(deadline_ms - now_ms) : 1,
	};
	envelope_put_request(
		out, call->pooled.msgid, span_of(call->method->name), &context, call->params);
}

/* One message of what waits for this worker; how many calls are in it. */
static size_t fill_body(struct workers *w, const struct pool_worker *worker, uint64_t now_ms)
{
	size_t count = 0;
	buf_clear(&w->body);
	struct pool_call *pooled = worker->unsent;
	for (; pooled && w->body.len < BODY_TARGET; pooled = TAILQ_NEXT(pooled, link)) {
		size_t len = w->body.len;
		put_call(call_of(pooled), now_ms, &w->body);
		if (count > 0 && w->body.len > ENVELOPE_BODY_MAX) {
			w->body.len = len; /* a long one goes alone */
			break;
		}
		count++;
	}
	return count;
}

static void send_to(struct workers *w, struct pool_worker *worker, uint64_t now_ms)
{
	while (worker->unsent) {
		size_t count = fill_body(w, worker, now_ms);
		enum status st = w->body.failed ? ST_NO_MEMORY
						: socket_send(w->socket, peer_of(worker),
							buf_view(&w->body));
		if (st == ST_NO_WORKER) {
			pool_lose(&w->pool, worker);
			arm_flush(w);
			return;
		}
		if (st != ST_OK) {
			pool_take_back(&w->pool, worker);
			return;
		}
		for (; count > 0; count--)
			pool_sent(worker);
	}
}

static void report_ended(struct workers *w)
{
	struct pool_call *pooled;
	while ((pooled = pool_take_ended(&w->pool)))
		finish(pooled, pooled->verdict, (struct span){ 0 }, (struct span){ 0 });
}

static void report_drained(struct workers *w)
{
	void (*on_drained)(void *) = w->on_drained;
	if (!on_drained || w->pool.counts.live > 0)
		return;
	w->on_drained = NULL;
	on_drained(w->drained_arg);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;
	(void)fd, (void)what;
	w->is_flush_armed = false;
	pool_dispatch(&w->pool);
	uint64_t now_ms = service_now_ms();
	for (struct pool_worker *worker = pool_workers(&w->pool), *next; worker; worker = next) {
		next = worker->next;
		send_to(w, worker, now_ms);
	}
	report_ended(w);
	report_drained(w);
}

/* A send tells at once that a connection is gone; silence only after POOL_SILENCE_MS. */
static void probe(struct workers *w, uint64_t now_ms)
{
	if (now_ms - w->probed_ms < PROBE_MS)
		return;
	w->probed_ms = now_ms;
	for (struct pool_worker *worker = pool_workers(&w->pool), *next; worker; worker = next) {
		next = worker->next;
		if (worker->in_flight > 0 && now_ms - worker->heard_ms >= PROBE_MS)
			(void)say_hello(w, worker);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct workers *w = arg;
	(void)fd, (void)what;
	uint64_t now_ms = service_now_ms();
	pool_tick(&w->pool, now_ms);
	probe(w, now_ms);
	arm_flush(w);
	arm_tick(w, w->pool.counts.live > 0);
}

/* From workers. */

static void on_ready(struct workers *w, struct span peer, struct span params)
{
	struct pool_greeting greeting = { .peer = peer };
	struct span uuid, database;
	struct msg_token token = { 0 };
	if (!msg_find_text(params, "worker", &uuid) || !uuid_parse(uuid, greeting.uuid)
		|| !msg_find_int(params, "epoch", &greeting.epoch)
		|| !msg_find_int(params, "credit", &greeting.credit)
		|| msg_find(params, "database", &database) != ST_OK) {
		w->pool.counts.malformed++;
		return;
	}
	if (!msg_find_int(params, "pid", &greeting.pid))
		greeting.pid = 0;
	struct msg_reader in = msg_reader(database);
	greeting.has_database =
		msg_read(&in, &token) == ST_OK && token.type == MSG_BOOL && token.boolean;
	struct pool_worker *worker = pool_greet(&w->pool, &greeting, service_now_ms());
	if (!worker)
		log_warn("a worker is not taken: too many workers, or no memory");
	else if (say_hello(w, worker))
		arm_flush(w);
}

static void on_leaving(struct workers *w, struct pool_worker *worker, struct span params)
{
	int64_t epoch;
	if (!msg_find_int(params, "epoch", &epoch)) {
		w->pool.counts.malformed++;
		return;
	}
	pool_leave(&w->pool, worker, epoch);
	arm_flush(w);
}

/* False: what follows in the message is of another epoch. */
static bool on_credit(struct workers *w, struct pool_worker *worker, struct span params)
{
	int64_t epoch, credit;
	if (!msg_find_int(params, "epoch", &epoch) || !msg_find_int(params, "credit", &credit)) {
		w->pool.counts.malformed++;
		return false;
	}
	return pool_credit(&w->pool, worker, epoch, credit, service_now_ms());
}

static enum status meaning_of(struct span error)
{
	struct span code;
	if (msg_is_nil(error))
		return ST_OK;
	return msg_find_text(error, "code", &code) ? status_from_code(code.bytes, code.len)
						   : ST_INTERNAL;
}

static void on_response(
	struct workers *w, struct pool_worker *worker, const struct envelope *message)
{
	enum status said = meaning_of(message->error);
	struct pool_call *pooled = pool_answer(&w->pool, worker, message->msgid, said);
	if (!pooled)
		return;
	if (pooled->verdict == ST_OK)
		finish(pooled, ST_OK, message->error, message->result);
	else
		finish(pooled, pooled->verdict, (struct span){ 0 }, (struct span){ 0 });
}

/* One message's walk: responses count only after a credit of the right epoch. */
struct walk {
	struct span peer;
	struct pool_worker *worker; /* NULL: it has not said ready */
	bool is_current;
};

static bool take(struct workers *w, struct walk *walk, const struct envelope *message)
{
	if (message->kind == ENVELOPE_NOTIFICATION && span_is(message->method, "worker.ready")) {
		on_ready(w, walk->peer, message->params);
		walk->worker = pool_worker_of(&w->pool, walk->peer);
		return true;
	}
	if (!walk->worker) {
		w->pool.counts.stale++;
		return false;
	}
	if (message->kind == ENVELOPE_RESPONSE) {
		if (walk->is_current)
			on_response(w, walk->worker, message);
		else
			w->pool.counts.malformed++;
		return walk->is_current;
	}
	if (message->kind == ENVELOPE_NOTIFICATION && span_is(message->method, "worker.credit"))
		return walk->is_current = on_credit(w, walk->worker, message->params);
	if (message->kind == ENVELOPE_NOTIFICATION && span_is(message->method, "worker.leaving"))
		on_leaving(w, walk->worker, message->params);
	return true; /* a newer worker may say more than we know */
}

static void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	struct workers *w = arg;
	(void)s;
	struct msg_reader in = msg_reader(body);
	struct walk walk = { .peer = peer, .worker = pool_worker_of(&w->pool, peer) };
	while (in.at < in.end) {
		struct envelope message;
		struct fail why = { 0 };
		if (envelope_decode(&in, &message, &why) != ST_OK) {
			w->pool.counts.malformed++;
			log_warn("a worker's message is malformed: %s: dropped",
				fail_text(&why, ST_MALFORMED));
			break;
		}
		if (!take(w, &walk, &message))
			break;
	}
	arm_flush(w);
}

static void on_worker(void *arg, enum pool_event event, const struct pool_worker *worker)
{
	char uuid[UUID_TEXT_LEN];
	(void)arg;
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
		log_warn("worker %.*s is gone: %zu calls that it held are repeated or given up",
			len, uuid, worker->in_flight);
		break;
	case POOL_DATABASE_LOST:
		log_warn("worker %.*s has lost its database: it gets no calls", len, uuid);
		break;
	case POOL_DATABASE_BACK:
		log_info("worker %.*s has its database", len, uuid);
		break;
	}
}

/* The app layer's side. */

static enum status open_events(struct workers *w, struct event_base *base, struct fail *why)
{
	w->flush = event_new(base, -1, 0, on_flush, w);
	w->tick = event_new(base, -1, 0, on_tick, w);
	if (!w->flush || !w->tick)
		return fail_set(why, ST_NO_MEMORY, "timers: out of memory");
	arm_tick(w, false);
	return ST_OK;
}

static enum status open_socket(
	struct workers *w, struct socket_hub *hub, const char *endpoint, struct fail *why)
{
	struct socket_options options = {
		.endpoint = endpoint,
		.bind = true,
		.router = true,
		.max_body = SOCKET_REPLY_BODY_MAX,
		.role = CURVE_WORKER,
		.on_message = on_message,
		.arg = w,
	};
	return socket_open(hub, &options, &w->socket, why);
}

enum status workers_open(struct workers **out, struct socket_hub *hub, struct event_base *base,
	const struct workers_options *options, struct fail *why)
{
	struct workers *w = calloc(1, sizeof *w);
	if (!w)
		return fail_set(why, ST_NO_MEMORY, "workers: out of memory");
	struct pool_options pool = {
		.queue_max = options->queue_max,
		.epoch = options->epoch,
		.watch = on_worker,
		.watch_arg = w,
	};
	struct uuid_source ids = { 0 };
	pool_init(&w->pool, &pool, service_now_ms());
	uuid_v7(&ids, w->uuid);
	w->version = options->version;
	enum status st = open_events(w, base, why);
	if (st == ST_OK)
		st = open_socket(w, hub, options->endpoint, why);
	if (st != ST_OK) {
		workers_free(&w);
		return fail_wrap(why, st, "open the workers' endpoint");
	}
	*out = w;
	return ST_OK;
}

static struct call *new_call(
	const struct method *method, const struct context *context, struct span params)
{
	struct call *call = malloc(sizeof *call + context->request_id.len + params.len);
	if (!call)
		return NULL;
	char *texts = (char *)(call + 1);
	memset(call, 0, sizeof *call);
	memcpy(texts, context->request_id.bytes, context->request_id.len);
	memcpy(texts + context->request_id.len, params.bytes, params.len);
	call->method = method;
	call->account = context->account;
	call->request_id = (struct span){ texts, context->request_id.len };
	call->params = (struct span){ texts + context->request_id.len, params.len };
	call->pooled.is_write = method->is_write;
	call->pooled.safe_to_repeat = method_may_repeat(method, params);
	return call;
}

enum status workers_call(struct workers *w, const struct method *method,
	const struct context *context, struct span params, call_done done, void *arg,
	struct call **out)
{
	if (params.len > WORKERS_PARAMS_MAX || context->request_id.len > ENVELOPE_REQUEST_ID_MAX)
		return ST_PAYLOAD_TOO_LARGE;
	struct call *call = new_call(method, context, params);
	if (!call)
		return ST_NO_MEMORY;
	uint64_t now_ms = service_now_ms();
	call->workers = w;
	call->done = done;
	call->arg = arg;
	call->pooled.deadline_ms =
		now_ms + (uint64_t)(context->deadline_ms > 0 ? context->deadline_ms : 1);
	enum status st = pool_add(&w->pool, &call->pooled, now_ms);
	if (st != ST_OK) {
		free(call);
		return st;
	}
	arm_flush(w);
	if (!w->is_tick_fast)
		arm_tick(w, true);
	*out = call;
	return ST_OK;
}

void workers_cancel(struct call **call)
{
	struct call *c = *call;
	*call = NULL;
	if (!c)
		return;
	pool_remove(&c->workers->pool, &c->pooled);
	arm_flush(c->workers); /* a drain may be over, a suspect's place free */
	free(c);
}

bool workers_ready(const struct workers *w, bool *has_worker, bool *has_database)
{
	enum status st = pool_readiness(&w->pool);
	*has_worker = st != ST_NO_WORKER;
	*has_database = st == ST_OK;
	return st == ST_OK;
}

struct pool_counts workers_counts(const struct workers *w)
{
	return w->pool.counts;
}

const unsigned char *workers_uuid(const struct workers *w)
{
	return w->uuid;
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
	socket_free(&w->socket);
	pool_fini(&w->pool);
	buf_fini(&w->body);
	free(w);
}
