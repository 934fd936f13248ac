#include "tests/unit/result_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "worker/cell.h"

enum { JSON = 114 }; /* pg_type.oid */

static const struct column simple[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
	{ "id", PG_INT8 } };

START_TEST(each_type_has_its_form)
{
	static const struct column all[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "b", PG_BOOL }, { "i", PG_INT4 }, { "l", PG_INT8 }, { "r", PG_FLOAT8 },
		{ "t", PG_TEXT }, { "u", PG_UUID }, { "d", PG_DATE }, { "h", PG_TIME },
		{ "at", PG_TIMESTAMPTZ }, { "n", PG_INT8 } };
	make_result(all, COUNT(all));
	add_row(CELLS(I(1), NIL, I(1), I(-5), I(INT64_MIN), R(2.5), T("a'b"), I(0xff), I(-1),
		I(86399999999), I(1500000), NIL));
	open_plan(&row_method);
	expect(1, 0,
		"{'b':true,'i':-5,'l':-9223372036854775808,'r':2.50,'t':'a'b',"
		"'u':'01000000-0000-0000-0000-0000000000ff','d':'1999-12-31','h':'23:59',"
		"'at':'2000-01-01T00:00:01.500000Z','n':null}");
}
END_TEST

START_TEST(a_column_may_hold_lists_and_objects)
{
	static const struct column nested[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "tags", PG_TEXT_ARRAY }, { "ids", PG_INT8_ARRAY }, { "teams", PG_JSONB },
		{ "n", PG_INT4 } };
	make_result(nested, COUNT(nested));
	add_row(CELLS(I(1), NIL, T("a bc"), T("1 -9223372036854775808 -"),
		T("[{\"id\": 5, \"name\": \"a\\nb\"}, {}]"), I(7)));
	add_row(CELLS(I(2), NIL, T(""), T(""), T("0.5"), I(7)));
	add_row(CELLS(I(3), NIL, NIL, NIL, NIL, I(7)));
	add_row(CELLS(I(4), NIL, T("-"), T(""), T("[1"), I(7)));
	open_plan(&row_method);
	expect(1, 0,
		"{'tags':['a','bc'],'ids':[1,-9223372036854775808,null],"
		"'teams':[{'id':5,'name':'a\nb'},{}],'n':7}");
	expect(2, 0, "{'tags':[],'ids':[],'teams':0.50,'n':7}");
	expect(3, 0, "{'tags':null,'ids':null,'teams':null,'n':7}");
	expect(4, 0, "{'tags':[null],'ids':[],'teams':null,'n':7}");
}
END_TEST

static const struct {
	const char *what;
	enum pg_type type;
	struct span bytes;
	const char *wanted;
} broken[] = {
	{ "no bytes", PG_JSONB, SPAN_INIT(""), "null" },
	{ "no text", PG_JSONB, SPAN_INIT("\1"), "null" },
	{ "another version", PG_JSONB, SPAN_INIT("\2[]"), "null" },
	{ "no array", PG_TEXT_ARRAY, SPAN_INIT(""), "[]" },
	{ "a cut header", PG_TEXT_ARRAY, SPAN_INIT("\0\0\0\1\0\0\0\0"), "[]" },
	{ "two dimensions", PG_INT8_ARRAY,
		SPAN_INIT("\0\0\0\2\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"
			  "\0\0\0\x08\0\0\0\0\0\0\0\1"),
		"[]" },
	{ "four billion elements", PG_TEXT_ARRAY,
		SPAN_INIT("\0\0\0\1\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\0\0\0\1"
			  "\0\0\0\1x"),
		"['x']" },
	{ "an element past the end", PG_TEXT_ARRAY,
		SPAN_INIT("\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\1\0\0\0\1"
			  "\0\0\0\2x"),
		"[]" },
	{ "an id of four bytes", PG_INT8_ARRAY,
		SPAN_INIT("\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1"
			  "\0\0\0\4\0\0\0\1"),
		"[null]" },
};

START_TEST(broken_bytes_of_a_column_lead_past_no_end)
{
	char *copy = malloc(broken[_i].bytes.len + 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, broken[_i].bytes.bytes, broken[_i].bytes.len);
	cell_find(broken[_i].type)(&encoded, copy, broken[_i].bytes.len);
	expect_value(&encoded, broken[_i].wanted);
	free(copy);
}
END_TEST

