/*
 * challenge: the field WWW-Authenticate (RFC 9110 section 11.6.1), which tells clients that Bearer
 * tokens are accepted; pure.
 *
 * Each 401 has it, and a 403 for lack of a scope. If the request has shown a token that is refused,
 * the field has `error` (RFC 6750 section 3).
 *
 *	WWW-Authenticate: Bearer realm="studytracker", error="invalid_token"
 */
#ifndef GATEWAY_CHALLENGE_H
#define GATEWAY_CHALLENGE_H

#include "gateway/http_request.h"

/* Appends the line, or nothing: it belongs to a response with this HTTP status and outcome. */
void challenge_put(
	const struct http_request *http, int http_status, enum status st, struct buf *headers);

#endif
