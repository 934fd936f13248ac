/*
 * encode: a batch's rows → each request's result, as MessagePack.
 *
 * A statement's columns are `ord` int8 (which request, from 1), `outcome` text (NULL: fine;
 * else a code of common/status.c, optionally "CODE: message"), then data; a page's last is
 * `next_cursor` text, the row's position. A page's last row may be a marker: its first data column is
 * NULL, so it is no data, and the list goes on behind its position. The plan is made once a connection, from the statement's description;
 * what it does not understand is refused then. Text is the connection's client_encoding, UTF-8.
 *
 * Columns named "details.x" are no data: they are the `details` map of an outcome, which has one
 * where any of them is not NULL.
 *
 *	int8, int4 → int; bool; float8 → real; text; uuid → 36 characters; date → YYYY-MM-DD;
 *	timestamptz → RFC 3339 with microseconds, UTC; text[] → array of text without NULLs.
 *
 * encode_next is called for the requests of the batch in their order and walks the rows once:
 *
 *	struct encode_rows rows = encode_rows(result);
 *	for (ord = 1; ord <= count; ord++) {
 *		st = encode_next(plan, &rows, &wanted, out, &why);
 */
#ifndef WORKER_ENCODE_H
#define WORKER_ENCODE_H

#include "common/method.h"

struct pg_result; /* libpq's PGresult */
struct encode_plan;

enum { ENCODE_PAGE_BYTES = 512 << 10 };

/* `described` is a result of a Describe, or rows. ST_INTERNAL names what is wrong with it. */
enum status encode_plan_new(const struct method *m, const struct pg_result *described,
	struct encode_plan **out, struct fail *why) MUST_CHECK;
void encode_plan_free(struct encode_plan **p);

struct encode_rows {
	const struct pg_result *rows; /* ordered by ord */
	int at, count;
};

struct encode_request {
	int64_t ord;
	int64_t limit;        /* rows of a page */
	uint32_t fingerprint; /* of a page: worker/cursor.h */
	struct buf *details;  /* takes an outcome's details; empty where it has none */
};

struct encode_rows encode_rows(const struct pg_result *rows);

/* Appends the result of the next request, one value, and passes its rows. Otherwise appends
 * nothing and returns what its outcome column says, or what the method says of no rows. A page
 * over ENCODE_PAGE_BYTES ends early: next_cursor continues after the last row in it. */
enum status encode_next(const struct encode_plan *p, struct encode_rows *rows,
	const struct encode_request *request, struct buf *out, struct fail *why) MUST_CHECK;

#endif
