/*
 * http_link: the field Link (RFC 8288); pure.
 *
 *	http_link_put_next(&out, http, SPAN("20~7.1a2b3c4d"));
 *	// of GET /api/tasks?limit=2: </api/tasks?limit=2&cursor=20~7.1a2b3c4d>; rel="next"
 */
#ifndef GATEWAY_HTTP_LINK_H
#define GATEWAY_HTTP_LINK_H

#include "gateway/http_request.h"

/* Appends the link to the next page of a list: the target of the request with another cursor. */
void http_link_put_next(struct buf *out, const struct http_request *http, struct span cursor);

#endif
