#include "gateway/cors.h"

#include <string.h>
#include <strings.h>

/* What "*" stands for: with credentials, browsers take a literal "*" as a name. */
static const char all_methods[] = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

/* Safelisted request headers are never refused (Fetch section 2.2.2). */
static const char safelisted[] = "Accept, Accept-Language, Content-Language, Content-Type";

static struct span trimmed(struct span s)
{
	while (s.len && (*s.bytes == ' ' || *s.bytes == '\t')) {
		s.bytes++;
		s.len--;
	}
	while (s.len && (s.bytes[s.len - 1] == ' ' || s.bytes[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* Cuts the next comma-separated item off `list`; false at its end. */
static bool next_item(struct span *list, struct span *item)
{
	while (list->len) {
		const char *comma = memchr(list->bytes, ',', list->len);
		size_t len = comma ? (size_t)(comma - list->bytes) : list->len;
		*item = trimmed((struct span){ list->bytes, len });
		size_t used = comma ? len + 1 : len;
		list->bytes += used;
		list->len -= used;
		if (item->len)
			return true;
	}
	return false;
}

static bool list_has(struct span list, struct span wanted)
{
	struct span item;
	while (next_item(&list, &item))
		if (item.len == wanted.len && strncasecmp(item.bytes, wanted.bytes, item.len) == 0)
			return true;
	return false;
}

static bool is_any(struct span list)
{
	return list_has(list, SPAN("*"));
}

struct cors cors_from_settings(
	const char *origins, const char *methods, const char *headers, bool credentials)
{
	return (struct cors){
		.origins = trimmed(span_of(origins)),
		.methods = trimmed(span_of(methods)),
		.headers = trimmed(span_of(headers)),
		.credentials = credentials,
	};
}

static bool origin_allowed(const struct cors *c, struct span origin)
{
	return origin.len && (is_any(c->origins) || list_has(c->origins, origin));
}

static void put_line(struct buf *out, const char *name, struct span value)
{
	buf_text(out, name);
	buf_text(out, ": ");
	buf_span(out, value);
	buf_text(out, "\r\n");
}

static void put_origin(const struct cors *c, struct span origin, struct buf *out)
{
	if (is_any(c->origins) && !c->credentials) {
		buf_text(out, "Access-Control-Allow-Origin: *\r\n");
	} else {
		put_line(out, "Access-Control-Allow-Origin", origin);
		buf_text(out, "Vary: Origin\r\n");
	}
	if (c->credentials)
		buf_text(out, "Access-Control-Allow-Credentials: true\r\n");
}

void cors_put_headers(const struct cors *c, struct span origin, struct buf *out)
{
	if (!origin_allowed(c, origin))
		return;
	put_origin(c, origin, out);
	buf_text(out, "Access-Control-Expose-Headers: ETag, Idempotency-Replayed, Retry-After, "
		      "X-Request-Id\r\n");
}

static bool headers_allowed(const struct cors *c, struct span wanted)
{
	struct span item;
	if (is_any(c->headers))
		return true;
	while (next_item(&wanted, &item))
		if (!list_has(c->headers, item) && !list_has(SPAN(safelisted), item))
			return false;
	return true;
}

static void put_allowed_headers(const struct cors *c, struct span wanted, struct buf *out)
{
	if (is_any(c->headers)) {
		if (wanted.len)
			put_line(out, "Access-Control-Allow-Headers", wanted);
		return;
	}
	buf_text(out, "Access-Control-Allow-Headers: ");
	buf_text(out, safelisted);
	if (c->headers.len)
		buf_text(out, ", ");
	buf_span(out, c->headers);
	buf_text(out, "\r\n");
}

bool cors_put_preflight(const struct cors *c, struct span origin, struct span method,
	struct span headers, struct buf *out, const char **refused)
{
	struct span methods = is_any(c->methods) ? SPAN(all_methods) : c->methods;
	*refused = !origin_allowed(c, origin)     ? "Origin"
		   : !list_has(methods, method)   ? "Access-Control-Request-Method"
		   : !headers_allowed(c, headers) ? "Access-Control-Request-Headers"
						  : NULL;
	if (*refused)
		return false;
	put_origin(c, origin, out);
	put_line(out, "Access-Control-Allow-Methods", methods);
	put_allowed_headers(c, headers, out);
	buf_text(out, "Access-Control-Max-Age: 600\r\n");
	return true;
}
