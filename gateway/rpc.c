#include "gateway/rpc.h"

#include <event2/event.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/service.h"
#include "gateway/principal.h"
#include "gateway/rpc_request.h"

enum { LOG_EVERY_MS = 1000 };

struct rpc {
	struct rpc_options options;
	struct socket *socket;
	struct rpc_peers *peers;
	struct rpc_requests requests;
	struct event *drain_limit, *drain_grace;
	struct rpc_counts counts;
	uint64_t logged_ms, malformed_logged;
	bool is_draining, is_grace_over;
	void (*on_drained)(void *arg);
	void *drained_arg;
};

static void on_malformed(struct rpc *rpc, const struct fail *why)
{
	uint64_t now_ms = service_now_ms();
	rpc->counts.malformed++;
	if (rpc->logged_ms && now_ms - rpc->logged_ms < LOG_EVERY_MS)
		return;
	log_warn("%llu messages of RPC clients are malformed: the last: %s: dropped",
		(unsigned long long)(rpc->counts.malformed - rpc->malformed_logged),
		fail_text(why, ST_MALFORMED));
	rpc->logged_ms = now_ms;
	rpc->malformed_logged = rpc->counts.malformed;
}

static void refuse(struct rpc *rpc, struct rpc_peer *p, const struct envelope *e, enum status st,
	const struct fail *why)
{
	rpc_requests_count_refused(&rpc->requests, e->method, st);
	rpc_peer_refuse(p, e->msgid, st, why);
}

/* False: drop the rest of the body. */
static bool take(struct rpc *rpc, struct rpc_peer *p, struct msg_reader *in)
{
	struct envelope e;
	struct fail why = { 0 };
	const char *message = in->at;
	enum status st = envelope_decode_client(in, &e, &why);
	if (st == ST_MALFORMED) {
		on_malformed(rpc, &why);
		return false;
	}
	if (e.kind != ENVELOPE_REQUEST) {
		rpc->counts.ignored++;
		return true;
	}
	rpc->counts.requests++;
	if (st == ST_OK && rpc->is_draining)
		st = ST_SHUTTING_DOWN;
	if (st == ST_OK && !socket_peer_is_generated(p->name))
		st = fail_set(&why, ST_INVALID_INPUT,
			"a client must not set the routing id of its ZeroMQ socket: another one "
			"with that id would get its responses");
	if (st == ST_OK)
		st = rpc_requests_start(&rpc->requests, p, &e,
			(struct span){ message, (size_t)(in->at - message) }, &why);
	if (st != ST_OK)
		refuse(rpc, p, &e, st, &why);
	return true;
}

/* The body has too many messages. Returns false, as take. */
static bool refuse_rest(struct rpc *rpc, struct rpc_peer *p, struct msg_reader *in)
{
	struct envelope e;
	struct fail why = { 0 };
	enum status st = envelope_decode_client(in, &e, &why);
	(void)fail_set(&why, ST_INVALID_INPUT,
		"a body must have at most %d messages: the rest is not read", ENVELOPE_COUNT_MAX);
	if (st != ST_MALFORMED && e.kind == ENVELOPE_REQUEST) {
		rpc->counts.requests++;
		refuse(rpc, p, &e, ST_INVALID_INPUT, &why);
	}
	on_malformed(rpc, &why);
	return false;
}

static void on_message(struct socket *s, struct span name, struct span body, void *arg)
{
	struct rpc *rpc = arg;
	struct msg_reader in = msg_reader(body);
	struct rpc_peer *p = rpc_peer_of(rpc->peers, name);
	if (!p) {
		rpc->counts.dropped++;
		return;
	}
	p->key_account = socket_sender_account(s);
	rpc_requests_begin_body(&rpc->requests);
	for (int count = 0; in.at < in.end; count++)
		if (!(count < ENVELOPE_COUNT_MAX ? take(rpc, p, &in) : refuse_rest(rpc, p, &in)))
			break;
	rpc_peer_schedule(p);
}

static void on_peer_gone(void *arg, struct rpc_peer *p)
{
	(void)arg;
	rpc_requests_cancel(p);
}

/* Start and stop. */

static void on_flushed(void *arg)
{
	struct rpc *rpc = arg;
	void (*on_drained)(void *) = rpc->on_drained;
	if (!on_drained || rpc->counts.in_flight > 0 || !rpc->is_grace_over)
		return;
	rpc->on_drained = NULL;
	on_drained(rpc->drained_arg);
}

