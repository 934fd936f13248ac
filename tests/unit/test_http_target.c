#include "gateway/http_target.h"
#include "tests/unit/suite.h"

#define NO_FORM "the request target is neither a path nor an http URI"
#define NO_HOST "the request target's host is not valid"
#define BROKEN  "a broken escape in the path"

/* "PATH QUERY" if the target is accepted, else the reason. */
static const struct {
	const char *method, *target, *parts;
	enum status st;
} targets[] = {
	{ "GET", "/topics/7", "/topics/7 ", ST_OK },
	{ "GET", "/a?b=c&d", "/a b=c&d", ST_OK },
	{ "GET", "/a?", "/a ", ST_OK },
	{ "GET", "/a?b?c", "/a b?c", ST_OK },
	{ "GET", "/%41%2fb", "/%41%2fb ", ST_OK },
	{ "GET", "/?%zz", "/ %zz", ST_OK },
	{ "GET", "//b", "//b ", ST_OK },
	{ "GET", "/\"<>\\^`{|}~", "/\"<>\\^`{|}~ ", ST_OK },
	{ "OPTIONS", "*", "* ", ST_OK },
	{ "OPTIONS", "/a", "/a ", ST_OK },
	{ "GET", "*", "only OPTIONS takes the target *", ST_BAD_REQUEST },
	{ "OPTIONS", "**", NO_FORM, ST_BAD_REQUEST },
	{ "OPTIONS", "*?a", NO_FORM, ST_BAD_REQUEST },
	{ "GET", "http://a.example/b?c", "/b c", ST_OK },
	{ "GET", "http://a:80/b", "/b ", ST_OK },
	{ "GET", "http://a", " ", ST_OK },
	{ "GET", "http://a?b=/c", " b=/c", ST_OK },
	{ "GET", "HTTP://a/b", "/b ", ST_OK },
	{ "GET", "http://[::1]:8080/b", "/b ", ST_OK },
	{ "GET", "http:///b", NO_HOST, ST_BAD_REQUEST },
	{ "GET", "http://", NO_HOST, ST_BAD_REQUEST },
	{ "GET", "http://u@a/", NO_HOST, ST_BAD_REQUEST },
	{ "GET", "http://a:8x/", NO_HOST, ST_BAD_REQUEST },
	{ "GET", "http://a/%4", BROKEN, ST_BAD_REQUEST },
	{ "GET", "ftp://a/b", NO_FORM, ST_BAD_REQUEST },
	{ "GET", "http:/a", NO_FORM, ST_BAD_REQUEST },
	{ "GET", "a", NO_FORM, ST_BAD_REQUEST },
	{ "GET", "a:80", NO_FORM, ST_BAD_REQUEST },
	{ "GET", "/%zz", BROKEN, ST_BAD_REQUEST },
	{ "GET", "/%4", BROKEN, ST_BAD_REQUEST },
	{ "GET", "/%", BROKEN, ST_BAD_REQUEST },
	{ "GET", "/%4?1", BROKEN, ST_BAD_REQUEST },
	{ "GET", "/%%41", BROKEN, ST_BAD_REQUEST },
	{ "GET", "/", "/ ", ST_OK },
	{ "GET", "", NO_FORM, ST_BAD_REQUEST },
};

START_TEST(a_target_is_split_or_refused)
{
	struct http_target target = { SPAN("untouched"), { 0 } };
	struct fail why = { 0 };
	struct buf out = { 0 };
	enum status st = http_target_split(
		span_of(targets[_i].method), span_of(targets[_i].target), &target, &why);
	ck_assert_int_eq(st, targets[_i].st);
	if (st == ST_OK)
		buf_printf(&out, "%.*s %.*s", (int)target.path.len, target.path.bytes,
			(int)target.query.len, target.query.bytes);
	else
		buf_text(&out, why.text);
	ck_assert_msg(span_is(buf_view(&out), targets[_i].parts), "%s: '%.*s', not '%s'",
		targets[_i].target, (int)out.len, out.bytes, targets[_i].parts);
	ck_assert(st == ST_OK || span_is(target.path, "untouched"));
	buf_fini(&out);
}
END_TEST

/* Of targets that may be cut or refused. */
static const struct {
	const char *target, *path;
} paths[] = {
	{ "", "" },
	{ "*", "" },
	{ "/", "/" },
	{ "/api/tas", "/api/tas" },
	{ "/api/%zz?a=/b", "/api/%zz" },
	{ "http", "" },
	{ "http://", "" },
	{ "http://a", "" },
	{ "http://a?b=/c", "" },
	{ "http://a/api/tasks?b", "/api/tasks" },
	{ "HTTP://u@a:8x/api", "/api" },
	{ "http:///api", "/api" },
	{ "https://a/api", "/api" },
	{ "ftp://a/api", "" },
	{ "api/tasks", "" },
};

START_TEST(the_path_of_any_target_is_known)
{
	struct span path = http_target_path(span_of(paths[_i].target));
	ck_assert_msg(span_is(path, paths[_i].path), "%s: '%.*s', not '%s'", paths[_i].target,
		(int)path.len, path.bytes, paths[_i].path);
}
END_TEST

static const struct {
	const char *text;
	bool is_fine;
} authorities[] = {
	{ "", false },
	{ "a.example:65535", true },
	{ "a:", true },
	{ "127.0.0.1:80", true },
	{ "[2001:db8::1]", true },
	{ "[::ffff:1.2.3.4]:80", true },
	{ "a%2Db_~!$&'()*+,;=", true },
	{ "a%2", false },
	{ "a:65536", false },
	{ "a:000080", false },
	{ "a:80:80", false },
	{ "a:http", false },
	{ ":80", false },
	{ "a/b", false },
	{ "u@a", false },
	{ "a b", false },
	{ "\303\244", false },
	{ "[::1::2]", false },
	{ "[::1", false },
	{ "::1", false },
	{ "[]", false },
	{ "[::1]x", false },
	{ "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa]", false },
	{ "[v1.a]", false },
};

START_TEST(an_authority_is_accepted_or_refused)
{
	ck_assert_msg(http_is_authority(span_of(authorities[_i].text)) == authorities[_i].is_fine,
		"'%s'", authorities[_i].text);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

int main(void)
{
	TCase *tc = tcase_create("targets");
	tcase_add_loop_test(tc, a_target_is_split_or_refused, 0, COUNT(targets));
	tcase_add_loop_test(tc, the_path_of_any_target_is_known, 0, COUNT(paths));
	tcase_add_loop_test(tc, an_authority_is_accepted_or_refused, 0, COUNT(authorities));
	return suite_run("http_target", tc);
}
