#include "worker/encode.h"

#include "common/date.h"
#include "common/msg.h"
#include "common/uuid.h"
#include "worker/cursor.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum { ORD, OUTCOME, FIRST_DATA };
enum { EPOCH_DAYS = 10957 /* 2000-01-01, counted from 1970-01-01 */ };
#define DAY_MICROSECONDS 86400000000

typedef void (*put_cell)(struct buf *out, const char *bytes, size_t len);

struct column {
	const char *name; /* within plan->names; without "head." */
	int index;
	put_cell put;
};

struct encode_plan {
	const struct method *method;
	struct column *head, *data; /* data follows head in one block */
	uint32_t heads, datas;
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

static void put_instant(struct buf *out, const char *bytes, size_t len)
{
	char text[INSTANT_TEXT_LEN];
	(void)len;
	instant_format(load64(bytes) + EPOCH_DAYS * DAY_MICROSECONDS, text);
	msg_put_text(out, (struct span){ text, sizeof text });
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
	{ 1082, put_date },
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

static bool is_head(const struct method *m, const char *name)
{
	return m->shape == RESULT_REPORT && strncmp(name, "head.", 5) == 0;
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

/* The columns that are head (or are not), to the block's end so far. */
static uint32_t add_columns(struct encode_plan *p, const PGresult *r, bool head, char **names)
{
	uint32_t count = 0;
	int end = PQnfields(r) - (p->next_cursor >= 0);
	for (int i = FIRST_DATA; i < end; i++) {
		const char *name = PQfname(r, i);
		if (is_head(p->method, name) != head)
			continue;
		name += head ? strlen("head.") : 0;
		p->head[p->heads + count] = (struct column){ *names, i, cell_find(PQftype(r, i)) };
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
	p->heads = add_columns(p, described, true, &names);
	p->data = p->head + p->heads;
	p->datas = add_columns(p, described, false, &names);
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

/* "CODE" or "CODE: message". */
static enum status outcome_status(struct span outcome, struct fail *why)
{
	const char *colon = memchr(outcome.bytes, ':', outcome.len);
	size_t code_len = colon ? (size_t)(colon - outcome.bytes) : outcome.len;
	enum status st = status_from_code(outcome.bytes, code_len);
	if (!colon)
		return st;
	size_t skip = code_len + 1;
	while (skip < outcome.len && outcome.bytes[skip] == ' ')
		skip++;
	const char *field = status_info(st)->field; /* the text is another, the field stays */
	return fail_field(why, st, field ? field : "", "%.*s", (int)(outcome.len - skip),
		outcome.bytes + skip);
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
	if (!empty && !PQgetisnull(range.rows, range.first, OUTCOME))
		return outcome_status(cell(range.rows, range.first, OUTCOME), why);
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
