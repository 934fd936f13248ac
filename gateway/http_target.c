#include "gateway/http_target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "gateway/http_text.h"

enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535 };

static bool is_port(struct span digits)
{
	return digits.len <= PORT_DIGITS_MAX && http_run_of(digits, HTTP_DIGIT) == digits.len
	       && http_decimal(digits) <= PORT_MAX;
}

static size_t name_len(struct span text)
{
	struct span rest = text;
	while (rest.len && (http_is(*rest.bytes, HTTP_HOST) || http_starts_escape(rest)))
		rest = span_drop(rest, *rest.bytes == '%' ? 3 : 1);
	return text.len - rest.len;
}

/* "[" IPv6address "]" */
static size_t literal_len(struct span text)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr ignored;
	const char *end = memchr(text.bytes, ']', text.len);
	size_t len = end ? (size_t)(end - text.bytes) : 0;
	if (len <= 1 || len > sizeof address)
		return 0;
	memcpy(address, text.bytes + 1, len - 1);
	address[len - 1] = '\0';
	return inet_pton(AF_INET6, address, &ignored) == 1 ? len + 1 : 0;
}

bool http_is_authority(struct span text)
{
	if (text.len == 0)
		return false;
	size_t len = *text.bytes == '[' ? literal_len(text) : name_len(text);
	struct span port = span_drop(text, len);
	return len && (port.len == 0 || (*port.bytes == ':' && is_port(span_drop(port, 1))));
}

static enum status bad(struct fail *why, const char *text)
{
	return fail_set(why, ST_BAD_REQUEST, "%s", text);
}

static enum status split_path(struct span text, struct http_target *out, struct fail *why)
{
	struct span query = text, path = span_cut(&query, '?');
	if (http_has_broken_escape(path))
		return bad(why, "a broken escape in the path");
	*out = (struct http_target){ path, query };
	return ST_OK;
}

/* Of the bytes before a path or a query. */
static size_t authority_len(struct span text)
{
	size_t len = 0;
	while (len < text.len && text.bytes[len] != '/' && text.bytes[len] != '?')
		len++;
	return len;
}

static enum status split_absolute(struct span text, struct http_target *out, struct fail *why)
{
	static const char scheme[] = "http://";
	size_t scheme_len = sizeof scheme - 1;
	if (text.len < scheme_len || strncasecmp(text.bytes, scheme, scheme_len) != 0)
		return bad(why, "the request target is neither a path nor an http URI");
	text = span_drop(text, scheme_len);
	size_t len = authority_len(text);
	if (!http_is_authority(span_first(text, len)))
		return bad(why, "the request target's host is not valid");
	return split_path(span_drop(text, len), out, why);
}

enum status http_target_split(
	struct span method, struct span target, struct http_target *out, struct fail *why)
{
	if (target.len && *target.bytes == '/')
		return split_path(target, out, why);
	if (!span_is(target, "*"))
		return split_absolute(target, out, why);
	if (!span_is(method, "OPTIONS"))
		return bad(why, "only OPTIONS takes the target *");
	*out = (struct http_target){ .path = target, .query = span_drop(target, 1) };
	return ST_OK;
}

struct span http_authority_host(struct span authority)
{
	bool is_literal = authority.len && *authority.bytes == '[';
	const char *end = authority.len
				  ? memchr(authority.bytes, is_literal ? ']' : ':', authority.len)
				  : NULL;
	if (end)
		authority.len = (size_t)(end - authority.bytes) + is_literal;
	if (authority.len > 1 && authority.bytes[authority.len - 1] == '.')
		authority.len--;
	return authority;
}

/* The rest after "scheme://"; empty for another scheme. */
static struct span after_scheme(struct span uri, const char *scheme)
{
	struct span prefix = span_of(scheme);
	if (uri.len < prefix.len || strncasecmp(uri.bytes, scheme, prefix.len) != 0)
		return (struct span){ 0 };
	return span_drop(uri, prefix.len);
}

struct span http_target_authority(struct span target)
{
	struct span rest = after_scheme(target, "http://");
	return span_first(rest, authority_len(rest));
}

struct span http_origin_authority(struct span origin)
{
	struct span rest = after_scheme(origin, "http://");
	return rest.len ? rest : after_scheme(origin, "https://");
}

struct span http_target_path(struct span target)
{
	struct span after = http_origin_authority(target);
	struct span rest = after.len ? span_drop(after, authority_len(after)) : target;
	struct span path = span_cut(&rest, '?');
	return path.len && *path.bytes == '/' ? path : (struct span){ 0 };
}

static bool has_suffix(struct span text, struct span suffix)
{
	return text.len > suffix.len
	       && span_equals_nocase(span_drop(text, text.len - suffix.len), suffix);
}

/* RFC 1122 section 3.2.1.3: all of 127.0.0.0/8 is loopback. */
static bool is_loopback_address(struct span host)
{
	static const struct in6_addr one = IN6ADDR_LOOPBACK_INIT;
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;
	bool is_literal = host.len > 2 && *host.bytes == '[';
	if (is_literal)
		host = span_first(span_drop(host, 1), host.len - 2);
	if (host.len >= sizeof text)
		return false;
	memcpy(text, host.bytes, host.len);
	text[host.len] = '\0';
	if (!is_literal)
		return inet_pton(AF_INET, text, &v4) == 1 && *(const uint8_t *)&v4 == 127;
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	return memcmp(&v6, &one, sizeof one) == 0
	       || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

bool http_is_loopback(struct span host)
{
	return span_is(host, "127.0.0.1") /* most of them */
	       || span_is_nocase(host, "localhost") || has_suffix(host, SPAN(".localhost"))
	       || (host.len && is_loopback_address(host));
}
