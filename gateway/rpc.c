#include "gateway/rpc.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/method_map.h"
#include "common/params.h"
#include "common/service.h"
#include "gateway/principal.h"
#include "gateway/response.h"
#include "gateway/request_id.h"
#include "gateway/rpc_params.h"
#include "gateway/rpc_peer.h"

enum { LOG_EVERY_MS = 1000 };

/* A request that is authenticating or that the workers have. */
struct rpc_call {
	struct rpc *rpc;
	struct rpc_peer *peer;
	struct authentication authentication;
	struct buf message; /* its bytes while it is authenticating */
	struct call *call;  /* NULL while it is authenticating */
	uint32_t msgid;
	bool is_write;
	size_t bytes;
	LIST_ENTRY(rpc_call) link; /* of its peer's */
	LIST_ENTRY(rpc_call) all;  /* of the rpc's */
	struct request_id id;
};

struct rpc {
	struct rpc_options options;
	struct socket *socket;
	struct rpc_peers *peers;
	struct method_map methods;
	struct rpc_call_list calls;
	struct event *drain_limit, *drain_grace;
	struct buf constant; /* the result of constant_of */
	const struct rpc_local *constant_of;
	struct uuid_source ids;
	struct rpc_counts counts;
	uint64_t opened_ms, logged_ms, malformed_logged;
	bool is_draining, is_grace_over;
	void (*on_drained)(void *arg);
	void *drained_arg;
};

static void link_call(struct rpc_call *c, size_t bytes)
{
	c->bytes = bytes;
	c->peer->bytes += bytes;
	c->peer->calls_count++;
	LIST_INSERT_HEAD(&c->peer->calls, c, link);
	LIST_INSERT_HEAD(&c->rpc->calls, c, all);
	c->rpc->counts.bytes += bytes;
	c->rpc->counts.in_flight++;
}

static void unlink_call(struct rpc_call *c)
{
	LIST_REMOVE(c, link);
	LIST_REMOVE(c, all);
	c->peer->calls_count--;
	c->peer->bytes -= c->bytes;
	c->rpc->counts.in_flight--;
	c->rpc->counts.bytes -= c->bytes;
}

/* A call that is linked. */
static void free_call(struct rpc_call **call)
{
	struct rpc_call *c = *call;
	*call = NULL;
	authentication_cancel(&c->authentication);
	workers_cancel(&c->call);
	unlink_call(c);
	buf_fini(&c->message);
	free(c);
}

static void on_gone(void *arg, struct rpc_peer *p)
{
	struct rpc_call *call;
	(void)arg;
	while ((call = LIST_FIRST(&p->calls)))
		free_call(&call);
}

/* Answers. */

/* What a client that doesn't read hears in place of a result that there is no room for. */
static void respond_unread(struct rpc_call *c)
{
	struct fail why = { 0 };
	enum status st = c->is_write ? ST_OUTCOME_UNKNOWN : ST_OVERLOADED;
	(void)fail_set(&why, st, "too many answers wait for this client to read them");
	rpc_peer_refuse(c->peer, c->msgid, st, &why);
}

static void respond_worker_error(struct rpc_call *c, struct span error)
{
	const struct status_info *info = status_info(response_read_error(error).st);
	if (info->http_status == 500)
		log_error("request failed: %s: told the RPC client, request_id %.*s", info->code,
			(int)c->id.len, c->id.bytes);
	rpc_peer_respond_error(c->peer, c->msgid, error);
}

static void on_response(void *arg, enum status st, struct span error, struct span result)
{
	struct rpc_call *c = arg;
	c->call = NULL;
	if (st != ST_OK)
		rpc_peer_refuse(c->peer, c->msgid, st, NULL);
	else if (!msg_is_nil(error))
		respond_worker_error(c, error);
	else if (!rpc_peer_has_room(c->peer, result.len))
		respond_unread(c);
	else
		rpc_peer_respond(c->peer, c->msgid, result);
	rpc_peer_schedule(c->peer);
	free_call(&c);
}

/* Requests. */

static enum status call_workers(struct rpc_call *c, const struct method *method,
	const struct context *context, struct span params, struct fail *why)
{
	struct rpc *rpc = c->rpc;
	enum status st = workers_call(
		rpc->options.workers, method, context, params, on_response, c, &c->call);
	if (st == ST_PAYLOAD_TOO_LARGE)
		return fail_set(why, ST_INVALID_INPUT, "params must have at most %d bytes",
			WORKERS_PARAMS_MAX);
	if (st == ST_OK)
		link_call(c, params.len);
	return st;
}

