/*
 * api_list: the pages of a list as one JSON array, streamed by gateway/api_stream.h.
 *
 * If the query asks for a page (gateway/request_query.h), the array is that page, and the field
 * Link (RFC 8288) has the target of the next one.
 */
#ifndef GATEWAY_API_LIST_H
#define GATEWAY_API_LIST_H

#include "gateway/api_request.h"

/* The respond function of streamed lists: sends this page and all that follow it, or this page
 * only. Takes the request, whose call has ended. */
void api_list_respond(struct api_request **r, struct span page);

#endif
