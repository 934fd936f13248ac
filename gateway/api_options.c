#include "gateway/api_options.h"

#include "gateway/http_head.h"

static void respond_allow(struct api_request **request)
{
	const struct api_request *r = *request;
	struct buf allow = { 0 }, headers = { 0 };
	route_put_allow(&r->api->routes, exchange_request(r->exchange)->path, &allow);
	if (allow.len || allow.failed) {
		headers.failed = allow.failed;
		http_head_put_field(&headers, "Allow", buf_view(&allow));
		api_request_respond_empty(request, 204, &headers);
	} else {
		api_request_fail(request, ST_NOT_FOUND, NULL);
	}
	buf_fini(&allow);
	buf_fini(&headers);
}

static void refuse_preflight(struct api_request **request, const char *field)
{
	struct fail why = { 0 };
	enum status st =
		fail_field(&why, ST_BAD_REQUEST, field, "CORS does not allow this %s", field);
	api_request_fail(request, st, &why);
}

static void respond_preflight(struct api_request **request, struct span origin, struct span method)
{
	const struct api_request *r = *request;
	const struct cors *cors = &r->api->access.cors;
	struct span wanted =
		http_request_field(exchange_request(r->exchange), "Access-Control-Request-Headers");
	struct buf headers = { 0 };
	const char *refused = NULL;
	if (cors_put_preflight(cors, origin, method, wanted, &headers, &refused)) {
		api_request_put_common(NULL, &r->id, &headers);
		struct exchange_response ok = { .http_status = 200,
			.content_type = "text/plain; charset=utf-8",
			.headers = &headers,
			.static_body = SPAN("OK") };
		api_request_respond_raw(request, &ok);
	} else {
		refuse_preflight(request, refused);
	}
	buf_fini(&headers);
}

void api_options_respond(struct api_request **request)
{
	const struct http_request *http = exchange_request((*request)->exchange);
	struct span origin = http_request_field(http, "Origin");
	struct span method = http_request_field(http, "Access-Control-Request-Method");
	if (origin.len && method.len)
		respond_preflight(request, origin, method);
	else
		respond_allow(request);
}
