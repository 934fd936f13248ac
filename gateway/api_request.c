#include "gateway/api_request.h"

#include <stdlib.h>
#include <time.h>

#include "common/log.h"
#include "common/service.h"
#include "gateway/api_head.h"
#include "gateway/caller.h"
#include "gateway/http_head.h"
#include "gateway/position_field.h"

static void request_free(struct api_request **request)
{
	struct api_request *r = *request;
	*request = NULL;
	if (!r)
		return;
	authentication_cancel(&r->authentication);
	if (r->call)
		workers_cancel(&r->call);
	buf_fini(&r->cursor);
	buf_fini(&r->member);
	free(r);
}

/* NULL if it is not known. */
static const struct route *route_of(const struct api_request *r)
{
	return r->route ? r->route : r->head.match.route;
}

static const struct dialect *dialect_for(const struct api_request *r)
{
	const struct route *route = route_of(r);
	return route ? route->dialect : dialect_of(exchange_request(r->exchange)->path);
}

/* The body may have chosen a variant of the route, which the head did not know. */
void api_request_count(struct api_request *r, int http_status)
{
	if (!r->started_us)
		return;
	struct access_end end = { http_status, (int64_t)(service_now_us() - r->started_us) };
	r->started_us = 0;
	metrics_requests_add(
		&r->api->requests, &(struct metrics_request){ r->head.match.route, dialect_for(r),
					   http_status, end.duration_us });
	access_log_end(&r->access, &end, &r->id);
}

static void on_gone(void *data)
{
	struct api_request *r = data;
	api_request_count(r, METRICS_CLIENT_GONE);
	r->exchange = NULL;
	request_free(&r);
}

struct api_request *api_request_new(struct api *api, struct exchange *exchange)
{
	struct api_request *r = malloc(sizeof *r); /* glibc's calloc bypasses the thread's cache */
	if (!r) {
		exchange_abort(&exchange);
		return NULL;
	}
	*r = (struct api_request){ .api = api,
		.exchange = exchange,
		.id = request_id_choose(exchange_request(exchange), &api->ids),
		.started_us = service_now_us() };
	if (api->logs_requests)
		r->access = access_log_begin(exchange_request(exchange));
	exchange_set_data(exchange, r, on_gone);
	return r;
}

struct client api_request_client(const struct api_request *r)
{
	struct client client;
	client_find(&r->api->proxies, exchange_peer(r->exchange), exchange_request(r->exchange),
		&client);
	return client;
}

void api_request_put_caller(
	const struct api_request *r, const struct method *m, struct param_writer *w)
{
	char text[ADDRESS_TEXT_SIZE];
	if (!caller_is_asked(m))
		return;
	struct client client = api_request_client(r);
	struct caller caller = { .principal = &r->authentication.principal,
		.address = address_text(&client.address, text) };
	caller_put(&caller, m, w);
}

/* The response depends on Origin also if the request has none: a cache must know. */
void api_request_put_common(
	const struct route *route, const struct request_id *id, struct buf *headers)
{
	bool is_asset = route && route->row->is_asset;
	buf_text(headers, "X-Request-Id: ");
	buf_span(headers, request_id_view(id)); /* request_id_choose has checked it */
	buf_text(headers, "\r\nVary: Origin\r\nX-Content-Type-Options: nosniff\r\n"
			  "Cross-Origin-Resource-Policy: same-origin\r\nCache-Control: ");
	buf_text(headers, is_asset ? "no-cache\r\n" : "no-store\r\n");
}

void api_request_put_headers(const struct api_request *r, struct buf *headers)
{
	const struct http_request *http = exchange_request(r->exchange);
	api_request_put_common(r->route, &r->id, headers);
	cors_put_headers(&r->api->access.cors, http_request_field(http, "Origin"), headers);
	if (r->limit.limit)
		limits_put_headers(&r->limit, time(NULL), headers);
	position_field_put(headers, r->committed);
}

