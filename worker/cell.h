/*
 * cell: one value of a result in PostgreSQL's binary format → MessagePack.
 *
 *	int8, int4 → int; bool; float8 → real; text; uuid → 36 characters; date → YYYY-MM-DD;
 *	time → HH:MM; timestamptz → RFC 3339 with microseconds, UTC; text[] → array of text
 *	without NULLs.
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

#endif
