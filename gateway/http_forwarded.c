#include "gateway/http_forwarded.h"

#include <string.h>

#include "gateway/http_text.h"

bool hops_at(const struct hops *hops, size_t back, struct hop *out)
{
	if (back >= hops->count || back >= HOPS_MAX)
		return false;
	*out = hops->last[(hops->count - 1 - back) % HOPS_MAX];
	return true;
}

static void add(struct hops *hops, const struct hop *hop)
{
	hops->last[hops->count++ % HOPS_MAX] = *hop;
}

/* ---- Nodes (RFC 7239 section 6) ---- */

static bool is_obfuscated(struct span text)
{
	size_t len = 1;
	if (text.len < 2 || *text.bytes != '_')
		return false;
	while (len < text.len
		&& (http_is(text.bytes[len], HTTP_UNRESERVED) && text.bytes[len] != '~'))
		len++;
	return len == text.len;
}

static bool is_port(struct span text)
{
	bool has_digits =
		text.len > 0 && text.len <= 5 && http_run_of(text, HTTP_DIGIT) == text.len;
	return has_digits || is_obfuscated(text);
}

/* "[" IPv6address "]", and a port. */
static bool read_literal(struct span text, struct hop *hop)
{
	struct span port = span_drop(text, 1), address = span_cut(&port, ']');
	bool is_closed = address.len + 2 <= text.len;
	if (!is_closed || !memchr(address.bytes, ':', address.len)
		|| !network_parse_address(address, hop->address))
		return false;
	hop->kind = HOP_ADDRESS;
	return port.len == 0 || (*port.bytes == ':' && is_port(span_drop(port, 1)));
}

static bool read_node(struct span text, struct hop *hop)
{
	if (text.len && *text.bytes == '[')
		return read_literal(text, hop);
	struct span port = text, name = span_cut(&port, ':');
	hop->kind = HOP_HIDDEN;
	if (network_parse_address(name, hop->address))
		hop->kind = HOP_ADDRESS;
	else if (!span_is_nocase(name, "unknown") && !is_obfuscated(name))
		return false;
	return name.len == text.len || is_port(port);
}

/* ---- Forwarded ---- */

enum { VALUE_MAX = 256 };

struct value {
	size_t len;
	char bytes[VALUE_MAX];
};

static bool put(struct value *value, char byte)
{
	if (value->len == VALUE_MAX)
		return false;
	value->bytes[value->len++] = byte;
	return true;
}

static bool take(struct span *rest, char mark)
{
	if (rest->len == 0 || *rest->bytes != mark)
		return false;
	*rest = span_drop(*rest, 1);
	return true;
}

static void skip_blanks(struct span *rest)
{
	*rest = span_drop(*rest, http_run_of(*rest, HTTP_BLANK));
}

static struct span take_token(struct span *rest)
{
	struct span token = span_first(*rest, http_run_of(*rest, HTTP_TOKEN));
	*rest = span_drop(*rest, token.len);
	return token;
}

/* After the first quote (RFC 9110 section 5.6.4). */
static bool take_quoted(struct span *rest, struct value *out)
{
	while (!take(rest, '"')) {
		(void)take(rest, '\\');
		if (rest->len == 0 || !put(out, *rest->bytes))
			return false;
		*rest = span_drop(*rest, 1);
	}
	return true;
}

static bool take_value(struct span *rest, struct value *out)
{
	out->len = 0;
	if (take(rest, '"'))
		return take_quoted(rest, out);
	struct span token = take_token(rest);
	if (token.len == 0 || token.len > VALUE_MAX)
		return false;
	memcpy(out->bytes, token.bytes, token.len);
	out->len = token.len;
	return true;
}

static bool set_for(struct span value, struct hop *hop)
{
	return read_node(value, hop);
}

static bool set_proto(struct span value, struct hop *hop)
{
	hop->is_https = span_is_nocase(value, "https");
	return value.len > 0;
}

static const struct {
	const char *name;
	bool (*set)(struct span value, struct hop *hop); /* NULL: its value does not matter */
} param_table[] = {
	{ "for", set_for },
	{ "proto", set_proto },
	{ "by", NULL },
	{ "host", NULL },
};