static enum status start_call(struct rpc_call *c, const struct envelope *e,
	const struct context *context, struct fail *why)
{
	const struct method *method = method_map_find(&c->rpc->methods, e->method);
	struct span params = e->params;
	struct buf generated = { 0 };
	enum status st = ST_OK;
	c->is_write = method->is_write;
	c->id.len = context->request_id.len;
	memcpy(c->id.bytes, context->request_id.bytes, c->id.len);
	if (rpc_params_generate_id(&generated, method, params, &c->rpc->ids))
		params = buf_view(&generated);
	if (generated.failed)
		st = ST_NO_MEMORY;
	if (st == ST_OK)
		st = call_workers(c, method, context, params, why);
	buf_fini(&generated);
	return st;
}

/* A result in `made`, or in the memory of constant ones, which are long. */
static enum status local_result(
	struct rpc *rpc, const struct rpc_local *local, struct buf *made, struct span *result)
{
	struct rpc_status_source source = { .workers = rpc->options.workers,
		.counters = rpc->options.counters,
		.uptime_ms = service_now_ms() - rpc->opened_ms };
	struct buf *out = local->is_constant ? &rpc->constant : made;
	if (!local->is_constant || rpc->constant_of != local) {
		buf_clear(out);
		local->put(out, &source);
		if (local->is_constant)
			rpc->constant_of = out->failed ? NULL : local;
	}
	*result = buf_view(out);
	return out->failed ? ST_NO_MEMORY : ST_OK;
}

static enum status respond_local(struct rpc *rpc, struct rpc_peer *p, const struct envelope *e,
	const struct rpc_local *local, struct fail *why)
{
	struct buf made = { 0 };
	/* Methods of the gateway have no params, so they need no room for values. */
	enum status st = params_decode(&local->method, e->params, NULL, &made, why);
	struct span result;
	if (st == ST_OK)
		st = local_result(rpc, local, &made, &result);
	if (st == ST_OK)
		rpc_peer_respond(p, e->msgid, result);
	buf_fini(&made);
	return st;
}

static bool is_full(const struct rpc *rpc, const struct rpc_peer *p, size_t bytes)
{
	return p->calls_count >= RPC_PEER_CALLS_MAX || rpc->counts.in_flight >= RPC_CALLS_MAX
	       || p->bytes + bytes > RPC_PEER_BYTES_MAX || rpc->counts.bytes + bytes > RPC_BYTES_MAX
	       || !rpc_peer_has_room(p, 0);
}

/* An authenticated request. It is in flight if c->call is set, else it has ended. */
static enum status run(struct rpc_call *c, const struct envelope *e, struct fail *why)
{
	struct rpc *rpc = c->rpc;
	unsigned char uuid[16];
	char id[UUID_TEXT_LEN];
	struct context context = { .account = c->authentication.principal.account,
		.request_id = { id, sizeof id },
		.deadline_ms = rpc->options.deadline_ms };
	const struct rpc_local *local = rpc_local_find(e->method);
	uuid_v7(&rpc->ids, uuid);
	uuid_format(uuid, id);
	enum status st = rpc_params_context(&context, e->context_map, why);
	if (st != ST_OK)
		return st;
	if (is_full(rpc, c->peer, e->params.len))
		return ST_OVERLOADED;
	return local ? respond_local(rpc, c->peer, e, local, why) : start_call(c, e, &context, why);
}

/* The message was decoded before, but its parts pointed into the socket's. */
static enum status run_held(struct rpc_call *c, struct fail *why)
{
	struct msg_reader in = msg_reader(buf_view(&c->message));
	struct envelope e;
	enum status st = envelope_decode_client(&in, &e, why);
	return st == ST_OK ? run(c, &e, why) : st;
}

static void on_authenticated(void *arg, enum status st, const struct fail *refusal)
{
	struct rpc_call *c = arg;
	struct fail why = refusal ? *refusal : (struct fail){ 0 };
	unlink_call(c);
	if (st == ST_OK)
		st = run_held(c, &why);
	if (st != ST_OK) {
		c->rpc->counts.refused++;
		rpc_peer_refuse(c->peer, c->msgid, st, &why);
	}
	rpc_peer_schedule(c->peer);
	buf_fini(&c->message);
	if (!c->call)
		free(c);
}

/* Keeps a request until it is authenticated. */
static enum status hold(struct rpc_call *c, struct span message)
{
	enum status st = is_full(c->rpc, c->peer, message.len) ? ST_OVERLOADED : ST_OK;
	buf_span(&c->message, message);
	if (st == ST_OK && c->message.failed)
		st = ST_NO_MEMORY;
	link_call(c, message.len);
	if (st != ST_OK)
		free_call(&c);
	return st;
}

static enum status authenticate_call(
	struct rpc_call *c, const struct envelope *e, struct span message, struct fail *why)
{
	struct credentials shown = { .rpc_context = e->context_map };
	c->authentication = (struct authentication){ .authenticator = c->rpc->options.authenticator,
		.on_decided = on_authenticated,
		.arg = c };
	if (!authenticate(&c->authentication, &shown, why))
		return hold(c, message);
	enum status st = c->authentication.st;
	if (st == ST_OK)
		st = run(c, e, why);
	if (!c->call)
		free(c);
	return st;
}

