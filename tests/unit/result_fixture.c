#include "tests/unit/result_fixture.h"

#include <endian.h>
#include <string.h>

const struct method row_method = {
	.name = "a.row", .shape = RESULT_ROW, .missing = ST_TOPIC_NOT_FOUND
};
const struct method page_method = { .name = "a.page", .shape = RESULT_PAGE };
const struct method report_method = { .name = "a.report", .shape = RESULT_REPORT };
const struct method totals_method = { .name = "a.totals", .shape = RESULT_TOTALS };

PGresult *result;
static const struct column *columns;
static int column_count;
int row_count;
struct encode_plan *plan;
static struct encode_rows rows;
struct buf encoded, details;
static struct buf shown;
struct fail why;

void make_result(const struct column *list, int count)
{
	PGresAttDesc attributes[COLUMNS_MAX] = { 0 };
	char names[COLUMNS_MAX][32];
	columns = list;
	column_count = count;
	row_count = 0;
	for (int i = 0; i < count; i++) {
		strcpy(names[i], list[i].name);
		attributes[i] =
			(PGresAttDesc){ .name = names[i], .format = 1, .typid = list[i].type };
	}
	result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	ck_assert(PQsetResultAttrs(result, count, attributes));
}

static void set(int column, const void *bytes, size_t len)
{
	char copy[64];
	ck_assert_uint_le(len, sizeof copy);
	memcpy(copy, bytes, len);
	ck_assert(PQsetvalue(result, row_count, column, copy, (int)len));
}

static size_t put_integer(char *to, const char *word)
{
	uint64_t wide = htobe64((uint64_t)strtoll(word, NULL, 10));
	memcpy(to, &wide, sizeof wide);
	return sizeof wide;
}

/* An array of the words of a text, or of its integers; - is NULL. */
static void set_array(int column, const char *text)
{
	char bytes[64] = { 0 };
	uint32_t count = 0;
	size_t at = 20, len;
	for (const char *word = text; *word; word += strspn(word, " "), count++) {
		size_t word_len = len = strcspn(word, " ");
		uint32_t wire = UINT32_MAX;
		if (word_len == 1 && *word == '-')
			len = 0;
		else if (columns[column].type == PG_INT8_ARRAY)
			wire = htobe32((uint32_t)(len = put_integer(bytes + at + 4, word)));
		else
			wire = htobe32((uint32_t)strlen(strncpy(bytes + at + 4, word, len)));
		memcpy(bytes + at, &wire, sizeof wire);
		at += 4 + len;
		word += word_len;
	}
	bytes[3] = count > 0;
	bytes[15] = (char)count;
	set(column, bytes, count > 0 ? at : 12);
}

static void set_jsonb(int column, const char *text)
{
	char bytes[64] = { 1 };
	ck_assert_uint_lt(strlen(text), sizeof bytes - 1);
	strcpy(bytes + 1, text);
	set(column, bytes, strlen(bytes));
}

void set_cell(int column, const struct cell *c)
{
	uint64_t wide = htobe64((uint64_t)c->integer), bits;
	uint32_t narrow = htobe32((uint32_t)c->integer);
	char flag = (char)c->integer;
	unsigned char uuid[16] = { 0x01, [15] = (unsigned char)c->integer };
	memcpy(&bits, &c->real, sizeof bits);
	bits = htobe64(bits);
	if (c->is_null)
		ck_assert(PQsetvalue(result, row_count, column, NULL, -1));
	else if (columns[column].type == PG_TEXT)
		set(column, c->text, strlen(c->text));
	else if (columns[column].type == PG_TEXT_ARRAY || columns[column].type == PG_INT8_ARRAY)
		set_array(column, c->text);
	else if (columns[column].type == PG_JSONB)
		set_jsonb(column, c->text);
	else if (columns[column].type == PG_BOOL)
		set(column, &flag, 1);
	else if (columns[column].type == PG_FLOAT8)
		set(column, &bits, 8);
	else if (columns[column].type == PG_UUID)
		set(column, uuid, 16);
	else if (columns[column].type == PG_INT4 || columns[column].type == PG_DATE)
		set(column, &narrow, 4);
	else
		set(column, &wide, 8);
}

void add_row(const struct cell *cells)
{
	for (int i = 0; i < column_count; i++)
		set_cell(i, &cells[i]);
	row_count++;
}

void open_plan(const struct method *m)
{
	ck_assert_msg(encode_plan_new(m, result, &plan, &why) == ST_OK, "%s", why.text);
	rows = encode_rows(result);
}

static void show(struct msg_reader *in)
{
	struct msg_token t;
	ck_assert(msg_read(in, &t) == ST_OK);
	switch (t.type) {
	case MSG_NIL:
		buf_text(&shown, "null");
		break;
	case MSG_BOOL:
		buf_text(&shown, t.boolean ? "true" : "false");
		break;
	case MSG_INT:
		buf_int(&shown, t.integer);
		break;
	case MSG_REAL:
		buf_printf(&shown, "%.2f", t.real);
		break;
	case MSG_TEXT:
		buf_printf(&shown, "'%.*s'", (int)t.text.len, t.text.bytes);
		break;
	case MSG_ARRAY:
		buf_text(&shown, "[");
		for (uint32_t i = 0; i < t.count; i++) {
			buf_text(&shown, i ? "," : "");
			show(in);
		}
		buf_text(&shown, "]");
		break;
	case MSG_MAP:
		buf_text(&shown, "{");
		for (uint32_t i = 0; i < t.count; i++) {
			buf_text(&shown, i ? "," : "");
			show(in);
			buf_text(&shown, ":");
			show(in);
		}
		buf_text(&shown, "}");
		break;
	default:
		ck_abort_msg("a type that no encoded has");
	}
}

enum status next(int64_t ord, int64_t limit)
{
	struct encode_request want = { ord, limit, 0, &details };
	buf_clear(&encoded);
	buf_clear(&details);
	why = (struct fail){ 0 };
	return encode_next(plan, &rows, &want, &encoded, &why);
}

void expect_value(const struct buf *value, const char *wanted)
{
	struct msg_reader in = msg_reader(buf_view(value));
	buf_clear(&shown);
	show(&in);
	ck_assert_ptr_eq(in.at, in.end);
	buf_byte(&shown, '\0');
	ck_assert_str_eq(shown.bytes, wanted);
}

void expect(int64_t ord, int64_t limit, const char *wanted)
{
	ck_assert_msg(next(ord, limit) == ST_OK, "%s", why.text);
	expect_value(&encoded, wanted);
	ck_assert_uint_eq(details.len, 0);
}

void free_result(void)
{
	encode_plan_free(&plan);
	encode_plan_free(&plan);
	PQclear(result);
	buf_fini(&encoded);
	buf_fini(&details);
	buf_fini(&shown);
}
