#include "gateway/route.h"
#include "tests/unit/suite.h"

static const struct {
	const char *method, *path;
	enum status st;
	const char *rpc, *value;
} found[] = {
	{ "GET", "/topics/7", ST_OK, "topics.get", "7" },
	{ "HEAD", "/topics/7", ST_OK, "topics.get", "7" },
	{ "GET", "/topics/abc", ST_OK, "topics.get", "abc" },
	{ "GET", "/topics/", ST_OK, "topics.list", NULL },
	{ "GET", "/topics", ST_OK, "topics.list", NULL },
	{ "POST", "/topics", ST_OK, "topics.create", NULL },
	{ "POST", "/sessions", ST_OK, "sessions.create", NULL },
	{ "PUT", "/api/v1/sessions/x", ST_OK, "sessions.create", "x" },
	{ "POST", "/api/v1/sessions/x/restore", ST_OK, "sessions.restore", "x" },
	{ "GET", "/api/v1/stats/streak", ST_OK, "stats.streak", NULL },
	{ "DELETE", "/topics/7", ST_METHOD_NOT_ALLOWED, NULL, NULL },
	{ "get", "/topics", ST_METHOD_NOT_ALLOWED, NULL, NULL },
	{ "POST", "/stats", ST_METHOD_NOT_ALLOWED, NULL, NULL },
	{ "GET", "/topics//", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/topics/7/8", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/Topics", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/api/v1", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "*", ST_NOT_FOUND, NULL, NULL },
};

START_TEST(a_path_leads_to_its_route)
{
	struct route_match match;
	enum status st = route_find(span_of(found[_i].method), span_of(found[_i].path), &match);
	ck_assert_int_eq(st, found[_i].st);
	if (st != ST_OK)
		return;
	ck_assert_str_eq(match.route->rpc, found[_i].rpc);
	ck_assert_uint_eq(match.count, found[_i].value ? 1 : 0);
	if (found[_i].value)
		ck_assert(span_is(match.values[0], found[_i].value));
}
END_TEST

static const struct {
	const char *path, *allow;
} allowed[] = {
	{ "/topics", "GET, HEAD, POST, OPTIONS" },
	{ "/topics/7", "GET, HEAD, OPTIONS" },
	{ "/api/v1/sessions/x", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS" },
	{ "/nowhere", "" },
};

START_TEST(allow_names_what_a_path_takes)
{
	struct buf out = { 0 };
	route_allow(span_of(allowed[_i].path), &out);
	ck_assert_msg(span_is(buf_view(&out), allowed[_i].allow), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

START_TEST(every_route_names_a_method_that_exists)
{
	const struct route *route;
	for (size_t i = 0; (route = route_at(i)); i++)
		ck_assert_msg(route->local || method_find(span_of(route->rpc)), "%s", route->path);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("route");
	tcase_add_loop_test(tc, a_path_leads_to_its_route, 0, sizeof found / sizeof *found);
	tcase_add_loop_test(tc, allow_names_what_a_path_takes, 0, sizeof allowed / sizeof *allowed);
	tcase_add_test(tc, every_route_names_a_method_that_exists);
	return suite_run("route", tc);
}
