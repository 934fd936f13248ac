#include "tests/unit/result_fixture.h"

#include <stdlib.h>
#include <string.h>

static const struct column paged[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
	{ "id", PG_INT8 }, { "next_cursor", PG_TEXT } };

START_TEST(a_page_ends_at_its_limit_and_returns_the_next_cursor)
{
	make_result(paged, COUNT(paged));
	for (int i = 1; i <= 3; i++)
		add_row(CELLS(I(1), NIL, I(i), T(i == 2 ? "two" : "other")));
	add_row(CELLS(I(3), NIL, I(9), T("nine")));
	open_plan(&page_method);
	expect(1, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':'two.00000000'}");
	expect(2, 2, "{'data':[],'next_cursor':null}");
	expect(3, 2, "{'data':[{'id':9}],'next_cursor':null}");
}
END_TEST

START_TEST(a_page_that_is_exactly_full_is_the_last)
{
	make_result(paged, COUNT(paged));
	add_row(CELLS(I(1), NIL, I(1), T("one")));
	add_row(CELLS(I(1), NIL, I(2), T("two")));
	open_plan(&page_method);
	expect(1, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':null}");
}
END_TEST

/* The fixture's uuid of n is 01, zeros, n. */
START_TEST(a_key_and_the_id_of_the_row_make_the_next_cursor)
{
	static const struct column instants[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "id", PG_UUID }, { "next_cursor", PG_TIMESTAMPTZ } };
	static const struct column dates[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "id", PG_UUID }, { "next_cursor", PG_DATE } };
	make_result(instants, COUNT(instants));
	add_row(CELLS(I(1), NIL, I(5), I(-946684800000001)));
	add_row(CELLS(I(1), NIL, I(6), I(7)));
	open_plan(&page_method);
	expect(1, 1,
		"{'data':[{'id':'01000000-0000-0000-0000-000000000005'}],'next_cursor':"
		"'-1~01000000-0000-0000-0000-000000000005.00000000'}");
	free_result();
	make_result(dates, COUNT(dates));
	add_row(CELLS(I(2), NIL, I(5), I(2)));
	add_row(CELLS(I(2), NIL, I(6), I(3)));
	open_plan(&page_method);
	expect(2, 1,
		"{'data':[{'id':'01000000-0000-0000-0000-000000000005'}],'next_cursor':"
		"'10959~01000000-0000-0000-0000-000000000005.00000000'}");
}
END_TEST

START_TEST(a_key_needs_a_uuid)
{
	static const struct column columns[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "id", PG_INT8 }, { "next_cursor", PG_DATE } };
	make_result(columns, COUNT(columns));
	ck_assert(encode_plan_new(&page_method, (struct pg_result *)result, &plan, &why)
		  == ST_INTERNAL);
}
END_TEST

START_TEST(a_marker_is_not_a_row_but_sets_the_next_cursor)
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
	expect(1, 2, "{'data':[{'id':1}],'next_cursor':'marker.00000000'}");
	expect(2, 2, "{'data':[],'next_cursor':'marker.00000000'}");
	expect(3, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':'two.00000000'}");
	expect(4, 2, "{'data':[{'id':1},{'id':2}],'next_cursor':'marker.00000000'}");
}
END_TEST

START_TEST(a_page_of_many_bytes_ends_early_and_can_be_continued)
{
	static const struct column heavy[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "text", PG_TEXT }, { "next_cursor", PG_TEXT } };
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
	ck_assert_uint_lt(encoded.len, ENCODE_PAGE_BYTES + 2 * ROW_BYTES);
	ck_assert(msg_find_text(buf_view(&encoded), "next_cursor", &cursor));
	ck_assert(span_is(cursor, "h.00000000"));
	free(text);
}
END_TEST

START_TEST(a_report_has_its_head_once_and_skips_rows_without_data)
{
	static const struct column report[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "head.year", PG_INT8 }, { "date", PG_TEXT }, { "head.minutes", PG_INT8 },
		{ "minutes", PG_INT8 } };
	make_result(report, COUNT(report));
	add_row(CELLS(I(1), NIL, I(2026), T("a"), I(30), I(10)));
	add_row(CELLS(I(1), NIL, I(2026), T("b"), I(30), I(20)));
	add_row(CELLS(I(2), NIL, I(2025), NIL, I(0), NIL));
	open_plan(&report_method);
	expect(1, 0,
		"{'year':2026,'minutes':30,'data':[{'date':'a','minutes':10},"
		"{'date':'b','minutes':20}]}");
	expect(2, 0, "{'year':2025,'minutes':0,'data':[]}");
	expect(3, 0, "{'data':[]}");
}
END_TEST

START_TEST(totals_are_sums_and_one_entry_for_each_tag)
{
	static const struct column totals[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "tag", PG_TEXT }, { "minutes", PG_INT8 }, { "sessions", PG_INT8 } };
	make_result(totals, COUNT(totals));
	add_row(CELLS(I(1), NIL, T("C"), I(60), I(1)));
	add_row(CELLS(I(1), NIL, T("SQL"), I(30), I(2)));
	open_plan(&totals_method);
	expect(1, 0,
		"{'total_time':90,'time_by_tag':{'C':60,'SQL':30},"
		"'total_sessions':3,'sessions_by_tag':{'C':1,'SQL':2}}");
	expect(2, 0, "{'total_time':0,'time_by_tag':{},'total_sessions':0,'sessions_by_tag':{}}");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("encode_shapes");
	tcase_add_checked_fixture(tests, NULL, free_result);
	tcase_add_test(tests, a_page_ends_at_its_limit_and_returns_the_next_cursor);
	tcase_add_test(tests, a_key_and_the_id_of_the_row_make_the_next_cursor);
	tcase_add_test(tests, a_key_needs_a_uuid);
	tcase_add_test(tests, a_page_that_is_exactly_full_is_the_last);
	tcase_add_test(tests, a_marker_is_not_a_row_but_sets_the_next_cursor);
	tcase_add_test(tests, a_page_of_many_bytes_ends_early_and_can_be_continued);
	tcase_add_test(tests, a_report_has_its_head_once_and_skips_rows_without_data);
	tcase_add_test(tests, totals_are_sums_and_one_entry_for_each_tag);
	return suite_run("encode_shapes", tests);
}
