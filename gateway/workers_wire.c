#include "gateway/workers_wire.h"

#include "common/envelope.h"
#include "common/log.h"
#include "common/service.h"
#include "common/socket.h"
#include "common/uuid.h"

enum { BODY_TARGET = 256 * 1024 }; /* a message is sent once it has grown to this */

static void notify_changed(const struct workers_wire *wire)
{
	wire->options.on_pool_changed(wire->options.arg);
}

/* To workers. */

static struct span peer_of(const struct pool_worker *worker)
{
	return (struct span){ worker->peer, worker->peer_len };
}

static void put_hello(
	const struct workers_wire *wire, const struct pool_worker *worker, struct buf *out)
{
	char uuid[UUID_TEXT_LEN];
	struct buf params = { 0 };
	uuid_format(wire->uuid, uuid);
	msg_put_map(&params, 3);
	msg_put_key(&params, "gateway");
	msg_put_text(&params, (struct span){ uuid, sizeof uuid });
	msg_put_key(&params, "epoch");
	msg_put_int(&params, worker->epoch);
	msg_put_key(&params, "version");
	msg_put_key(&params, wire->options.version);
	envelope_put_notification(out, "gateway.hello", buf_view(&params));
	out->failed |= params.failed;
	buf_fini(&params);
}

static enum status send_hello(const struct workers_wire *wire, const struct pool_worker *worker)
{
	struct buf out = { 0 };
	put_hello(wire, worker, &out);
	enum status st = out.failed ? ST_NO_MEMORY
				    : socket_send(wire->socket, peer_of(worker), buf_view(&out));
	buf_fini(&out);
	return st;
}

void workers_wire_end_epoch(const struct workers_wire *wire, const struct pool_worker *worker)
{
	(void)send_hello(wire, worker); /* mostly there is nobody any more */
}

bool workers_wire_hello(struct workers_wire *wire, struct pool_worker *worker)
{
	if (send_hello(wire, worker) != ST_NO_WORKER)
		return true; /* another refusal is made good by the next hello */
	pool_lose(wire->options.pool, worker);
	notify_changed(wire);
	return false;
}

/* One message of what waits for this worker; how many calls are in it. */
static size_t fill_body(
	struct workers_wire *wire, const struct pool_worker *worker, uint64_t now_ms)
{
	size_t count = 0;
	buf_clear(&wire->body);
	struct pool_call *pooled = worker->unsent;
	for (; pooled && wire->body.len < BODY_TARGET; pooled = TAILQ_NEXT(pooled, link)) {
		size_t len = wire->body.len;
		wire->options.put_call(pooled, now_ms, &wire->body);
		if (count > 0 && wire->body.len > ENVELOPE_BODY_MAX) {
			wire->body.len = len; /* a long one goes alone */
			break;
		}
		count++;
	}
	return count;
}

/* A hint, so what can't be sent is forgotten. */
static void send_cancelled(struct workers_wire *wire, struct pool_worker *worker)
{
	uint32_t msgid, count = 0;
	struct buf params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, worker->epoch);
	msg_put_key(&params, "msgids");
	size_t mark = msg_open_array(&params);
	for (; pool_next_cancelled(worker, &msgid); count++)
		msg_put_int(&params, msgid);
	msg_close(&params, mark, count);
	buf_clear(&wire->body);
	envelope_put_notification(&wire->body, "gateway.cancel", buf_view(&params));
	bool is_whole = !params.failed && !wire->body.failed;
	enum status st = is_whole
				 ? socket_send(wire->socket, peer_of(worker), buf_view(&wire->body))
				 : ST_NO_MEMORY;
	if (st != ST_OK)
		log_debug("a worker is not told that callers have left: %s", status_info(st)->code);
	buf_fini(&params);
}

void workers_wire_send(struct workers_wire *wire, struct pool_worker *worker, uint64_t now_ms)
{
	if (worker->cancelled_count > 0)
		send_cancelled(wire, worker);
	while (worker->unsent) {
		size_t count = fill_body(wire, worker, now_ms);
		enum status st = wire->body.failed ? ST_NO_MEMORY
						   : socket_send(wire->socket, peer_of(worker),
							   buf_view(&wire->body));
		if (st == ST_NO_WORKER) {
			pool_lose(wire->options.pool, worker);
			notify_changed(wire);
			return;
		}
		if (st != ST_OK) {
			pool_requeue_unsent(wire->options.pool, worker);
			return;
		}
		for (; count > 0; count--)
			pool_sent(worker);
	}
}

/* From workers. */

