/*
 * http_text: the text of HTTP: classes of bytes, escapes, queries; pure.
 *
 *	http_run_of(option, HTTP_TOKEN) == option.len             it is a token
 *	while ((st = http_query_next(&query, &name, &value)) == ST_OK)
 *		...
 */
#ifndef GATEWAY_HTTP_TEXT_H
#define GATEWAY_HTTP_TEXT_H

#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/status.h"

/* The elements that a byte may be part of. */
enum http_class {
	HTTP_TOKEN = 1 << 0,  /* RFC 9110 section 5.6.2 */
	HTTP_TARGET = 1 << 1, /* visible bytes but '#': a fragment is never sent */
	HTTP_VALUE = 1 << 2,  /* RFC 9110 section 5.5, with obs-text */
	HTTP_HOST = 1 << 3,   /* a reg-name without its escapes; RFC 3986 section 3.2.2 */
	HTTP_HEX = 1 << 4,
	HTTP_DIGIT = 1 << 5,
	HTTP_BLANK = 1 << 6,      /* space and tab */
	HTTP_UNRESERVED = 1 << 7, /* RFC 3986 section 2.3 */
};

extern const uint8_t http_class_table[256];

static inline bool http_is(char byte, enum http_class class)
{
	return http_class_table[(uint8_t)byte] & class;
}

/* The digit must be of HTTP_HEX. */
static inline int http_hex_value(char digit)
{
	return http_is(digit, HTTP_DIGIT) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/* The digits must be of HTTP_DIGIT, at most 19, so that the value cannot overflow. */
static inline uint64_t http_decimal(struct span digits)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (uint64_t)http_hex_value(digits.bytes[i]);
	return value;
}

/* Returns the number of bytes at the front that are of the class. */
static inline size_t http_run_of(struct span text, enum http_class class)
{
	size_t len = 0;
	while (len < text.len && http_is(text.bytes[len], class))
		len++;
	return len;
}

/* The same for HTTP_VALUE. Reads eight bytes at once while they are plain, because most of a head
 * is values. */
static inline size_t http_run_of_value(struct span text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
	size_t len = 0;
	for (uint64_t eight; len + sizeof eight <= text.len; len += sizeof eight) {
		memcpy(&eight, text.bytes + len, sizeof eight);
		uint64_t del = eight ^ ones * 0x7f;
		uint64_t below = (eight - ones * 0x20) & ~eight, is_del = (del - ones) & ~del;
		if ((below | is_del) & highs)
			break;
	}
	while (len < text.len && http_is(text.bytes[len], HTTP_VALUE))
		len++;
	return len;
}

/* "%" and two digits (RFC 3986 section 2.1). */
bool http_starts_escape(struct span text);
bool http_has_broken_escape(struct span text);

/* Sets *out to the text percent-decoded: the text itself if it has no escapes, else bytes of
 * `room`, which is cleared first. ST_INVALID_INPUT: a broken escape. */
enum status http_percent_decode(struct span text, struct buf *room, struct span *out) MUST_CHECK;

/* Appends the text with all bytes escaped but unreserved ones (RFC 3986 section 2.3). */
void http_percent_encode(struct span text, struct buf *out);

/* Decodes the next pair of a query (application/x-www-form-urlencoded: '+' is a blank) into `name`
 * and `value`, which are cleared first. *rest begins as the query and advances. Skips empty pairs,
 * and keeps broken escapes as they are. ST_NOT_FOUND at the end. */
enum status http_query_next(struct span *rest, struct buf *name, struct buf *value) MUST_CHECK;

#endif