static enum status start(struct rpc *rpc, struct rpc_peer *p, const struct envelope *e,
	struct span message, struct fail *why)
{
	if (rpc->is_draining)
		return ST_SHUTTING_DOWN;
	if (!rpc_local_find(e->method) && !method_map_find_public(&rpc->methods, e->method))
		return ST_UNKNOWN_METHOD;
	struct rpc_call *c = calloc(1, sizeof *c);
	if (!c)
		return ST_NO_MEMORY;
	c->rpc = rpc;
	c->peer = p;
	c->msgid = e->msgid;
	return authenticate_call(c, e, message, why);
}

static void on_malformed(struct rpc *rpc, const struct fail *why)
{
	uint64_t now_ms = service_now_ms();
	rpc->counts.malformed++;
	if (rpc->logged_ms && now_ms - rpc->logged_ms < LOG_EVERY_MS)
		return;
	log_warn("%llu messages of RPC clients are malformed, the last: %s: dropped",
		(unsigned long long)(rpc->counts.malformed - rpc->malformed_logged),
		fail_text(why, ST_MALFORMED));
	rpc->logged_ms = now_ms;
	rpc->malformed_logged = rpc->counts.malformed;
}

/* False: what follows in the body is not to be trusted. */
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
	if (st == ST_OK)
		st = start(rpc, p, &e, (struct span){ message, (size_t)(in->at - message) }, &why);
	if (st != ST_OK) {
		rpc->counts.refused++;
		rpc_peer_refuse(p, e.msgid, st, &why);
	}
	return true;
}

/* The body has too many messages. False, as take. */
static bool refuse_rest(struct rpc *rpc, struct rpc_peer *p, struct msg_reader *in)
{
	struct envelope e;
	struct fail why = { 0 };
	enum status st = envelope_decode_client(in, &e, &why);
	(void)fail_set(&why, ST_INVALID_INPUT,
		"a body has at most %d messages: what follows them is not read",
		ENVELOPE_COUNT_MAX);
	if (st != ST_MALFORMED && e.kind == ENVELOPE_REQUEST) {
		rpc->counts.requests++;
		rpc->counts.refused++;
		rpc_peer_refuse(p, e.msgid, ST_INVALID_INPUT, &why);
	}
	on_malformed(rpc, &why);
	return false;
}

static void on_message(struct socket *s, struct span name, struct span body, void *arg)
{
	struct rpc *rpc = arg;
	struct msg_reader in = msg_reader(body);
	(void)s;
	struct rpc_peer *p = rpc_peer_of(rpc->peers, name);
	if (!p) {
		rpc->counts.dropped++;
		return;
	}
	for (int count = 0; in.at < in.end; count++)
		if (!(count < ENVELOPE_COUNT_MAX ? take(rpc, p, &in) : refuse_rest(rpc, p, &in)))
			break;
	rpc_peer_schedule(p);
}

/* Life. */

static void on_flushed(void *arg)
{
	struct rpc *rpc = arg;
	void (*on_drained)(void *) = rpc->on_drained;
	if (!on_drained || rpc->counts.in_flight > 0 || !rpc->is_grace_over)
		return;
	rpc->on_drained = NULL;
	on_drained(rpc->drained_arg);
}

/* What was sent to a worker may still be run. */
static void on_drain_limit(evutil_socket_t fd, short what, void *arg)
{
	struct rpc *rpc = arg;
	(void)fd, (void)what;
	if (rpc->counts.in_flight == 0)
		return;
	log_warn("%llu RPC requests not answered within %d s: given up",
		(unsigned long long)rpc->counts.in_flight, RPC_DRAIN_MS / 1000);
	for (struct rpc_call *c = LIST_FIRST(&rpc->calls), *next; c; c = next) {
		struct rpc_peer *p = c->peer;
		next = LIST_NEXT(c, all);
		rpc_peer_refuse(
			p, c->msgid, c->is_write ? ST_OUTCOME_UNKNOWN : ST_SHUTTING_DOWN, NULL);
		free_call(&c);
		rpc_peer_schedule(p);
	}
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

void rpc_add_counters(const struct rpc *rpc, struct counter_sources *sources)
{
	counter_sources_add(sources, &rpc_counter_table, &rpc->counts);
}

static enum status open_parts(
	struct rpc *rpc, struct socket_hub *hub, struct event_base *base, struct fail *why)
{
	struct rpc_peers_options peers = { .counts = &rpc->counts,
		.unread_all_max = rpc->options.unread_all_max,
		.on_gone = on_gone,
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
	if (method_map_init(&rpc->methods) != ST_OK)
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
	rpc->opened_ms = service_now_ms();
	LIST_INIT(&rpc->calls);
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
	buf_fini(&rpc->constant);
	method_map_fini(&rpc->methods);
	socket_free_lingering(&rpc->socket, RPC_LINGER_MS);
	free(rpc);
}