START_TEST(rows_belong_to_the_request_with_their_ord)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), NIL, I(10)));
	add_row(CELLS(I(3), NIL, I(30)));
	add_row(CELLS(I(4), T("NAME_TAKEN"), NIL));
	add_row(CELLS(I(5), T("PRECONDITION_FAILED: it has changed"), NIL));
	add_row(CELLS(I(6), NIL, I(60)));
	add_row(CELLS(I(8), T("TOPIC_HAS_SESSIONS: the topic has 2 sessions"), NIL));
	open_plan(&row_method);
	expect(1, 0, "{'id':10}");
	ck_assert(next(2, 0) == ST_TOPIC_NOT_FOUND);
	ck_assert_uint_eq(encoded.len, 0);
	expect(3, 0, "{'id':30}");
	ck_assert(next(4, 0) == ST_NAME_TAKEN);
	ck_assert_str_eq(why.text, "");
	ck_assert(next(5, 0) == ST_PRECONDITION_FAILED);
	ck_assert_str_eq(why.text, "it has changed");
	expect(6, 0, "{'id':60}");
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
	static const struct column detailed[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "id", PG_INT8 }, { "details.fields", PG_TEXT_ARRAY },
		{ "details.notes", PG_TEXT }, { "details.id", PG_INT8 } };
	make_result(detailed, COUNT(detailed));
	add_row(CELLS(I(1), T("NAME_TAKEN"), NIL, T("tag notes"), NIL, I(7)));
	add_row(CELLS(I(2), T("NAME_TAKEN"), NIL, NIL, NIL, NIL));
	add_row(CELLS(I(3), T("NAME_TAKEN"), NIL, T(""), NIL, NIL));
	add_row(CELLS(I(4), NIL, I(40), NIL, NIL, NIL));
	open_plan(&row_method);
	ck_assert(next(1, 0) == ST_NAME_TAKEN);
	expect_value(&details, "{'fields':['tag','notes'],'notes':null,'id':7}");
	ck_assert(next(2, 0) == ST_NAME_TAKEN);
	ck_assert_uint_eq(details.len, 0);
	ck_assert(next(3, 0) == ST_NAME_TAKEN);
	expect_value(&details, "{'fields':[],'notes':null,'id':null}");
	expect(4, 0, "{'id':40}");
}
END_TEST

START_TEST(surplus_rows_are_skipped)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), NIL, I(10)));
	add_row(CELLS(I(1), NIL, I(11)));
	add_row(CELLS(I(2), NIL, I(20)));
	open_plan(&row_method);
	expect(1, 0, "{'id':10}");
	expect(2, 0, "{'id':20}");
}
END_TEST

START_TEST(an_unknown_outcome_is_an_internal_error)
{
	make_result(simple, COUNT(simple));
	add_row(CELLS(I(1), T("SURPRISE"), NIL));
	open_plan(&row_method);
	ck_assert(next(1, 0) == ST_INTERNAL);
}
END_TEST

static const struct {
	const char *what;
	const struct method *method;
	struct column columns[5];
} refused[] = {
	{ "no columns", &row_method, { { NULL, 0 } } },
	{ "ord is not int8", &row_method, { { "ord", PG_INT4 }, { "outcome", PG_TEXT } } },
	{ "no outcome", &row_method, { { "ord", PG_INT8 }, { "id", PG_INT8 } } },
	{ "an unsupported type", &row_method,
		{ { "ord", PG_INT8 }, { "outcome", PG_TEXT }, { "j", JSON } } },
	{ "a page without cursor", &page_method,
		{ { "ord", PG_INT8 }, { "outcome", PG_TEXT }, { "id", PG_INT8 } } },
	{ "totals of int4", &totals_method,
		{ { "ord", PG_INT8 }, { "outcome", PG_TEXT }, { "tag", PG_TEXT },
			{ "minutes", PG_INT4 }, { "sessions", PG_INT8 } } },
};

START_TEST(a_statement_with_unsupported_columns_is_refused)
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

int main(void)
{
	TCase *tests = tcase_create("encode");
	tcase_add_checked_fixture(tests, NULL, free_result);
	tcase_add_test(tests, each_type_has_its_form);
	tcase_add_test(tests, a_column_may_hold_lists_and_objects);
	tcase_add_loop_test(tests, broken_bytes_of_a_column_lead_past_no_end, 0, COUNT(broken));
	tcase_add_test(tests, rows_belong_to_the_request_with_their_ord);
	tcase_add_test(tests, an_outcome_may_name_another_field);
	tcase_add_test(tests, an_outcome_has_details_and_a_row_has_none);
	tcase_add_test(tests, surplus_rows_are_skipped);
	tcase_add_test(tests, an_unknown_outcome_is_an_internal_error);
	tcase_add_loop_test(
		tests, a_statement_with_unsupported_columns_is_refused, 0, COUNT(refused));
	return suite_run("encode", tests);
}
