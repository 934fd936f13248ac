#include "gateway/http_conditional.h"

#include <endian.h>
#include <string.h>

#include "common/fnv.h"
#include "gateway/http_head.h"
#include "gateway/http_list.h"
#include "gateway/http_text.h"

struct etag {
	bool is_weak;
	struct span opaque; /* without the quotes */
};

/* RFC 9110 section 8.8.3: etagc is any visible byte but the quote. */
static bool is_opaque(struct span text)
{
	return http_run_of_value(text) == text.len && !span_has(text, ' ') && !span_has(text, '\t')
	       && !span_has(text, '"');
}

static bool parse_etag(struct span text, struct etag *out)
{
	bool is_weak = text.len > 2 && memcmp(text.bytes, "W/", 2) == 0; /* case-sensitive */
	text = span_drop(text, is_weak ? 2 : 0);
	if (text.len < 2 || text.bytes[0] != '"' || text.bytes[text.len - 1] != '"')
		return false;
	*out = (struct etag){ is_weak, { text.bytes + 1, text.len - 2 } };
	return is_opaque(out->opaque);
}

static enum status refuse(const struct http_condition *c, struct fail *why)
{
	return fail_field(why, ST_INVALID_INPUT, c->field,
		"%s must be * or a list of entity-tags in quotes", c->field);
}

static enum status read_condition(struct http_condition *c, struct fail *why)
{
	struct http_list list = http_list_of(c->http, c->field);
	struct span member;
	struct etag etag;
	size_t count = 0;
	c->is_given = http_list_is_given(c->http, c->field);
	if (!c->is_given)
		return ST_OK;
	for (; http_list_next(&list, &member); count++) {
		c->is_any = c->is_any || span_is(member, "*");
		if (!span_is(member, "*") && !parse_etag(member, &etag))
			return refuse(c, why);
	}
	bool is_broken = count == 0 || (c->is_any && count > 1);
	return is_broken ? refuse(c, why) : ST_OK;
}

enum status http_conditions_read(
	const struct http_request *http, struct http_conditions *out, struct fail *why)
{
	struct http_conditions read = { .match = { .http = http, .field = "If-Match" },
		.none_match = { .http = http, .field = "If-None-Match" } };
	enum status st = read_condition(&read.match, why);
	if (st == ST_OK)
		st = read_condition(&read.none_match, why);
	if (st == ST_OK)
		*out = read;
	return st;
}

static bool matches(const struct http_condition *c, struct span opaque, bool is_strong)
{
	struct http_list list = http_list_of(c->http, c->field);
	struct span member;
	struct etag etag;
	if (c->is_any)
		return true;
	while (opaque.len && http_list_next(&list, &member))
		if (parse_etag(member, &etag) && !(is_strong && etag.is_weak)
			&& etag.opaque.len == opaque.len
			&& memcmp(etag.opaque.bytes, opaque.bytes, opaque.len) == 0)
			return true;
	return false;
}

enum http_evaluation http_conditions_evaluate(
	const struct http_conditions *conditions, struct span etag, bool is_read)
{
	if (conditions->match.is_given && !matches(&conditions->match, etag, true))
		return HTTP_PRECONDITION_FAILED;
	if (conditions->none_match.is_given && matches(&conditions->none_match, etag, false))
		return is_read ? HTTP_NOT_MODIFIED : HTTP_PRECONDITION_FAILED;
	return HTTP_PROCEED;
}

/* Whether it can be an ETag of ours. */
static bool can_be_ours(struct span opaque)
{
	enum { OUR_LENGTH_MAX = 40 };
	size_t i = 0;
	while (i < opaque.len
		&& (http_is(opaque.bytes[i], HTTP_UNRESERVED) || opaque.bytes[i] == ':'))
		i++;
	return opaque.len > 0 && opaque.len <= OUR_LENGTH_MAX && i == opaque.len;
}

/* What stands before the tilde. Empty: it cannot be an ETag of ours. */
static struct span version_of(struct span opaque)
{
	size_t len = 0;
	if (!can_be_ours(opaque))
		return (struct span){ 0 };
	while (len < opaque.len && opaque.bytes[len] != '~')
		len++;
	return (struct span){ opaque.bytes, len };
}

void http_condition_put(const struct http_condition *c, struct buf *out)
{
	struct http_list list = http_list_of(c->http, c->field);
	struct span member;
	struct etag etag;
	size_t before = out->len;
	if (c->is_any) {
		buf_byte(out, '*');
		return;
	}
	bool is_strong = strcmp(c->field, "If-Match") == 0;
	while (http_list_next(&list, &member)) {
		if (!parse_etag(member, &etag) || (is_strong && etag.is_weak))
			continue;
		struct span version = version_of(etag.opaque);
		if (version.len && out->len > before)
			buf_byte(out, ',');
		buf_span(out, version);
	}
}

/* Eight bytes at a time: a body is long, and FNV takes one byte after the other. The shift brings
 * the upper bits down, which a multiplication never does. */
static uint64_t digest_of(struct span body)
{
	const uint64_t odd = 0x9e3779b97f4a7c15U;
	uint64_t word, h = FNV_START ^ body.len;
	for (; body.len >= sizeof word; body = span_drop(body, sizeof word)) {
		memcpy(&word, body.bytes, sizeof word);
		h = (h ^ le64toh(word)) * odd;
		h ^= h >> 32;
	}
	return fnv_mix(h, body.bytes, body.len);
}

static void put_digest(struct buf *out, uint64_t digest)
{
	static const char digits[] = "0123456789abcdef";
	char text[12];
	for (size_t i = sizeof text; i > 0; digest >>= 4)
		text[--i] = digits[digest & 15];
	buf_put(out, text, sizeof text);
}

void http_etag_of(struct span version, struct span body, struct buf *out)
{
	buf_span(out, version);
	if (version.len == 0 || body.len == 0)
		return;
	buf_byte(out, '~');
	put_digest(out, digest_of(body));
}

void http_etag_put(struct buf *headers, struct span etag)
{
	if (etag.len == 0 || !is_opaque(etag))
		return;
	buf_text(headers, "ETag: \"");
	buf_span(headers, etag);
	buf_text(headers, "\"\r\n");
}
