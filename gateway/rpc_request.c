#include "gateway/rpc_request.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/service.h"
#include "gateway/access_log.h"
#include "gateway/principal.h"
#include "gateway/response.h"
#include "gateway/request_id.h"
#include "gateway/rpc_limit.h"
#include "gateway/rpc_params.h"

/* One request. */
struct rpc_call {
	struct rpc_requests *requests;
	struct rpc_peer *peer;
	const struct method *method;
	struct authentication authentication;
	struct buf message; /* the bytes of the request while it is authenticating */
	struct call *call;  /* NULL while it is authenticating */
	uint32_t msgid;
	bool is_write;
	bool wants_position; /* of a write, for requests to other gateways */
	size_t bytes;
	LIST_ENTRY(rpc_call) link; /* in the list of its peer */
	LIST_ENTRY(rpc_call) all;  /* in the list of all requests */
	struct request_id id;      /* empty until it is authenticated */
	uint64_t begun_us;         /* 0: requests are not logged */
};

static void log_end(const struct rpc_call *c, enum status st)
{
	if (c->begun_us)
		access_log_put_rpc(c->method->name, st == ST_OK ? "OK" : status_info(st)->code,
			(int64_t)(service_now_us() - c->begun_us), &c->id);
}

static void link_call(struct rpc_call *c, size_t bytes)
{
	c->bytes = bytes;
	c->peer->bytes += bytes;
	c->peer->calls_count++;
	LIST_INSERT_HEAD(&c->peer->calls, c, link);
	LIST_INSERT_HEAD(&c->requests->calls, c, all);
	c->requests->counts->bytes += bytes;
	c->requests->counts->in_flight++;
}

static void unlink_call(struct rpc_call *c)
{
	LIST_REMOVE(c, link);
	LIST_REMOVE(c, all);
	c->peer->calls_count--;
	c->peer->bytes -= c->bytes;
	c->requests->counts->in_flight--;
	c->requests->counts->bytes -= c->bytes;
}

/* The call must be linked. */
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

void rpc_requests_cancel(struct rpc_peer *p)
{
	for (struct rpc_call *c = LIST_FIRST(&p->calls), *next; c; c = next) {
		next = LIST_NEXT(c, link);
		metrics_rpc_add_gone(&c->requests->ended, c->method);
		free_call(&c);
	}
}

/* Responses. */

/* The client does not read, so there is no room for the result. */
static enum status refuse_result(struct rpc_call *c)
{
	struct fail why = { 0 };
	enum status st = c->is_write ? ST_OUTCOME_UNKNOWN : ST_OVERLOADED;
	(void)fail_set(&why, st, "too many responses wait for this client to read them");
	rpc_peer_refuse(c->peer, c->msgid, st, &why);
	return st;
}

static enum status respond_worker_error(struct rpc_call *c, struct span error)
{
	enum status st = response_read_error(error).st;
	const struct status_info *info = status_info(st);
	if (info->http_status == 500)
		log_with(LOG_ERROR,
			&(struct log_fields){ .event = LOG_EVENT_REQUEST_FAILED,
				.request_id = request_id_view(&c->id),
				.method = span_of(c->method->name),
				.code = info->code },
			"request failed: %s: sent to the RPC client: request_id %.*s", info->code,
			(int)c->id.len, c->id.bytes);
	rpc_peer_respond_error(c->peer, c->msgid, error);
	return st;
}

static void on_response(void *arg, enum status st, struct span error, struct span result)
{
	struct rpc_call *c = arg;
	c->call = NULL;
	if (c->wants_position)
		rpc_peer_tell_position(c->peer, workers_position(c->requests->options->workers));
	if (st != ST_OK)
		rpc_peer_refuse(c->peer, c->msgid, st, NULL);
	else if (!msg_is_nil(error))
		st = respond_worker_error(c, error);
	else if (!rpc_peer_has_room(c->peer, result.len))
		st = refuse_result(c);
	else
		rpc_peer_respond(c->peer, c->msgid, result);
	rpc_peer_schedule(c->peer);
	metrics_rpc_add(&c->requests->ended, c->method, st);
	log_end(c, st);
	free_call(&c);
}

/* Requests. */

