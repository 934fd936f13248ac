#include "gateway/api_stream.h"

#include "common/log.h"
#include "gateway/api_call.h"

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

static void respond_whole(struct api_request **request, const struct buf *body)
{
	struct buf headers = { 0 };
	put_headers(*request, &headers);
	api_request_respond_json(request, 200, &headers, body);
	buf_fini(&headers);
}

/* The page, and r->cursor of the next one. */
static enum status put_page(struct api_request *r, struct span page, struct buf *body)
{
	struct span next_cursor = { 0 };
	enum status st = r->stream->put_page(r, page, body, &next_cursor);
	if (st != ST_OK)
		return ST_INTERNAL;
	buf_clear(&r->cursor);
	buf_span(&r->cursor, next_cursor);
	return body->failed || r->cursor.failed ? ST_NO_MEMORY : ST_OK;
}

void api_stream_respond(
	struct api_request **request, const struct api_stream_form *form, struct span page)
{
	struct api_request *r = *request;
	struct buf body = { 0 };
	bool is_first = !r->is_streaming;
	*request = NULL;
	r->stream = form;
	enum status st = put_page(r, page, &body);
	if (st != ST_OK && is_first)
		api_request_fail(&r, st, NULL);
	else if (st != ST_OK)
		cut_short(&r, status_info(st)->message);
	else if (is_first && r->cursor.len == 0)
		respond_whole(&r, &body);
	else
		write_page(r, &body);
	buf_fini(&body);
}
