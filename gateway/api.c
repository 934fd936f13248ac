#include "gateway/api.h"

#include <stdio.h>
#include <string.h>

#include "common/json_out.h"
#include "gateway/api_head.h"
#include "gateway/api_list.h"
#include "gateway/asset.h"
#include "gateway/dialect.h"
#include "gateway/http_conditional.h"
#include "gateway/http_head.h"
#include "gateway/json_in.h"
#include "gateway/response.h"
#include "gateway/route.h"

void api_format_error(struct buf *headers, struct buf *body, enum status st, const struct fail *why,
	const struct http_request *http, void *arg)
{
	struct api *api = arg;
	struct request_id id = request_id_choose(http, &api->ids);
	struct error_info error = api_request_error(st, why);
	api_request_put_common(NULL, &id, headers);
	if (http)
		cors_put_headers(&api->access.cors, http_request_field(http, "Origin"), headers);
	api_head_put_refusal(http, st, error.field, headers);
	const struct dialect *dialect = dialect_of(http ? http->path : (struct span){ 0 });
	dialect->put_error(body, &error, request_id_view(&id));
}

static void put_row_headers(
	const struct api_request *r, const struct row_meta *meta, struct buf *headers)
{
	struct buf location = { 0 };
	http_etag_put(headers, meta->updated_at);
	if (r->route->http_status == 201)
		route_put_location(r->route, meta->id, &location);
	if (location.len)
		http_head_put_field(headers, "Location", buf_view(&location));
	headers->failed |= location.failed;
	buf_fini(&location);
}

/* What the preconditions of a read say of what it would answer. Those of a write are the
 * statement's to judge. */
static enum http_evaluation judge_read(const struct http_request *http, struct span etag)
{
	struct http_conditions conditions;
	bool is_read = span_is(http->method, "GET") || span_is(http->method, "HEAD");
	if (!is_read || http_conditions_read(http, &conditions, NULL) != ST_OK)
		return HTTP_PROCEED; /* api_head_check has refused a malformed one */
	return http_conditions_evaluate(&conditions, etag, true);
}

static void respond_bare(struct api_request **request, int http_status, const struct buf *headers)
{
	struct exchange_response bare = { .http_status = http_status, .headers = headers };
	api_request_respond(request, &bare);
}

static void respond_row(struct api_request **request, struct span result)
{
	struct api_request *r = *request;
	const struct http_request *http = exchange_request(r->exchange);
	struct buf body = { 0 }, headers = { 0 };
	struct row_meta meta;
	int http_status = r->route->http_status;
	response_put_row(&body, result, &meta);
	if (r->route->flags & ROUTE_ETAG)
		put_row_headers(r, &meta, &headers);
	if (meta.was_replayed)
		buf_text(&headers, "Idempotency-Replayed: true\r\n");
	if ((r->route->flags & ROUTE_CREATES) && meta.was_created)
		http_status = 201;
	enum http_evaluation verdict = judge_read(http, meta.updated_at);
	if (verdict == HTTP_NOT_MODIFIED)
		http_status = 304;
	if (verdict == HTTP_PRECONDITION_FAILED)
		api_request_fail(request, ST_PRECONDITION_FAILED, NULL);
	else if (http_status == 204 || http_status == 304)
		respond_bare(request, http_status, &headers);
	else
		api_request_respond_json(request, http_status, &headers, &body);
	buf_fini(&body);
	buf_fini(&headers);
}

static void respond_value(struct api_request **request, struct span result)
{
	struct buf body = { 0 };
	json_out_value(&body, result);
	api_request_respond_json(request, (*request)->route->http_status, NULL, &body);
	buf_fini(&body);
}

static void on_response(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	r->call = NULL;
	if (st == ST_OK && msg_is_nil(error)) {
		if (r->route->flags & ROUTE_STREAM)
			api_list_respond(&r, result);
		else if (r->method->shape == RESULT_ROW)
			respond_row(&r, result);
		else
			respond_value(&r, result);
	} else if (st != ST_OK) {
		api_request_fail(&r, st, NULL);
	} else {
		struct error_info refusal = response_read_error(error);
		api_request_refuse(&r, &refusal);
	}
}

static enum status apply_rules(
	const struct route_body *rules, struct json_in *json, struct fail *why)
{
	enum status st = rules->refused ? json_in_refuse(json, rules->refused, why) : ST_OK;
	if (st == ST_OK && rules->alias)
		st = json_in_rename(json, rules->alias, rules->param, why);
	if (st == ST_OK && rules->ignored)
		json_in_ignore(json, rules->ignored);
	return st;
}

