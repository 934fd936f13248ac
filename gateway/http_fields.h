/*
 * http_fields: the fields of a request that frame its body and control its connection; pure.
 *
 * A table has one function for each of them: Host, Content-Length, Transfer-Encoding, Connection,
 * Expect. Other fields change nothing. A value that another recipient could read differently is
 * refused: a missing, repeated or malformed Host, and every length that is not plainly one (RFC
 * 9112 sections 3.2 and 6.3).
 *
 *	struct http_framing framing = { .minor_version = 1 };
 *	st = http_fields_apply(&framing, SPAN("Content-Length"), SPAN("5"), &why);   for each field
 *	st = http_fields_finish(&framing, &why);                                     after the last
 *	framing.length is 5
 */
#ifndef GATEWAY_HTTP_FIELDS_H
#define GATEWAY_HTTP_FIELDS_H

#include "common/buf.h"
#include "common/status.h"

enum {
	HTTP_BODY_MAX = 1 << 20, /* bytes, by Content-Length or in chunks; ST_PAYLOAD_TOO_LARGE */
};

struct http_framing {
	int minor_version; /* of the request line; must be set before the first field */
	bool has_host, has_length, is_chunked;
	bool close, keep_alive; /* options of Connection */
	bool expect_continue;
	uint64_t length; /* of the body; 0: not given */
};

/* `value` without the blanks around it. ST_BAD_REQUEST, ST_NOT_IMPLEMENTED (an unknown coding),
 * ST_EXPECTATION_FAILED. */
enum status http_fields_apply(struct http_framing *framing, struct span name, struct span value,
	struct fail *why) MUST_CHECK;

/* ST_BAD_REQUEST if a field is missing. ST_PAYLOAD_TOO_LARGE waits for the last field, because the
 * response needs the fields after Content-Length, such as Origin. */
enum status http_fields_finish(const struct http_framing *framing, struct fail *why) MUST_CHECK;

/* Whether the connection may serve another request (RFC 9112 section 9.3). */
bool http_fields_keep_alive(const struct http_framing *framing);

#endif
