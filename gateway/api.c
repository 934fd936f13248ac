#include "gateway/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "gateway/json_in.h"
#include "gateway/json_out.h"
#include "gateway/reply.h"
#include "gateway/request_params.h"
#include "gateway/route.h"

/* An answer's body past this is handed to the edge before more is rendered. */
enum { STREAM_PAGE_ROWS = 500, REQUEST_ID_MAX = ENVELOPE_REQUEST_ID_MAX };

struct request {
	struct api *api;
	struct exchange *exchange;
	const struct route *route;
	const struct method *method;
	struct call *call;
	struct buf cursor; /* of the page a stream asked for last */
	bool is_streaming; /* the head of the answer is out */
	bool wants_page;   /* a stream whose next page waits for the client to read */
	size_t id_len;
	char id[REQUEST_ID_MAX];
};

static struct span id_of(const struct request *r)
{
	return (struct span){ r->id, r->id_len };
}

/* A client's id is taken over where it can stand in a header, a log line and a URL. */
static bool is_sane_id(struct span id)
{
	if (id.len == 0 || id.len > REQUEST_ID_MAX)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		unsigned char c = (unsigned char)id.bytes[i];
		if (c <= ' ' || c >= 0x7f || strchr("\"\\<>'`{}|^", c))
			return false;
	}
	return true;
}

static size_t choose_id(struct api *api, const struct http_request *http, char out[REQUEST_ID_MAX])
{
	static const char *const names[] = { "X-Request-Id", "X-Trace-Id" };
	for (size_t i = 0; http && i < sizeof names / sizeof *names; i++) {
		struct span given = http_request_field(http, names[i]);
		if (is_sane_id(given)) {
			memcpy(out, given.bytes, given.len);
			return given.len;
		}
	}
	unsigned char uuid[16];
	uuid_v7(&api->ids, uuid);
	uuid_format(uuid, out);
	return UUID_TEXT_LEN;
}

static void put_common_headers(
	const struct api *api, const struct http_request *http, struct span id, struct buf *headers)
{
	buf_text(headers, "X-Request-Id: ");
	buf_span(headers, id);
	buf_text(headers, "\r\n");
	if (http)
		cors_put_headers(&api->cors, http_request_field(http, "Origin"), headers);
}

static void request_free(struct request **request)
{
	struct request *r = *request;
	*request = NULL;
	if (!r)
		return;
	if (r->call)
		workers_cancel(&r->call);
	buf_fini(&r->cursor);
	free(r);
}

static void on_gone(void *data)
{
	struct request *r = data;
	r->exchange = NULL;
	request_free(&r);
}

/* Sends a whole answer and ends the request. `headers` come after the common ones. */
static void finish(struct request **request, int http_status, const char *content_type,
	struct span headers, struct span body)
{
	struct request *r = *request;
	struct buf all = { 0 };
	put_common_headers(r->api, exchange_request(r->exchange), id_of(r), &all);
	buf_span(&all, headers);
	struct exchange_reply reply = { .http_status = http_status,
		.content_type = content_type,
		.headers = buf_view(&all),
		.body = body };
	exchange_set_data(r->exchange, NULL, NULL);
	exchange_reply(&r->exchange, &reply);
	buf_fini(&all);
	request_free(request);
}

static void finish_json(
	struct request **request, int http_status, struct span headers, struct span body)
{
	finish(request, http_status, "application/json", headers, body);
}

static int http_status_for(const struct request *r, enum status st)
{
	if (r->route && r->route->invalid_status && st == ST_INVALID_INPUT)
		return r->route->invalid_status;
	return status_info(st)->http_status;
}

static void finish_error(
	struct request **request, const struct error_facts *facts, struct span headers)
{
	struct request *r = *request;
	struct buf body = { 0 }, all = { 0 };
	int http_status = http_status_for(r, facts->st);
	if (http_status == 500)
		log_error("request failed: %s: answered 500, request_id %.*s",
			status_info(facts->st)->code, (int)r->id_len, r->id);
	buf_span(&all, headers);
	if (http_status == 503)
		buf_text(&all, "Retry-After: 1\r\n");
	reply_error(&body, facts, id_of(r));
	finish_json(request, http_status, buf_view(&all), buf_view(&body));
	buf_fini(&body);
	buf_fini(&all);
}

static struct error_facts facts_of(enum status st, const struct fail *why)
{
	return (struct error_facts){ .st = st,
		.message = span_of(why && why->text[0] ? why->text : NULL),
		.field = span_of(why && why->field[0] ? why->field : NULL) };
}

static void finish_failed(struct request **request, enum status st, const struct fail *why)
{
	struct error_facts facts = facts_of(st, why);
	finish_error(request, &facts, (struct span){ 0 });
}

