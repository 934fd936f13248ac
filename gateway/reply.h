/*
 * reply: the shapes of JSON answers, written straight from MessagePack.
 *
 * Pure: MessagePack in, JSON text appended to a struct buf out.
 */
#ifndef GATEWAY_REPLY_H
#define GATEWAY_REPLY_H

#include "common/msg.h"

/* What a row says about itself besides its fields. Borrowed from the message. */
struct row_facts {
	struct span updated_at; /* its ETag without the quotes; empty: has none */
	struct span id;         /* the id's bytes as they stand in JSON, without quotes */
	bool was_created;       /* the column `created` */
	bool was_replayed; /* the column `replayed`: the answer is that of an earlier request */
	char id_digits[24];
};

/* One row as a JSON object, without the columns `created` and `replayed`. */
void reply_row(struct buf *out, struct span row, struct row_facts *facts);

/* The elements of a page's `data`, comma-separated, without brackets; each row after a comma
 * where `is_first` is false. *next_cursor is empty at the last page. ST_MALFORMED: no page. */
enum status reply_page_rows(
	struct buf *out, struct span page, bool is_first, struct span *next_cursor) MUST_CHECK;

/* The one error body: {"error":{code,message,field?,details?},"detail":message,"trace_id":id}. */
struct error_facts {
	enum status st;
	struct span code, message, field; /* empty code: the table's, by st */
	struct span details;              /* a MessagePack value; empty: none */
};
void reply_error(struct buf *out, const struct error_facts *facts, struct span trace_id);

/* An error map of the wire (common/envelope.h) taken apart. */
struct error_facts reply_error_facts(struct span error_map);

#endif
