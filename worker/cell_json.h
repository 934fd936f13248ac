/*
 * cell_json: JSON text, as PostgreSQL prints a jsonb, → MessagePack.
 *
 * Pure. Objects become maps, arrays arrays, strings texts; whole numbers of 64 bits become ints and
 * all others reals. The text is checked first (common/json_scan.h), so any bytes are safe.
 */
#ifndef WORKER_CELL_JSON_H
#define WORKER_CELL_JSON_H

#include "common/buf.h"

/* Containers in each other. A response is at most MSG_DEPTH_MAX deep, and has up to four around a
 * value: the response, its result, its rows, the row. */
enum { CELL_JSON_DEPTH_MAX = 12 };

/* Appends one value. Returns false, and appends nothing, if the text is not JSON, has a number
 * beyond the range of a double, or is nested deeper. */
bool cell_json_put(struct buf *out, struct span text);

#endif
