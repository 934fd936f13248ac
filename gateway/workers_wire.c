#include "gateway/workers_wire.h"

#include "common/envelope.h"
#include "common/fnv.h"
#include "common/log.h"
#include "common/method.h"
#include "common/service.h"
#include "common/socket.h"
#include "common/uuid.h"

enum {
	BODY_TARGET = 256 * 1024, /* a message of this size is sent at once */
	NAMES_MAX = 4096,         /* methods of a worker: bounds the search for their names */
};

static void report_change(const struct workers_wire *wire)
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
	(void)send_hello(wire, worker); /* usually the worker is gone */
}

static void lose(struct workers_wire *wire, struct pool_worker *worker)
{
	pool_lose(wire->options.pool, worker);
	report_change(wire);
}

/* Fills one message with requests for this worker. Returns how many. */
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
			wire->body.len = len; /* a long request gets its own message */
			break;
		}
		count++;
	}
	return count;
}

/* A hint, so it is not sent again after a failure. */
static enum status send_cancellations(struct workers_wire *wire, struct pool_worker *worker)
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
		log_debug("gateway.cancel not sent: %s", status_info(st)->code);
	buf_fini(&params);
	return st;
}

/* Not with a hello: the worker takes each as the response to a worker.ready. */
void workers_wire_ping(struct workers_wire *wire, struct pool_worker *worker)
{
	if (send_cancellations(wire, worker) == ST_NO_WORKER)
		lose(wire, worker);
}

