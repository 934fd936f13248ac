/*
 * request_id: the name by which a client, the logs of all processes and an error's trace_id speak of
 * one HTTP request.
 *
 * The client's own, of X-Request-Id or else X-Trace-Id, where it can stand in a header, a log line
 * and a URL: visible ASCII without quotes and the like, at most REQUEST_ID_MAX bytes. Else a UUIDv7.
 *
 *	struct request_id id = request_id_choose(http, &ids);
 *	log_error("...: request_id %.*s", (int)id.len, id.bytes);
 */
#ifndef GATEWAY_REQUEST_ID_H
#define GATEWAY_REQUEST_ID_H

#include "common/envelope.h"
#include "common/uuid.h"
#include "gateway/http_request.h"

enum { REQUEST_ID_MAX = ENVELOPE_REQUEST_ID_MAX };

struct request_id {
	size_t len;
	char bytes[REQUEST_ID_MAX];
};

/* `http` may be NULL: nothing is known of the request. */
struct request_id request_id_choose(const struct http_request *http, struct uuid_source *ids);

static inline struct span request_id_view(const struct request_id *id)
{
	return (struct span){ id->bytes, id->len };
}

#endif
