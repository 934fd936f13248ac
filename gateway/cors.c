#include "gateway/cors.h"

#include "gateway/http_head.h"
#include "gateway/http_list.h"
#include "gateway/http_target.h"
#include "gateway/http_text.h"

/* The meaning of "*": with credentials, browsers take a literal "*" as a name. */
static const char all_methods[] = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

/* Safelisted request headers are never refused (Fetch section 2.2.2). */
static const char safelisted[] = "Accept, Accept-Language, Content-Language, Content-Type";

static bool list_has(struct span list, struct span name)
{
	return http_list_has(http_list_of_text(list), name);
}

static bool is_any(struct span list)
{
	return list_has(list, SPAN("*"));
}

struct cors cors_from_settings(
	const char *origins, const char *methods, const char *headers, bool credentials)
{
	return (struct cors){
		.origins = span_trim(span_of(origins)),
		.methods = span_trim(span_of(methods)),
		.headers = span_trim(span_of(headers)),
		.credentials = credentials,
	};
}

static bool is_loopback(struct span origin)
{
	struct span authority = http_origin_authority(origin);
	return http_is_authority(authority) && http_is_loopback(http_authority_host(authority));
}

bool cors_allows_all(const struct cors *c)
{
	return is_any(c->origins);
}

bool cors_lists(const struct cors *c, struct span origin)
{
	if (origin.len == 0 || span_is(origin, "*"))
		return false;
	return list_has(c->origins, origin)
	       || (list_has(c->origins, SPAN("loopback")) && is_loopback(origin));
}

bool cors_allows(const struct cors *c, struct span origin)
{
	return origin.len && (is_any(c->origins) || cors_lists(c, origin));
}

/* A page of any site could otherwise use the credentials that its visitor's browser holds. */
static void put_origin(const struct cors *c, struct span origin, struct buf *out)
{
	bool has_credentials = c->credentials && cors_lists(c, origin);
	bool is_wild = is_any(c->origins) && !has_credentials;
	http_head_put_field(out, "Access-Control-Allow-Origin", is_wild ? SPAN("*") : origin);
	if (has_credentials)
		buf_text(out, "Access-Control-Allow-Credentials: true\r\n");
}

void cors_put_headers(const struct cors *c, struct span origin, struct buf *out)
{
	if (!cors_allows(c, origin))
		return;
	put_origin(c, origin, out);
	buf_text(out, "Access-Control-Expose-Headers: ETag, Idempotency-Replayed, Link, Location, "
		      "Retry-After, StudyTracker-Position, WWW-Authenticate, X-RateLimit-Limit, "
		      "X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id\r\n");
}

static bool headers_allowed(const struct cors *c, struct span wanted)
{
	struct http_list list = http_list_of_text(wanted);
	struct span item;
	if (is_any(c->headers))
		return true;
	while (http_list_next(&list, &item))
		if (!list_has(c->headers, item) && !list_has(SPAN(safelisted), item))
			return false;
	return true;
}

static void put_allowed_headers(const struct cors *c, struct span wanted, struct buf *out)
{
	static const char name[] = "Access-Control-Allow-Headers";
	if (is_any(c->headers)) {
		if (wanted.len)
			http_head_put_field(out, name, wanted);
		return;
	}
	struct buf list = { 0 };
	buf_text(&list, safelisted);
	if (c->headers.len)
		buf_text(&list, ", ");
	buf_span(&list, c->headers);
	http_head_put_field(out, name, buf_view(&list));
	out->failed |= list.failed;
	buf_fini(&list);
}

bool cors_put_preflight(const struct cors *c, struct span origin, struct span method,
	struct span headers, struct buf *out, const char **refused)
{
	struct span methods = is_any(c->methods) ? SPAN(all_methods) : c->methods;
	*refused = !cors_allows(c, origin)        ? "Origin"
		   : !list_has(methods, method)   ? "Access-Control-Request-Method"
		   : !headers_allowed(c, headers) ? "Access-Control-Request-Headers"
						  : NULL;
	if (*refused)
		return false;
	put_origin(c, origin, out);
	http_head_put_field(out, "Access-Control-Allow-Methods", methods);
	put_allowed_headers(c, headers, out);
	buf_text(out, "Access-Control-Max-Age: 600\r\n");
	return true;
}
