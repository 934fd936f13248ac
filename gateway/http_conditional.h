/*
 * http_conditional: If-Match and If-None-Match (RFC 9110 section 13); pure.
 *
 * Each field is "*" or a list of entity-tags over all of its lines. If-Match compares strongly,
 * If-None-Match weakly (section 8.8.3.2).
 *
 * The service's own ETags are strong: "2026-11-21T08:03:40.123456Z~9e1c6b0d2f4a". The row's version
 * stands before the tilde and a digest of the representation after it. The digest also changes when
 * other rows change what the response shows of them, such as the milestones of a goal. A read
 * compares whole ETags. A change compares versions: other rows do not refuse it.
 *
 *	struct http_conditions conditions;
 *	st = http_conditions_read(http, &conditions, &why);
 *	switch (http_conditions_evaluate(&conditions, etag, true)) ...
 */
#ifndef GATEWAY_HTTP_CONDITIONAL_H
#define GATEWAY_HTTP_CONDITIONAL_H

#include "common/buf.h"
#include "gateway/http_request.h"

/* One of the two fields. */
struct http_condition {
	const struct http_request *http;
	const char *field;
	bool is_given;
	bool is_any; /* "*" */
};

struct http_conditions {
	struct http_condition match, none_match;
};

enum http_evaluation { HTTP_PROCEED, HTTP_NOT_MODIFIED, HTTP_PRECONDITION_FAILED };

/* ST_INVALID_INPUT with the field's name if its value is neither "*" nor a list of entity-tags; an
 * empty value is neither. Borrows the request. */
enum status http_conditions_read(
	const struct http_request *http, struct http_conditions *out, struct fail *why) MUST_CHECK;

/* Evaluates the conditions for a representation that exists, in the order of section 13.2.2. `etag`
 * is its strong ETag without quotes; empty: it has none. HTTP_NOT_MODIFIED only if is_read. */
enum http_evaluation http_conditions_evaluate(
	const struct http_conditions *conditions, struct span etag, bool is_read);

/* Appends the condition as the params if_match and if_none_match have it: "*", or the versions of
 * the entity-tags that can be ours, separated by commas. A tag that cannot, such as one with a
 * comma, is left out: an empty text matches nothing. */
void http_condition_put(const struct http_condition *condition, struct buf *out);

/* Appends the ETag, without quotes, of the representation `body` of a row. Appends nothing if the
 * row has no version, and only the version if there is no body. */
void http_etag_of(struct span version, struct span body, struct buf *out);

/* Appends `ETag: "etag"` with its line end. Appends nothing if `etag` is empty or holds a byte that
 * an entity-tag must not hold. */
void http_etag_put(struct buf *headers, struct span etag);

#endif
