#include "gateway/api.h"

#include "common/service.h"
#include "gateway/api_head.h"
#include "gateway/api_limit.h"
#include "gateway/api_options.h"
#include "gateway/credential.h"
#include "gateway/credential_memo.h"
#include "gateway/request_body.h"
#include "gateway/route_table.h"

/* Counts and logs a refusal by the edge, or of a body that the app refuses. */
static void count_refusal(struct api *api, const struct edge_refusal *refusal,
	const struct metrics_request *request, const struct request_id *id)
{
	struct api_request *r = refusal->data;
	if (r) {
		api_request_count(r, request->http_status);
		return;
	}
	metrics_requests_add(&api->requests, request);
	metrics_refusals_add(&api->refusals,
		span_of(refusal->why && refusal->why->text[0] ? refusal->why->text
							      : status_info(refusal->st)->message));
	if (api->logs_requests)
		access_log_put(refusal->http, request->http_status, id);
}

int api_format_error(
	struct buf *headers, struct buf *body, const struct edge_refusal *refusal, void *arg)
{
	struct api *api = arg;
	const struct http_request *http = refusal->http;
	struct request_id id = request_id_choose(http, &api->ids);
	struct error_info error = api_request_error(refusal->st, refusal->why);
	const struct dialect *dialect = dialect_of(http ? http->path : (struct span){ 0 });
	struct route_match match = { 0 };
	if (http && route_find(&api->routes, http->method, http->path, &match) == ST_OK)
		route_describe_error(match.route, &error);
	api_request_put_common(NULL, &id, headers);
	if (http)
		cors_put_headers(&api->access.cors, http_request_field(http, "Origin"), headers);
	api_head_put_refusal(&api->routes, http, &error, headers);
	api_limit_put_refusal(api, refusal, headers);
	dialect->put_error(body, &error, request_id_view(&id));
	int http_status = dialect->status_of(refusal->st);
	count_refusal(api, refusal,
		&(struct metrics_request){ match.route, dialect, http_status, -1 }, &id);
	return http_status;
}

/* A whole request that is authenticated, or OPTIONS, which has no route. */
static void run(struct api_request *r)
{
	struct fail why;
	fail_clear(&why);
	r->route = r->head.match.route;
	if (!r->route) {
		api_options_respond(&r);
		return;
	}
	enum status st = request_body_check(exchange_request(r->exchange), r->route, &why);
	if (st != ST_OK)
		api_request_fail(&r, st, &why);
	else
		r->route->start(&r);
}

/* OPTIONS has no route and needs no principal: a preflight has no credentials (Fetch section
 * 3.3.5). */
static bool needs_principal(const struct api_request *r)
{
	const struct route *route = r->head.match.route;
	return route && !route->is_open;
}

/* Over https, the first cookie may come from somebody who answers http:// of the same host: it
 * would put what the user writes into another account. */
static enum status check_session(const struct api_request *r, struct fail *why)
{
	const struct http_request *http = exchange_request(r->exchange);
	bool is_https = api_request_client(r).is_https;
	if (is_https && !credential_is_secure(http))
		return fail_set(why, ST_TOKEN_INVALID,
			"over https, the cookie of a session is %s: log in again",
			CREDENTIAL_SECURE_COOKIE);
	return access_check_session(&r->api->access, http, is_https, why);
}

/* Whether the principal may send this request. */
static enum status check_principal(const struct api_request *r, struct fail *why)
{
	const struct principal *p = &r->authentication.principal;
	const struct route *route = r->head.match.route;
	enum status st = ST_OK;
	if (p->source == AUTH_SOURCE_SESSION)
		st = check_session(r, why);
	if (st == ST_OK && route->method)
		st = principal_check_scope(p, method_scope(route->method), why);
	return st;
}

static enum status admit(
	struct api_request *r, enum status st, const struct fail *refusal, struct fail *why)
{
	if (refusal)
		*why = *refusal;
	if (st == ST_OK && needs_principal(r))
		st = check_principal(r, why);
	return r->api->limits ? api_limit_take(r, st, why) : st;
}

