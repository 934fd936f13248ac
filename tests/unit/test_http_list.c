#include "gateway/http_list.h"
#include "tests/unit/suite.h"

/* Each member in brackets. */
static const struct {
	const char *fields, *members;
} lists[] = {
	{ "", "" },
	{ "X: a\r\n", "[a]" },
	{ "X: a,b , c\r\n", "[a][b][c]" },
	{ "X: a\r\nY: n\r\nx: b\r\n", "[a][b]" },
	{ "X:\r\n", "" },
	{ "X: ,, \t,\r\n", "" },
	{ "X: ,a,,b,\r\nX: ,\r\nX: c\r\n", "[a][b][c]" },
	{ "X: \"a,b\", c\r\n", "[\"a,b\"][c]" },
	{ "X: W/\"a,\"\",\"\r\n", "[W/\"a,\"\",\"]" },
	{ "X: a, \"b, c\r\nX: d\r\n", "[a][\"b, c][d]" }, /* a quote ends with its line */
	{ "XX: a\r\n", "" },
};

static void show(struct http_list *list, struct buf *out)
{
	struct span member;
	while (http_list_next(list, &member))
		buf_printf(out, "[%.*s]", (int)member.len, member.bytes);
}

START_TEST(a_field_is_one_list_over_all_its_lines)
{
	struct http_reader reader = { 0 };
	struct buf bytes = { 0 }, shown = { 0 };
	buf_printf(&bytes, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", lists[_i].fields);
	struct span rest = buf_view(&bytes);
	ck_assert(http_reader_feed(&reader, &rest, NULL) == HTTP_COMPLETE);
	struct http_list list = http_list_of(&reader.request, "X");
	show(&list, &shown);
	ck_assert_msg(span_is(buf_view(&shown), lists[_i].members), "%s: %.*s", lists[_i].fields,
		(int)shown.len, shown.bytes);
	http_reader_fini(&reader);
	buf_fini(&bytes);
	buf_fini(&shown);
}
END_TEST

START_TEST(a_text_is_a_list)
{
	struct http_list list = http_list_of_text(SPAN(" close ,\tX"));
	struct buf shown = { 0 };
	ck_assert(http_list_has(list, SPAN("x")));
	ck_assert(http_list_has(list, SPAN("CLOSE")));
	ck_assert(!http_list_has(list, SPAN("clos")));
	ck_assert(!http_list_has(http_list_of_text((struct span){ 0 }), SPAN("")));
	show(&list, &shown);
	ck_assert(span_is(buf_view(&shown), "[close][X]"));
	buf_fini(&shown);
}
END_TEST

static const struct {
	const char *list, *shown;
} choices[] = {
	{ "gzip", "gzip=1000 " },
	{ "gzip;q=0.5, *", "gzip=500 *=1000 " },
	{ "gzip ; q=0.123,a;Q=1.000;x", "gzip=123 a=1000 " },
	{ "text/html;level=1;q=0.7", "text/html=700 " },
	{ "a;q=0, b;q=1, c;q=0., d;q=0.04, e;q=1.", "a=0 b=1000 c=0 d=40 e=1000 " },
	/* malformed weights */
	{ "a;q=1.001, b;q=2, c;q=, d;q=0.0001, e;q=-1, f;q=10, g;q=.5, h;q=1,0",
		"a=0 b=0 c=0 d=0 e=0 f=0 g=0 h=1000 0=1000 " },
	{ "a;q, b;q=x", "a=0 b=0 " },
};

START_TEST(a_choice_has_a_weight)
{
	struct http_list list = http_list_of_text(span_of(choices[_i].list));
	struct buf shown = { 0 };
	struct span value;
	int weight;
	while (http_list_next_weighted(&list, &value, &weight))
		buf_printf(&shown, "%.*s=%d ", (int)value.len, value.bytes, weight);
	ck_assert_msg(span_is(buf_view(&shown), choices[_i].shown), "%s: %.*s", choices[_i].list,
		(int)shown.len, shown.bytes);
	buf_fini(&shown);
}
END_TEST

START_TEST(an_empty_line_counts_as_given)
{
	struct http_request http = { .field_count = 1, .fields = { { SPAN("X"), { 0 } } } };
	ck_assert(http_list_is_given(&http, "x"));
	ck_assert(!http_list_is_given(&http, "Y"));
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("http_list");
	tcase_add_loop_test(
		tc, a_field_is_one_list_over_all_its_lines, 0, sizeof lists / sizeof *lists);
	tcase_add_test(tc, a_text_is_a_list);
	tcase_add_loop_test(tc, a_choice_has_a_weight, 0, sizeof choices / sizeof *choices);
	tcase_add_test(tc, an_empty_line_counts_as_given);
	return suite_run("http_list", tc);
}
