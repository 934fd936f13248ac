/*
 * api_list: a page method answered as one JSON array, page by page (ROUTE_STREAM).
 *
 * Of a list there is one page at a time in memory: the next is asked for once the client has read
 * enough of it. A list of one page is a usual answer. Of a longer one the head is out before it is
 * known whether the rest can be had: what goes wrong then cuts the connection.
 *
 *	r->call = NULL; // on_answer, of the first page
 *	if (r->route->flags & ROUTE_STREAM)
 *		api_list_respond(&r, result);
 */
#ifndef GATEWAY_API_LIST_H
#define GATEWAY_API_LIST_H

#include "gateway/api_request.h"

/* Answers with this page and all that follow it. Takes the request, whose call is gone. */
void api_list_respond(struct api_request **r, struct span page);

#endif
