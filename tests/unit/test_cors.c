#include <string.h>

#include "gateway/cors.h"
#include "tests/unit/suite.h"

#define SHARED                                                                                     \
	"Access-Control-Expose-Headers: ETag, Idempotency-Replayed, Link, Location, Retry-After, " \
	"StudyTracker-Position, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, "      \
	"X-RateLimit-Reset, X-Request-Id\r\n"

static const struct {
	const char *origins;
	bool credentials;
	const char *origin, *headers;
} responses[] = {
	{ "*", false, "http://a.example", "Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*", true, "http://a.example", "Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*", true, "*", "Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*", true, "loopback", "Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*, http://a.example", true, "http://a.example",
		"Access-Control-Allow-Origin: http://a.example\r\n"
		"Access-Control-Allow-Credentials: true\r\n" SHARED },
	{ "*, http://a.example", true, "http://b.example",
		"Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*, http://a.example", false, "http://a.example",
		"Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*, loopback", true, "http://localhost:5173",
		"Access-Control-Allow-Origin: http://localhost:5173\r\n"
		"Access-Control-Allow-Credentials: true\r\n" SHARED },
	{ "http://a.example", true, "http://a.example",
		"Access-Control-Allow-Origin: http://a.example\r\n"
		"Access-Control-Allow-Credentials: true\r\n" SHARED },
	{ "loopback", true, "http://127.0.0.1:5173",
		"Access-Control-Allow-Origin: http://127.0.0.1:5173\r\n"
		"Access-Control-Allow-Credentials: true\r\n" SHARED },
	{ "http://a.example, http://b.example", false, "http://b.example",
		"Access-Control-Allow-Origin: http://b.example\r\n" SHARED },
	{ "http://a.example", false, "http://evil.example", "" },
	{ "http://a.example", false, "http://a.example.evil", "" },
	{ "", false, "http://a.example", "" },
	{ "*", false, "", "" },
	{ "*", false, "null", "Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "loopback", false, "null", "" },
	{ "loopback", false, "http://localhost:5173",
		"Access-Control-Allow-Origin: http://localhost:5173\r\n" SHARED },
};

START_TEST(a_response_names_the_allowed_origin)
{
	struct cors c =
		cors_from_settings(responses[_i].origins, "*", "*", responses[_i].credentials);
	struct buf out = { 0 };
	cors_put_headers(&c, span_of(responses[_i].origin), &out);
	ck_assert_msg(
		span_is(buf_view(&out), responses[_i].headers), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

static const struct {
	const char *origins, *origin;
	bool is_allowed;
} origins[] = {
	{ "loopback", "http://localhost", true },
	{ "loopback", "https://localhost:8443", true },
	{ "loopback", "http://LOCALHOST:1", true },
	{ "loopback", "http://app.localhost:3000", true },
	{ "loopback", "http://127.0.0.1", true },
	{ "loopback", "http://127.254.3.4:80", true },
	{ "loopback", "http://[::1]:5173", true },
	{ "loopback", "", false },
	{ "loopback", "null", false },
	{ "loopback", "http://loopback", false },
	{ "loopback", "http://evil.example", false },
	{ "loopback", "http://localhost.evil.example", false },
	{ "loopback", "http://evillocalhost", false },
	{ "loopback", "http://127.0.0.1.evil.example", false },
	{ "loopback", "http://127.1", false },
	{ "loopback", "http://0.0.0.0", false },
	{ "loopback", "http://128.0.0.1", false },
	{ "loopback", "http://[::2]", false },
	{ "loopback", "http://localhost@evil.example", false },
	{ "loopback", "http://localhost/", false },
	{ "loopback", "http://localhost, http://evil.example", false },
	{ "loopback", "http://", false },
	{ "loopback", "ftp://localhost", false },
	{ "loopback", "chrome-extension://localhost", false },
	{ "loopback, https://app.example", "https://app.example", true },
	{ "loopback, https://app.example", "http://localhost:1", true },
	{ "https://app.example", "http://localhost:1", false },
	{ "", "http://localhost:1", false },
	{ "*", "http://evil.example", true },
	{ "*", "null", true },
};

START_TEST(an_origin_is_allowed_or_not)
{
	struct cors c = cors_from_settings(origins[_i].origins, "*", "*", false);
	ck_assert_msg(cors_allows(&c, span_of(origins[_i].origin)) == origins[_i].is_allowed,
		"%s: %s", origins[_i].origins, origins[_i].origin);
}
END_TEST

static const struct {
	const char *methods, *headers, *method, *wanted, *refused;
} preflights[] = {
	{ "*", "*", "PATCH", "x-anything", NULL },
	{ "GET,POST", "*", "POST", "", NULL },
	{ "GET,POST", "*", "DELETE", "", "Access-Control-Request-Method" },
	{ "*", "X-Token", "GET", "x-token, content-type", NULL },
	{ "*", "X-Token", "GET", "x-other", "Access-Control-Request-Headers" },
	{ "*", "", "GET", "content-type", NULL },
};

START_TEST(a_preflight_is_checked_by_origin_method_and_headers)
{
	struct cors c =
		cors_from_settings("*", preflights[_i].methods, preflights[_i].headers, false);
	struct buf out = { 0 };
	const char *refused;
	bool ok = cors_put_preflight(&c, SPAN("http://a.example"), span_of(preflights[_i].method),
		span_of(preflights[_i].wanted), &out, &refused);
	ck_assert(ok == !preflights[_i].refused);
	ck_assert(ok == (out.len > 0));
	if (!ok)
		ck_assert_str_eq(refused, preflights[_i].refused);
	buf_fini(&out);
}
END_TEST

static const struct {
	const char *origins;
	bool has_credentials;
} preflight_origins[] = {
	{ "*", false },
	{ "*, http://a.example", true },
	{ "http://a.example", true },
};

START_TEST(a_preflight_lets_only_listed_origins_send_credentials)
{
	struct cors c = cors_from_settings(preflight_origins[_i].origins, "*", "*", true);
	struct buf out = { 0 };
	const char *refused;
	ck_assert(cors_put_preflight(
		&c, SPAN("http://a.example"), SPAN("GET"), SPAN(""), &out, &refused));
	buf_byte(&out, '\0');
	ck_assert_int_eq(strstr(out.bytes, "Access-Control-Allow-Credentials: true\r\n") != NULL,
		preflight_origins[_i].has_credentials);
	ck_assert_int_eq(strstr(out.bytes, "Access-Control-Allow-Origin: *\r\n") == NULL,
		preflight_origins[_i].has_credentials);
	buf_fini(&out);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("cors");
	tcase_add_loop_test(
		tc, a_response_names_the_allowed_origin, 0, sizeof responses / sizeof *responses);
	tcase_add_loop_test(tc, an_origin_is_allowed_or_not, 0, sizeof origins / sizeof *origins);
	tcase_add_loop_test(tc, a_preflight_is_checked_by_origin_method_and_headers, 0,
		sizeof preflights / sizeof *preflights);
	tcase_add_loop_test(tc, a_preflight_lets_only_listed_origins_send_credentials, 0,
		sizeof preflight_origins / sizeof *preflight_origins);
	return suite_run("cors", tc);
}
