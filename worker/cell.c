#include "worker/cell.h"

#include "common/date.h"
#include "common/msg.h"
#include "common/uuid.h"

#include <endian.h>
#include <string.h>

static uint32_t load32(const char *bytes)
{
	uint32_t value;
	memcpy(&value, bytes, sizeof value);
	return be32toh(value);
}

int64_t cell_int8(const char *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof value);
	return (int64_t)be64toh(value);
}

static void put_bool(struct buf *out, const char *bytes, size_t len)
{
	(void)len;
	msg_put_bool(out, *bytes);
}

static void put_int4(struct buf *out, const char *bytes, size_t len)
{
	(void)len;
	msg_put_int(out, (int32_t)load32(bytes));
}

static void put_int8(struct buf *out, const char *bytes, size_t len)
{
	(void)len;
	msg_put_int(out, cell_int8(bytes));
}

static void put_float8(struct buf *out, const char *bytes, size_t len)
{
	int64_t bits = cell_int8(bytes);
	double value;
	(void)len;
	memcpy(&value, &bits, sizeof value);
	msg_put_real(out, value);
}

static void put_text(struct buf *out, const char *bytes, size_t len)
{
	msg_put_text(out, (struct span){ bytes, len });
}

static void put_uuid(struct buf *out, const char *bytes, size_t len)
{
	unsigned char uuid[16];
	char text[UUID_TEXT_LEN];
	(void)len;
	memcpy(uuid, bytes, sizeof uuid);
	uuid_format(uuid, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

static void put_date(struct buf *out, const char *bytes, size_t len)
{
	char text[DATE_TEXT_LEN];
	(void)len;
	date_format((int64_t)(int32_t)load32(bytes) + PG_EPOCH_DAYS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

/* Seconds are dropped: params have none. */
static void put_time(struct buf *out, const char *bytes, size_t len)
{
	char text[TIME_TEXT_LEN];
	(void)len;
	time_format(cell_int8(bytes) / PG_MINUTE_MICROSECONDS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

static void put_instant(struct buf *out, const char *bytes, size_t len)
{
	char text[INSTANT_TEXT_LEN];
	(void)len;
	instant_format(cell_int8(bytes) + PG_EPOCH_DAYS * PG_DAY_MICROSECONDS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

/* The format is that of array_send in src/backend/utils/adt/arrayfuncs.c. No element is NULL. */
static void put_texts(struct buf *out, const char *bytes, size_t len)
{
	const char *at = bytes + PG_ARRAY_HEADER, *end = bytes + len;
	uint32_t count = load32(bytes) > 0 ? load32(bytes + PG_ARRAY_COUNT_AT) : 0;
	msg_put_array(out, count);
	for (uint32_t i = 0; i < count && end - at >= 4; i++) {
		struct span text = { at + 4, load32(at) };
		msg_put_text(out, text);
		at = text.bytes + text.len;
	}
}

static const struct {
	enum pg_type type;
	cell_put put;
} cell_table[] = {
	{ PG_BOOL, put_bool },
	{ PG_INT8, put_int8 },
	{ PG_INT4, put_int4 },
	{ PG_TEXT, put_text },
	{ PG_FLOAT8, put_float8 },
	{ PG_TEXT_ARRAY, put_texts },
	{ PG_DATE, put_date },
	{ PG_TIME, put_time },
	{ PG_TIMESTAMPTZ, put_instant },
	{ PG_UUID, put_uuid },
};

cell_put cell_find(uint32_t oid)
{
	for (size_t i = 0; i < sizeof cell_table / sizeof *cell_table; i++)
		if (cell_table[i].type == oid)
			return cell_table[i].put;
	return NULL;
}
