#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "worker/encode.h"
#include "tests/unit/suite.h"

/* Results are made by hand, as libpq would have read them; answers are shown as JSON. */

enum {
	BOOL = 16,
	INT8 = 20,
	INT4 = 23,
	TEXT = 25,
	TEXTS = 1009,
	JSON = 114,
	FLOAT8 = 701,
	DATE = 1082,
	TIME = 1083,
	INSTANT = 1184,
	UUID = 2950
};
enum { COLUMNS_MAX = 12 };

struct column {
	const char *name;
	Oid type;
};

struct cell {
	bool is_null;
	int64_t integer;
	const char *text;
	double real;
};

#define NIL                     \
	{                       \
		.is_null = true \
	}
#define I(n)                   \
	{                      \
		.integer = (n) \
	}
#define T(s)                \
	{                   \
		.text = (s) \
	}
#define R(x)                \
	{                   \
		.real = (x) \
	}

static const struct method row_method = {
	.name = "a.row", .shape = RESULT_ROW, .missing = ST_TOPIC_NOT_FOUND
};
static const struct method page_method = { .name = "a.page", .shape = RESULT_PAGE };
static const struct method report_method = { .name = "a.report", .shape = RESULT_REPORT };
static const struct method totals_method = { .name = "a.totals", .shape = RESULT_TOTALS };

static PGresult *result;
static const struct column *columns;
static int column_count, row_count;
static struct encode_plan *plan;
static struct encode_rows rows;
static struct buf answer, details, shown;
static struct fail why;

static void make_result(const struct column *list, int count)
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

/* An array of the words of a text. */
static void set_texts(int column, const char *text)
{
	char bytes[64] = { 0 };
	uint32_t count = 0;
	size_t at = 20;
	for (const char *word = text; *word; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");
		uint32_t wire = htobe32((uint32_t)len);
		memcpy(bytes + at, &wire, sizeof wire);
		memcpy(bytes + at + 4, word, len);
		at += 4 + len;
		word += len;
		count++;
	}
	bytes[3] = count > 0;
	bytes[15] = (char)count;
	set(column, bytes, count > 0 ? at : 12);
}

static void set_cell(int column, const struct cell *c)
{
	uint64_t wide = htobe64((uint64_t)c->integer), bits;
	uint32_t narrow = htobe32((uint32_t)c->integer);
	char flag = (char)c->integer;
	unsigned char uuid[16] = { 0x01, [15] = (unsigned char)c->integer };
	memcpy(&bits, &c->real, sizeof bits);
	bits = htobe64(bits);
	if (c->is_null)
		ck_assert(PQsetvalue(result, row_count, column, NULL, -1));
	else if (columns[column].type == TEXT)
		set(column, c->text, strlen(c->text));
	else if (columns[column].type == TEXTS)
		set_texts(column, c->text);
	else if (columns[column].type == BOOL)
		set(column, &flag, 1);
	else if (columns[column].type == FLOAT8)
		set(column, &bits, 8);
	else if (columns[column].type == UUID)
		set(column, uuid, 16);
	else if (columns[column].type == INT4 || columns[column].type == DATE)
		set(column, &narrow, 4);
	else
		set(column, &wide, 8);
}

static void add_row(const struct cell *cells)
{
	for (int i = 0; i < column_count; i++)
		set_cell(i, &cells[i]);
	row_count++;
}

static void open_plan(const struct method *m)
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
		ck_abort_msg("a type that no answer has");
	}
}

static enum status next(int64_t ord, int64_t limit)
{
	struct encode_request want = { ord, limit, 0, &details };
	buf_clear(&answer);
	buf_clear(&details);
	why = (struct fail){ 0 };
	return encode_next(plan, &rows, &want, &answer, &why);
}

static void shows(const struct buf *value, const char *wanted)
{
	struct msg_reader in = msg_reader(buf_view(value));
	buf_clear(&shown);
	show(&in);
	ck_assert_ptr_eq(in.at, in.end);
	buf_byte(&shown, '\0');
	ck_assert_str_eq(shown.bytes, wanted);
}

static void answers(int64_t ord, int64_t limit, const char *wanted)
{
	ck_assert_msg(next(ord, limit) == ST_OK, "%s", why.text);
	shows(&answer, wanted);
	ck_assert_uint_eq(details.len, 0);
}

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))
#define CELLS(...)  ((const struct cell[]){ __VA_ARGS__ })

