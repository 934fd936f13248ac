/*
 * http_request: bytes to HTTP/1.1 requests, strictly (RFC 9110, RFC 9112); pure.
 *
 * No sockets, no clock, no libevent. A reader is fed what a connection received, in pieces of
 * any size, and the outcome does not depend on how the bytes were cut: they are judged in their
 * order and as soon as they are there, what a line says as it ends. So a refusal does not wait
 * for bytes that never come, and of two things that are wrong the first is told. What is lenient
 * elsewhere is refused here: line ends other than CRLF in the head, obs-fold, white space before
 * a colon, control bytes, a missing, repeated or malformed Host, ambiguous lengths (section 6.3),
 * codings other than exactly chunked, broken chunk framing. After a refusal the bytes that follow
 * mean nothing: answer and close. Empty lines before a request line are skipped, at most two
 * (section 2.2).
 *
 *	struct http_reader reader = { 0 };
 *	switch (http_reader_feed(&reader, &bytes, &why)) {
 *	case HTTP_MORE:     all bytes are used: wait for others
 *	case HTTP_HEAD:     the head is complete and a body follows (Expect, body deadline): feed on
 *	case HTTP_COMPLETE: reader.request is whole; `bytes` is what came after it
 *	case HTTP_REFUSED:  reader.refusal says how, `why` says what is wrong
 *	}
 *	http_reader_next(&reader);   after the answer: ready for the next request
 *	http_reader_fini(&reader);
 */
#ifndef GATEWAY_HTTP_REQUEST_H
#define GATEWAY_HTTP_REQUEST_H

#include "common/buf.h"
#include "common/status.h"
#include "gateway/http_fields.h"

/* And HTTP_BODY_MAX of http_fields.h. */
enum {
	HTTP_TARGET_MAX = 8 << 10, /* bytes of the request target; over it ST_URI_TOO_LONG */
	HTTP_HEAD_MAX = 16 << 10,  /* request line and fields, CRLFs too; ST_HEADERS_TOO_LARGE */
	HTTP_FIELDS_MAX = 100,     /* ST_HEADERS_TOO_LARGE */
	HTTP_CHUNK_LINE_MAX = 256, /* a chunk's size and extensions; ST_BAD_REQUEST */
	HTTP_TRAILER_MAX = 4 << 10 /* of trailers, which are checked and dropped; ST_BAD_REQUEST */
};

struct http_field {
	struct span name, value; /* the value without surrounding white space */
};

struct http_request {
	struct span method;
	struct span target; /* as it was sent */
	struct span path;   /* still percent-encoded; "/" where it is empty; or "*" */
	struct span query;  /* after the '?', still percent-encoded; empty: none */
	int minor_version;  /* HTTP/1.0 or 1.1 */
	bool keep_alive;    /* the connection may serve another request */
	bool expect_continue;
	bool has_body; /* a length or coding was given, zero included */
	size_t field_count;
	struct http_field fields[HTTP_FIELDS_MAX];
	struct span body;
};

enum http_progress { HTTP_MORE, HTTP_HEAD, HTTP_COMPLETE, HTTP_REFUSED };

enum http_phase {
	HTTP_AT_START, /* nothing of a request has come yet */
	HTTP_IN_HEAD,
	HTTP_IN_BODY,
	HTTP_AT_END,
	HTTP_BROKEN,
};

/* Where something stands in the head, which still moves while it grows. */
struct http_mark {
	uint16_t start, len;
};

/* How far the bytes are judged: the reader's own. */
struct http_scan {
	int part;          /* of the grammar: what comes next */
	size_t pos, start; /* the next byte to judge, and where its part began; in the head */
	struct http_framing framing; /* by the fields so far */
	uint64_t body_left;          /* of the length, or of the chunk */
	size_t line_bytes;           /* of a chunk's size and extensions */
	size_t field_count, blank_lines, trailer_bytes;
	bool has_cr; /* of a blank line */
	bool in_trailers;
	struct http_mark method, target, path, query, name;
};

/* A zeroed struct is ready for a first request. */
struct http_reader {
	struct http_request request; /* valid at HTTP_HEAD (without its body) and HTTP_COMPLETE */
	enum status refusal;         /* at HTTP_REFUSED */
	enum http_phase phase;
	/* below: the reader's own */
	struct buf head, body;
	struct http_scan scan;
	struct {
		struct http_mark name, value;
	} marks[HTTP_FIELDS_MAX];
};

/* Takes from the front of *bytes, which then is what was not used: nothing at HTTP_MORE and
 * HTTP_REFUSED. At HTTP_COMPLETE nothing is taken until http_reader_next. The request's
 * spans are borrowed from the reader until http_reader_next. `why` is set at HTTP_REFUSED. */
enum http_progress http_reader_feed(struct http_reader *r, struct span *bytes, struct fail *why);

/* What is known of a request that is not complete or was refused: its method and the whole field
 * lines that came. NULL while the method is unknown. Borrowed until the reader is fed again. */
const struct http_request *http_reader_known(struct http_reader *r);

/* At HTTP_HEAD: how many bytes of the body may still come; HTTP_BODY_MAX where it is chunked. */
size_t http_reader_body_left(const struct http_reader *r);

/* Forgets the request; keeps at most 4 KiB of memory for heads and as much for bodies. */
void http_reader_next(struct http_reader *r);

/* Frees all memory; the struct is ready for a first request again. */
void http_reader_fini(struct http_reader *r);

/* GET, HEAD, OPTIONS: of those that a route has, the ones that change nothing (RFC 9110 section 9.2.1). */
bool http_method_is_safe(struct span method);

/* The field's value by name without regard to case, the first of several; empty where absent. */
struct span http_request_field(const struct http_request *request, const char *name);

#endif
