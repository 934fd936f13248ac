/*
 * api_stream: the pages of a list as one response.
 *
 * While the client reads fast enough, the next page is requested before a page is written, so that
 * a worker reads it meanwhile. While the client is behind, no page is requested. So at most two
 * pages are in memory, besides the unsent bytes that gateway/edge.h allows. A list of one page is a
 * usual response. The head of a longer one is sent before the other pages are known. If one of them
 * fails, the connection is cut.
 *
 * A slow client may read for hours, so before a further page the request is authenticated again,
 * once a second at most. If its credential was revoked or has expired, its log-in has ended, its
 * account is disabled or the credential lacks the scope now, the connection is cut: no page is
 * read more than 5 s after that. Only the end of a signed token, an access token or one of an
 * identity provider, cuts nothing: it lasts for minutes, and a client cannot replace it within a
 * response. Its log-in still counts.
 *
 *	static const struct api_stream_form array = { .put_page = put_page };
 *	...
 *	api_stream_respond(&r, &array, page);
 */
#ifndef GATEWAY_API_STREAM_H
#define GATEWAY_API_STREAM_H

#include "gateway/api_request.h"

/* How pages become a body. */
struct api_stream_form {
	/* Appends a page; r->is_streaming is false for the first one. Sets *next_cursor to that of
	 * the page, which is empty after the last one. */
	enum status (*put_page)(struct api_request *r, struct span page, struct buf *body,
		struct span *next_cursor);
	const char *headers; /* "Name: value\r\n" lines of the response; NULL: none */
};

/* Sends this page and all that follow it. Takes the request, whose call has ended. */
void api_stream_respond(
	struct api_request **r, const struct api_stream_form *form, struct span page);

#endif
