#include "worker/encode.h"

#include "common/msg.h"
#include "common/uuid.h"
#include "worker/cell.h"
#include "worker/cursor.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORD, OUTCOME, FIRST_DATA };

struct column {
	struct span key; /* the packed name without its part's prefix; in plan->keys */
	int index;
	cell_put put;
};

struct encode_plan {
	const struct method *method;
	struct column *head, *data, *detail; /* one block, in this order */
	uint32_t head_count, data_count, detail_count;
	int next_cursor; /* index of the column; -1: none */
	struct buf keys;
};

/* The rows of one request: first to end - 1. */
struct range {
	const PGresult *rows;
	int first, end;
};

/* Plans. */

static bool has_column(const PGresult *r, int index, const char *name, enum pg_type type)
{
	return index < PQnfields(r) && strcmp(PQfname(r, index), name) == 0
	       && PQftype(r, index) == type;
}

/* The part of a result that a column belongs to, as its name's prefix says. */
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

/* Returns whether the last column is a position, or the key of one. */
static bool ends_with_cursor(const PGresult *r)
{
	int last = PQnfields(r) - 1;
	if (has_column(r, last, "next_cursor", PG_TEXT))
		return true;
	return (has_column(r, last, "next_cursor", PG_TIMESTAMPTZ)
		       || has_column(r, last, "next_cursor", PG_DATE))
	       && PQftype(r, FIRST_DATA) == PG_UUID;
}

static enum status check_columns(const struct method *m, const PGresult *r, struct fail *why)
{
	if (!has_column(r, ORD, "ord", PG_INT8) || !has_column(r, OUTCOME, "outcome", PG_TEXT))
		return fail_set(why, ST_INTERNAL,
			"%s: the first columns are not ord int8, outcome text", m->name);
	for (int i = FIRST_DATA; i < PQnfields(r); i++)
		if (!cell_find(PQftype(r, i)))
			return fail_set(why, ST_INTERNAL,
				"%s: column %s has a type that is not supported", m->name,
				PQfname(r, i));
	if (m->shape == RESULT_PAGE && !ends_with_cursor(r))
		return fail_set(why, ST_INTERNAL,
			"%s: the last column is not next_cursor text, or a key of a uuid", m->name);
	if (m->shape == RESULT_TOTALS
		&& !(has_column(r, FIRST_DATA, "tag", PG_TEXT)
			&& has_column(r, FIRST_DATA + 1, "minutes", PG_INT8)
			&& has_column(r, FIRST_DATA + 2, "sessions", PG_INT8)))
		return fail_set(why, ST_INTERNAL, "%s: the columns are not tag, minutes, sessions",
			m->name);
	return ST_OK;
}

static enum status allocate(struct encode_plan *p, const PGresult *r)
{
	enum { KEY_HEADER_MAX = 5 };
	size_t size = 1;
	for (int i = FIRST_DATA; i < PQnfields(r); i++)
		size += strlen(PQfname(r, i)) + KEY_HEADER_MAX;
	p->head = calloc((size_t)PQnfields(r), sizeof *p->head);
	return p->head && buf_room(&p->keys, size) ? ST_OK : ST_NO_MEMORY;
}

/* Adds the columns of a part at `to`; returns their count. The keys have room, so they do not
 * move. */
static uint32_t add_columns(
	struct encode_plan *p, const PGresult *r, enum part part, struct column *to)
{
	uint32_t count = 0;
	int end = PQnfields(r) - (p->next_cursor >= 0);
	for (int i = FIRST_DATA; i < end; i++) {
		const char *name = PQfname(r, i);
		if (part_of(p->method, name) != part)
			continue;
		const char *key = p->keys.bytes + p->keys.len;
		msg_put_key(&p->keys, name + strlen(prefix_table[part]));
		size_t len = (size_t)(p->keys.bytes + p->keys.len - key);
		to[count++] = (struct column){ { key, len }, i, cell_find(PQftype(r, i)) };
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
	st = allocate(p, described);
	if (st != ST_OK) {
		encode_plan_free(&p);
		return st;
	}
	p->head_count = add_columns(p, described, PART_HEAD, p->head);
	p->data = p->head + p->head_count;
	p->data_count = add_columns(p, described, PART_DATA, p->data);
	p->detail = p->data + p->data_count;
	p->detail_count = add_columns(p, described, PART_DETAIL, p->detail);
	*out = p;
	return ST_OK;
}

void encode_plan_free(struct encode_plan **p)
{
	if (!*p)
		return;
	free((*p)->head);
	buf_fini(&(*p)->keys);
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
	return PQgetisnull(r, row, column) ? 0 : cell_int8(PQgetvalue(r, row, column));
}

static int64_t ord_at(const struct encode_rows *rows)
{
	return int8_at(rows->rows, rows->at, ORD);
}

bool encode_has(const struct encode_rows *rows, int64_t ord)
{
	return rows->at < rows->count && ord_at(rows) == ord;
}

static struct range next_range(struct encode_rows *rows, int64_t ord)
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
		struct span value = cell(r, row, c->index);
		buf_span(out, c->key);
		if (value.len == 0 && PQgetisnull(r, row, c->index)) /* a NULL has length 0 */
			msg_put_nil(out);
		else
			c->put(out, value.bytes, value.len);
	}
}

