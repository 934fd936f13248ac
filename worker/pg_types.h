/*
 * pg_types: PostgreSQL's types as worker/array.h sends them and worker/cell.h reads them.
 *
 * The numbers are pg_type.oid (src/include/catalog/pg_type.dat). Dates and instants count from
 * 2000-01-01.
 */
#ifndef WORKER_PG_TYPES_H
#define WORKER_PG_TYPES_H

#include <stdint.h>

enum pg_type {
	PG_BOOL = 16,
	PG_INT8 = 20,
	PG_INT4 = 23,
	PG_TEXT = 25,
	PG_FLOAT8 = 701,
	PG_BOOL_ARRAY = 1000,
	PG_TEXT_ARRAY = 1009,
	PG_INT8_ARRAY = 1016,
	PG_FLOAT8_ARRAY = 1022,
	PG_DATE = 1082,
	PG_TIME = 1083,
	PG_DATE_ARRAY = 1182,
	PG_TIME_ARRAY = 1183,
	PG_TIMESTAMPTZ = 1184,
	PG_TIMESTAMPTZ_ARRAY = 1185,
	PG_UUID = 2950,
	PG_UUID_ARRAY = 2951,
	PG_JSONB = 3802,
	PG_JSONB_ARRAY = 3807,
};

enum {
	PG_EPOCH_DAYS = 10957, /* from 1970-01-01 to 2000-01-01 */
	PG_MINUTE_MICROSECONDS = 60000000,
};

#define PG_DAY_MICROSECONDS INT64_C(86400000000)

/* An array: dimensions, has NULLs, element type, elements, lower bound: int32 each. */
enum { PG_ARRAY_HEADER = 20, PG_ARRAY_COUNT_AT = 12 };

#endif