void api_format_error(struct buf *headers, struct buf *body, enum status st, const struct fail *why,
	const struct http_request *http, void *arg)
{
	struct api *api = arg;
	char id[REQUEST_ID_MAX];
	struct span trace_id = { id, choose_id(api, http, id) };
	struct error_facts facts = facts_of(st, why);
	put_common_headers(api, http, trace_id, headers);
	reply_error(body, &facts, trace_id);
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

static void put_resource_headers(const struct request *r, const struct http_request *http,
	const struct row_facts *facts, struct buf *headers)
{
	if (facts->updated_at.len)
		buf_printf(headers, "ETag: \"%.*s\"\r\n", (int)facts->updated_at.len,
			facts->updated_at.bytes);
	if (r->route->http_status == 201 && facts->id.len)
		buf_printf(headers, "Location: %.*s/%.*s\r\n", (int)http->path.len,
			http->path.bytes, (int)facts->id.len, facts->id.bytes);
}

static void finish_row(struct request **request, struct span result)
{
	struct request *r = *request;
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
		finish(request, http_status, NULL, buf_view(&headers), (struct span){ 0 });
	else
		finish_json(request, http_status, buf_view(&headers), buf_view(&body));
	buf_fini(&body);
	buf_fini(&headers);
}

static void finish_value(struct request **request, struct span result)
{
	struct buf body = { 0 };
	json_out_value(&body, result);
	finish_json(request, (*request)->route->http_status, (struct span){ 0 }, buf_view(&body));
	buf_fini(&body);
}

static void stream_next(struct request *r);

static void on_drained(struct exchange *exchange, void *data)
{
	(void)exchange;
	struct request *r = data;
	if (r->wants_page)
		stream_next(r);
}

/* The head is out: all that can be done about a failure is to cut the connection, which a
 * client sees as an incomplete body (RFC 9112 section 8). */
static void stream_abort(struct request **request, const char *reason)
{
	struct request *r = *request;
	log_warn("list cut short: %s: connection closed, request_id %.*s", reason, (int)r->id_len,
		r->id);
	exchange_set_data(r->exchange, NULL, NULL);
	exchange_abort(&r->exchange);
	request_free(request);
}

static void stream_start(struct request *r)
{
	struct buf headers = { 0 };
	put_common_headers(r->api, exchange_request(r->exchange), id_of(r), &headers);
	struct exchange_reply head = { .http_status = 200,
		.content_type = "application/json",
		.headers = buf_view(&headers) };
	r->is_streaming = true;
	exchange_start(r->exchange, &head);
	exchange_on_drained(r->exchange, on_drained);
	buf_fini(&headers);
}

static void stream_page(struct request **request, struct span page)
{
	struct request *r = *request;
	struct buf body = { 0 };
	struct span next_cursor;
	bool is_first = !r->is_streaming;
	if (is_first)
		buf_byte(&body, '[');
	if (reply_page_rows(&body, page, is_first, &next_cursor) != ST_OK) {
		buf_fini(&body);
		is_first ? finish_failed(request, ST_INTERNAL, NULL)
			 : stream_abort(request, "malformed page");
		return;
	}
	if (next_cursor.len == 0)
		buf_byte(&body, ']');
	if (is_first && next_cursor.len == 0) {
		finish_json(request, 200, (struct span){ 0 }, buf_view(&body));
		buf_fini(&body);
		return;
	}
	buf_clear(&r->cursor);
	buf_span(&r->cursor, next_cursor);
	r->wants_page = next_cursor.len > 0;
	if (is_first)
		stream_start(r);
	bool is_full = exchange_write(r->exchange, buf_view(&body));
	buf_fini(&body);
	if (next_cursor.len == 0) {
		exchange_set_data(r->exchange, NULL, NULL);
		exchange_end(&r->exchange);
		request_free(request);
	} else if (!is_full) {
		stream_next(r);
	}
}

static void on_answer(void *arg, enum status st, struct span error, struct span result)
{
	struct request *r = arg;
	r->call = NULL;
	if (st == ST_OK && msg_is_nil(error)) {
		if (r->route->flags & ROUTE_STREAM)
			stream_page(&r, result);
		else if (r->method->shape == RESULT_ROW)
			finish_row(&r, result);
		else
			finish_value(&r, result);
	} else if (r->is_streaming) {
		stream_abort(&r, st == ST_OK ? "the worker refused" : status_info(st)->message);
	} else if (st != ST_OK) {
		finish_failed(&r, st, NULL);
	} else {
		struct error_facts facts = reply_error_facts(error);
		finish_error(&r, &facts, (struct span){ 0 });
	}
}

static enum status call(struct request *r, struct span params)
{
	struct context context = {
		.account = 1, .request_id = id_of(r), .deadline_ms = r->api->settings->deadline_ms
	};
	return workers_call(r->api->workers, r->method, &context, params, on_answer, r, &r->call);
}

static enum status put_params(struct request *r, const struct request_source *source,
	struct buf *params, struct fail *why)
{
	uint32_t pairs = 0;
	size_t mark = msg_open_map(params);
	enum status st = request_params_put(source, params, &pairs, why);
	if (st == ST_OK && (r->route->flags & ROUTE_STREAM)) {
		msg_put_key(params, "limit");
		msg_put_int(params, STREAM_PAGE_ROWS);
		pairs++;
		if (r->cursor.len) {
			msg_put_key(params, "cursor");
			msg_put_text(params, buf_view(&r->cursor));
			pairs++;
		}
	}
	msg_close(params, mark, pairs);
	return st == ST_OK && params->failed ? ST_NO_MEMORY : st;
}

/* Asks for the page after r->cursor. The query is read again: it is the same request. */
static void stream_next(struct request *r)
{
	const struct http_request *http = exchange_request(r->exchange);
	struct request_source source = { .http = http, .route = r->route, .method = r->method };
	struct buf params = { 0 };
	struct fail why = { 0 };
	r->wants_page = false;
	enum status st = put_params(r, &source, &params, &why);
	if (st == ST_OK)
		st = call(r, buf_view(&params));
	buf_fini(&params);
	if (st != ST_OK)
		stream_abort(&r, fail_text(&why, st));
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

static enum status read_body(
	struct request *r, const struct http_request *http, struct json_in **json, struct fail *why)
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
	struct request *r, const struct http_request *http, const struct route_match *match)
{
	struct json_in *json = NULL;
	struct buf params = { 0 };
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
		st = put_params(r, &source, &params, &why);
	}
	if (st == ST_OK)
		st = call(r, buf_view(&params));
	json_in_free(&json);
	buf_fini(&params);
	if (st != ST_OK)
		finish_failed(&r, st, &why);
}

