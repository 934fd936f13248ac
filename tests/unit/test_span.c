#include "common/buf.h"
#include "tests/unit/suite.h"

static const struct {
	const char *list, *pieces;
} lists[] = {
	{ "", "" },
	{ "a", "[a]" },
	{ "a,b", "[a][b]" },
	{ " \ta b\t, c ", "[a b][c]" },
	{ ",", "[]" },
	{ "a,", "[a]" },
	{ ",,a", "[][][a]" },
	{ " \t ", "[]" },
};

START_TEST(a_list_is_cut_and_trimmed)
{
	struct span rest = span_of(lists[_i].list);
	struct buf out = { 0 };
	while (rest.len) {
		struct span piece = span_trim(span_cut(&rest, ','));
		buf_printf(&out, "[%.*s]", (int)piece.len, piece.bytes);
	}
	ck_assert_msg(span_is(buf_view(&out), lists[_i].pieces), "%s: %.*s", lists[_i].list,
		(int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

START_TEST(an_empty_span_without_bytes_can_be_cut)
{
	struct span none = { 0 };
	ck_assert_uint_eq(span_cut(&none, ',').len, 0);
	ck_assert_uint_eq(span_trim(none).len, 0);
	ck_assert_uint_eq(span_drop(none, 0).len, 0);
	ck_assert(span_equals_nocase(none, none));
	ck_assert(span_equals_nocase(none, SPAN("")));
}
END_TEST

START_TEST(a_span_is_searched_in_a_list)
{
	static const char *const texts[] = { "a", "bc", NULL };
	ck_assert(span_is_any(SPAN("a"), texts) && span_is_any(SPAN("bc"), texts));
	ck_assert(!span_is_any(SPAN("b"), texts) && !span_is_any(SPAN(""), texts));
	ck_assert(!span_is_any(SPAN("a"), NULL));
}
END_TEST

START_TEST(a_span_can_be_compared_without_case)
{
	ck_assert(span_equals_nocase(SPAN("Accept-Encoding"), SPAN("aCCEPT-eNCODING")));
	ck_assert(!span_equals_nocase(SPAN("a"), SPAN("ab")));
	ck_assert(!span_equals_nocase(SPAN("a"), SPAN("b")));
	ck_assert(span_is_nocase(SPAN("Close"), "close"));
	ck_assert(!span_is(SPAN("Close"), "close"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("span");
	tcase_add_loop_test(tests, a_list_is_cut_and_trimmed, 0, sizeof lists / sizeof *lists);
	tcase_add_test(tests, a_span_is_searched_in_a_list);
	tcase_add_test(tests, an_empty_span_without_bytes_can_be_cut);
	tcase_add_test(tests, a_span_can_be_compared_without_case);
	return suite_run("span", tests);
}
