#include "gateway/api_stream.h"

#include <time.h>

#include "common/log.h"
#include "common/service.h"
#include "gateway/api_call.h"
#include "gateway/api_result.h"

/* The head is out, so the connection is cut: the client sees an incomplete body (RFC 9112
 * section 8). */
static void cut_short(struct api_request **request, const char *reason)
{
	const struct api_request *r = *request;
	log_warn("list cut short: %s: connection closed, request_id %.*s", reason, (int)r->id.len,
		r->id.bytes);
	api_request_abort(request);
}

static void on_page(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	r->call = NULL;
	if (st == ST_OK && msg_is_nil(error))
		api_stream_respond(&r, r->stream, result);
	else
		cut_short(&r, st == ST_OK ? "the worker refused" : status_info(st)->message);
}

/* Requests the page after r->cursor. The query is read again: it is the same request. Returns false
 * if the request is cut short. */
static bool call_next(struct api_request *r)
{
	struct request_source source = { .http = exchange_request(r->exchange),
		.route = r->route,
		.path_values = r->head.match.values };
	struct fail why = { 0 };
	enum status st = api_call_send(r, &source, on_page, &why);
	if (st != ST_OK)
		cut_short(&r, fail_text(&why, st));
	return st == ST_OK;
}

static bool is_fresh(const struct api_request *r)
{
	uint64_t checked_ms = r->admitted_ms ? r->admitted_ms : r->started_us / 1000;
	return r->route->is_open || service_now_ms() - checked_ms < API_REQUEST_CHECKED_MS;
}

/* An account that was deleted may have been replaced by one of the same identity. */
static bool go_on(struct api_request *r, enum status st)
{
	const struct principal *p = &r->authentication.principal;
	if (st == ST_OK && p->account != r->account)
		st = ST_TOKEN_REVOKED;
	if (st == ST_OK)
		st = principal_check_scope(p, method_scope(r->route->method), NULL);
	if (st == ST_OK)
		return call_next(r);
	cut_short(&r, status_info(st)->message);
	return false;
}

static void on_decided(void *arg, enum status st, const struct fail *why)
{
	(void)why;
	(void)go_on(arg, st);
}

static bool authenticate_again(struct api_request *r)
{
	struct authentication *a = &r->authentication;
	int64_t lasts_s = (int64_t)((service_now_us() - r->started_us) / 1000000);
	struct credentials shown = { .http = exchange_request(r->exchange),
		.began_s = (int64_t)time(NULL) - lasts_s };
	struct fail why = { 0 };
	r->admitted_ms = service_now_ms();
	a->on_decided = on_decided;
	return authenticate(a, &shown, &why) ? go_on(r, a->st) : true;
}

/* Returns false if the request is cut short. */
static bool request_next(struct api_request *r)
{
	r->wants_page = false;
	return is_fresh(r) ? call_next(r) : authenticate_again(r);
}

static bool is_page_requested(const struct api_request *r)
{
	return r->call || r->authentication.is_pending;
}

static void on_writable(struct exchange *exchange, void *data)
{
	(void)exchange;
	struct api_request *r = data;
	r->is_behind = false;
	if (r->wants_page)
		(void)request_next(r);
}

static void put_headers(const struct api_request *r, struct buf *headers)
{
	if (r->stream->headers)
		buf_text(headers, r->stream->headers);
}

static void start(struct api_request *r)
{
	struct buf headers = { 0 };
	api_request_put_headers(r, &headers);
	put_headers(r, &headers);
	struct exchange_response head = {
		.http_status = 200, .content_type = "application/json", .headers = &headers
	};
	r->is_streaming = true;
	r->account = r->authentication.principal.account;
	exchange_start(r->exchange, &head);
	exchange_on_writable(r->exchange, on_writable);
	buf_fini(&headers);
}

static bool is_head(const struct api_request *r)
{
	return span_is(exchange_request(r->exchange)->method, "HEAD");
}

/* A page of several. HEAD has no body, so it needs no page after the first. */
static void write_page(struct api_request *r, const struct buf *body)
{
	bool is_last = r->cursor.len == 0;
	if (!r->is_streaming)
		start(r);
	r->is_behind = exchange_write(r->exchange, body);
	r->wants_page = !is_page_requested(r) && r->is_behind;
	if (is_last || is_head(r))
		api_request_end(&r);
	else if (!is_page_requested(r) && !r->is_behind)
		(void)request_next(r);
}

static void respond_whole(struct api_request **request, const struct buf *body)
{
	struct buf headers = { 0 };
	put_headers(*request, &headers);
	api_request_respond_json(request, 200, &headers, body);
	buf_fini(&headers);
}

/* Sets r->cursor to that of the next page, which is empty after the last one. */
static enum status take_cursor(struct api_request *r, struct span page)
{
	struct span next_cursor = { 0 };
	buf_clear(&r->cursor);
	if (msg_find_text(page, "next_cursor", &next_cursor))
		buf_span(&r->cursor, next_cursor);
	return r->cursor.failed ? ST_NO_MEMORY : ST_OK;
}

static enum status put_page(struct api_request *r, struct span page, struct buf *body)
{
	struct span next_cursor = { 0 };
	enum status st = r->stream->put_page(r, page, body, &next_cursor);
	if (st != ST_OK)
		return ST_INTERNAL;
	return body->failed ? ST_NO_MEMORY : ST_OK;
}

static void begin(struct api_request *r, const struct buf *body)
{
	if (r->cursor.len == 0)
		respond_whole(&r, body);
	else
		write_page(r, body);
}

/* The first page of a list. */
static void respond_first(struct api_request *r, struct span page)
{
	struct buf body = { 0 };
	enum status st = take_cursor(r, page);
	if (st == ST_OK)
		st = put_page(r, page, &body);
	if (st != ST_OK)
		api_request_fail(&r, st, NULL);
	else if (api_result_is_wanted(&r))
		begin(r, &body);
	buf_fini(&body);
}

static void respond_more(struct api_request *r, struct span page)
{
	struct buf body = { 0 };
	enum status st = take_cursor(r, page);
	if (st == ST_OK && r->cursor.len && !r->is_behind && !request_next(r))
		return;
	if (st == ST_OK)
		st = put_page(r, page, &body);
	if (st != ST_OK)
		cut_short(&r, status_info(st)->message);
	else
		write_page(r, &body);
	buf_fini(&body);
}

void api_stream_respond(
	struct api_request **request, const struct api_stream_form *form, struct span page)
{
	struct api_request *r = *request;
	*request = NULL;
	r->stream = form;
	if (r->is_streaming)
		respond_more(r, page);
	else
		respond_first(r, page);
}
