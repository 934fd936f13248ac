#include "worker/encode.h"

#include "common/date.h"
#include "common/msg.h"
#include "common/uuid.h"
#include "worker/cursor.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORD, OUTCOME, FIRST_DATA };
enum { EPOCH_DAYS = 10957 /* 2000-01-01, counted from 1970-01-01 */ };
#define DAY_MICROSECONDS    86400000000
#define MINUTE_MICROSECONDS 60000000

typedef void (*put_cell)(struct buf *out, const char *bytes, size_t len);

struct column {
	const char *name; /* within plan->names; without "head." */
	int index;
	put_cell put;
};

struct encode_plan {
	const struct method *method;
	struct column *head, *data, *detail; /* one block, in this order */
	uint32_t heads, datas, details;
	int next_cursor; /* its index; -1: none */
	char *names;
};

/* The rows of one request: first..end. */
struct range {
	const PGresult *rows;
	int first, end;
};

/* Cells. */

static uint32_t load32(const char *bytes)
{
	uint32_t value;
	memcpy(&value, bytes, sizeof value);
	return be32toh(value);
}

static int64_t load64(const char *bytes)
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
	msg_put_int(out, load64(bytes));
}

static void put_float8(struct buf *out, const char *bytes, size_t len)
{
	int64_t bits = load64(bytes);
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
	date_format((int64_t)(int32_t)load32(bytes) + EPOCH_DAYS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

/* To the minute, as params are. */
static void put_time(struct buf *out, const char *bytes, size_t len)
{
	char text[TIME_TEXT_LEN];
	(void)len;
	time_format(load64(bytes) / MINUTE_MICROSECONDS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

static void put_instant(struct buf *out, const char *bytes, size_t len)
{
	char text[INSTANT_TEXT_LEN];
	(void)len;
	instant_format(load64(bytes) + EPOCH_DAYS * DAY_MICROSECONDS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

enum { ARRAY_HEADER = 20, ARRAY_COUNT_AT = 12 };

/* array_send of src/backend/utils/adt/arrayfuncs.c; no element is NULL. */
static void put_texts(struct buf *out, const char *bytes, size_t len)
{
	const char *at = bytes + ARRAY_HEADER, *end = bytes + len;
	uint32_t count = load32(bytes) > 0 ? load32(bytes + ARRAY_COUNT_AT) : 0;
	msg_put_array(out, count);
	for (uint32_t i = 0; i < count && end - at >= 4; i++) {
		struct span text = { at + 4, load32(at) };
		msg_put_text(out, text);
		at = text.bytes + text.len;
	}
}

static const struct cell_type {
	Oid oid; /* pg_type.oid */
	put_cell put;
} cell_table[] = {
	{ 16, put_bool },
	{ 20, put_int8 },
	{ 23, put_int4 },
	{ 25, put_text },
	{ 701, put_float8 },
	{ 1009, put_texts },
	{ 1082, put_date },
	{ 1083, put_time },
	{ 1184, put_instant },
	{ 2950, put_uuid },
};

static put_cell cell_find(Oid oid)
{
	for (size_t i = 0; i < sizeof cell_table / sizeof *cell_table; i++)
		if (cell_table[i].oid == oid)
			return cell_table[i].put;
	return NULL;
}

/* Plans. */

static bool has_column(const PGresult *r, int index, const char *name, put_cell put)
{
	return index < PQnfields(r) && strcmp(PQfname(r, index), name) == 0
	       && cell_find(PQftype(r, index)) == put;
}

/* What a column is for, told by its name. */
enum part { PART_DATA, PART_HEAD, PART_DETAIL };

static const char *const prefix_table[] = {
	[PART_DATA] = "",
	[PART_HEAD] = "head.",
	[PART_DETAIL] = "details.",
};

static bool has_prefix(const char *name, enum part part)
{
	return strncmp(name, prefix_table[part], strlen(prefix_table[part])) == 0;
}

static enum part part_of(const struct method *m, const char *name)
{
	if (m->shape == RESULT_REPORT && has_prefix(name, PART_HEAD))
		return PART_HEAD;
	return has_prefix(name, PART_DETAIL) ? PART_DETAIL : PART_DATA;
}

static enum status check_columns(const struct method *m, const PGresult *r, struct fail *why)
{
	if (!has_column(r, ORD, "ord", put_int8) || !has_column(r, OUTCOME, "outcome", put_text))
		return fail_set(why, ST_INTERNAL,
			"%s: the first columns are not ord int8, outcome text", m->name);
	for (int i = FIRST_DATA; i < PQnfields(r); i++)
		if (!cell_find(PQftype(r, i)))
			return fail_set(why, ST_INTERNAL,
				"%s: column %s has a type that is not known", m->name,
				PQfname(r, i));
	if (m->shape == RESULT_PAGE && !has_column(r, PQnfields(r) - 1, "next_cursor", put_text))
		return fail_set(
			why, ST_INTERNAL, "%s: the last column is not next_cursor text", m->name);
	if (m->shape == RESULT_TOTALS
		&& !(has_column(r, FIRST_DATA, "tag", put_text)
			&& has_column(r, FIRST_DATA + 1, "minutes", put_int8)
			&& has_column(r, FIRST_DATA + 2, "sessions", put_int8)))
		return fail_set(why, ST_INTERNAL, "%s: the columns are not tag, minutes, sessions",
			m->name);
	return ST_OK;
}

static enum status keep_names(struct encode_plan *p, const PGresult *r)
{
	size_t size = 1;
	for (int i = FIRST_DATA; i < PQnfields(r); i++)
		size += strlen(PQfname(r, i)) + 1;
	p->names = malloc(size);
	p->head = calloc((size_t)PQnfields(r), sizeof *p->head);
	return p->names && p->head ? ST_OK : ST_NO_MEMORY;
}

/* The columns of a part, into the block at `to`. */
static uint32_t add_columns(
	struct encode_plan *p, const PGresult *r, enum part part, struct column *to, char **names)
{
	uint32_t count = 0;
	int end = PQnfields(r) - (p->next_cursor >= 0);
	for (int i = FIRST_DATA; i < end; i++) {
		const char *name = PQfname(r, i);
		if (part_of(p->method, name) != part)
			continue;
		name += strlen(prefix_table[part]);
		to[count] = (struct column){ *names, i, cell_find(PQftype(r, i)) };
		*names = stpcpy(*names, name) + 1;
		count++;
	}
	return count;
}

enum status encode_plan_new(const struct method *m, const struct pg_result *described,
	struct encode_plan **out, struct fail *why)
{
	enum status st = check_columns(m, described, why);
	if (st != ST_OK)
		return st;
	struct encode_plan *p = calloc(1, sizeof *p);
	if (!p)
		return ST_NO_MEMORY;
	p->method = m;
	p->next_cursor = m->shape == RESULT_PAGE ? PQnfields(described) - 1 : -1;
	st = keep_names(p, described);
	if (st != ST_OK) {
		encode_plan_free(&p);
		return st;
	}
	char *names = p->names;
	p->heads = add_columns(p, described, PART_HEAD, p->head, &names);
	p->data = p->head + p->heads;
	p->datas = add_columns(p, described, PART_DATA, p->data, &names);
	p->detail = p->data + p->datas;
	p->details = add_columns(p, described, PART_DETAIL, p->detail, &names);
	*out = p;
	return ST_OK;
}

void encode_plan_free(struct encode_plan **p)
{
	if (!*p)
		return;
	free((*p)->head);
	free((*p)->names);
	free(*p);
	*p = NULL;
}

/* Rows. */

struct encode_rows encode_rows(const struct pg_result *rows)
{
	return (struct encode_rows){ rows, 0, PQntuples(rows) };
}

static int64_t int8_at(const PGresult *r, int row, int column)
{
	return PQgetisnull(r, row, column) ? 0 : load64(PQgetvalue(r, row, column));
}

static int64_t ord_at(const struct encode_rows *rows)
{
	return int8_at(rows->rows, rows->at, ORD);
}

static struct range take_range(struct encode_rows *rows, int64_t ord)
{
	while (rows->at < rows->count && ord_at(rows) < ord)
		rows->at++;
	struct range range = { rows->rows, rows->at, rows->at };
	while (rows->at < rows->count && ord_at(rows) == ord)
		rows->at++;
	range.end = rows->at;
	return range;
}

static struct span cell(const PGresult *r, int row, int column)
{
	return (struct span){ PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column) };
}

static void put_columns(
	const struct column *columns, uint32_t count, const PGresult *r, int row, struct buf *out)
{
	for (const struct column *c = columns; c < columns + count; c++) {
		msg_put_key(out, c->name);
		if (PQgetisnull(r, row, c->index)) {
			msg_put_nil(out);
		} else {
			struct span value = cell(r, row, c->index);
			c->put(out, value.bytes, value.len);
		}
	}
}

static void put_row(const struct encode_plan *p, const PGresult *r, int row, struct buf *out)
{
	msg_put_map(out, p->datas);
	put_columns(p->data, p->datas, r, row, out);
}

static size_t run_until(struct span text, const char *ends)
{
	size_t len = 0;
	while (len < text.len && !strchr(ends, text.bytes[len]))
		len++;
	return len;
}

static struct span skip(struct span text, size_t len)
{
	for (; len < text.len && text.bytes[len] == ' '; len++)
		;
	return (struct span){ text.bytes + len, text.len - len };
}

/* "CODE", "CODE: message" or "CODE field: message". */
static enum status outcome_status(struct span outcome, struct fail *why)
{
	char field[sizeof why->field];
	size_t code_len = run_until(outcome, " :");
	enum status st = status_from_code(outcome.bytes, code_len);
	struct span rest = skip(outcome, code_len);
	size_t field_len = run_until(rest, ":");
	if (field_len == rest.len)
		return st;
	struct span text = skip(rest, field_len + 1);
	const char *usual = status_info(st)->field; /* the text is another, the field stays */
	(void)snprintf(field, sizeof field, "%.*s", (int)field_len, rest.bytes);
	if (field_len == 0)
		(void)snprintf(field, sizeof field, "%s", usual ? usual : "");
	return fail_field(why, st, field, "%.*s", (int)text.len, text.bytes);
}

static void put_details(const struct encode_plan *p, const PGresult *r, int row, struct buf *out)
{
	uint32_t known = 0;
	for (uint32_t i = 0; i < p->details; i++)
		known += !PQgetisnull(r, row, p->detail[i].index);
	if (known == 0)
		return;
	msg_put_map(out, p->details);
	put_columns(p->detail, p->details, r, row, out);
}

/* Shapes. */

/* See encode.h. */
static bool has_marker(const struct encode_plan *p, const struct range *range)
{
	return range->end > range->first && p->datas > 0
	       && PQgetisnull(range->rows, range->end - 1, p->data->index);
}

/* The row behind which the list goes on, after the page's rows before `row`; -1: it ends. */
static int last_seen(const struct encode_plan *p, const struct range *range, int row)
{
	if (has_marker(p, range) && row == range->end - 1)
		return row;
	return row > range->first && row < range->end ? row - 1 : -1;
}

static void put_page(const struct encode_plan *p, const struct range *range,
	const struct encode_request *request, struct buf *out)
{
	size_t start = out->len;
	int row = range->first, last = range->end - has_marker(p, range);
	if (last - row > request->limit)
		last = row + (int)request->limit;
	msg_put_map(out, 2);
	msg_put_key(out, "data");
	size_t mark = msg_open_array(out);
	while (row < last && out->len - start < ENCODE_PAGE_BYTES)
		put_row(p, range->rows, row++, out);
	msg_close(out, mark, (uint32_t)(row - range->first));
	msg_put_key(out, "next_cursor");
	int seen = last_seen(p, range, row);
	if (seen < 0)
		msg_put_nil(out);
	else
		cursor_put(out, cell(range->rows, seen, p->next_cursor), request->fingerprint);
}

static void put_report(const struct encode_plan *p, const struct range *range, struct buf *out)
{
	bool empty = range->first == range->end;
	msg_put_map(out, (empty ? 0 : p->heads) + 1);
	if (!empty)
		put_columns(p->head, p->heads, range->rows, range->first, out);
	msg_put_key(out, "data");
	size_t mark = msg_open_array(out);
	uint32_t count = 0;
	for (int row = range->first; row < range->end && p->datas > 0; row++) {
		if (PQgetisnull(range->rows, row, p->data->index))
			continue;
		put_row(p, range->rows, row, out);
		count++;
	}
	msg_close(out, mark, count);
}

static void put_total(const struct range *range, int column, const char *names[2], struct buf *out)
{
	int64_t total = 0;
	for (int row = range->first; row < range->end; row++)
		total += int8_at(range->rows, row, column);
	msg_put_key(out, names[0]);
	msg_put_int(out, total);
	msg_put_key(out, names[1]);
	msg_put_map(out, (uint32_t)(range->end - range->first));
	for (int row = range->first; row < range->end; row++) {
		msg_put_text(out, cell(range->rows, row, FIRST_DATA));
		msg_put_int(out, int8_at(range->rows, row, column));
	}
}

static void put_totals(const struct range *range, struct buf *out)
{
	static const char *minutes[] = { "total_time", "time_by_tag" };
	static const char *sessions[] = { "total_sessions", "sessions_by_tag" };
	msg_put_map(out, 4);
	put_total(range, FIRST_DATA + 1, minutes, out);
	put_total(range, FIRST_DATA + 2, sessions, out);
}

enum status encode_next(const struct encode_plan *p, struct encode_rows *rows,
	const struct encode_request *request, struct buf *out, struct fail *why)
{
	struct range range = take_range(rows, request->ord);
	bool empty = range.first == range.end;
	if (empty && p->method->shape == RESULT_ROW)
		return p->method->missing != ST_OK ? p->method->missing : ST_INTERNAL;
	if (!empty && !PQgetisnull(range.rows, range.first, OUTCOME)) {
		put_details(p, range.rows, range.first, request->details);
		return outcome_status(cell(range.rows, range.first, OUTCOME), why);
	}
	switch (p->method->shape) {
	case RESULT_ROW:
		put_row(p, range.rows, range.first, out);
		break;
	case RESULT_PAGE:
		put_page(p, &range, request, out);
		break;
	case RESULT_REPORT:
		put_report(p, &range, out);
		break;
	case RESULT_TOTALS:
		put_totals(&range, out);
		break;
	}
	return ST_OK;
}
