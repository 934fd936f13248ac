/*
 * request_headers: the params that the fields of a request give: if_match, if_none_match and
 * idempotency_key; pure.
 */
#ifndef GATEWAY_REQUEST_HEADERS_H
#define GATEWAY_REQUEST_HEADERS_H

#include "gateway/request_params.h"

/* The Idempotency-Key of a POST, 1 to 255 visible ASCII characters; empty if there is none. It is
 * checked before the body, as it means the same for every variant of it. ST_INVALID_INPUT with the
 * field's name. */
enum status request_headers_key(
	const struct http_request *http, struct span *key, struct fail *why) MUST_CHECK;

/* Only what the method takes. gateway/api_head.c has refused the rest, or may ignore it. */
void request_headers_put(const struct request_source *source, struct param_writer *w);

#endif
