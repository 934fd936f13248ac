#include "gateway/api_list.h"

#include "gateway/api_result.h"
#include "gateway/api_stream.h"
#include "gateway/http_head.h"
#include "gateway/http_link.h"
#include "gateway/request_query.h"

/* The page's rows and the brackets around the list. */
static enum status put_page(
	struct api_request *r, struct span page, struct buf *body, struct span *next_cursor)
{
	bool is_first = !r->is_streaming;
	if (is_first)
		buf_byte(body, '[');
	enum status st = response_put_rows(body, page, is_first, next_cursor);
	if (st == ST_OK && next_cursor->len == 0)
		buf_byte(body, ']');
	return st;
}

static const struct api_stream_form array = { .put_page = put_page };

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
	if (st != ST_OK)
		api_request_fail(request, ST_INTERNAL, NULL);
	else if (api_result_is_wanted(request))
		api_request_respond_json(request, 200, &headers, &body);
	buf_fini(&body);
	buf_fini(&link);
	buf_fini(&headers);
}

void api_list_respond(struct api_request **request, struct span page)
{
	const struct api_request *r = *request;
	if (request_query_wants_page(r->route, exchange_request(r->exchange)))
		respond_page(request, page);
	else
		api_stream_respond(request, &array, page);
}
