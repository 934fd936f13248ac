#include "gateway/http_text.h"
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
	/* an escaped unreserved character is the character (RFC 3986 section 6.2.2.2) */
	{ "GET", "/%74opics", ST_OK, "topics.list", NULL },
	{ "GET", "/%74%6F%70%69%63%73/%37", ST_OK, "topics.get", "%37" },
	{ "GET", "/topic%73/", ST_OK, "topics.list", NULL },
	{ "GET", "/api/v%31/topics", ST_OK, "topics.list", NULL },
	{ "GET", "/topics%2F7", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/topics/7%2f8", ST_OK, "topics.get", "7%2f8" },
	{ "GET", "/%54opics", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/topics%00", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/%2574opics", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "//topics", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/topicsx", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/topic", ST_NOT_FOUND, NULL, NULL },
	{ "GET", "/api//v1/topics", ST_NOT_FOUND, NULL, NULL },
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
	{ "/%74opics", "GET, HEAD, POST, OPTIONS" },
	{ "*", "GET, HEAD, POST, PATCH, DELETE, PUT, OPTIONS" },
};

START_TEST(allow_names_what_a_path_takes)
{
	struct buf out = { 0 };
	route_allow(span_of(allowed[_i].path), &out);
	ck_assert_msg(span_is(buf_view(&out), allowed[_i].allow), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

static const struct {
	const char *method, *path, *id, *location;
} locations[] = {
	{ "POST", "/api/v1/topics", "7", "/api/v1/topics/7" },
	{ "POST", "/api/v1/topics/", "7", "/api/v1/topics/7" },
	{ "POST", "/%61pi/v1/topics", "7", "/api/v1/topics/7" },
	{ "POST", "/api/v1/topics", "a\r\nb/c\"", "/api/v1/topics/a%0D%0Ab%2Fc%22" },
	{ "POST", "/api/v1/topics", "", "" },
	{ "PUT", "/api/v1/sessions/x", "x", "" },
};

START_TEST(a_location_is_the_routes_path_and_the_id)
{
	struct route_match match;
	struct buf out = { 0 };
	ck_assert_int_eq(
		route_find(span_of(locations[_i].method), span_of(locations[_i].path), &match),
		ST_OK);
	route_put_location(match.route, span_of(locations[_i].id), &out);
	ck_assert_msg(
		span_is(buf_view(&out), locations[_i].location), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

/* Paths are compared byte by byte with what an escape means. */
START_TEST(patterns_hold_unreserved_characters_only)
{
	const struct route *route;
	for (size_t i = 0; (route = route_at(i)); i++)
		for (const char *at = route->path; *at; at++)
			ck_assert_msg(strchr("/{}", *at) || http_is(*at, HTTP_UNRESERVED), "%s",
				route->path);
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
	tcase_add_loop_test(tc, a_location_is_the_routes_path_and_the_id, 0,
		sizeof locations / sizeof *locations);
	tcase_add_test(tc, patterns_hold_unreserved_characters_only);
	tcase_add_test(tc, every_route_names_a_method_that_exists);
	return suite_run("route", tc);
}