static enum status call_workers(struct rpc_call *c, const struct method *method,
	const struct context *context, struct span params, struct fail *why)
{
	enum status st = workers_call(
		c->requests->options->workers, method, context, params, on_response, c, &c->call);
	if (st == ST_PAYLOAD_TOO_LARGE)
		return fail_set(why, ST_INVALID_INPUT, "params must have at most %d bytes",
			WORKERS_PARAMS_MAX);
	if (st == ST_OK)
		link_call(c, params.len);
	return st;
}

static struct rpc_limit limit_of(const struct rpc_call *c)
{
	return (struct rpc_limit){ .limits = c->requests->options->limits,
		.principal = &c->authentication.principal,
		.address = c->peer->address,
		.method = c->method };
}

static enum status start_call(struct rpc_call *c, const struct envelope *e,
	const struct context *context, struct fail *why)
{
	const struct method *method = c->method;
	struct span params = e->params;
	struct buf completed = { 0 };
	struct rpc_additions additions = { .method = method,
		.caller = { .principal = &c->authentication.principal,
			.address = c->peer->address },
		.ids = &c->requests->ids };
	c->is_write = method->is_write;
	c->wants_position = method->is_write && position_is_set(context->position);
	c->id.len = context->request_id.len;
	memcpy(c->id.bytes, context->request_id.bytes, c->id.len);
	enum status st = rpc_params_complete(&additions, &params, &completed, why);
	struct rpc_limit limit = limit_of(c);
	limit.params = params;
	if (st == ST_OK && limit.limits)
		st = rpc_limit_password(&limit, why);
	if (st == ST_OK)
		st = call_workers(c, method, context, params, why);
	buf_fini(&completed);
	return st;
}

static bool is_full(const struct rpc_requests *r, const struct rpc_peer *p, size_t bytes)
{
	return p->calls_count >= RPC_PEER_CALLS_MAX || r->counts->in_flight >= RPC_CALLS_MAX
	       || p->bytes + bytes > RPC_PEER_BYTES_MAX || r->counts->bytes + bytes > RPC_BYTES_MAX
	       || !rpc_peer_has_room(p, 0);
}

/* NULL: no client may call it. */
static const struct method *find_method(const struct rpc_requests *r, struct span name)
{
	const struct rpc_local *local = rpc_local_find(name);
	return local ? &local->method : method_map_find_public(&r->methods, name);
}

static void count_refused(struct rpc_requests *r, const struct method *method, enum status st)
{
	r->counts->refused++;
	metrics_rpc_add(&r->ended, method, st);
}

void rpc_requests_count_refused(struct rpc_requests *r, struct span method, enum status st)
{
	count_refused(r, find_method(r, method), st);
}

static bool is_closed(const struct rpc_call *c)
{
	return !c->requests->options->is_registration_open
	       && strcmp(c->method->name, "accounts.register") == 0;
}

/* Whether the principal may call the method; everybody may call an open one. */
static enum status check_principal(const struct rpc_call *c, struct fail *why)
{
	if (c->method->is_open)
		return is_closed(c) ? ST_REGISTRATION_CLOSED : ST_OK;
	return principal_check_scope(&c->authentication.principal, method_scope(c->method), why);
}

/* Runs an authenticated request. Afterwards it is in flight if c->call is set, else it has
 * ended. */
static enum status run(struct rpc_call *c, const struct envelope *e, struct fail *why)
{
	struct rpc_requests *r = c->requests;
	unsigned char uuid[16];
	char id[UUID_TEXT_LEN];
	const struct principal *p = &c->authentication.principal;
	struct context context = { .account = principal_context_account(p),
		.request_id = { id, sizeof id },
		.deadline_ms = r->options->deadline_ms };
	const struct rpc_local *local = rpc_local_find(e->method);
	uuid_v7(&r->ids, uuid);
	uuid_format(uuid, id);
	enum status st = check_principal(c, why);
	if (st == ST_OK)
		st = rpc_params_context(&context, e->context_map, why);
	if (st != ST_OK)
		return st;
	context.deadline_ms = authentication_left_ms(&c->authentication, context.deadline_ms);
	if (is_full(r, c->peer, e->params.len))
		return ST_OVERLOADED;
	return local ? rpc_local_respond(&r->local, c->peer, e, local, why)
		     : start_call(c, e, &context, why);
}

/* `st` is the outcome of its authentication. */
static enum status count(const struct rpc_call *c, enum status st, struct fail *why)
{
	struct rpc_limit limit = limit_of(c);
	return limit.limits ? rpc_limit_take(&limit, st, why) : st;
}