/* The params that it has, a bit for each row. A param may be there once. */
static bool set_param(struct span name, struct span value, struct hop *hop, unsigned *params)
{
	for (size_t i = 0; i < sizeof param_table / sizeof *param_table; i++) {
		if (!span_is_nocase(name, param_table[i].name))
			continue;
		bool is_first = !(*params & 1U << i);
		*params |= 1U << i;
		return is_first && (!param_table[i].set || param_table[i].set(value, hop));
	}
	return true; /* an extension */
}

static bool read_pair(struct span *rest, struct hop *hop, unsigned *params)
{
	struct value value;
	struct span name = take_token(rest);
	if (name.len == 0 || !take(rest, '=') || !take_value(rest, &value))
		return false;
	return set_param(name, (struct span){ value.bytes, value.len }, hop, params);
}

static bool is_at_end(struct span rest)
{
	return rest.len == 0 || *rest.bytes == ',';
}

static bool read_element(struct span *rest, struct hop *hop)
{
	unsigned params = 0;
	do {
		skip_blanks(rest);
		if (!is_at_end(*rest) && *rest->bytes != ';' && !read_pair(rest, hop, &params))
			return false;
		skip_blanks(rest);
	} while (take(rest, ';'));
	return is_at_end(*rest);
}

/* Empty elements are skipped (RFC 9110 section 5.6.1.2). */
static bool read_elements(struct span rest, struct hops *out)
{
	do {
		struct hop hop = { .kind = HOP_HIDDEN };
		skip_blanks(&rest);
		if (is_at_end(rest))
			continue;
		if (!read_element(&rest, &hop))
			return false;
		add(out, &hop);
	} while (take(&rest, ','));
	return true;
}

void http_forwarded_read(const struct http_request *http, struct hops *out)
{
	static const struct hop malformed = { .kind = HOP_MALFORMED };
	out->count = 0;
	for (size_t i = 0; i < http->field_count; i++) {
		size_t before = out->count;
		if (!span_is_nocase(http->fields[i].name, "Forwarded")
			|| read_elements(http->fields[i].value, out))
			continue;
		out->count = before;
		add(out, &malformed);
	}
}

/* ---- X-Forwarded-For ---- */

/* Proxies write IPv6 addresses with and without brackets. */
static void add_address(struct span text, struct hops *out)
{
	struct hop hop = { .kind = HOP_ADDRESS };
	if (!network_parse_address(text, hop.address)
		&& (*text.bytes == '_' || !read_node(text, &hop)))
		hop.kind = HOP_MALFORMED;
	add(out, &hop);
}

static void add_protocol(struct span text, struct hops *out)
{
	struct hop hop = { .kind = HOP_HIDDEN, .is_https = span_is_nocase(text, "https") };
	add(out, &hop);
}

/* Not an http_list: these fields have no quotes, so one that a client has sent must not hide what a
 * proxy adds. */
static void add_values(const struct http_request *http, const char *name,
	void (*add_value)(struct span text, struct hops *out), struct hops *out)
{
	for (size_t i = 0; i < http->field_count; i++) {
		struct span rest = http->fields[i].value;
		while (span_is_nocase(http->fields[i].name, name) && rest.len) {
			struct span text = span_trim(span_cut(&rest, ','));
			if (text.len)
				add_value(text, out);
		}
	}
}

/* As far as there are hops; the first value is also that of the hops before it. */
static void set_protocols(const struct http_request *http, struct hops *hops)
{
	struct hops protocols = { 0 };
	struct hop hop = { .kind = HOP_HIDDEN };
	add_values(http, "X-Forwarded-Proto", add_protocol, &protocols);
	if (hops->count == 0 && protocols.count > 0)
		add(hops, &hop);
	for (size_t back = 0; back < hops->count && back < HOPS_MAX; back++) {
		(void)hops_at(&protocols, back, &hop);
		hops->last[(hops->count - 1 - back) % HOPS_MAX].is_https = hop.is_https;
	}
}

void http_x_forwarded_read(const struct http_request *http, struct hops *out)
{
	out->count = 0;
	add_values(http, "X-Forwarded-For", add_address, out);
	set_protocols(http, out);
}
