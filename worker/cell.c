#include "worker/cell.h"

#include "common/date.h"
#include "common/msg.h"
#include "common/uuid.h"
#include "worker/cell_json.h"

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

int64_t cell_date(const char *bytes)
{
	return (int64_t)(int32_t)load32(bytes) + PG_EPOCH_DAYS;
}

int64_t cell_instant(const char *bytes)
{
	return cell_int8(bytes) + PG_EPOCH_DAYS * PG_DAY_MICROSECONDS;
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
	date_format(cell_date(bytes), text);
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
	instant_format(cell_instant(bytes), text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

/* jsonb_send in src/backend/utils/adt/jsonb.c: the version 1, then the text. */
static void put_jsonb(struct buf *out, const char *bytes, size_t len)
{
	if (len == 0 || *bytes != 1 || !cell_json_put(out, (struct span){ bytes + 1, len - 1 }))
		msg_put_nil(out);
}

/* Sets `element` (NULL: without bytes) and moves *at past it; false if the array ends too early. */
static bool next_element(const char **at, const char *end, struct span *element)
{
	if (end - *at < 4)
		return false;
	uint32_t len = load32(*at);
	*at += 4;
	*element = (struct span){ NULL, 0 };
	if (len == UINT32_MAX)
		return true;
	if (len > (size_t)(end - *at))
		return false;
	*element = (struct span){ *at, len };
	*at += len;
	return true;
}

/* The format is that of array_send in src/backend/utils/adt/arrayfuncs.c. An element is `width`
 * bytes long; 0: of any length. */
static void put_elements(struct buf *out, struct span array, size_t width, cell_put put)
{
	bool has_elements = array.len >= PG_ARRAY_HEADER && load32(array.bytes) == 1;
	uint32_t left = has_elements ? load32(array.bytes + PG_ARRAY_COUNT_AT) : 0, count = 0;
	const char *end = array.bytes + array.len;
	const char *at = has_elements ? array.bytes + PG_ARRAY_HEADER : end;
	struct span element;
	size_t mark = msg_open_array(out);
	for (; count < left && next_element(&at, end, &element); count++) {
		if (!element.bytes || (width > 0 && element.len != width))
			msg_put_nil(out);
		else
			put(out, element.bytes, element.len);
	}
	msg_close(out, mark, count);
}

static void put_texts(struct buf *out, const char *bytes, size_t len)
{
	put_elements(out, (struct span){ bytes, len }, 0, put_text);
}

static void put_int8s(struct buf *out, const char *bytes, size_t len)
{
	put_elements(out, (struct span){ bytes, len }, sizeof(int64_t), put_int8);
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
	{ PG_JSONB, put_jsonb },
	{ PG_TEXT_ARRAY, put_texts },
	{ PG_INT8_ARRAY, put_int8s },
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
