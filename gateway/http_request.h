/*
 * http_request: parses HTTP/1.1 requests, strictly (RFC 9110, RFC 9112); pure.
 *
 * A reader is fed the bytes of a connection, in pieces of any size. The outcome does not depend on
 * how the bytes were cut: each byte is checked in its order as soon as it comes, each line as it
 * ends. So a refusal does not wait for bytes that never come, and of several errors the first is
 * reported.
 *
 * Refused, though other parsers accept it: line ends other than CRLF in the head, obs-fold, white
 * space before a colon, control bytes, a missing, repeated or malformed Host, ambiguous lengths
 * (section 6.3), codings other than exactly chunked, broken chunk framing. After a refusal the
 * bytes that follow mean nothing: respond and close. At most two empty lines before a request line
 * are skipped (section 2.2).
 *
 *	struct http_reader reader = { 0 };
 *	switch (http_reader_feed(&reader, &bytes, &why)) {
 *	case HTTP_MORE:     all bytes are used: wait for more
 *	case HTTP_HEAD:     the head is complete and a body follows (Expect, body deadline): feed on
 *	case HTTP_COMPLETE: reader.request is whole; `bytes` is what came after it
 *	case HTTP_REFUSED:  reader.refusal and `why` are set
 *	}
 *	http_reader_next(&reader);   after the response: ready for the next request
 *	http_reader_fini(&reader);
 */
#ifndef GATEWAY_HTTP_REQUEST_H
#define GATEWAY_HTTP_REQUEST_H

#include "common/buf.h"
#include "common/status.h"
#include "gateway/http_fields.h"

/* In bytes, but for fields. Above a limit the request is refused with the status. */
enum {
	HTTP_TARGET_MAX = 8 << 10, /* the request target; ST_URI_TOO_LONG */
	HTTP_HEAD_MAX = 16 << 10,  /* request line and fields with CRLFs; ST_HEADERS_TOO_LARGE */
	HTTP_FIELDS_MAX = 100,     /* fields; ST_HEADERS_TOO_LARGE */
	/* HTTP_BODY_MAX: gateway/http_fields.h */
	HTTP_CHUNK_LINE_MAX = 256, /* a chunk's size and extensions; ST_BAD_REQUEST */
	HTTP_TRAILER_MAX = 4 << 10 /* trailers, which are checked and dropped; ST_BAD_REQUEST */
};

struct http_field {
	struct span name, value; /* the value without surrounding white space */
};

struct http_request {
	struct span method;
	struct span target; /* as sent */
	struct span path;   /* percent-encoded; "/" if it was empty; or "*" */
	struct span query;  /* after the '?', percent-encoded; empty: none */
	int minor_version;  /* of HTTP/1.0 or 1.1 */
	bool keep_alive;    /* the connection may serve another request */
	bool expect_continue;
	bool has_body; /* a length or coding was given, even 0 */
	size_t field_count;
	struct http_field fields[HTTP_FIELDS_MAX];
	struct span body;
};

enum http_progress { HTTP_MORE, HTTP_HEAD, HTTP_COMPLETE, HTTP_REFUSED };

enum http_phase {
	HTTP_AT_START, /* nothing of a request has come */
	HTTP_IN_HEAD,
	HTTP_IN_BODY,
	HTTP_AT_END,
	HTTP_BROKEN,
};

/* A place in the head, whose buffer moves as it grows. */
struct http_mark {
	uint16_t start, len;
};

/* How far the bytes are parsed. Internal to the reader. */
struct http_scan {
	int part;                    /* the next part of the grammar */
	size_t pos, start;           /* in the head: the next byte, and the begin of its part */
	struct http_framing framing; /* by the fields that came */
	uint64_t body_left;          /* bytes of the body or of the chunk */
	size_t line_bytes;           /* of a chunk's size and extensions */
	size_t field_count, blank_lines, trailer_bytes;
	bool has_cr; /* of a blank line */
	bool in_trailers;
	struct http_mark method, target, path, query, name;
};

/* A zeroed struct is ready for a first request. */
struct http_reader {
	struct http_request request; /* valid at HTTP_HEAD (without a body) and HTTP_COMPLETE */
	enum status refusal;         /* at HTTP_REFUSED */
	enum http_phase phase;
	/* internal */
	struct buf head, body;
	struct http_scan scan;
	struct {
		struct http_mark name, value;
	} marks[HTTP_FIELDS_MAX];
};

/* Sets *bytes to what was not used: nothing at HTTP_MORE and HTTP_REFUSED. After HTTP_COMPLETE it
 * uses no bytes until http_reader_next. The request's spans are borrowed from the reader until
 * http_reader_next. Sets `why` at HTTP_REFUSED. */
enum http_progress http_reader_feed(struct http_reader *r, struct span *bytes, struct fail *why);

/* The received part of a request that is not complete or was refused: its method, its whole field
 * lines, and its target up to a byte that a target can't hold. The path is that of this target
 * (http_target_path). NULL before the method is received. Borrowed until the reader is fed
 * again. */
const struct http_request *http_reader_known(struct http_reader *r);

/* At HTTP_HEAD: the bytes of the body that may still come; HTTP_BODY_MAX if it is chunked. */
size_t http_reader_body_left(const struct http_reader *r);

/* Forgets the request. Keeps at most 4 KiB of memory for heads and 4 KiB for bodies. */
void http_reader_next(struct http_reader *r);

/* Frees all memory. The struct is ready for a first request again. */
void http_reader_fini(struct http_reader *r);

/* Whether the method is GET, HEAD or OPTIONS, which change nothing (RFC 9110 section 9.2.1). */
bool http_method_is_safe(struct span method);

/* The value of the first field with this name, compared without case; empty: absent. */
struct span http_request_field(const struct http_request *request, const char *name);

#endif