static bool is_tagged(const struct route_body *rules, const struct json_in *json)
{
	return rules->tagged && !json_in_has(json, "topic_id")
	       && (json_in_has(json, "tag") || json_in_has(json, "minutes"));
}

static enum status read_body(struct api_request *r, const struct http_request *http,
	struct json_in **json, struct fail *why)
{
	if (!(r->route->flags & ROUTE_BODY)
		|| ((r->route->flags & ROUTE_OPTIONAL) && http->body.len == 0))
		return ST_OK;
	enum status st = json_in_parse(http->body, json, why);
	if (st != ST_OK || !r->route->body)
		return st;
	if (is_tagged(r->route->body, *json))
		r->route = r->route->body->tagged;
	return apply_rules(r->route->body, *json, why);
}

static void start_call(struct api_request *r, const struct http_request *http)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	unsigned char session_id[16];
	enum status st = read_body(r, http, &json, &why);
	if (st == ST_OK) {
		r->method = method_find(span_of(r->route->rpc));
		if (r->route->flags & ROUTE_GENERATE_ID)
			uuid_v7(&r->api->ids, session_id);
		struct request_source source = { .http = http,
			.route = r->route,
			.method = r->method,
			.match = &r->head.match,
			.conditions = &r->head.conditions,
			.json = json,
			.idempotency_key = r->head.idempotency_key,
			.session_id = r->route->flags & ROUTE_GENERATE_ID ? session_id : NULL };
		st = api_request_call(r, &source, on_response, &why);
	}
	json_in_free(&json);
	if (st != ST_OK)
		api_request_fail(&r, st, &why);
}

static void respond_text(
	struct api_request **request, const char *before, const char *name, const char *after)
{
	struct buf body = { 0 };
	buf_text(&body, before);
	buf_text(&body, name);
	buf_text(&body, after);
	api_request_respond_json(request, 200, NULL, &body);
	buf_fini(&body);
}

static void local_root(struct api_request *r)
{
	struct buf message = { 0 }, body = { 0 };
	buf_printf(&message, "%s API", r->api->settings->app_name);
	body.failed = message.failed;
	buf_text(&body, "{\"message\":");
	json_out_text(&body, buf_view(&message));
	buf_byte(&body, '}');
	api_request_respond_json(&r, 200, NULL, &body);
	buf_fini(&message);
	buf_fini(&body);
}

static void local_readyz(struct api_request *r)
{
	bool has_worker, has_database;
	if (workers_ready(r->api->workers, &has_worker, &has_database))
		respond_text(&r, "{\"status\":\"", "ready", "\"}");
	else
		api_request_fail(&r, has_worker ? ST_DATABASE_UNAVAILABLE : ST_NO_WORKER, NULL);
}

static void local_openapi(struct api_request *r)
{
	struct buf headers = { 0 };
	struct exchange_response response;
	const struct asset *asset = asset_find(span_of(r->route->path));
	enum status st = asset_respond(asset, exchange_request(r->exchange), &headers, &response);
	if (st == ST_OK)
		api_request_respond(&r, &response);
	else
		api_request_fail(&r, st, NULL);
	buf_fini(&headers);
}

static void start_local(struct api_request *r)
{
	switch (r->route->local) {
	case LOCAL_ROOT:
		local_root(r);
		break;
	case LOCAL_HEALTH:
		respond_text(&r, "{\"status\":\"", "healthy", "\"}");
		break;
	case LOCAL_HEALTHZ:
		respond_text(&r, "{\"status\":\"ok\",\"service\":\"", "studytracker", "\"}");
		break;
	case LOCAL_READYZ:
		local_readyz(r);
		break;
	case LOCAL_OPENAPI:
		local_openapi(r);
		break;
	case LOCAL_NONE:
		api_request_fail(&r, ST_INTERNAL, NULL);
	}
}

static void respond_plain_options(struct api_request *r, const struct http_request *http)
{
	struct buf allow = { 0 }, headers = { 0 };
	route_allow(http->path, &allow);
	if (allow.len || allow.failed) {
		headers.failed = allow.failed;
		http_head_put_field(&headers, "Allow", buf_view(&allow));
		respond_bare(&r, 204, &headers);
	} else {
		api_request_fail(&r, ST_NOT_FOUND, NULL);
	}
	buf_fini(&allow);
	buf_fini(&headers);
}

/* A preflight is answered by CORS, whatever the path: the page learns of an unknown path by the
 * request that follows. Any other OPTIONS is answered by Allow (RFC 9110 section 9.3.7). */