static void on_request_decided(void *arg, enum status st, const struct fail *refusal)
{
	struct api_request *r = arg;
	struct fail why;
	fail_clear(&why);
	st = admit(r, st, refusal, &why);
	if (st == ST_OK)
		run(r);
	else
		api_request_fail(&r, st, &why);
}

static void on_head_decided(void *arg, enum status st, const struct fail *refusal)
{
	struct api_request *r = arg;
	struct fail why;
	fail_clear(&why);
	st = admit(r, st, refusal, &why);
	r->admitted_ms = service_now_ms();
	if (st == ST_OK)
		exchange_read_body(r->exchange);
	else
		api_request_refuse_body(&r, st, &why);
}

/* The credential may have been revoked while the body came. The limits have counted the request. */
static void on_body_decided(void *arg, enum status st, const struct fail *refusal)
{
	struct api_request *r = arg;
	struct fail why = refusal ? *refusal : (struct fail){ 0 };
	if (st == ST_OK && needs_principal(r))
		st = check_principal(r, &why);
	if (st == ST_OK)
		run(r);
	else
		api_request_fail(&r, st, &why);
}

typedef void (*decided)(void *arg, enum status st, const struct fail *why);

static void authenticate_request(struct api_request *r, decided on_decided)
{
	struct credentials shown = { .http = exchange_request(r->exchange),
		.memo = exchange_connection_data(r->exchange) };
	struct fail why;
	fail_clear(&why);
	r->authentication = (struct authentication){ .authenticator = r->api->authenticator,
		.on_decided = on_decided,
		.arg = r,
		.principal = principal_of_nobody };
	if (!needs_principal(r))
		on_decided(r, ST_OK, NULL);
	else if (authenticate(&r->authentication, &shown, &why))
		on_decided(r, r->authentication.st, r->authentication.st == ST_OK ? NULL : &why);
}

/* Makes the request of a head that is complete, checks it and authenticates it. */
static void begin(struct api *api, struct exchange *exchange, decided on_decided)
{
	struct api_request *r = api_request_new(api, exchange);
	struct fail why;
	if (!r)
		return;
	fail_clear(&why);
	enum status st = api_head_check(api, exchange_request(exchange), &r->head, &why);
	if (st == ST_OK)
		authenticate_request(r, on_decided);
	else
		on_decided(r, st, &why);
}

void api_on_head(struct exchange *exchange, void *arg)
{
	begin(arg, exchange, on_head_decided);
}

/* A request with a body has begun with its head. */
void api_on_request(struct exchange *exchange, void *arg)
{
	struct api_request *r = exchange_data(exchange);
	if (!r)
		begin(arg, exchange, on_request_decided);
	else if (service_now_ms() - r->admitted_ms < API_REQUEST_CHECKED_MS)
		run(r);
	else
		authenticate_request(r, on_body_decided);
}

void api_free_connection_data(void *data)
{
	struct credential_memo *memo = data;
	credential_memo_free(&memo);
}

void api_reload(struct api *api, const struct settings *fresh)
{
	api->access.cors = cors_from_settings(fresh->cors_origins, fresh->cors_methods,
		fresh->cors_headers, fresh->cors_credentials);
	api->logs_requests = fresh->access_log;
}

enum status api_init(
	struct api *api, const struct settings *settings, struct workers *workers, struct fail *why)
{
	*api = (struct api){
		.settings = settings,
		.workers = workers,
		.authenticator = &authenticator_open,
		.access = { .hosts = span_of(settings->hosts), .checks_hosts = true },
	};
	api_reload(api, settings);
	enum status st = network_parse_list(span_of(settings->trusted_proxies),
		api->proxies.networks, &api->proxies.count, why);
	if (st == ST_OK)
		st = route_index_init(&api->routes, &route_table, why);
	return st == ST_OK ? metrics_requests_init(&api->requests, &api->routes) : st;
}

void api_fini(struct api *api)
{
	struct api_scratch *s = &api->scratch;
	struct buf *const bufs[] = { &s->params, &s->body, &s->etag, &s->headers, &s->all_headers };
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_fini(bufs[i]);
	metrics_requests_fini(&api->requests);
	route_index_fini(&api->routes);
}
