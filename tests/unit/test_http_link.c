#include "gateway/http_link.h"
#include "tests/unit/suite.h"

static const struct {
	const char *path, *query, *link;
} links[] = {
	{ "/api/tasks", "limit=2", "</api/tasks?limit=2&cursor=20~7.ab>; rel=\"next\"" },
	{ "/api/tasks/", "limit=2&cursor=1~1.ab&q=a",
		"</api/tasks/?limit=2&q=a&cursor=20~7.ab>; rel=\"next\"" },
	{ "/api/tasks", "cursor=1~1.ab&%63ursor=x", "</api/tasks?cursor=20~7.ab>; rel=\"next\"" },
	{ "/api/tasks", "q=C%2B%2B+x&&a=&b",
		"</api/tasks?q=C%2B%2B%20x&a=&b=&cursor=20~7.ab>; "
		"rel=\"next\"" },
	{ "/api/t>\"asks/%2F", "q=>;rel=\"x\"",
		"</api/t%3E%22asks/%2F?q=%3E%3Brel%3D%22x%22&cursor=20~7.ab>; rel=\"next\"" },
};

START_TEST(a_link_is_the_same_target_with_the_next_cursor)
{
	struct http_request http = { .path = span_of(links[_i].path),
		.query = span_of(links[_i].query) };
	struct buf out = { 0 };
	http_link_put_next(&out, &http, SPAN("20~7.ab"));
	ck_assert_msg(span_is(buf_view(&out), links[_i].link), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("http_link");
	tcase_add_loop_test(tests, a_link_is_the_same_target_with_the_next_cursor, 0,
		sizeof links / sizeof *links);
	return suite_run("http_link", tests);
}
