#include "gateway/api.h"

#include <string.h>

#include "gateway/api_list.h"
#include "gateway/json_in.h"
#include "gateway/json_out.h"
#include "gateway/reply.h"
#include "gateway/route.h"

void api_format_error(struct buf *headers, struct buf *body, enum status st, const struct fail *why,
	const struct http_request *http, void *arg)
{
	struct api *api = arg;
	struct request_id id = request_id_choose(http, &api->ids);
	struct error_facts facts = api_request_facts(st, why);
	api_request_put_headers(api, http, &id, headers);
	reply_error(body, &facts, request_id_view(&id));
}

/* Is one of the ETags that If-None-Match lists the row's (RFC 9110 section 13.1.2)? */
static bool is_unchanged(const struct http_request *http, struct span etag)
{
	struct span given = http_request_field(http, "If-None-Match");
	if (span_is(given, "*"))
		return true;
	return etag.len && given.len && memmem(given.bytes, given.len, etag.bytes, etag.len);
}

static bool is_read(const struct http_request *http)
{
	return span_is(http->method, "GET") || span_is(http->method, "HEAD");
}

static void put_resource_headers(const struct api_request *r, const struct http_request *http,
	const struct row_facts *facts, struct buf *headers)
{
	if (facts->updated_at.len)
		buf_printf(headers, "ETag: \"%.*s\"\r\n", (int)facts->updated_at.len,
			facts->updated_at.bytes);
	if (r->route->http_status == 201 && facts->id.len)
		buf_printf(headers, "Location: %.*s/%.*s\r\n", (int)http->path.len,
			http->path.bytes, (int)facts->id.len, facts->id.bytes);
}

static void finish_bare(struct api_request **request, int http_status, const struct buf *headers)
{
	struct exchange_reply bare = { .http_status = http_status, .headers = headers };
	api_request_finish(request, &bare);
}

static void finish_row(struct api_request **request, struct span result)
{
	struct api_request *r = *request;
	const struct http_request *http = exchange_request(r->exchange);
	struct buf body = { 0 }, headers = { 0 };
	struct row_facts facts;
	int http_status = r->route->http_status;
	reply_row(&body, result, &facts);
	if (r->route->flags & ROUTE_ETAG)
		put_resource_headers(r, http, &facts, &headers);
	if (facts.was_replayed)
		buf_text(&headers, "Idempotency-Replayed: true\r\n");
	if ((r->route->flags & ROUTE_CREATES) && facts.was_created)
		http_status = 201;
	if ((r->route->flags & ROUTE_ETAG) && is_read(http) && is_unchanged(http, facts.updated_at))
		http_status = 304;
	if (http_status == 204 || http_status == 304)
		finish_bare(request, http_status, &headers);
	else
		api_request_finish_json(request, http_status, &headers, &body);
	buf_fini(&body);
	buf_fini(&headers);
}

static void finish_value(struct api_request **request, struct span result)
{
	struct buf body = { 0 };
	json_out_value(&body, result);
	api_request_finish_json(request, (*request)->route->http_status, NULL, &body);
	buf_fini(&body);
}

static void on_answer(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	r->call = NULL;
	if (st == ST_OK && msg_is_nil(error)) {
		if (r->route->flags & ROUTE_STREAM)
			api_list_answer(&r, result);
		else if (r->method->shape == RESULT_ROW)
			finish_row(&r, result);
		else
			finish_value(&r, result);
	} else if (st != ST_OK) {
		api_request_fail(&r, st, NULL);
	} else {
		struct error_facts facts = reply_error_facts(error);
		api_request_refuse(&r, &facts, NULL);
	}
}

/* application/json or +json, any parameters. The root surface takes a body without a type:
 * existing clients send that. */
static bool is_json_type(struct span type, bool is_strict)
{
	if (type.len == 0)
		return !is_strict;
	const char *semicolon = memchr(type.bytes, ';', type.len);
	if (semicolon)
		type.len = (size_t)(semicolon - type.bytes);
	while (type.len && (type.bytes[type.len - 1] == ' ' || type.bytes[type.len - 1] == '\t'))
		type.len--;
	struct span suffix = { type.bytes + (type.len < 5 ? 0 : type.len - 5),
		type.len < 5 ? type.len : 5 };
	return span_is_nocase(type, "application/json") || span_is_nocase(suffix, "+json");
}

static enum status read_body(struct api_request *r, const struct http_request *http,
	struct json_in **json, struct fail *why)
{
	if (!(r->route->flags & ROUTE_BODY))
		return ST_OK;
	if (!is_json_type(http_request_field(http, "Content-Type"), r->route->flags & ROUTE_STRICT))
		return fail_field(why, ST_UNSUPPORTED_MEDIA_TYPE, "Content-Type",
			"the body must be application/json");
	enum status st = json_in_parse(http->body, json, why);
	bool is_tagged = st == ST_OK && r->route->tagged && !json_in_has(*json, "topic_id")
			 && (json_in_has(*json, "tag") || json_in_has(*json, "minutes"));
	if (is_tagged)
		r->route = r->route->tagged;
	return st;
}

