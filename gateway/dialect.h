/*
 * dialect: the manners of the APIs that the gateway serves, one row for each; pure.
 *
 * A path belongs to the dialect with the longest prefix: /api/v1, /api (system C), or the root.
 * Each route gets its dialect from its path at start. A refusal by the edge has the dialect of the
 * requested path, as far as the path is known.
 *
 *	const struct dialect *dialect = dialect_of(http->path);
 *	dialect->put_error(&body, &error, request_id);
 */
#ifndef GATEWAY_DIALECT_H
#define GATEWAY_DIALECT_H

#include "gateway/response.h"

enum unknown_names { NAMES_IGNORED, NAMES_REFUSED };

enum list_shape {
	LIST_PAGE,  /* {data, next_cursor}, one page for each request */
	LIST_ARRAY, /* one array with all rows, streamed page by page */
	/* The same. If the query has limit or cursor, the array has one page, and the field Link
	 * (RFC 8288) leads to the next. A limit beyond that of the method is refused. */
	LIST_LINKED,
};

struct dialect {
	const char *name;   /* of the label in metrics */
	const char *prefix; /* of paths; without a slash at its end */
	void (*put_error)(struct buf *out, const struct error_info *error, struct span trace_id);
	int (*status_of)(enum status st); /* of the app's outcomes; the edge's are HTTP's own */
	/* Query parameters and body fields. Where unknown ones are ignored, these are, too: empty
	 * query values, all values but the first of a query parameter, the nulls of a POST. A
	 * query may there have a "%" that begins no escape. */
	enum unknown_names unknown_names;
	const char *const *query_names; /* the only params that a query gives; NULL: all */
	bool needs_json_type; /* false: a body of any type is read as JSON, if no page sent it */
	enum list_shape list_shape;
	enum status bad_id; /* of an id in a path that is not digits; ST_OK: the worker checks it */
	bool has_location;  /* a 201 tells the path of the row that it has created */
	bool bearer_has_case; /* Authorization needs exactly `Bearer`; else also `bearer` */
};

/* Never NULL. An empty path or "*" belongs to the root. */
const struct dialect *dialect_of(struct span path);

const struct dialect *dialect_at(size_t index); /* NULL past the end */

#endif
