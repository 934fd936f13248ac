/*
 * cell: one value of a result in PostgreSQL's binary format → MessagePack.
 *
 *	int8, int4 → int; bool; float8 → real; text; uuid → 36 characters; date → YYYY-MM-DD;
 *	time → HH:MM; timestamptz → RFC 3339 with microseconds, UTC; text[], int8[] → array of one
 *	dimension, NULL → nil; jsonb → any value, nil if it is one that worker/cell_json.h refuses.
 *
 * The bytes of an array or of a jsonb may be wrong: they never lead past its end.
 *
 * To add a type, add a row to the table in cell.c.
 */
#ifndef WORKER_CELL_H
#define WORKER_CELL_H

#include "common/buf.h"
#include "worker/pg_types.h"

/* Appends one value, which is not NULL. */
typedef void (*cell_put)(struct buf *out, const char *bytes, size_t len);

/* Returns NULL for a type that is not supported. */
cell_put cell_find(uint32_t oid);

int64_t cell_int8(const char *bytes);
int64_t cell_date(const char *bytes);    /* days since 1970-01-01 */
int64_t cell_instant(const char *bytes); /* microseconds since then */

#endif
