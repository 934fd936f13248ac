#include "gateway/cors.h"
#include "tests/unit/suite.h"

#define SHARED \
	"Access-Control-Expose-Headers: ETag, Idempotency-Replayed, Retry-After, X-Request-Id\r\n"

static const struct {
	const char *origins;
	bool credentials;
	const char *origin, *headers;
} answers[] = {
	{ "*", false, "http://a.example", "Access-Control-Allow-Origin: *\r\n" SHARED },
	{ "*", true, "http://a.example",
		"Access-Control-Allow-Origin: http://a.example\r\nVary: Origin\r\n"
		"Access-Control-Allow-Credentials: true\r\n" SHARED },
	{ "http://a.example, http://b.example", false, "http://b.example",
		"Access-Control-Allow-Origin: http://b.example\r\nVary: Origin\r\n" SHARED },
	{ "http://a.example", false, "http://evil.example", "" },
	{ "http://a.example", false, "http://a.example.evil", "" },
	{ "", false, "http://a.example", "" },
	{ "*", false, "", "" },
};

START_TEST(an_answer_says_who_may_read_it)
{
	struct cors c = cors_from_settings(answers[_i].origins, "*", "*", answers[_i].credentials);
	struct buf out = { 0 };
	cors_put_headers(&c, span_of(answers[_i].origin), &out);
	ck_assert_msg(
		span_is(buf_view(&out), answers[_i].headers), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
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

START_TEST(a_preflight_is_judged_by_method_and_headers)
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

int main(void)
{
	TCase *tc = tcase_create("cors");
	tcase_add_loop_test(
		tc, an_answer_says_who_may_read_it, 0, sizeof answers / sizeof *answers);
	tcase_add_loop_test(tc, a_preflight_is_judged_by_method_and_headers, 0,
		sizeof preflights / sizeof *preflights);
	return suite_run("cors", tc);
}
