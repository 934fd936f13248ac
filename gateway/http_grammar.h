/*
 * http_grammar: what the bytes of a request may be, one after the other (RFC 9112); the reader's
 * own, which sees to where bytes are kept and how many there may be.
 *
 * The grammar's parts are functions over a cursor; reader.scan remembers which part is next, so
 * that a run goes on where the one before ended. Each judges bytes in their order and never
 * looks ahead, so that how they were cut can't change what comes out: what is wrong first is
 * what is said.
 *
 *	struct http_cursor c = { bytes, len, r->scan.pos, why };
 *	switch (http_grammar_run(r, &c)) {
 *	case STEP_WAIT:     all bytes are judged: others must come; c.pos is len
 *	case STEP_DONE:     the head ends before c.pos, or the body with its trailers does
 *	case STEP_TRAILERS: the last chunk ends before c.pos; run again for what follows
 *	case STEP_REFUSED:  reader.refusal and `why` are set
 *	}
 */
#ifndef GATEWAY_HTTP_GRAMMAR_H
#define GATEWAY_HTTP_GRAMMAR_H

#include "gateway/http_request.h"

enum http_step { STEP_ON, STEP_WAIT, STEP_DONE, STEP_TRAILERS, STEP_REFUSED };

/* Bytes being judged: of the head from its beginning, or of what was just fed. */
struct http_cursor {
	const char *bytes;
	size_t len, pos;
	struct fail *why;
};

/* Never STEP_ON. What comes of a body is appended to reader.body. */
enum http_step http_grammar_run(struct http_reader *r, struct http_cursor *c);

/* Breaks the reader for good; STEP_REFUSED. */
enum http_step http_grammar_refuse(
	struct http_reader *r, struct fail *why, enum status st, const char *text);

extern const char http_no_line_feed[]; /* what a refusal says */

static inline struct span http_marked(const char *head, struct http_mark mark)
{
	return (struct span){ head + mark.start, mark.len };
}

#endif
