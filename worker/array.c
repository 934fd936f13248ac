#include "worker/array.h"

#include "worker/pg_types.h"

#include <endian.h>
#include <string.h>

static const struct {
	enum pg_type element, array;
} oid_table[] = {
	[ARRAY_BOOL] = { PG_BOOL, PG_BOOL_ARRAY },
	[ARRAY_INT8] = { PG_INT8, PG_INT8_ARRAY },
	[ARRAY_REAL] = { PG_FLOAT8, PG_FLOAT8_ARRAY },
	[ARRAY_TEXT] = { PG_TEXT, PG_TEXT_ARRAY },
	[ARRAY_JSON] = { PG_JSONB, PG_JSONB_ARRAY },
	[ARRAY_DATE] = { PG_DATE, PG_DATE_ARRAY },
	[ARRAY_INSTANT] = { PG_TIMESTAMPTZ, PG_TIMESTAMPTZ_ARRAY },
	[ARRAY_LOCAL_INSTANT] = { PG_TEXT, PG_TEXT_ARRAY },
	[ARRAY_TIME] = { PG_TIME, PG_TIME_ARRAY },
	[ARRAY_UUID] = { PG_UUID, PG_UUID_ARRAY },
};

uint32_t array_oid(enum array_type type)
{
	return oid_table[type].array;
}

static void store32(char *to, uint32_t value)
{
	value = htobe32(value);
	memcpy(to, &value, sizeof value);
}

void array_start(struct array *a, enum array_type type)
{
	buf_clear(&a->bytes);
	a->count = 0;
	a->has_null = false;
	char *header = buf_room(&a->bytes, PG_ARRAY_HEADER);
	if (!header)
		return;
	memset(header, 0, PG_ARRAY_HEADER);
	store32(header + 8, oid_table[type].element);
	store32(header + 16, 1);
	a->bytes.len = PG_ARRAY_HEADER;
}

static void put_element(struct array *a, const void *bytes, uint32_t len)
{
	a->count++;
	char *to = buf_room(&a->bytes, 4 + (size_t)len);
	if (!to)
		return;
	store32(to, len);
	if (len > 0)
		memcpy(to + 4, bytes, len);
	a->bytes.len += 4 + (size_t)len;
}

void array_null(struct array *a)
{
	static const unsigned char minus_one[4] = { 0xff, 0xff, 0xff, 0xff };
	a->count++;
	a->has_null = true;
	buf_put(&a->bytes, minus_one, sizeof minus_one);
}

void array_bool(struct array *a, bool value)
{
	put_element(a, value ? "\1" : "\0", 1);
}

void array_int8(struct array *a, int64_t value)
{
	uint64_t wire = htobe64((uint64_t)value);
	put_element(a, &wire, sizeof wire);
}

void array_text(struct array *a, struct span text)
{
	put_element(a, text.bytes, (uint32_t)text.len);
}

void array_real(struct array *a, double value)
{
	uint64_t wire;
	memcpy(&wire, &value, sizeof wire);
	wire = htobe64(wire);
	put_element(a, &wire, sizeof wire);
}

/* jsonb_recv in src/backend/utils/adt/jsonb.c: the version 1, then the text. */
void array_json(struct array *a, struct span text)
{
	a->count++;
	char *to = buf_room(&a->bytes, 5 + text.len);
	if (!to)
		return;
	store32(to, 1 + (uint32_t)text.len);
	to[4] = 1;
	memcpy(to + 5, text.bytes, text.len);
	a->bytes.len += 5 + text.len;
}

void array_date(struct array *a, int64_t days)
{
	uint32_t wire = htobe32((uint32_t)(int32_t)(days - PG_EPOCH_DAYS));
	put_element(a, &wire, sizeof wire);
}

void array_instant(struct array *a, int64_t microseconds)
{
	uint64_t wire = htobe64((uint64_t)(microseconds - PG_EPOCH_DAYS * PG_DAY_MICROSECONDS));
	put_element(a, &wire, sizeof wire);
}

void array_time(struct array *a, int64_t minutes)
{
	array_int8(a, minutes * PG_MINUTE_MICROSECONDS); /* a time is an int8 of microseconds */
}

void array_uuid(struct array *a, const unsigned char uuid[16])
{
	put_element(a, uuid, 16);
}

enum status array_finish(struct array *a, struct span *out)
{
	if (a->bytes.failed || a->bytes.len > INT32_MAX)
		return ST_NO_MEMORY;
	if (a->count == 0) {
		*out = (struct span){ a->bytes.bytes, PG_ARRAY_HEADER - 8 };
		return ST_OK;
	}
	store32(a->bytes.bytes, 1);
	store32(a->bytes.bytes + 4, a->has_null);
	store32(a->bytes.bytes + PG_ARRAY_COUNT_AT, a->count);
	*out = buf_view(&a->bytes);
	return ST_OK;
}

void array_fini(struct array *a)
{
	buf_fini(&a->bytes);
	*a = (struct array){ 0 };
}
