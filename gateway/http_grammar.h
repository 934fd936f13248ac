/*
 * http_grammar: the grammar of a request (RFC 9112); internal to the reader
 * (gateway/http_request.h), which stores the bytes and limits their number.
 *
 * Each part of the grammar is a function that reads from a cursor. reader.scan remembers the next
 * part, so that a run continues where the last one ended. A part checks the bytes in their order
 * and never looks ahead, so the outcome does not depend on how the bytes were cut, and of several
 * errors the first is reported.
 *
 *	struct http_cursor c = { bytes, len, r->scan.pos, why };
 *	switch (http_grammar_run(r, &c)) {
 *	case STEP_WAIT:     all bytes are read, more must come; c.pos is len
 *	case STEP_DONE:     the head, or the body with its trailers, ends before c.pos
 *	case STEP_TRAILERS: the last chunk ends before c.pos; run again for the trailers
 *	case STEP_REFUSED:  reader.refusal and `why` are set
 *	}
 */
#ifndef GATEWAY_HTTP_GRAMMAR_H
#define GATEWAY_HTTP_GRAMMAR_H

#include "gateway/http_request.h"

enum http_step { STEP_ON, STEP_WAIT, STEP_DONE, STEP_TRAILERS, STEP_REFUSED };

/* The bytes of the head from its beginning, or of the body as they were fed. */
struct http_cursor {
	const char *bytes;
	size_t len, pos;
	struct fail *why;
};

/* Never returns STEP_ON. Appends the bytes of a body to reader.body. */
enum http_step http_grammar_run(struct http_reader *r, struct http_cursor *c);

/* Breaks the reader and returns STEP_REFUSED. */
enum http_step http_grammar_refuse(
	struct http_reader *r, struct fail *why, enum status st, const char *text);

extern const char http_no_line_feed[]; /* a refusal's text */

static inline struct span http_marked(const char *head, struct http_mark mark)
{
	return (struct span){ head + mark.start, mark.len };
}

#endif