static const struct column simple[] = { { "ord", INT8 }, { "outcome", TEXT }, { "id", INT8 } };

START_TEST(each_type_has_its_form)
{
	static const struct column all[] = { { "ord", INT8 }, { "outcome", TEXT }, { "b", BOOL },
		{ "i", INT4 }, { "l", INT8 }, { "r", FLOAT8 }, { "t", TEXT }, { "u", UUID },
		{ "d", DATE }, { "h", TIME }, { "at", INSTANT }, { "n", INT8 } };
	make_result(all, COUNT(all));
	add_row(CELLS(I(1), NIL, I(1), I(-5), I(INT64_MIN), R(2.5), T("a'b"), I(0xff), I(-1),
		I(86399999999), I(1500000), NIL));
	open_plan(&row_method);
	answers(1, 0,
		"{'b':true,'i':-5,'l':-9223372036854775808,'r':2.50,'t':'a'b',"
		"'u':'01000000-0000-0000-0000-0000000000ff','d':'1999-12-31','h':'23:59',"
		"'at':'2000-01-01T00:00:01.500000Z','n':null}");
}
END_TEST

START_TEST(rows_go_to_the_requests_they_are_tagged_with)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), NIL, I(10)));
	add_row(CELLS(I(3), NIL, I(30)));
	add_row(CELLS(I(4), T("NAME_TAKEN"), NIL));
	add_row(CELLS(I(5), T("PRECONDITION_FAILED: it has changed"), NIL));
	add_row(CELLS(I(6), NIL, I(60)));
	add_row(CELLS(I(8), T("TOPIC_HAS_SESSIONS: the topic has 2 sessions"), NIL));
	open_plan(&row_method);
	answers(1, 0, "{'id':10}");
	ck_assert(next(2, 0) == ST_TOPIC_NOT_FOUND);
	ck_assert_uint_eq(answer.len, 0);
	answers(3, 0, "{'id':30}");
	ck_assert(next(4, 0) == ST_NAME_TAKEN);
	ck_assert_str_eq(why.text, "");
	ck_assert(next(5, 0) == ST_PRECONDITION_FAILED);
	ck_assert_str_eq(why.text, "it has changed");
	answers(6, 0, "{'id':60}");
	ck_assert(next(7, 0) == ST_TOPIC_NOT_FOUND);
	ck_assert(next(8, 0) == ST_TOPIC_HAS_SESSIONS);
	ck_assert_str_eq(why.text, "the topic has 2 sessions");
	ck_assert_str_eq(why.field, status_info(ST_TOPIC_HAS_SESSIONS)->field);
}
END_TEST

START_TEST(an_outcome_may_name_another_field)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), T("UNKNOWN_TOPIC into: into names no topic: none"), NIL));
	add_row(CELLS(I(2), T("UNKNOWN_TOPIC: none: at all"), NIL));
	open_plan(&row_method);
	ck_assert(next(1, 0) == ST_UNKNOWN_TOPIC);
	ck_assert_str_eq(why.field, "into");
	ck_assert_str_eq(why.text, "into names no topic: none");
	ck_assert(next(2, 0) == ST_UNKNOWN_TOPIC);
	ck_assert_str_eq(why.field, "topic_id");
	ck_assert_str_eq(why.text, "none: at all");
}
END_TEST

START_TEST(an_outcome_has_details_and_a_row_has_none)
{
	static const struct column detailed[] = { { "ord", INT8 }, { "outcome", TEXT },
		{ "id", INT8 }, { "details.fields", TEXTS }, { "details.notes", TEXT },
		{ "details.id", INT8 } };
	make_result(detailed, COUNT(detailed));
	add_row(CELLS(I(1), T("NAME_TAKEN"), NIL, T("tag notes"), NIL, I(7)));
	add_row(CELLS(I(2), T("NAME_TAKEN"), NIL, NIL, NIL, NIL));
	add_row(CELLS(I(3), T("NAME_TAKEN"), NIL, T(""), NIL, NIL));
	add_row(CELLS(I(4), NIL, I(40), NIL, NIL, NIL));
	open_plan(&row_method);
	ck_assert(next(1, 0) == ST_NAME_TAKEN);
	shows(&details, "{'fields':['tag','notes'],'notes':null,'id':7}");
	ck_assert(next(2, 0) == ST_NAME_TAKEN);
	ck_assert_uint_eq(details.len, 0);
	ck_assert(next(3, 0) == ST_NAME_TAKEN);
	shows(&details, "{'fields':[],'notes':null,'id':null}");
	answers(4, 0, "{'id':40}");
}
END_TEST

