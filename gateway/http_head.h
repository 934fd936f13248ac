/*
 * http_head: writes the head of an HTTP/1.1 response (RFC 9112 section 4, RFC 9110 section 6).
 *
 *	struct http_head head = { .http_status = 200, .content_type = "application/json",
 *		.date = "Sun, 06 Nov 1994 08:49:37 GMT", .body_end = HTTP_LENGTH, .length = 2 };
 *	http_head_put(&out, &head);
 */
#ifndef GATEWAY_HTTP_HEAD_H
#define GATEWAY_HTTP_HEAD_H

#include <time.h>

#include "common/buf.h"

enum http_body_end { HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };
enum http_persistence { HTTP_PERSISTENCE_IMPLIED, HTTP_KEEP_ALIVE, HTTP_CLOSE };

enum { HTTP_DATE_SIZE = 30 }; /* with the NUL */

struct http_head {
	int http_status;
	const char *date;
	const char *content_type;    /* NULL: none */
	struct span headers;         /* "Name: value\r\n" lines */
	enum http_body_end body_end; /* ignored if the status has no body: 1xx, 204, 304 */
	size_t length;
	enum http_persistence persistence;
};

/* Appends everything from the status line to the empty line. */
void http_head_put(struct buf *out, const struct http_head *head);

/* Appends "Name: value\r\n". Appends nothing if the value holds a byte that a field value must not
 * hold (RFC 9110 section 5.5): a line break would begin another field. Use it for every value that
 * is not a constant. */
void http_head_put_field(struct buf *out, const char *name, struct span value);

bool http_status_has_body(int http_status);

/* IMF-fixdate (RFC 9110 section 5.6.7). */
void http_date_format(time_t when, char out[HTTP_DATE_SIZE]);

#endif
