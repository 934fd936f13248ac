/*
 * request_id: the id of one HTTP request, in its response, in the logs of all processes and as the
 * trace_id of its errors.
 *
 * It is the client's X-Request-Id, or else its X-Trace-Id, if that is safe in a header, a log line
 * and a URL: visible ASCII without quotes and the like, at most REQUEST_ID_MAX bytes. Else it is
 * the trace-id of its traceparent (W3C Trace Context, section 3.2), else a UUIDv7. Workers get it
 * in the context of each call.
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

/* `http` may be NULL: the request is unknown. */
struct request_id request_id_choose(const struct http_request *http, struct uuid_source *ids);

static inline struct span request_id_view(const struct request_id *id)
{
	return (struct span){ id->bytes, id->len };
}

#endif