static void on_ready(struct workers_wire *wire, struct span peer, struct span params)
{
	struct pool_registration registration = { .peer = peer };
	struct span uuid, database;
	struct msg_token token = { 0 };
	if (!msg_find_text(params, "worker", &uuid) || !uuid_parse(uuid, registration.uuid)
		|| !msg_find_int(params, "epoch", &registration.epoch)
		|| !msg_find_int(params, "credit", &registration.credit)
		|| msg_find(params, "database", &database) != ST_OK) {
		wire->options.pool->counts.malformed++;
		return;
	}
	if (!msg_find_int(params, "pid", &registration.pid))
		registration.pid = 0;
	struct msg_reader in = msg_reader(database);
	registration.has_database =
		msg_read(&in, &token) == ST_OK && token.type == MSG_BOOL && token.boolean;
	struct pool_worker *worker =
		pool_register(wire->options.pool, &registration, service_now_ms());
	if (!worker)
		log_warn("a worker is not taken: too many workers, or no memory");
	else if (workers_wire_hello(wire, worker))
		notify_changed(wire);
}

static void on_leaving(struct workers_wire *wire, struct pool_worker *worker, struct span params)
{
	int64_t epoch;
	if (!msg_find_int(params, "epoch", &epoch)) {
		wire->options.pool->counts.malformed++;
		return;
	}
	pool_leave(wire->options.pool, worker, epoch);
	notify_changed(wire);
}

/* False: what follows in the message is of another epoch. */
static bool on_credit(struct workers_wire *wire, struct pool_worker *worker, struct span params)
{
	int64_t epoch, credit;
	if (!msg_find_int(params, "epoch", &epoch) || !msg_find_int(params, "credit", &credit)) {
		wire->options.pool->counts.malformed++;
		return false;
	}
	return pool_credit(wire->options.pool, worker, epoch, credit, service_now_ms());
}

enum status workers_wire_error_status(struct span error)
{
	struct span code;
	if (msg_is_nil(error))
		return ST_OK;
	return msg_find_text(error, "code", &code) ? status_from_code(code.bytes, code.len)
						   : ST_INTERNAL;
}

static void on_response(
	struct workers_wire *wire, struct pool_worker *worker, const struct envelope *message)
{
	enum status st = workers_wire_error_status(message->error);
	struct pool_call *pooled = pool_complete(wire->options.pool, worker, message->msgid, st);
	if (pooled)
		wire->options.on_response(pooled, message->error, message->result);
}

/* One message's walk: responses count only after a credit of the right epoch. */
struct walk {
	struct span peer;
	struct pool_worker *worker; /* NULL: it has not said ready */
	bool is_current;
};

static bool take(struct workers_wire *wire, struct walk *walk, const struct envelope *message)
{
	if (message->kind == ENVELOPE_NOTIFICATION && span_is(message->method, "worker.ready")) {
		on_ready(wire, walk->peer, message->params);
		walk->worker = pool_worker_of(wire->options.pool, walk->peer);
		return true;
	}
	if (!walk->worker) {
		wire->options.pool->counts.stale++;
		return false;
	}
	if (message->kind == ENVELOPE_RESPONSE) {
		if (walk->is_current)
			on_response(wire, walk->worker, message);
		else
			wire->options.pool->counts.malformed++;
		return walk->is_current;
	}
	if (message->kind == ENVELOPE_NOTIFICATION && span_is(message->method, "worker.credit"))
		return walk->is_current = on_credit(wire, walk->worker, message->params);
	if (message->kind == ENVELOPE_NOTIFICATION && span_is(message->method, "worker.leaving"))
		on_leaving(wire, walk->worker, message->params);
	return true; /* a newer worker may say more than we know */
}

static void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	struct workers_wire *wire = arg;
	(void)s;
	struct msg_reader in = msg_reader(body);
	struct walk walk = { .peer = peer, .worker = pool_worker_of(wire->options.pool, peer) };
	while (in.at < in.end) {
		struct envelope message;
		struct fail why = { 0 };
		if (envelope_decode(&in, &message, &why) != ST_OK) {
			wire->options.pool->counts.malformed++;
			log_warn("a worker's message is malformed: %s: dropped",
				fail_text(&why, ST_MALFORMED));
			break;
		}
		if (!take(wire, &walk, &message))
			break;
	}
	notify_changed(wire);
}

enum status workers_wire_open(struct workers_wire *wire, struct socket_hub *hub,
	const struct workers_wire_options *options, struct fail *why)
{
	struct uuid_source ids = { 0 };
	struct socket_options socket = {
		.endpoint = options->endpoint,
		.bind = true,
		.router = true,
		.max_body = SOCKET_REPLY_BODY_MAX,
		.peers_max = options->peers_max,
		.role = CURVE_WORKER,
		.on_message = on_message,
		.arg = wire,
	};
	*wire = (struct workers_wire){ .options = *options };
	uuid_v7(&ids, wire->uuid);
	return socket_open(hub, &socket, &wire->socket, why);
}

void workers_wire_close(struct workers_wire *wire)
{
	socket_free(&wire->socket);
	buf_fini(&wire->body);
}
