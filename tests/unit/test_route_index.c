#include <stdio.h>
#include <string.h>

#include "gateway/route_index.h"
#include "gateway/route_table.h"
#include "tests/unit/suite.h"

static struct route_index routes;

static void set_up(void)
{
	struct fail why = { 0 };
	ck_assert_msg(route_index_init(&routes, &route_table, &why) == ST_OK, "%s", why.text);
}

static void tear_down(void)
{
	route_index_fini(&routes);
	route_index_fini(&routes);
}

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
	enum status st =
		route_find(&routes, span_of(found[_i].method), span_of(found[_i].path), &match);
	ck_assert_int_eq(st, found[_i].st);
	if (st != ST_OK)
		return;
	ck_assert_str_eq(match.route->method->name, found[_i].rpc);
	ck_assert_uint_eq(match.route->param_count, found[_i].value ? 1 : 0);
	if (found[_i].value)
		ck_assert(span_is(match.values[0], found[_i].value));
}
END_TEST

/* The routes that need no principal, in the order of the table. Everything else needs one. */
static const char *const open_routes[] = { "GET /", "GET /health", "GET /healthz", "GET /readyz",
	"GET /openapi.json", "POST /api/auth/login", "POST /api/auth/refresh",
	"POST /api/auth/logout", "POST /api/auth/register", "POST /api/v1/auth/login",
	"POST /api/v1/auth/refresh", "POST /api/v1/auth/logout", "POST /api/v1/auth/register",
	"POST /api/v1/auth/session", "GET /api/health", NULL };

START_TEST(only_these_routes_are_open)
{
	const char *const *next = open_routes;
	char shown[100];
	for (size_t i = 0; i < routes.count; i++) {
		const struct route *route = &routes.routes[i];
		if (!route->is_open)
			continue;
		(void)snprintf(shown, sizeof shown, "%s %s", route->row->method, route->row->path);
		ck_assert_msg(*next, "%s is open", shown);
		ck_assert_str_eq(shown, *next++);
	}
	ck_assert_msg(!*next, "%s is not open", *next);
}
END_TEST

static const struct {
	const char *path, *allow;
} allowed[] = {
	{ "/topics", "GET, HEAD, POST, OPTIONS" },
	{ "/topics/7", "GET, HEAD, OPTIONS" },
	{ "/api/v1/sessions/x", "PUT, GET, HEAD, PATCH, DELETE, OPTIONS" },
	{ "/nowhere", "" },
	{ "/%74opics", "GET, HEAD, POST, OPTIONS" },
	{ "*", "GET, HEAD, POST, PATCH, DELETE, PUT, OPTIONS" },
};

