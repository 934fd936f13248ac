#include "gateway/api_result.h"

#include "common/json_out.h"
#include "gateway/http_head.h"

/* The preconditions of a read, for a representation with this ETag (without quotes; empty: none).
 * The statement evaluates those of a write: HTTP_PROCEED. */
static enum http_evaluation evaluate(const struct api_request *r, struct span etag)
{
	struct span method = exchange_request(r->exchange)->method;
	if (!span_is(method, "GET") && !span_is(method, "HEAD"))
		return HTTP_PROCEED;
	return http_conditions_evaluate(&r->head.conditions, etag, true);
}

bool api_result_is_wanted(struct api_request **request)
{
	enum http_evaluation evaluation = evaluate(*request, (struct span){ 0 });
	if (evaluation == HTTP_PRECONDITION_FAILED)
		api_request_fail(request, ST_PRECONDITION_FAILED, NULL);
	else if (evaluation == HTTP_NOT_MODIFIED)
		api_request_respond_empty(request, 304, NULL);
	return evaluation == HTTP_PROCEED;
}

static void put_row_headers(const struct api_request *r, const struct row_meta *meta,
	struct span etag, struct buf *headers)
{
	struct buf location = { 0 };
	http_etag_put(headers, etag);
	if (r->route->status == 201)
		route_put_location(r->route, meta->id, &location);
	if (location.len)
		http_head_put_field(headers, "Location", buf_view(&location));
	headers->failed |= location.failed;
	buf_fini(&location);
}

static int status_of_row(const struct route *route, const struct row_meta *meta)
{
	return meta->was_created && route->row->created_status ? route->row->created_status
							       : route->status;
}

void api_result_row(struct api_request **request, struct span result)
{
	struct api_request *r = *request;
	struct buf *body = &r->api->scratch.body, *headers = &r->api->scratch.headers,
		   *etag = &r->api->scratch.etag;
	struct row_meta meta;
	buf_reuse(body, API_SCRATCH_KEPT);
	buf_reuse(headers, API_SCRATCH_KEPT);
	buf_reuse(etag, API_SCRATCH_KEPT);
	response_reserve(body, result);
	response_put_row(body, result, &meta);
	int status = status_of_row(r->route, &meta);
	struct span shown = buf_view(body);
	if (status == 204)
		shown.len = 0;
	http_etag_of(meta.updated_at, shown, etag);
	if (r->route->row->has_etag)
		put_row_headers(r, &meta, buf_view(etag), headers);
	if (meta.was_replayed)
		buf_text(headers, "Idempotency-Replayed: true\r\n");
	enum http_evaluation evaluation = evaluate(r, buf_view(etag));
	headers->failed |= etag->failed;
	if (evaluation == HTTP_NOT_MODIFIED)
		status = 304;
	if (evaluation == HTTP_PRECONDITION_FAILED)
		api_request_fail(request, ST_PRECONDITION_FAILED, NULL);
	else if (status == 204 || status == 304)
		api_request_respond_empty(request, status, headers);
	else
		api_request_respond_json(request, status, headers, body);
}

void api_result_value(struct api_request **request, struct span result)
{
	struct buf body = { 0 };
	if (!api_result_is_wanted(request))
		return;
	response_reserve(&body, result);
	json_out_value(&body, result);
	api_request_respond_json(request, (*request)->route->status, NULL, &body);
	buf_fini(&body);
}
