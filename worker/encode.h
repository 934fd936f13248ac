/*
 * encode: turns the rows of a batch into the result of each request, as MessagePack.
 *
 * A statement's columns are `ord` int8 (the request's number, from 1), `outcome` text (NULL:
 * success; else a code of common/status.c, or "CODE: message", or "CODE field: message"), then
 * data. The last column of a page is `next_cursor`, the position of the row: text, or the key of
 * the position KEY~ID, an instant or a date. Then ID is the first data column, a uuid. The key is
 * cheaper: only the row that ends a page needs the text. The last row of a page may be a marker:
 * its first data column is NULL, it is not returned, and the list continues behind its position.
 * Columns named "head.x" of a report are returned once, from its first row. Columns named
 * "details.x" are not data: they form the `details` map of an outcome if any of them is not NULL.
 *
 * The plan is made once per connection, from the statement's description. Unsupported columns are
 * refused then. Text is in the connection's client_encoding, UTF-8. worker/cell.h encodes the
 * values.
 *
 * Call encode_next for the requests of the batch in order; it walks the rows once:
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

/* `described` is the result of a Describe, or rows. ST_INTERNAL: `why` names the unsupported
 * column. */
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
	struct buf *details;  /* receives the details of an outcome; stays empty without them */
};

struct encode_rows encode_rows(const struct pg_result *rows);

/* Returns whether there is a row of this request. The requests before it were encoded or have
 * none. */
bool encode_has(const struct encode_rows *rows, int64_t ord);

/* Appends the result of the next request, one value, and skips its rows. If the outcome is not
 * NULL, or a row is missing, appends nothing and returns that status. A page of more than
 * ENCODE_PAGE_BYTES ends early; its next_cursor continues after the last returned row. */
enum status encode_next(const struct encode_plan *p, struct encode_rows *rows,
	const struct encode_request *request, struct buf *out, struct fail *why) MUST_CHECK;

#endif