/* Decodes the message again, because the first envelope pointed into the socket's memory. */
static enum status run_kept(struct rpc_call *c, struct fail *why)
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
	st = count(c, st, &why);
	if (st == ST_OK)
		st = run_kept(c, &why);
	if (st == ST_OK && !c->call)
		metrics_rpc_add(&c->requests->ended, c->method, st);
	if (st != ST_OK) {
		count_refused(c->requests, c->method, st);
		rpc_peer_refuse(c->peer, c->msgid, st, &why);
	}
	rpc_peer_schedule(c->peer);
	buf_fini(&c->message);
	if (!c->call) {
		log_end(c, st);
		free(c);
	}
}

/* Keeps the request until it is authenticated. */
static enum status keep(struct rpc_call *c, struct span message)
{
	enum status st = is_full(c->requests, c->peer, message.len) ? ST_OVERLOADED : ST_OK;
	buf_span(&c->message, message);
	if (st == ST_OK && c->message.failed)
		st = ST_NO_MEMORY;
	link_call(c, message.len);
	if (st != ST_OK)
		free_call(&c);
	return st;
}

/* An open method ignores credentials. False: the decision comes later. */
static bool authenticate_now(struct rpc_call *c, const struct envelope *e, struct fail *why)
{
	struct credentials shown = { .rpc_context = e->context_map,
		.key_account = c->peer->key_account };
	c->authentication =
		(struct authentication){ .authenticator = c->requests->options->authenticator,
			.on_decided = on_authenticated,
			.arg = c,
			.st = ST_OK,
			.principal = principal_of_nobody };
	return c->method->is_open || authenticate(&c->authentication, &shown, why);
}

static enum status start_or_keep(
	struct rpc_call *c, const struct envelope *e, struct span message, struct fail *why)
{
	if (!authenticate_now(c, e, why))
		return keep(c, message);
	enum status st = count(c, c->authentication.st, why);
	if (st == ST_OK)
		st = run(c, e, why);
	if (st == ST_OK && !c->call)
		metrics_rpc_add(&c->requests->ended, c->method, st);
	if (!c->call) {
		log_end(c, st);
		free(c);
	}
	return st;
}

void rpc_requests_begin_body(struct rpc_requests *r)
{
	rpc_local_begin_body(&r->local);
}

enum status rpc_requests_start(struct rpc_requests *r, struct rpc_peer *p, const struct envelope *e,
	struct span message, struct fail *why)
{
	const struct method *method = find_method(r, e->method);
	if (!method)
		return ST_UNKNOWN_METHOD;
	struct rpc_call *c = malloc(sizeof *c); /* glibc's calloc bypasses the thread's cache */
	if (!c)
		return ST_NO_MEMORY;
	*c = (struct rpc_call){ .requests = r, .peer = p, .method = method, .msgid = e->msgid };
	if (r->options->logs_requests && *r->options->logs_requests)
		c->begun_us = service_now_us();
	if (r->options->limits || caller_is_asked(method))
		(void)rpc_peer_address(p);
	return start_or_keep(c, e, message, why);
}

/* A worker may still run what was sent to it. */
void rpc_requests_give_up(struct rpc_requests *r)
{
	for (struct rpc_call *c = LIST_FIRST(&r->calls), *next; c; c = next) {
		struct rpc_peer *p = c->peer;
		next = LIST_NEXT(c, all);
		enum status st = c->is_write ? ST_OUTCOME_UNKNOWN : ST_SHUTTING_DOWN;
		rpc_peer_refuse(p, c->msgid, st, NULL);
		metrics_rpc_add(&r->ended, c->method, st);
		free_call(&c);
		rpc_peer_schedule(p);
	}
}

enum status rpc_requests_open(
	struct rpc_requests *r, const struct rpc_options *options, struct rpc_counts *counts)
{
	*r = (struct rpc_requests){ .options = options,
		.counts = counts,
		.local = { .options = options, .opened_ms = service_now_ms() } };
	LIST_INIT(&r->calls);
	enum status st = metrics_rpc_init(&r->ended);
	return st == ST_OK ? method_map_init(&r->methods) : st;
}

void rpc_requests_close(struct rpc_requests *r)
{
	rpc_local_fini(&r->local);
	metrics_rpc_fini(&r->ended);
	method_map_fini(&r->methods);
}
