/*
 * http_feed: feeds bytes to a reader of HTTP requests, whole or cut, and compares the outcomes.
 *
 *	static const struct http_row rows[] = {
 *		{ "a query", BYTES("GET /a?b HTTP/1.1\r\n" HOST "\r\n"), .path = "/a", .query = "b" },
 *		{ "no Host", BYTES(GET "\r\n"), .st = ST_BAD_REQUEST },
 *	};
 *	check_outcome(&rows[_i]);
 *	check_cuts(&rows[_i]);
 */
#ifndef TESTS_UNIT_HTTP_FEED_H
#define TESTS_UNIT_HTTP_FEED_H

#include <check.h>
#include <stdlib.h>

#include "gateway/http_request.h"
#include "tests/unit/suite.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define COUNT(table)   (int)(sizeof table / sizeof *table)

#define GET     "GET / HTTP/1.1\r\n"
#define GET_OLD "GET / HTTP/1.0\r\n"
#define HOST    "Host: a\r\n"
#define POST    "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* The connection closes; the client expects 100 Continue; the request is not complete. */
enum { CLOSES = 1, CONTINUES = 2, WAITS = 4 };

/* NULL stands for GET, "/" and nothing. */
struct http_row {
	const char *what, *bytes;
	size_t len;
	enum status st; /* other than ST_OK: the request is refused */
	const char *method, *path, *query, *body, *left;
	int flags;
};

void check_outcome(const struct http_row *row);

/* Compares the outcome of each way to cut the bytes with that of all bytes at once. */
void check_cuts(const struct http_row *row);

/* Feeds from *input until the request is complete or refused: first `piece` bytes, then `others` at
 * a time. Each piece lies in memory that is freed afterwards. *input is what is left. */
enum http_progress feed(
	struct http_reader *r, struct span *input, size_t piece, size_t others, struct fail *why);

/* Appends the outcome of feed as text. */
void show_outcome(struct buf *out, struct span input, size_t piece, size_t others);

/* Fails unless the outcome is the text `whole`. */
void ck_same(
	const char *what, struct span input, size_t piece, size_t others, const struct buf *whole);

/* Fails unless s is `expected`, or `otherwise` where that is NULL. */
void ck_span(const char *what, struct span s, const char *expected, const char *otherwise);

#endif