START_TEST(allow_lists_the_methods_of_a_path)
{
	struct buf out = { 0 };
	route_put_allow(&routes, span_of(allowed[_i].path), &out);
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
	ck_assert_int_eq(route_find(&routes, span_of(locations[_i].method),
				 span_of(locations[_i].path), &match),
		ST_OK);
	route_put_location(match.route, span_of(locations[_i].id), &out);
	ck_assert_msg(
		span_is(buf_view(&out), locations[_i].location), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

static void nothing(struct api_request **r)
{
	(void)r;
}

static enum status init_with(const struct route_row *rows, size_t count, struct fail *why)
{
	struct route_table table = { .rows = rows, .count = count, .start = nothing };
	struct route_index index;
	enum status st = route_index_init(&index, &table, why);
	if (st == ST_OK)
		route_index_fini(&index);
	return st;
}

static const struct route_row good = { .method = "GET", .path = "/good", .start = nothing };
static const char *const typo_ignored[] = { "descripton", NULL };
static const struct method a_form = { .name = "form" };
static const struct method long_form = { .name = "form",
	.param_count = ROUTE_METHOD_PARAMS_MAX + 1 };
static const struct route_body typo_alias = { .alias = "x", .param = "nam" };
static const struct route_body typo_ignore = { .ignored = typo_ignored };
static const struct route_body no_variant = { .variant = &good };
static bool choose(const struct json_in *body)
{
	return body != NULL;
}

static const struct route_row reading = {
	.method = "POST", .path = "/topics", .rpc = "topics.get"
};
static const struct route_body other_scope = { .chooses_variant = choose, .variant = &reading };
static const char *const not_a_choice[] = { "q", NULL };
static const struct route_query typo_lenient = { .lenient = not_a_choice };
static const struct route_query typo_search = { .alias = "search", .param = "query" };
static const struct route_query typo_fallback = { .fallback = "q" };
static const struct route_query typo_narrowing = { .fallback = "archived",
	.narrowing = typo_ignored };
static const struct route_fixed typo_fixed[] = { { "nam", "x" }, { 0 } };
static const struct route_fixed too_many[] = { { "name", "x" }, { "name", "x" }, { "name", "x" },
	{ "name", "x" }, { "name", "x" }, { 0 } };

static const struct {
	struct route_row row;
	const char *why;
} typos[] = {
	{ { .method = "GET", .path = "/topics", .rpc = "topics.lits" },
		"route GET /topics: no RPC method \"topics.lits\"" },
	{ { .method = "GET", .path = "/topics" },
		"route GET /topics: neither an RPC method nor a start function" },
	{ { .method = "GET", .path = "/topics/{id}", .rpc = "topics.get" },
		"route GET /topics/{id}: the RPC method has no param \"id\"" },
	{ { .method = "GET", .path = "/topics/{topic_id", .rpc = "topics.get" },
		"route GET /topics/{topic_id: malformed segment \"{topic_id\"" },
	{ { .method = "GET", .path = "/a%62", .start = nothing },
		"route GET /a%62: malformed segment \"a%62\"" },
	{ { .method = "GET", .path = "topics", .start = nothing },
		"route GET topics: the path must begin with a slash" },
	{ { .method = "GET", .path = "/{a}/{b}/{c}/{d}/{e}", .start = nothing },
		"route GET /{a}/{b}/{c}/{d}/{e}: too many params in the path" },
	{ { .method = "GET", .path = "/good", .start = nothing },
		"route GET /good: /good leads there already" },
	{ { .method = "POST", .path = "/topics", .rpc = "topics.create", .body = &typo_alias },
		"route POST /topics: rules for a body that it does not take" },
#define BODY(rules)                                                          \
	{                                                                    \
		.method = "POST", .path = "/topics", .rpc = "topics.create", \
		.takes_body = BODY_REQUIRED, .body = rules                   \
	}
	{ BODY(&typo_alias), "route POST /topics: its rules name no such param \"nam\"" },
	{ BODY(&typo_ignore), "route POST /topics: its rules name no such param \"descripton\"" },
	{ BODY(&other_scope), "route POST /topics: its variant needs another scope" },
	{ BODY(&no_variant), "route POST /topics: a choice of variants needs a variant" },
#define QUERY(rules)                                                                     \
	{                                                                                \
		.method = "GET", .path = "/topics", .rpc = "topics.list", .query = rules \
	}
	{ QUERY(&typo_search), "route GET /topics: its rules name no such param \"query\"" },
	{ QUERY(&typo_lenient), "route GET /topics: its rules name no such param \"q\"" },
	{ QUERY(&typo_fallback), "route GET /topics: its rules name no such param \"q\"" },
	{ QUERY(&typo_narrowing),
		"route GET /topics: its rules name no such param \"descripton\"" },
	{ { .method = "POST", .path = "/topics", .rpc = "topics.create", .query = &typo_search },
		"route POST /topics: rules for a query that it does not take" },
#define FIXED(list)                                                                        \
	{                                                                                  \
		.method = "POST", .path = "/topics", .rpc = "topics.create", .fixed = list \
	}
	{ { .method = "POST",
		  .path = "/topics",
		  .rpc = "topics.create",
		  .start = nothing,
		  .form = &a_form },
		"route POST /topics: a form is for a start function without an RPC method" },
	{ { .method = "POST", .path = "/topics", .start = nothing, .form = &long_form },
		"route POST /topics: its method has too many params" },
	{ FIXED(typo_fixed), "route POST /topics: its rules name no such param \"nam\"" },
	{ FIXED(too_many), "route POST /topics: too many fixed params" },
};

START_TEST(a_wrong_row_ends_the_start_with_a_clear_message)
{
	struct route_row rows[] = { good, typos[_i].row };
	struct fail why = { 0 };
	ck_assert_int_eq(init_with(rows, 1, &why), ST_OK);
	ck_assert_int_eq(init_with(rows, 2, &why), ST_INTERNAL);
	ck_assert_str_eq(why.text, typos[_i].why);
}
END_TEST

/* A literal goes before a param, but does not hide what only the param leads to. */
START_TEST(a_literal_goes_before_a_param)
{
	static const struct route_row rows[] = {
		{ .method = "GET", .path = "/a/{x}", .start = nothing },
		{ .method = "GET", .path = "/a/b", .start = nothing },
		{ .method = "POST", .path = "/a/{x}", .start = nothing },
		{ .method = "GET", .path = "/a/b/c", .start = nothing },
		{ .method = "GET", .path = "/a/{x}/{y}", .start = nothing },
	};
	static const struct {
		const char *method, *path;
		int row;
	} wanted[] = {
		{ "GET", "/a/x", 0 },
		{ "GET", "/a/b", 1 },
		{ "POST", "/a/b", 2 },
		{ "GET", "/a/b/c", 3 },
		{ "GET", "/a/b/d", 4 },
	};
	struct route_table table = { .rows = rows, .count = 5, .start = nothing };
	struct route_index index;
	struct route_match match;
	struct buf allow = { 0 };
	ck_assert(route_index_init(&index, &table, NULL) == ST_OK);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		ck_assert_int_eq(route_find(&index, span_of(wanted[i].method),
					 span_of(wanted[i].path), &match),
			ST_OK);
		ck_assert_ptr_eq(match.route->row, &rows[wanted[i].row]);
	}
	ck_assert(span_is(match.values[0], "b") && span_is(match.values[1], "d"));
	route_put_allow(&index, SPAN("/a/b"), &allow);
	ck_assert(span_is(buf_view(&allow), "GET, HEAD, POST, OPTIONS"));
	buf_fini(&allow);
	route_index_fini(&index);
}
END_TEST

/* A generated row does not replace one that was written by hand, and not another generated one. */
START_TEST(a_generated_row_gives_way)
{
	struct route_row rows[] = {
		{ .method = "GET", .path = "/a", .start = nothing },
		{ .method = "GET", .path = "/a", .start = nothing, .is_generated = true },
		{ .method = "PUT", .path = "/a", .start = nothing, .is_generated = true },
		{ .method = "PUT", .path = "/a", .start = nothing, .is_generated = true },
	};
	struct route_table table = { .rows = rows, .count = 3, .start = nothing };
	struct route_index index;
	struct route_match match;
	struct fail why = { 0 };
	ck_assert(route_index_init(&index, &table, NULL) == ST_OK);
	ck_assert_uint_eq(index.count, 2);
	ck_assert(route_find(&index, SPAN("GET"), SPAN("/a"), &match) == ST_OK);
	ck_assert_ptr_eq(match.route->row, &rows[0]);
	ck_assert(route_find(&index, SPAN("PUT"), SPAN("/a"), &match) == ST_OK);
	ck_assert_ptr_eq(match.route->row, &rows[2]);
	route_index_fini(&index);
	ck_assert_int_eq(init_with(rows, 4, &why), ST_INTERNAL);
	ck_assert_str_eq(why.text, "route PUT /a: /a leads there already");
}
END_TEST

static const struct {
	struct route_row row;
	const char *location;
} told[] = {
	{ { .path = "/topics" }, "" },
	{ { .path = "/api/topics" }, "" },
	{ { .path = "/api/topics", .location = "/api/subjects" }, "/api/subjects/7" },
	{ { .path = "/api/v1/topics" }, "/api/v1/topics/7" },
	{ { .path = "/api/v1/{a}/parts", .location = "/api/v1/parts" }, "/api/v1/parts/7" },
};

START_TEST(a_row_or_its_dialect_tells_the_location)
{
	struct route_row row = told[_i].row;
	struct route_table table = { .rows = &row, .count = 1, .start = nothing };
	struct route_index index;
	struct buf out = { 0 };
	row.method = "POST";
	row.start = nothing;
	ck_assert(route_index_init(&index, &table, NULL) == ST_OK);
	route_put_location(&index.routes[0], SPAN("7"), &out);
	ck_assert_msg(span_is(buf_view(&out), told[_i].location), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
	route_index_fini(&index);
}
END_TEST

enum { MANY = 1000 };

START_TEST(every_one_of_many_routes_is_found)
{
	static struct route_row rows[MANY];
	static char paths[MANY][40];
	struct route_table table = { .rows = rows, .count = MANY, .start = nothing };
	struct route_index index;
	struct route_match match;
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(paths[i], sizeof paths[i], "/kind%d/{id}/part%d", i / 4, i % 4);
		rows[i] = (struct route_row){ .method = "GET", .path = paths[i], .start = nothing };
	}
	ck_assert(route_index_init(&index, &table, NULL) == ST_OK);
	for (int i = 0; i < MANY; i++) {
		ck_assert(route_find(&index, SPAN("GET"), span_of(paths[i]), &match) == ST_OK);
		ck_assert_ptr_eq(match.route->row, &rows[i]);
	}
	ck_assert(route_find(&index, SPAN("GET"), SPAN("/kind1/7/part9"), &match) == ST_NOT_FOUND);
	route_index_fini(&index);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("route_index");
	tcase_add_test(tc, a_generated_row_gives_way);
	tcase_add_loop_test(
		tc, a_row_or_its_dialect_tells_the_location, 0, sizeof told / sizeof *told);
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, a_path_leads_to_its_route, 0, sizeof found / sizeof *found);
	tcase_add_test(tc, only_these_routes_are_open);
	tcase_add_loop_test(
		tc, allow_lists_the_methods_of_a_path, 0, sizeof allowed / sizeof *allowed);
	tcase_add_loop_test(tc, a_location_is_the_routes_path_and_the_id, 0,
		sizeof locations / sizeof *locations);
	tcase_add_loop_test(tc, a_wrong_row_ends_the_start_with_a_clear_message, 0,
		sizeof typos / sizeof *typos);
	tcase_add_test(tc, a_literal_goes_before_a_param);
	tcase_add_test(tc, every_one_of_many_routes_is_found);
	return suite_run("route_index", tc);
}