static void respond_options(struct api_request *r, const struct http_request *http)
{
	struct buf headers = { 0 };
	struct fail why = { 0 };
	struct span origin = http_request_field(http, "Origin");
	struct span method = http_request_field(http, "Access-Control-Request-Method");
	struct span wanted = http_request_field(http, "Access-Control-Request-Headers");
	const char *refused = NULL;
	if (!origin.len || !method.len) {
		respond_plain_options(r, http);
	} else if (cors_put_preflight(
			   &r->api->access.cors, origin, method, wanted, &headers, &refused)) {
		api_request_put_common(NULL, &r->id, &headers);
		struct exchange_response ok = { .http_status = 200,
			.content_type = "text/plain; charset=utf-8",
			.headers = &headers,
			.static_body = SPAN("OK") };
		api_request_respond_raw(&r, &ok);
	} else {
		(void)fail_field(
			&why, ST_BAD_REQUEST, refused, "CORS does not allow this %s", refused);
		api_request_fail(&r, ST_BAD_REQUEST, &why);
	}
	buf_fini(&headers);
}

/* Lists, statistics and the gateway's own responses always exist, so their preconditions are evaluated
 * before a worker is called. A row and an asset have an ETag of their own. */
static bool is_settled(struct api_request **request, const struct http_request *http)
{
	struct api_request *r = *request;
	bool has_own = route_is_of_row(r->route) || r->route->local == LOCAL_OPENAPI;
	enum http_evaluation verdict =
		has_own ? HTTP_PROCEED : judge_read(http, (struct span){ 0 });
	if (verdict == HTTP_PRECONDITION_FAILED)
		api_request_fail(request, ST_PRECONDITION_FAILED, NULL);
	else if (verdict == HTTP_NOT_MODIFIED)
		respond_bare(request, 304, NULL);
	return verdict != HTTP_PROCEED;
}

/* A whole request that is authenticated. */
static void run(struct api_request *r)
{
	const struct http_request *http = exchange_request(r->exchange);
	r->route = r->head.match.route;
	if (is_settled(&r, http))
		return;
	if (r->route->local)
		start_local(r);
	else
		start_call(r, http);
}

static void on_request_decided(void *arg, enum status st, const struct fail *why)
{
	struct api_request *r = arg;
	if (st == ST_OK)
		run(r);
	else
		api_request_fail(&r, st, why);
}

static void on_head_decided(void *arg, enum status st, const struct fail *why)
{
	struct api_request *r = arg;
	if (st == ST_OK)
		exchange_read_body(r->exchange);
	else
		api_request_refuse_body(&r, st, why);
}

typedef void (*decided)(void *arg, enum status st, const struct fail *why);

/* OPTIONS needs no principal: a preflight has no credentials (Fetch section 3.3.5). */
static void authenticate_request(struct api_request *r, decided on_decided)
{
	struct credentials shown = { .http = exchange_request(r->exchange) };
	struct fail why = { 0 };
	r->authentication = (struct authentication){
		.authenticator = r->api->authenticator, .on_decided = on_decided, .arg = r
	};
	if (authenticate(&r->authentication, &shown, &why))
		on_decided(r, r->authentication.st, &why);
}

void api_on_head(struct exchange *exchange, void *arg)
{
	struct api *api = arg;
	struct api_request *r = api_request_new(api, exchange);
	struct fail why = { 0 };
	if (!r)
		return;
	enum status st = api_head_check(&api->access, exchange_request(exchange), &r->head, &why);
	if (st != ST_OK)
		api_request_refuse_body(&r, st, &why);
	else if (r->head.match.route)
		authenticate_request(r, on_head_decided);
	else
		exchange_read_body(exchange);
}

static void start_request(struct api *api, struct exchange *exchange)
{
	const struct http_request *http = exchange_request(exchange);
	struct api_request *r = api_request_new(api, exchange);
	struct fail why = { 0 };
	if (!r)
		return;
	enum status st = api_head_check(&api->access, http, &r->head, &why);
	if (st != ST_OK)
		api_request_fail(&r, st, &why);
	else if (r->head.match.route)
		authenticate_request(r, on_request_decided);
	else
		respond_options(r, http);
}

void api_on_request(struct exchange *exchange, void *arg)
{
	struct api_request *r = exchange_data(exchange); /* if it has a body */
	if (!r)
		start_request(arg, exchange);
	else if (r->head.match.route)
		run(r);
	else
		respond_options(r, exchange_request(exchange));
}

void api_init(struct api *api, const struct settings *settings, struct workers *workers)
{
	*api = (struct api){
		.settings = settings,
		.workers = workers,
		.authenticator = &authenticator_open,
		.access = { .cors = cors_from_settings(settings->cors_origins,
				    settings->cors_methods, settings->cors_headers,
				    settings->cors_credentials),
			.hosts = span_of(settings->hosts),
			.checks_hosts = true },
	};
}