void api_request_respond_raw(struct api_request **request, const struct exchange_response *reply)
{
	struct api_request *r = *request;
	exchange_set_data(r->exchange, NULL, NULL);
	api_request_count(r, reply->http_status);
	exchange_respond(&r->exchange, reply);
	request_free(request);
}

void api_request_refuse_body(struct api_request **request, enum status st, const struct fail *why)
{
	struct api_request *r = *request;
	api_request_count(r, dialect_for(r)->status_of(st));
	exchange_refuse_body(&r->exchange, st, why);
	request_free(request);
}

void api_request_respond(struct api_request **request, const struct exchange_response *reply)
{
	const struct api_request *r = *request;
	struct buf *headers = &r->api->scratch.all_headers;
	struct exchange_response whole = *reply;
	buf_reuse(headers, API_SCRATCH_KEPT);
	api_request_put_headers(r, headers);
	if (reply->headers)
		buf_append(headers, reply->headers);
	whole.headers = headers;
	api_request_respond_raw(request, &whole);
}

void api_request_respond_json(struct api_request **request, int http_status,
	const struct buf *headers, const struct buf *body)
{
	struct exchange_response reply = { .http_status = http_status,
		.content_type = "application/json",
		.headers = headers,
		.body = body };
	api_request_respond(request, &reply);
}

void api_request_respond_empty(
	struct api_request **request, int http_status, const struct buf *headers)
{
	struct exchange_response response = { .http_status = http_status, .headers = headers };
	api_request_respond(request, &response);
}

void api_request_end(struct api_request **request)
{
	struct api_request *r = *request;
	exchange_set_data(r->exchange, NULL, NULL);
	api_request_count(r, r->route->status);
	exchange_end(&r->exchange);
	request_free(request);
}

void api_request_abort(struct api_request **request)
{
	struct api_request *r = *request;
	exchange_set_data(r->exchange, NULL, NULL);
	api_request_count(r, METRICS_CUT_SHORT);
	exchange_abort(&r->exchange);
	request_free(request);
}

static int http_status_for(const struct api_request *r, enum status st)
{
	const struct route *route = route_of(r);
	if (route && route->row->invalid_status && st == ST_INVALID_INPUT)
		return route->row->invalid_status;
	return dialect_for(r)->status_of(st);
}

void api_request_refuse(struct api_request **request, const struct error_info *error)
{
	const struct api_request *r = *request;
	struct buf body = { 0 }, headers = { 0 };
	struct error_info described = *error;
	int http_status = http_status_for(r, error->st);
	route_describe_error(route_of(r), &described);
	if (http_status == 500)
		log_with(LOG_ERROR,
			&(struct log_fields){ .event = LOG_EVENT_REQUEST_FAILED,
				.request_id = request_id_view(&r->id),
				.code = status_info(error->st)->code },
			"request failed: %s: responded with 500, request_id %.*s",
			status_info(error->st)->code, (int)r->id.len, r->id.bytes);
	api_head_put_refusal(&r->api->routes, exchange_request(r->exchange), error, &headers);
	if (http_status == 503)
		buf_text(&headers, "Retry-After: 1\r\n");
	dialect_for(r)->put_error(&body, &described, request_id_view(&r->id));
	api_request_respond_json(request, http_status, &headers, &body);
	buf_fini(&body);
	buf_fini(&headers);
}

struct error_info api_request_error(enum status st, const struct fail *why)
{
	return (struct error_info){ .st = st,
		.message = span_of(why && why->text[0] ? why->text : NULL),
		.field = span_of(why && why->field[0] ? why->field : NULL) };
}

void api_request_fail(struct api_request **request, enum status st, const struct fail *why)
{
	struct error_info error = api_request_error(st, why);
	api_request_refuse(request, &error);
}

void api_request_settle(struct api_request **request, enum status st, const struct fail *why)
{
	struct api_request *r = *request;
	*request = NULL;
	if (st != ST_OK)
		api_request_fail(&r, st, why);
}
