/*
 * response: the JSON bodies of responses, written straight from MessagePack.
 *
 * Pure: MessagePack in, JSON text appended to a struct buf out.
 */
#ifndef GATEWAY_RESPONSE_H
#define GATEWAY_RESPONSE_H

#include "common/msg.h"

/* What the headers and the status of a response take from its row. Borrowed from the message, but
 * `id` from the body: it is valid until the body grows. */
struct row_meta {
	struct span updated_at; /* its ETag without the quotes; empty: has none */
	struct span id;         /* the id's bytes as they stand in JSON, without quotes */
	bool was_created;       /* the column `created` */
	bool was_replayed;      /* the column `replayed`: the row is that of an earlier request */
};

/* One row as a JSON object, without the columns `created` and `replayed`. */
void response_put_row(struct buf *out, struct span row, struct row_meta *meta);

/* Makes room for the JSON of a long value, which is about a tenth longer than its MessagePack. */
void response_reserve(struct buf *out, struct span value);

/* The elements of a page's `data`, separated by commas, without brackets. If it is not the first
 * page, a comma goes before its first row, too. *next_cursor is empty after the last page.
 * ST_MALFORMED: it is not a page. */
enum status response_put_rows(
	struct buf *out, struct span page, bool is_first, struct span *next_cursor) MUST_CHECK;

struct param;
struct error_text;

struct error_info {
	enum status st;
	struct span code, message, field; /* empty code: the table's, by st */
	struct span details;              /* a MessagePack value; empty: none */
	const struct param *param;        /* the field's row of the method table; NULL: none */
	const char *alias; /* the name by which the route's clients know the field; NULL: `field` */
	const struct error_text *texts; /* of the route's row (gateway/text_error.h), or NULL */
};

/* {"error":{code,message,field?,details?},"detail":message,"trace_id":id} */
void response_put_error(struct buf *out, const struct error_info *error, struct span trace_id);

/* Reads an error map of the wire (common/envelope.h); the spans point into it. */
struct error_info response_read_error(struct span error_map);

#endif
