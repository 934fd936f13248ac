/*
 * array: writes one-dimensional PostgreSQL arrays in binary form (array_recv in
 * src/backend/utils/adt/arrayfuncs.c).
 *
 *	int32 dimensions (1; 0 if empty), int32 has NULLs, int32 element type,
 *	int32 elements, int32 lower bound (1), then each element: int32 length or -1, bytes.
 *
 * array_start empties an array and keeps its memory; array_fini frees it.
 *
 *	array_start(&a, ARRAY_INT8);
 *	array_int8(&a, 42);
 *	array_null(&a);
 *	if (array_finish(&a, &bytes) != ST_OK) ...
 */
#ifndef WORKER_ARRAY_H
#define WORKER_ARRAY_H

#include "common/buf.h"
#include "common/status.h"

enum array_type {
	ARRAY_BOOL,
	ARRAY_INT8,
	ARRAY_REAL,
	ARRAY_TEXT,
	ARRAY_JSON,
	ARRAY_DATE,
	ARRAY_INSTANT,
	ARRAY_LOCAL_INSTANT, /* text[] */
	ARRAY_TIME,
	ARRAY_UUID
};

/* {0} is ready for array_start. */
struct array {
	struct buf bytes;
	uint32_t count;
	bool has_null;
};

/* Returns pg_type.oid, the type of a statement's parameter. */
uint32_t array_oid(enum array_type type);

void array_start(struct array *a, enum array_type type);
void array_null(struct array *a);
void array_bool(struct array *a, bool value);
void array_int8(struct array *a, int64_t value);
void array_text(struct array *a, struct span text); /* valid UTF-8 without U+0000 */
void array_real(struct array *a, double value);
void array_json(struct array *a, struct span text);        /* jsonb; valid JSON */
void array_date(struct array *a, int64_t days);            /* since 1970-01-01 */
void array_instant(struct array *a, int64_t microseconds); /* since 1970-01-01T00:00Z */
void array_time(struct array *a, int64_t minutes);         /* since midnight */
void array_uuid(struct array *a, const unsigned char uuid[16]);

/* Sets `out` to the finished bytes, valid until the next array_start. ST_NO_MEMORY if any append
 * failed. */
enum status array_finish(struct array *a, struct span *out) MUST_CHECK;

void array_fini(struct array *a);

#endif
