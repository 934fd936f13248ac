#include "gateway/access.h"
#include "tests/unit/suite.h"

static void read_head(struct http_reader *reader, const char *line, const char *fields)
{
	struct buf bytes = { 0 };
	buf_printf(&bytes, "%s HTTP/1.%d\r\n%s\r\n", line, fields[0] ? 1 : 0, fields);
	struct span rest = buf_view(&bytes);
	ck_assert_msg(
		http_reader_feed(reader, &rest, NULL) == HTTP_COMPLETE, "%s %s", line, fields);
	buf_fini(&bytes);
}

static enum status check(
	struct access access, const char *line, const char *fields, struct fail *why)
{
	struct http_reader reader = { 0 };
	read_head(&reader, line, fields);
	enum status st = access_check(&access, &reader.request, why);
	http_reader_fini(&reader);
	return st;
}

#define H "Host: "
#define E "\r\n"

static const struct {
	const char *line, *fields;
	bool is_served;
} hosts[] = {
	{ "GET /", H "localhost" E, true },
	{ "GET /", H "LocalHost:22112" E, true },
	{ "GET /", H "localhost." E, true },
	{ "GET /", H "app.localhost:1" E, true },
	{ "GET /", H "127.0.0.1" E, true },
	{ "GET /", H "127.9.8.7:80" E, true },
	{ "GET /", H "[::1]" E, true },
	{ "GET /", H "[::1]:22112" E, true },
	{ "GET /", H "[0:0:0:0:0:0:0:1]" E, true },
	{ "GET /", H "[::ffff:127.0.0.1]:1" E, true },
	{ "GET /", H "study.example" E, true },
	{ "GET /", H "STUDY.example:8080" E, true },
	{ "GET /", H "10.0.0.7" E, true },
	{ "GET /", "", true }, /* HTTP/1.0 */
	{ "GET http://localhost/", H "localhost" E, true },
	{ "GET /", H "rebound.example" E, false },
	{ "GET /", H "localhost.rebound.example" E, false },
	{ "GET /", H "notlocalhost" E, false },
	{ "GET /", H ".localhost.example" E, false },
	{ "GET /", H "127.0.0.1.example" E, false },
	{ "GET /", H "128.0.0.1" E, false },
	{ "GET /", H "0.0.0.0" E, false },
	{ "GET /", H "127.1" E, false },
	{ "GET /", H "2130706433" E, false },
	{ "GET /", H "loc%61lhost" E, false },
	{ "GET /", H "[::]" E, false },
	{ "GET /", H "[::2]" E, false },
	{ "GET /", H "[::ffff:10.0.0.1]" E, false },
	{ "GET /", H "x.study.example" E, false },
	{ "GET /", H "x" E, false },
	{ "POST /", H "rebound.example" E "Origin: http://rebound.example" E, false },
	{ "OPTIONS *", H "rebound.example" E, false },
	{ "GET http://rebound.example/", H "localhost" E, false },
	{ "GET http://localhost/", H "rebound.example" E, false },
	{ "GET http://rebound.example?a", H "localhost" E, false },
};

START_TEST(a_loopback_service_serves_its_own_names_only)
{
	struct fail why = { 0 };
	struct access access = { .hosts = SPAN("study.example, 10.0.0.7"), .checks_hosts = true };
	access.cors = cors_from_settings("*", "*", "*", false);
	enum status st = check(access, hosts[_i].line, hosts[_i].fields, &why);
	ck_assert_msg(st == (hosts[_i].is_served ? ST_OK : ST_MISDIRECTED_REQUEST), "%s %s",
		hosts[_i].line, hosts[_i].fields);
	ck_assert_str_eq(why.field, hosts[_i].is_served ? "" : "Host");
	access.checks_hosts = false;
	ck_assert_int_eq(check(access, hosts[_i].line, hosts[_i].fields, &why), ST_OK);
}
END_TEST

#define HERE  H "localhost:22112" E
#define O     "Origin: "
#define CROSS "Sec-Fetch-Site: cross-site" E

static const struct {
	const char *cors, *line, *fields;
	const char *refused; /* the field; NULL: none */
} pages[] = {
	{ "loopback", "POST /", HERE, NULL },
	{ "loopback", "POST /", HERE O "http://localhost:22112" E, NULL },
	{ "loopback", "POST /", HERE O "http://localhost:5173" E CROSS, NULL },
	{ "loopback", "POST /", HERE O "https://[::1]:1" E, NULL },
	{ "loopback", "POST /", HERE O "http://evil.example" E, "Origin" },
	{ "loopback", "PUT /", HERE O "http://evil.example" E, "Origin" },
	{ "loopback", "PATCH /", HERE O "http://evil.example" E, "Origin" },
	{ "loopback", "DELETE /", HERE O "http://evil.example" E, "Origin" },
	{ "loopback", "BREW /", HERE O "http://evil.example" E, "Origin" },
	{ "loopback", "GET /", HERE O "http://evil.example" E CROSS, NULL },
	{ "loopback", "HEAD /", HERE O "http://evil.example" E, NULL },
	{ "loopback", "OPTIONS /", HERE O "http://evil.example" E, NULL },
	{ "loopback", "POST /", HERE O "null" E, "Origin" },
	{ "loopback", "POST /", HERE O "http://localhost:1" E O "http://evil.example" E, "Origin" },
	{ "loopback", "POST /", HERE O "http://localhost:1, http://evil.example" E, "Origin" },
	{ "loopback", "POST /", HERE CROSS, "Sec-Fetch-Site" },
	{ "loopback", "POST /", HERE "Sec-Fetch-Site: none" E CROSS, "Sec-Fetch-Site" },
	{ "loopback", "GET /", HERE CROSS, NULL },
	{ "loopback", "POST /", HERE "Sec-Fetch-Site: same-origin" E, NULL },
	{ "loopback", "POST /", HERE "Sec-Fetch-Site: same-site" E, NULL },
	{ "loopback", "POST /", HERE "Sec-Fetch-Site: none" E, NULL },
	{ "", "POST /", HERE O "http://localhost:22112" E, NULL }, /* its own */
	{ "", "POST /", HERE O "http://localhost:1" E, "Origin" },
	{ "", "POST /", H "study.example" E O "https://study.example" E, NULL },
	{ "", "POST /", H "study.example" E O "https://study.example:8" E, "Origin" },
	{ "", "POST /", H "study.example" E O "ftp://study.example" E, "Origin" },
	{ "", "POST /", HERE CROSS, "Sec-Fetch-Site" },
	{ "https://a.example", "POST /", HERE O "https://a.example" E CROSS, NULL },
	{ "https://a.example", "POST /", HERE O "https://b.example" E, "Origin" },
	{ "*", "POST /", HERE O "http://evil.example" E CROSS, NULL },
	{ "*", "POST /", HERE O "null" E, NULL },
	{ "*", "POST /", HERE CROSS, NULL },
};

