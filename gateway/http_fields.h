/*
 * http_fields: what the fields of a request say of its body and its connection; pure.
 *
 * Fields are judged one by one, as each ends, over a table: Host, Content-Length,
 * Transfer-Encoding, Connection, Expect. All others say nothing. Whatever another recipient
 * could read otherwise is refused: a Host that is missing, repeated or malformed, and every
 * length that is not plainly one (RFC 9112 sections 3.2 and 6.3).
 *
 *	struct http_framing framing = { .minor_version = 1 };
 *	st = http_fields_apply(&framing, SPAN("Content-Length"), SPAN("5"), &why);   of each field
 *	st = http_fields_finish(&framing, &why);                                        after the last
 *	framing.length is 5
 */
#ifndef GATEWAY_HTTP_FIELDS_H
#define GATEWAY_HTTP_FIELDS_H

#include "common/buf.h"
#include "common/status.h"

enum {
	HTTP_BODY_MAX = 1 << 20, /* ST_PAYLOAD_TOO_LARGE, from Content-Length or as chunks come */
};

struct http_framing {
	int minor_version; /* of the request line: set before the first field */
	bool has_host, has_length, is_chunked;
	bool close, keep_alive; /* the words of Connection */
	bool expect_continue;
	uint64_t length; /* of the body; 0 where none is given */
};

/* Value without the blanks around it. ST_BAD_REQUEST, ST_NOT_IMPLEMENTED (a coding),
 * ST_EXPECTATION_FAILED. */
enum status http_fields_apply(struct http_framing *framing, struct span name, struct span value,
	struct fail *why) MUST_CHECK;

/* ST_BAD_REQUEST where a field is missing. ST_PAYLOAD_TOO_LARGE comes only here, after the last
 * field: the refusal needs the fields that follow Content-Length, such as Origin. */
enum status http_fields_finish(const struct http_framing *framing, struct fail *why) MUST_CHECK;

/* May the connection serve another request (RFC 9112 section 9.3)? */
bool http_fields_keep_alive(const struct http_framing *framing);

#endif