void workers_wire_send(struct workers_wire *wire, struct pool_worker *worker, uint64_t now_ms)
{
	if (worker->cancelled_count > 0)
		(void)send_cancellations(wire, worker);
	while (worker->unsent) {
		size_t count = fill_body(wire, worker, now_ms);
		enum status st = wire->body.failed ? ST_NO_MEMORY
						   : socket_send(wire->socket, peer_of(worker),
							   buf_view(&wire->body));
		if (st == ST_NO_WORKER) {
			lose(wire, worker);
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

/* The sender of the message that is being read. */
struct sender {
	struct span peer;
	struct pool_worker *worker; /* NULL: it has not sent worker.ready */
	bool is_current;            /* a credit of its epoch came before, so responses count */
	struct position committed;  /* of that credit */
};

static bool count_malformed(struct workers_wire *wire)
{
	wire->options.pool->counts.malformed++;
	return false;
}

/* Adds the method of each name that this gateway knows. */
static bool read_names(struct span list, struct pool_methods *out)
{
	struct msg_reader in = msg_reader(list);
	struct msg_token array, name;
	if (msg_read(&in, &array) != ST_OK || array.type != MSG_ARRAY || array.count > NAMES_MAX)
		return false;
	for (uint32_t i = 0; i < array.count; i++) {
		if (msg_read(&in, &name) != ST_OK || name.type != MSG_TEXT)
			return false;
		const struct method *m = method_find(name.text);
		if (m)
			pool_methods_add(out, method_index(m));
	}
	return true;
}

/* The list comes every second, so it is parsed only if it changed. A worker that sends none has all
 * methods. */
static bool read_methods(
	struct span params, const struct pool_worker *known, struct pool_registration *out)
{
	struct span list;
	if (msg_find(params, "methods", &list) != ST_OK || msg_is_nil(list)) {
		out->methods = pool_methods_all();
		return true;
	}
	out->methods_hash = fnv_mix(FNV_START, list.bytes, list.len);
	if (known && known->methods_hash == out->methods_hash) {
		out->methods = known->methods;
		return true;
	}
	return read_names(list, &out->methods);
}

static bool read_ready(
	struct span params, const struct pool_worker *known, struct pool_registration *out)
{
	struct span uuid, database;
	struct msg_token token = { 0 };
	if (!msg_find_text(params, "worker", &uuid) || !uuid_parse(uuid, out->uuid)
		|| !msg_find_int(params, "epoch", &out->epoch)
		|| !msg_find_int(params, "credit", &out->credit)
		|| msg_find(params, "database", &database) != ST_OK
		|| !read_methods(params, known, out))
		return false;
	if (!msg_find_int(params, "pid", &out->pid))
		out->pid = 0;
	struct msg_reader in = msg_reader(database);
	out->has_database =
		msg_read(&in, &token) == ST_OK && token.type == MSG_BOOL && token.boolean;
	return true;
}

/* The rest of the message is read even if this part is malformed. */
static bool on_ready(struct workers_wire *wire, struct sender *from, struct span params)
{
	struct pool_registration registration = { .peer = from->peer };
	if (!read_ready(params, from->worker, &registration)) {
		(void)count_malformed(wire);
		return true;
	}
	struct pool_worker *worker =
		pool_register(wire->options.pool, &registration, service_now_ms());
	if (!worker)
		log_warn("worker refused: too many workers, or no memory");
	else if (send_hello(wire, worker) == ST_NO_WORKER)
		lose(wire, worker); /* after any other failure the next hello does it */
	else
		report_change(wire);
	from->worker = pool_worker_of(wire->options.pool, from->peer); /* it may be lost */
	if (!from->worker)
		return true;
	worker_stats_read(&from->worker->stats, params);
	struct position committed;
	if (position_find(params, &committed))
		wire->options.on_position(wire->options.arg, committed);
	return true;
}

static bool on_leaving(struct workers_wire *wire, struct sender *from, struct span params)
{
	int64_t epoch;
	if (!msg_find_int(params, "epoch", &epoch)) {
		(void)count_malformed(wire);
		return true;
	}
	pool_leave(wire->options.pool, from->worker, epoch);
	report_change(wire);
	return true;
}

/* Without a standby there are two pairs, so most credits need no search. */
static struct position committed_of(struct span credit)
{
	struct position committed = { 0 };
	struct msg_reader in = msg_reader(credit);
	struct msg_token map;
	if (msg_read(&in, &map) == ST_OK && map.count > 2)
		(void)position_find(credit, &committed);
	return committed;
}

static bool on_credit(struct workers_wire *wire, struct sender *from, struct span params)
{
	int64_t epoch, credit;
	from->is_current = false;
	if (!msg_find_int(params, "epoch", &epoch) || !msg_find_int(params, "credit", &credit))
		return count_malformed(wire);
	from->committed = committed_of(params);
	from->is_current =
		pool_credit(wire->options.pool, from->worker, epoch, credit, service_now_ms());
	return from->is_current;
}

enum status workers_wire_error_status(struct span error)
{
	struct span code;
	if (msg_is_nil(error))
		return ST_OK;
	return msg_find_text(error, "code", &code) ? status_from_code(code.bytes, code.len)
						   : ST_INTERNAL;
}

static bool on_response(
	struct workers_wire *wire, struct sender *from, const struct envelope *message)
{
	if (!from->is_current)
		return count_malformed(wire);
	enum status st = workers_wire_error_status(message->error);
	struct pool_call *pooled =
		pool_complete(wire->options.pool, from->worker, message->msgid, st);
	if (pooled)
		wire->options.on_response(pooled, &(struct worker_response){ st, message->error,
							  message->result, from->committed });
	return true;
}

/* What a notification needs from its sender. */
enum need { NEEDS_NOTHING, NEEDS_WORKER };

struct notification {
	const char *name;
	/* Returns false to drop the rest of the message. */
	bool (*handle)(struct workers_wire *wire, struct sender *from, struct span params);
	enum need need;
};

/* The most frequent one is first. */
static const struct notification notification_table[] = {
	{ "worker.credit",  on_credit,  NEEDS_WORKER },
	{ "worker.ready",   on_ready,   NEEDS_NOTHING },
	{ "worker.leaving", on_leaving, NEEDS_WORKER },
};

enum { NOTIFICATIONS = sizeof notification_table / sizeof *notification_table };

const char *workers_wire_notification(size_t index)
{
	return index < NOTIFICATIONS ? notification_table[index].name : NULL;
}

static const struct notification *notification_find(const struct envelope *message)
{
	if (message->kind == ENVELOPE_NOTIFICATION)
		for (size_t i = 0; i < NOTIFICATIONS; i++)
			if (span_is(message->method, notification_table[i].name))
				return &notification_table[i];
	return NULL;
}

/* False: drop the rest of the message. */
static bool take(struct workers_wire *wire, struct sender *from, const struct envelope *message)
{
	const struct notification *n = notification_find(message);
	if (!from->worker && !(n && n->need == NEEDS_NOTHING)) {
		wire->options.pool->counts.stale++;
		return false;
	}
	if (message->kind == ENVELOPE_RESPONSE)
		return on_response(wire, from, message);
	return n ? n->handle(wire, from, message->params) : true; /* a newer worker may send more */
}

static void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	struct workers_wire *wire = arg;
	(void)s;
	struct msg_reader in = msg_reader(body);
	struct sender from = { .peer = peer, .worker = pool_worker_of(wire->options.pool, peer) };
	while (in.at < in.end) {
		struct envelope message;
		struct fail why = { 0 };
		if (envelope_decode(&in, &message, &why) != ST_OK) {
			(void)count_malformed(wire);
			log_warn("message of a worker is malformed: %s: dropped the rest",
				fail_text(&why, ST_MALFORMED));
			break;
		}
		if (!take(wire, &from, &message))
			break;
	}
	report_change(wire);
}

enum status workers_wire_open(struct workers_wire *wire, struct socket_hub *hub,
	const struct workers_wire_options *options, struct fail *why)
{
	struct uuid_source ids = { 0 };
	struct socket_options socket = {
		.endpoint = options->endpoint,
		.bind = true,
		.router = true,
		.max_body = SOCKET_RESPONSE_BODY_MAX,
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