static void on_drain_limit(evutil_socket_t fd, short what, void *arg)
{
	struct rpc *rpc = arg;
	(void)fd, (void)what;
	if (rpc->counts.in_flight == 0)
		return;
	log_warn("%llu RPC requests without a response after %d s: given up",
		(unsigned long long)rpc->counts.in_flight, RPC_DRAIN_MS / 1000);
	rpc_requests_give_up(&rpc->requests);
}

static void on_drain_grace(evutil_socket_t fd, short what, void *arg)
{
	struct rpc *rpc = arg;
	(void)fd, (void)what;
	rpc->is_grace_over = true;
	rpc_peers_schedule(rpc->peers);
}

void rpc_drain(struct rpc *rpc, void (*on_drained)(void *arg), void *arg)
{
	static const struct timeval limit = { RPC_DRAIN_MS / 1000, 0 };
	static const struct timeval grace = { 0, RPC_GRACE_MS * 1000L };
	rpc->is_draining = true;
	rpc->on_drained = on_drained;
	rpc->drained_arg = arg;
	(void)event_add(rpc->drain_limit, &limit);
	rpc->is_grace_over = rpc->counts.requests == 0 || event_add(rpc->drain_grace, &grace) != 0;
	rpc_peers_schedule(rpc->peers);
}

struct rpc_counts rpc_counts(const struct rpc *rpc)
{
	return rpc->counts;
}

const struct metrics_rpc *rpc_metrics(const struct rpc *rpc)
{
	return &rpc->requests.ended;
}

void rpc_add_counters(const struct rpc *rpc, struct counter_sources *sources)
{
	counter_sources_add(sources, &rpc_counter_table, &rpc->counts);
	counter_sources_add(sources, &rpc_socket_counter_table, socket_counts(rpc->socket));
}

static enum status open_parts(
	struct rpc *rpc, struct socket_hub *hub, struct event_base *base, struct fail *why)
{
	struct rpc_peers_options peers = { .counts = &rpc->counts,
		.unread_all_max = rpc->options.unread_all_max,
		.on_gone = on_peer_gone,
		.on_flushed = on_flushed,
		.arg = rpc };
	struct socket_options options = {
		.endpoint = rpc->options.endpoint,
		.bind = true,
		.router = true,
		.max_body = ENVELOPE_BODY_MAX,
		.peers_max = rpc->options.peers_max,
		.receive_high_water = RPC_RECEIVE_MAX,
		.on_message = on_message,
		.arg = rpc,
	};
	rpc->drain_limit = evtimer_new(base, on_drain_limit, rpc);
	rpc->drain_grace = evtimer_new(base, on_drain_grace, rpc);
	if (!rpc->drain_limit || !rpc->drain_grace)
		return fail_set(why, ST_NO_MEMORY, "timers: out of memory");
	if (rpc_requests_open(&rpc->requests, &rpc->options, &rpc->counts) != ST_OK)
		return fail_set(why, ST_NO_MEMORY, "methods: out of memory");
	enum status st = rpc_peers_open(&rpc->peers, base, &peers, why);
	if (st == ST_OK)
		st = socket_open(hub, &options, &rpc->socket, why);
	if (st == ST_OK)
		rpc_peers_set_socket(rpc->peers, rpc->socket);
	return st;
}

enum status rpc_open(struct rpc **out, struct socket_hub *hub, struct event_base *base,
	const struct rpc_options *options, struct fail *why)
{
	struct rpc *rpc = calloc(1, sizeof *rpc);
	if (!rpc)
		return fail_set(why, ST_NO_MEMORY, "RPC: out of memory");
	rpc->options = *options;
	if (!options->authenticator)
		rpc->options.authenticator = &authenticator_open;
	enum status st = open_parts(rpc, hub, base, why);
	if (st != ST_OK) {
		rpc_free(&rpc);
		return fail_wrap(why, st, "open the endpoint for RPC clients");
	}
	*out = rpc;
	return ST_OK;
}

const char *rpc_endpoint(const struct rpc *rpc)
{
	return socket_endpoint(rpc->socket);
}

void rpc_free(struct rpc **out)
{
	struct rpc *rpc = *out;
	if (!rpc)
		return;
	*out = NULL;
	rpc_peers_free(&rpc->peers);
	if (rpc->drain_limit)
		event_free(rpc->drain_limit);
	if (rpc->drain_grace)
		event_free(rpc->drain_grace);
	rpc_requests_close(&rpc->requests);
	socket_free_lingering(&rpc->socket, RPC_LINGER_MS);
	free(rpc);
}