static void put_row(const struct encode_plan *p, const PGresult *r, int row, struct buf *out)
{
	msg_put_map(out, p->data_count);
	put_columns(p->data, p->data_count, r, row, out);
}

static size_t length_until(struct span text, const char *ends)
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
	size_t code_len = length_until(outcome, " :");
	enum status st = status_from_code(outcome.bytes, code_len);
	struct span rest = skip(outcome, code_len);
	size_t field_len = length_until(rest, ":");
	if (field_len == rest.len)
		return st;
	struct span text = skip(rest, field_len + 1);
	const char *usual = status_info(st)->field; /* the outcome replaces the text only */
	(void)snprintf(field, sizeof field, "%.*s", (int)field_len, rest.bytes);
	if (field_len == 0)
		(void)snprintf(field, sizeof field, "%s", usual ? usual : "");
	return fail_field(why, st, field, "%.*s", (int)text.len, text.bytes);
}

static void put_details(const struct encode_plan *p, const PGresult *r, int row, struct buf *out)
{
	uint32_t known = 0;
	for (uint32_t i = 0; i < p->detail_count; i++)
		known += !PQgetisnull(r, row, p->detail[i].index);
	if (known == 0)
		return;
	msg_put_map(out, p->detail_count);
	put_columns(p->detail, p->detail_count, r, row, out);
}

/* Shapes. */

/* The last row is a marker: see encode.h. */
static bool has_marker(const struct encode_plan *p, const struct range *range)
{
	return range->end > range->first && p->data_count > 0
	       && PQgetisnull(range->rows, range->end - 1, p->data->index);
}

/* Returns the row whose position is next_cursor if the page ends before `row`. -1: the list
 * ends. */
static int last_seen(const struct encode_plan *p, const struct range *range, int row)
{
	if (has_marker(p, range) && row == range->end - 1)
		return row;
	return row > range->first && row < range->end ? row - 1 : -1;
}

/* Writes KEY~ID into `text` and returns its length; 0 without an id. */
static size_t put_position(const struct encode_plan *p, const PGresult *r, int row, char text[64])
{
	char id[UUID_TEXT_LEN];
	const char *key = PQgetvalue(r, row, p->next_cursor);
	bool is_date = PQftype(r, p->next_cursor) == PG_DATE;
	if (PQgetisnull(r, row, p->data->index) || PQgetisnull(r, row, p->next_cursor))
		return 0;
	uuid_format((const unsigned char *)PQgetvalue(r, row, p->data->index), id);
	return (size_t)snprintf(text, 64, "%" PRId64 "~%.*s",
		is_date ? cell_date(key) : cell_instant(key), UUID_TEXT_LEN, id);
}

static void put_cursor(const struct encode_plan *p, const PGresult *r, int row,
	uint32_t fingerprint, struct buf *out)
{
	char text[64]; /* 20 digits and a uuid */
	struct span position = cell(r, row, p->next_cursor);
	if (PQftype(r, p->next_cursor) != PG_TEXT)
		position = (struct span){ text, put_position(p, r, row, text) };
	cursor_put(out, position, fingerprint);
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
		put_cursor(p, range->rows, seen, request->fingerprint, out);
}

static void put_report(const struct encode_plan *p, const struct range *range, struct buf *out)
{
	bool empty = range->first == range->end;
	msg_put_map(out, (empty ? 0 : p->head_count) + 1);
	if (!empty)
		put_columns(p->head, p->head_count, range->rows, range->first, out);
	msg_put_key(out, "data");
	size_t mark = msg_open_array(out);
	uint32_t count = 0;
	for (int row = range->first; row < range->end && p->data_count > 0; row++) {
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
	struct range range = next_range(rows, request->ord);
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