START_TEST(rows_nobody_asked_for_are_passed)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), NIL, I(10)));
	add_row(CELLS(I(1), NIL, I(11)));
	add_row(CELLS(I(2), NIL, I(20)));
	open_plan(&row_method);
	answers(1, 0, "{'id':10}");
	answers(2, 0, "{'id':20}");
}
END_TEST

START_TEST(an_outcome_that_is_in_no_table_is_internal)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), T("SURPRISE"), NIL));
	open_plan(&row_method);
	ck_assert(next(1, 0) == ST_INTERNAL);
}
END_TEST

static const struct column paged[] = { { "ord", INT8 }, { "outcome", TEXT }, { "id", INT8 },
	{ "next_cursor", TEXT } };

START_TEST(a_page_ends_at_its_limit_and_says_where_to_go_on)
{
	make_result(paged, COUNT(paged));
	for (int i = 1; i <= 3; i++)
		add_row(CELLS(I(1), NIL, I(i), T(i == 2 ? "two" : "other")));
	add_row(CELLS(I(3), NIL, I(9), T("nine")));
	open_plan(&page_method);
	answers(1, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':'two.00000000'}");
	answers(2, 2, "{'data':[],'next_cursor':null}");
	answers(3, 2, "{'data':[{'id':9}],'next_cursor':null}");
}
END_TEST

START_TEST(a_page_that_is_just_full_is_the_last)
{
	make_result(paged, COUNT(paged));
	add_row(CELLS(I(1), NIL, I(1), T("one")));
	add_row(CELLS(I(1), NIL, I(2), T("two")));
	open_plan(&page_method);
	answers(1, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':null}");
}
END_TEST

START_TEST(a_marker_is_no_row_but_says_where_to_go_on)
{
	make_result(paged, COUNT(paged));
	add_row(CELLS(I(1), NIL, I(1), T("one")));
	add_row(CELLS(I(1), NIL, NIL, T("marker")));
	add_row(CELLS(I(2), NIL, NIL, T("marker")));
	for (int i = 1; i <= 3; i++)
		add_row(CELLS(I(3), NIL, I(i), T(i == 2 ? "two" : "other")));
	add_row(CELLS(I(3), NIL, NIL, T("marker")));
	for (int i = 1; i <= 2; i++)
		add_row(CELLS(I(4), NIL, I(i), T("other")));
	add_row(CELLS(I(4), NIL, NIL, T("marker")));
	open_plan(&page_method);
	answers(1, 2, "{'data':[{'id':1}],'next_cursor':'marker.00000000'}");
	answers(2, 2, "{'data':[],'next_cursor':'marker.00000000'}");
	answers(3, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':'two.00000000'}");
	answers(4, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':'marker.00000000'}");
}
END_TEST

START_TEST(a_heavy_page_ends_early_and_can_be_continued)
{
	static const struct column heavy[] = { { "ord", INT8 }, { "outcome", TEXT },
		{ "text", TEXT }, { "next_cursor", TEXT } };
	enum { ROWS = 20, ROW_BYTES = ENCODE_PAGE_BYTES / 8 };
	char *text = malloc(ROW_BYTES + 1);
	struct span cursor;
	memset(text, 'x', ROW_BYTES);
	text[ROW_BYTES] = '\0';
	make_result(heavy, COUNT(heavy));
	for (; row_count < ROWS; row_count++) {
		char at[] = { (char)('a' + row_count), '\0' };
		set_cell(0, &(struct cell)I(1));
		set_cell(1, &(struct cell)NIL);
		ck_assert(PQsetvalue(result, row_count, 2, text, ROW_BYTES));
		set_cell(3, &(struct cell)T(at));
	}
	open_plan(&page_method);
	ck_assert(next(1, ROWS) == ST_OK);
	ck_assert_uint_lt(answer.len, ENCODE_PAGE_BYTES + 2 * ROW_BYTES);
	ck_assert(msg_find_text(buf_view(&answer), "next_cursor", &cursor));
	ck_assert(span_is(cursor, "h.00000000"));
	free(text);
}
END_TEST

START_TEST(a_report_has_its_head_once_and_a_row_without_data_counts_for_the_head_only)
{
	static const struct column report[] = { { "ord", INT8 }, { "outcome", TEXT },
		{ "head.year", INT8 }, { "date", TEXT }, { "head.minutes", INT8 },
		{ "minutes", INT8 } };
	make_result(report, COUNT(report));
	add_row(CELLS(I(1), NIL, I(2026), T("a"), I(30), I(10)));
	add_row(CELLS(I(1), NIL, I(2026), T("b"), I(30), I(20)));
	add_row(CELLS(I(2), NIL, I(2025), NIL, I(0), NIL));
	open_plan(&report_method);
	answers(1, 0,
		"{'year':2026,'minutes':30,'data':[{'date':'a','minutes':10},"
		"{'date':'b','minutes':20}]}");
	answers(2, 0, "{'year':2025,'minutes':0,'data':[]}");
	answers(3, 0, "{'data':[]}");
}
END_TEST

START_TEST(totals_are_summed_and_told_by_tag)
{
	static const struct column totals[] = { { "ord", INT8 }, { "outcome", TEXT },
		{ "tag", TEXT }, { "minutes", INT8 }, { "sessions", INT8 } };
	make_result(totals, COUNT(totals));
	add_row(CELLS(I(1), NIL, T("C"), I(60), I(1)));
	add_row(CELLS(I(1), NIL, T("SQL"), I(30), I(2)));
	open_plan(&totals_method);
	answers(1, 0,
		"{'total_time':90,'time_by_tag':{'C':60,'SQL':30},"
		"'total_sessions':3,'sessions_by_tag':{'C':1,'SQL':2}}");
	answers(2, 0, "{'total_time':0,'time_by_tag':{},'total_sessions':0,'sessions_by_tag':{}}");
}
END_TEST

static const struct {
	const char *what;
	const struct method *method;
	struct column columns[5];
} refused[] = {
	{ "no columns", &row_method, { { NULL, 0 } } },
	{ "ord is no int8", &row_method, { { "ord", INT4 }, { "outcome", TEXT } } },
	{ "no outcome", &row_method, { { "ord", INT8 }, { "id", INT8 } } },
	{ "an unknown type", &row_method, { { "ord", INT8 }, { "outcome", TEXT }, { "j", JSON } } },
	{ "a page without cursor", &page_method,
		{ { "ord", INT8 }, { "outcome", TEXT }, { "id", INT8 } } },
	{ "totals of int4", &totals_method,
		{ { "ord", INT8 }, { "outcome", TEXT }, { "tag", TEXT }, { "minutes", INT4 },
			{ "sessions", INT8 } } },
};

START_TEST(a_statement_that_is_not_understood_is_refused_at_once)
{
	int count = 0;
	while (count < COUNT(refused[_i].columns) && refused[_i].columns[count].name)
		count++;
	make_result(refused[_i].columns, count);
	enum status st = encode_plan_new(refused[_i].method, result, &plan, &why);
	ck_assert_msg(st == ST_INTERNAL, "%s", refused[_i].what);
	ck_assert_ptr_null(plan);
	ck_assert_ptr_nonnull(strstr(why.text, refused[_i].method->name));
}
END_TEST

static void end(void)
{
	encode_plan_free(&plan);
	encode_plan_free(&plan);
	PQclear(result);
	buf_fini(&answer);
	buf_fini(&details);
	buf_fini(&shown);
}

int main(void)
{
	TCase *tests = tcase_create("encode");
	tcase_add_checked_fixture(tests, NULL, end);
	tcase_add_test(tests, each_type_has_its_form);
	tcase_add_test(tests, rows_go_to_the_requests_they_are_tagged_with);
	tcase_add_test(tests, an_outcome_may_name_another_field);
	tcase_add_test(tests, an_outcome_has_details_and_a_row_has_none);
	tcase_add_test(tests, rows_nobody_asked_for_are_passed);
	tcase_add_test(tests, an_outcome_that_is_in_no_table_is_internal);
	tcase_add_test(tests, a_page_ends_at_its_limit_and_says_where_to_go_on);
	tcase_add_test(tests, a_page_that_is_just_full_is_the_last);
	tcase_add_test(tests, a_marker_is_no_row_but_says_where_to_go_on);
	tcase_add_test(tests, a_heavy_page_ends_early_and_can_be_continued);
	tcase_add_test(
		tests, a_report_has_its_head_once_and_a_row_without_data_counts_for_the_head_only);
	tcase_add_test(tests, totals_are_summed_and_told_by_tag);
	tcase_add_loop_test(
		tests, a_statement_that_is_not_understood_is_refused_at_once, 0, COUNT(refused));
	return suite_run("encode", tests);
}
