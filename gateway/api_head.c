#include "gateway/api_head.h"

#include <string.h>

#include "gateway/challenge.h"
#include "gateway/http_list.h"
#include "gateway/http_text.h"
#include "gateway/position_field.h"
#include "gateway/request_headers.h"
#include "gateway/request_path.h"

static const char content_encoding[] = "Content-Encoding";

/* application/json or +json, any parameters (RFC 9110 section 8.3.1). */
static bool is_json(struct span type)
{
	struct span name = span_trim(span_cut(&type, ';'));
	struct span suffix = span_drop(name, name.len < 5 ? 0 : name.len - 5);
	return span_is_nocase(name, "application/json") || span_is_nocase(suffix, "+json");
}

static bool is_bodiless(const struct http_request *http)
{
	struct span length = http_request_field(http, "Content-Length");
	return http_request_field(http, "Transfer-Encoding").len == 0
	       && (length.len == 0 || span_is(length, "0"));
}

/* At the root, existing clients send no type or that of a form. But a page can send a body of
 * these types without a preflight. */
static enum status check_type(
	const struct http_request *http, const struct route *route, struct fail *why)
{
	struct span type = http_request_field(http, "Content-Type");
	if (route->row->takes_body == BODY_OPTIONAL && type.len == 0 && is_bodiless(http))
		return ST_OK;
	if (is_json(type) || !(route->dialect->needs_json_type || access_is_from_page(http)))
		return ST_OK;
	enum status bad_type =
		route->row->bad_type ? route->row->bad_type : ST_UNSUPPORTED_MEDIA_TYPE;
	return fail_field(why, bad_type, "Content-Type", "the body must be application/json");
}

static enum status check_coding(const struct http_request *http, struct fail *why)
{
	struct http_list codings = http_list_of(http, content_encoding);
	struct span coding;
	while (http_list_next(&codings, &coding))
		if (!span_is_nocase(coding, "identity"))
			return fail_field(why, ST_UNSUPPORTED_MEDIA_TYPE, content_encoding,
				"the body must not be compressed or encoded otherwise");
	return ST_OK;
}

static bool is_read(const struct route *route)
{
	return strcmp(route->row->method, "GET") == 0;
}

/* The statement that writes evaluates a condition, so the path must name a row and the method must
 * have the param. */
static enum status check_condition(const struct http_condition *condition, const char *param,
	const struct route *route, struct fail *why)
{
	if (!condition->is_given)
		return ST_OK;
	if (route->method && route->is_of_row && method_param(route->method, span_of(param)))
		return ST_OK;
	return fail_field(why, ST_INVALID_INPUT, condition->field,
		"this path and method do not take %s", condition->field);
}

/* Rows have no modification date for HTTP, so the field would be ignored (RFC 9110 section
 * 13.1.4), and the client would overwrite what it wants to keep. */
static enum status check_dates(const struct http_request *http, struct fail *why)
{
	static const char field[] = "If-Unmodified-Since";
	if (!http_list_is_given(http, field))
		return ST_OK;
	return fail_field(why, ST_INVALID_INPUT, field, "%s is not supported: use If-Match", field);
}

static enum status check_conditions(const struct http_request *http, const struct route *route,
	struct http_conditions *conditions, struct fail *why)
{
	enum status st = http_conditions_read(http, conditions, why);
	if (st != ST_OK || is_read(route))
		return st;
	st = check_condition(&conditions->match, "if_match", route, why);
	if (st == ST_OK)
		st = check_condition(&conditions->none_match, "if_none_match", route, why);
	if (st == ST_OK && !conditions->match.is_given)
		st = check_dates(http, why);
	return st;
}

/* A client repeats a POST with a key, because it expects that the POST is executed once. Clients of
 * the other dialects must keep working, so there a key that nobody reads is ignored. */
static enum status check_key(struct span key, const struct route *route, struct fail *why)
{
	static const char field[] = "Idempotency-Key";
	if (key.len == 0 || route->dialect->unknown_names == NAMES_IGNORED)
		return ST_OK;
	if (route->method && method_param(route->method, SPAN("idempotency_key")))
		return ST_OK;
	return fail_field(
		why, ST_INVALID_INPUT, field, "this path and method do not take %s", field);
}

enum status api_head_check(const struct api *api, const struct http_request *http,
	struct api_head *out, struct fail *why)
{
	*out = (struct api_head){ 0 };
	enum status st = access_check(&api->access, http, why);
	if (st != ST_OK || span_is(http->method, "OPTIONS"))
		return st;
	st = route_find(&api->routes, http->method, http->path, &out->match);
	if (st != ST_OK)
		return st;
	const struct route *route = out->match.route;
	st = request_path_check(&out->match, why);
	if (st == ST_OK)
		st = check_conditions(http, route, &out->conditions, why);
	if (st == ST_OK)
		st = request_headers_key(http, &out->idempotency_key, why);
	if (st == ST_OK)
		st = check_key(out->idempotency_key, route, why);
	if (st == ST_OK)
		st = position_field_read(http, &out->position, why);
	if (st == ST_OK && route->row->takes_body)
		st = check_coding(http, why);
	if (st == ST_OK && route->row->takes_body)
		st = check_type(http, route, why);
	return st;
}

void api_head_put_refusal(const struct route_index *routes, const struct http_request *http,
	const struct error_info *error, struct buf *headers)
{
	if (error->st == ST_METHOD_NOT_ALLOWED && http) {
		buf_text(headers, "Allow: ");
		route_put_allow(routes, http->path, headers);
		buf_text(headers, "\r\n");
	}
	if (http)
		challenge_put(
			http, dialect_of(http->path)->status_of(error->st), error->st, headers);
	if (error->st == ST_UNSUPPORTED_MEDIA_TYPE && span_is(error->field, content_encoding))
		buf_text(headers, "Accept-Encoding: identity\r\n");
}