static void start_call(
	struct api_request *r, const struct http_request *http, const struct route_match *match)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	unsigned char session_id[16];
	struct span key = { 0 };
	enum status st = request_params_key(http, &key, &why);
	if (st == ST_OK)
		st = read_body(r, http, &json, &why);
	if (st == ST_OK) {
		r->method = method_find(span_of(r->route->rpc));
		if (r->route->flags & ROUTE_MINT)
			uuid_v7(&r->api->ids, session_id);
		struct request_source source = { .http = http,
			.route = r->route,
			.method = r->method,
			.match = match,
			.json = json,
			.idempotency_key = key,
			.session_id = r->route->flags & ROUTE_MINT ? session_id : NULL };
		st = api_request_ask(r, &source, on_answer, &why);
	}
	json_in_free(&json);
	if (st != ST_OK)
		api_request_fail(&r, st, &why);
}

static void finish_text(
	struct api_request **request, const char *before, const char *name, const char *after)
{
	struct buf body = { 0 };
	buf_text(&body, before);
	buf_text(&body, name);
	buf_text(&body, after);
	api_request_finish_json(request, 200, NULL, &body);
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
	api_request_finish_json(&r, 200, NULL, &body);
	buf_fini(&message);
	buf_fini(&body);
}

static void local_readyz(struct api_request *r)
{
	bool has_worker, has_database;
	if (workers_ready(r->api->workers, &has_worker, &has_database))
		finish_text(&r, "{\"status\":\"", "ready", "\"}");
	else
		api_request_fail(&r, has_worker ? ST_DATABASE_UNAVAILABLE : ST_NO_WORKER, NULL);
}

static void finish_openapi(struct api_request **request)
{
	struct exchange_reply reply = { .http_status = 200,
		.content_type = "application/json",
		.static_body = { (const char *)openapi_json, openapi_json_len } };
	api_request_finish(request, &reply);
}

static void start_local(struct api_request *r)
{
	switch (r->route->local) {
	case LOCAL_ROOT:
		local_root(r);
		break;
	case LOCAL_HEALTH:
		finish_text(&r, "{\"status\":\"", "healthy", "\"}");
		break;
	case LOCAL_HEALTHZ:
		finish_text(&r, "{\"status\":\"ok\",\"service\":\"", "studytracker", "\"}");
		break;
	case LOCAL_READYZ:
		local_readyz(r);
		break;
	case LOCAL_OPENAPI:
		finish_openapi(&r);
		break;
	case LOCAL_NONE:
		api_request_fail(&r, ST_INTERNAL, NULL);
	}
}

/* A preflight is answered by CORS; any other OPTIONS by Allow (RFC 9110 section 9.3.7). */
static void answer_options(struct api_request *r, const struct http_request *http)
{
	struct buf headers = { 0 };
	struct fail why = { 0 };
	struct span origin = http_request_field(http, "Origin");
	struct span method = http_request_field(http, "Access-Control-Request-Method");
	struct span wanted = http_request_field(http, "Access-Control-Request-Headers");
	const char *refused = NULL;
	if (!origin.len || !method.len) {
		buf_text(&headers, "Allow: ");
		route_allow(http->path, &headers);
		buf_text(&headers, "\r\n");
		finish_bare(&r, 204, &headers);
	} else if (cors_put_preflight(&r->api->cors, origin, method, wanted, &headers, &refused)) {
		buf_printf(&headers, "X-Request-Id: %.*s\r\n", (int)r->id.len, r->id.bytes);
		struct exchange_reply ok = { .http_status = 200,
			.content_type = "text/plain; charset=utf-8",
			.headers = &headers,
			.static_body = SPAN("OK") };
		api_request_reply(&r, &ok);
	} else {
		(void)fail_field(
			&why, ST_BAD_REQUEST, refused, "CORS does not allow this %s", refused);
		api_request_fail(&r, ST_BAD_REQUEST, &why);
	}
	buf_fini(&headers);
}

static void refuse_route(struct api_request *r, const struct http_request *http, enum status st)
{
	struct buf headers = { 0 };
	struct error_facts facts = api_request_facts(st, NULL);
	if (st == ST_METHOD_NOT_ALLOWED) {
		buf_text(&headers, "Allow: ");
		route_allow(http->path, &headers);
		buf_text(&headers, "\r\n");
	}
	api_request_refuse(&r, &facts, &headers);
	buf_fini(&headers);
}

void api_on_request(struct exchange *exchange, void *arg)
{
	struct api *api = arg;
	const struct http_request *http = exchange_request(exchange);
	struct api_request *r = api_request_new(api, exchange);
	struct route_match match;
	if (!r)
		return;
	if (span_is(http->method, "OPTIONS")) {
		answer_options(r, http);
		return;
	}
	enum status st = route_find(http->method, http->path, &match);
	if (st != ST_OK) {
		refuse_route(r, http, st);
		return;
	}
	r->route = match.route;
	if (match.route->local)
		start_local(r);
	else
		start_call(r, http, &match);
}

void api_init(struct api *api, const struct settings *settings, struct workers *workers)
{
	*api = (struct api){
		.settings = settings,
		.workers = workers,
		.cors = cors_from_settings(settings->cors_origins, settings->cors_methods,
			settings->cors_headers, settings->cors_credentials),
	};
}