static void finish_text(
	struct request **request, const char *before, const char *name, const char *after)
{
	struct buf body = { 0 };
	buf_text(&body, before);
	buf_text(&body, name);
	buf_text(&body, after);
	finish_json(request, 200, (struct span){ 0 }, buf_view(&body));
	buf_fini(&body);
}

static void local_root(struct request *r)
{
	struct buf message = { 0 }, body = { 0 };
	buf_printf(&message, "%s API", r->api->settings->app_name);
	buf_text(&body, "{\"message\":");
	json_out_text(&body, buf_view(&message));
	buf_byte(&body, '}');
	finish_json(&r, 200, (struct span){ 0 }, buf_view(&body));
	buf_fini(&message);
	buf_fini(&body);
}

static void local_readyz(struct request *r)
{
	bool has_worker, has_database;
	if (workers_ready(r->api->workers, &has_worker, &has_database))
		finish_text(&r, "{\"status\":\"", "ready", "\"}");
	else
		finish_failed(&r, has_worker ? ST_DATABASE_UNAVAILABLE : ST_NO_WORKER, NULL);
}

static void start_local(struct request *r)
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
		finish_json(&r, 200, (struct span){ 0 },
			(struct span){ (const char *)openapi_json, openapi_json_len });
		break;
	case LOCAL_NONE:
		finish_failed(&r, ST_INTERNAL, NULL);
	}
}

/* A preflight is answered by CORS; any other OPTIONS by Allow (RFC 9110 section 9.3.7). */
static void answer_options(struct request *r, const struct http_request *http)
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
		finish(&r, 204, NULL, buf_view(&headers), (struct span){ 0 });
	} else if (cors_put_preflight(&r->api->cors, origin, method, wanted, &headers, &refused)) {
		buf_printf(&headers, "X-Request-Id: %.*s\r\n", (int)r->id_len, r->id);
		struct exchange_reply ok = { .http_status = 200,
			.content_type = "text/plain; charset=utf-8",
			.headers = buf_view(&headers),
			.body = SPAN("OK") };
		exchange_set_data(r->exchange, NULL, NULL);
		exchange_reply(&r->exchange, &ok);
		request_free(&r);
	} else {
		(void)fail_field(
			&why, ST_BAD_REQUEST, refused, "CORS does not allow this %s", refused);
		finish_failed(&r, ST_BAD_REQUEST, &why);
	}
	buf_fini(&headers);
}

static void refuse_route(struct request *r, const struct http_request *http, enum status st)
{
	struct buf headers = { 0 };
	struct error_facts facts = facts_of(st, NULL);
	if (st == ST_METHOD_NOT_ALLOWED) {
		buf_text(&headers, "Allow: ");
		route_allow(http->path, &headers);
		buf_text(&headers, "\r\n");
	}
	finish_error(&r, &facts, buf_view(&headers));
	buf_fini(&headers);
}

void api_on_request(struct exchange *exchange, void *arg)
{
	struct api *api = arg;
	const struct http_request *http = exchange_request(exchange);
	struct request *r = calloc(1, sizeof *r);
	if (!r) {
		exchange_abort(&exchange);
		return;
	}
	r->api = api;
	r->exchange = exchange;
	r->id_len = choose_id(api, http, r->id);
	exchange_set_data(exchange, r, on_gone);
	struct route_match match;
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
