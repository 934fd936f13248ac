#include "gateway/api_list.h"

#include "common/log.h"
#include "gateway/api_call.h"
#include "gateway/http_head.h"
#include "gateway/http_link.h"
#include "gateway/request_query.h"

/* The head is out, so the connection is cut: the client sees an incomplete body (RFC 9112
 * section 8). */
static void cut_short(struct api_request **request, const char *reason)
{
	const struct api_request *r = *request;
	log_warn("list cut short: %s: connection closed, request_id %.*s", reason, (int)r->id.len,
		r->id.bytes);
	api_request_abort(request);
}

static void respond_all(struct api_request **request, struct span page);

static void on_page(void *arg, enum status st, struct span error, struct span result)
{
	struct api_request *r = arg;
	r->call = NULL;
	if (st == ST_OK && msg_is_nil(error))
		respond_all(&r, result);
	else
		cut_short(&r, st == ST_OK ? "the worker refused" : status_info(st)->message);
}

/* Requests the page after r->cursor. The query is read again: it is the same request. */
static void request_next(struct api_request *r)
{
	struct request_source source = { .http = exchange_request(r->exchange),
		.route = r->route,
		.path_values = r->head.match.values };
	struct fail why = { 0 };
	r->wants_page = false;
	enum status st = api_call_send(r, &source, on_page, &why);
	if (st != ST_OK)
		cut_short(&r, fail_text(&why, st));
}

static void on_writable(struct exchange *exchange, void *data)
{
	(void)exchange;
	struct api_request *r = data;
	if (r->wants_page)
		request_next(r);
}

static void start(struct api_request *r)
{
	struct buf headers = { 0 };
	api_request_put_headers(r, &headers);
	struct exchange_response head = {
		.http_status = 200, .content_type = "application/json", .headers = &headers
	};
	r->is_streaming = true;
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
	r->wants_page = r->cursor.len > 0;
	if (!r->is_streaming)
		start(r);
	bool is_full = exchange_write(r->exchange, body);
	if (!r->wants_page || is_head(r))
		api_request_end(&r);
	else if (!is_full)
		request_next(r);
}

/* The page's rows and the brackets around the list. Sets r->cursor to the next page's. */
static enum status put_page(struct api_request *r, struct span page, struct buf *body)
{
	struct span next_cursor;
	bool is_first = !r->is_streaming;
	if (is_first)
		buf_byte(body, '[');
	enum status st = response_put_rows(body, page, is_first, &next_cursor);
	if (st != ST_OK)
		return ST_INTERNAL;
	if (next_cursor.len == 0)
		buf_byte(body, ']');
	buf_clear(&r->cursor);
	buf_span(&r->cursor, next_cursor);
	return body->failed || r->cursor.failed ? ST_NO_MEMORY : ST_OK;
}

/* The page that the query asks for. */
static void respond_page(struct api_request **request, struct span page)
{
	const struct http_request *http = exchange_request((*request)->exchange);
	struct buf body = { 0 }, link = { 0 }, headers = { 0 };
	struct span next_cursor = { 0 };
	buf_byte(&body, '[');
	enum status st = response_put_rows(&body, page, true, &next_cursor);
	buf_byte(&body, ']');
	if (next_cursor.len) {
		http_link_put_next(&link, http, next_cursor);
		http_head_put_field(&headers, "Link", buf_view(&link));
		headers.failed |= link.failed;
	}
	if (st == ST_OK)
		api_request_respond_json(request, 200, &headers, &body);
	else
		api_request_fail(request, ST_INTERNAL, NULL);
	buf_fini(&body);
	buf_fini(&link);
	buf_fini(&headers);
}

static void respond_all(struct api_request **request, struct span page)
{
	struct api_request *r = *request;
	struct buf body = { 0 };
	bool is_first = !r->is_streaming;
	*request = NULL;
	enum status st = put_page(r, page, &body);
	if (st != ST_OK && is_first)
		api_request_fail(&r, st, NULL);
	else if (st != ST_OK)
		cut_short(&r, status_info(st)->message);
	else if (is_first && r->cursor.len == 0)
		api_request_respond_json(&r, 200, NULL, &body);
	else
		write_page(r, &body);
	buf_fini(&body);
}

void api_list_respond(struct api_request **request, struct span page)
{
	const struct api_request *r = *request;
	if (request_query_wants_page(r->route, exchange_request(r->exchange)))
		respond_page(request, page);
	else
		respond_all(request, page);
}