START_TEST(a_foreign_page_changes_nothing)
{
	struct fail why = { 0 };
	struct access access = { .cors = cors_from_settings(pages[_i].cors, "*", "*", true) };
	enum status st = check(access, pages[_i].line, pages[_i].fields, &why);
	ck_assert_msg(st == (pages[_i].refused ? ST_ORIGIN_NOT_ALLOWED : ST_OK), "%s: %s %s",
		pages[_i].cors, pages[_i].line, pages[_i].fields);
	ck_assert_str_eq(why.field, pages[_i].refused ? pages[_i].refused : "");
}
END_TEST

static const struct {
	const char *fields;
	bool is_page;
} senders[] = {
	{ HERE, false },
	{ HERE O "http://localhost" E, true },
	{ HERE O "null" E, true },
	{ HERE "Sec-Fetch-Site: same-origin" E, true },
	{ HERE CROSS, true },
	{ HERE "Sec-Fetch-Site: none" E, false },
};

START_TEST(a_page_is_recognized_by_the_fields_that_browsers_add)
{
	struct http_reader reader = { 0 };
	read_head(&reader, "POST /", senders[_i].fields);
	ck_assert(access_is_from_page(&reader.request) == senders[_i].is_page);
	http_reader_fini(&reader);
}
END_TEST

static const struct {
	const char *cors, *line, *fields;
	bool is_served, is_https;
} sessions[] = {
	{ "*", "GET /", HERE, true },
	{ "*", "HEAD /", HERE O "http://evil.example" E, true },
	{ "*", "POST /", HERE, false },
	{ "*", "POST /", HERE "Sec-Fetch-Site: same-origin" E, false },
	{ "*", "POST /", HERE O "http://localhost:22112" E, true },
	{ "*", "POST /", HERE O "http://evil.example" E, false },
	{ "*", "POST /", HERE O "http://localhost:1" E, false },
	{ "*", "POST /", HERE O "null" E, false },
	{ "*", "POST /", HERE O "*" E, false },
	{ "*", "DELETE /", HERE O "http://localhost:22112" E O "http://evil.example" E, false },
	{ "*, https://a.example", "PUT /", HERE O "https://a.example" E, true },
	{ "*, https://a.example", "PUT /", HERE O "https://a.example, null" E, false },
	{ "loopback", "PATCH /", HERE O "http://localhost:1" E, true },
	{ "", "POST /", H "study.example" E O "https://study.example" E, true },
	{ "", "POST /", H "study.example" E O "https://x.study.example" E, false },
	/* over https */
	{ "*", "POST /", H "study.example" E O "https://study.example" E, true, true },
	{ "*", "POST /", H "study.example" E O "HTTPS://study.example" E, true, true },
	{ "*", "POST /", H "study.example" E O "http://study.example" E, false, true },
	{ "*", "GET /", H "study.example" E O "http://study.example" E, true, true },
	{ "http://app.example", "POST /", H "study.example" E O "http://app.example" E, true,
		true },
};

START_TEST(a_change_with_the_cookie_of_a_session_needs_an_origin_that_is_ours_or_listed)
{
	struct http_reader reader = { 0 };
	struct fail why = { 0 };
	struct access access = { .cors = cors_from_settings(sessions[_i].cors, "*", "*", true) };
	read_head(&reader, sessions[_i].line, sessions[_i].fields);
	enum status st =
		access_check_session(&access, &reader.request, sessions[_i].is_https, &why);
	ck_assert_msg(st == (sessions[_i].is_served ? ST_OK : ST_ORIGIN_NOT_ALLOWED), "%s: %s %s",
		sessions[_i].cors, sessions[_i].line, sessions[_i].fields);
	ck_assert_str_eq(why.field, sessions[_i].is_served ? "" : "Origin");
	http_reader_fini(&reader);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

int main(void)
{
	TCase *tc = tcase_create("access");
	tcase_add_loop_test(tc, a_loopback_service_serves_its_own_names_only, 0, COUNT(hosts));
	tcase_add_loop_test(tc, a_foreign_page_changes_nothing, 0, COUNT(pages));
	tcase_add_loop_test(tc,
		a_change_with_the_cookie_of_a_session_needs_an_origin_that_is_ours_or_listed, 0,
		COUNT(sessions));
	tcase_add_loop_test(
		tc, a_page_is_recognized_by_the_fields_that_browsers_add, 0, COUNT(senders));
	return suite_run("access", tc);
}
