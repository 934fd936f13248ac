#include "common/json_out.h"
#include "gateway/request_query.h"
#include "tests/unit/suite.h"

static const char *const lenient[] = { "sort", NULL };
static const char *const narrowing[] = { "q", NULL };
static const struct route_query rules = { .alias = "search",
	.param = "q",
	.lenient = lenient,
	.fallback = "archived",
	.narrowing = narrowing };

/* clang-format off */
static const struct route_row
	all = { .method = "GET", .path = "/topics", .rpc = "topics.list" },
	paged = { .method = "GET", .path = "/api/v1/topics", .rpc = "topics.list" },
	linked = { .method = "GET", .path = "/api/topics", .rpc = "topics.list" },
	ruled = { .method = "GET", .path = "/api/topics", .rpc = "topics.list", .query = &rules },
	strict = { .method = "GET", .path = "/api/v1/topics", .rpc = "topics.list", .query = &rules };
/* clang-format on */

static const struct {
	const struct route_row *row;
	const char *query;
	const char *params; /* as JSON; else "FIELD: text" */
} queries[] = {
	{ &linked, "limit=2&cursor=x&sort=-created_at&whatever=1",
		"{\"limit\":2,\"cursor\":\"x\",\"sort\":\"-created_at\"}" },
	{ &linked, "limit=&q=", "{}" },
	{ &linked, "search=a", "{}" },
	{ &linked, "sort=x", "{\"sort\":\"x\"}" },
	{ &all, "limit=2&cursor=x&q=a", "{}" },
	/* an alias */
	{ &ruled, "search=a+b", "{\"q\":\"a b\"}" },
	{ &ruled, "q=a", "{\"q\":\"a\"}" },
	/* a lenient choice */
	{ &ruled, "sort=x&q=a", "{\"q\":\"a\"}" },
	{ &ruled, "sort=-created_at&q=a", "{\"sort\":\"-created_at\",\"q\":\"a\"}" },
	/* a fallback */
	{ &ruled, "", "{\"archived\":true}" },
	{ &ruled, "search=&sort=x", "{\"archived\":true}" },
	{ &ruled, "sort=created_at", "{\"sort\":\"created_at\",\"archived\":true}" },
	{ &ruled, "archived=false", "{\"archived\":false}" },
	/* a param that is given twice: the first value counts, also if it is ignored */
	{ &linked, "limit=2&limit=3&q=a&limit=4", "{\"limit\":2,\"q\":\"a\"}" },
	{ &linked, "q=&q=a", "{}" },
	{ &linked, "whatever=1&q=a&whatever=2", "{\"q\":\"a\"}" },
	{ &ruled, "search=a&q=b", "{\"q\":\"a\"}" },
	{ &ruled, "q=b&search=a", "{\"q\":\"b\"}" },
	{ &ruled, "sort=x&sort=-created_at&q=a", "{\"q\":\"a\"}" },
	{ &ruled, "q=&q=a", "{\"archived\":true}" },
	{ &paged, "limit=2&limit=3", "{\"limit\":2,\"limit\":3}" }, /* the worker refuses it */
	/* a broken escape */
	{ &ruled, "q=100%&limit=%zz&whatever=%", "{\"q\":\"100%\",\"limit\":\"%zz\"}" },
	{ &all, "whatever=%", "{}" },
	{ &paged, "q=100%", ": the query has a broken percent-escape" },
	{ &paged, "whatever=1&%4", ": the query has a broken percent-escape" },
	{ &strict, "search=a", "{\"q\":\"a\"}" },
	{ &strict, "q=", "{\"q\":\"\"}" },
};

static void resolve(const struct route_row *row, struct route *route)
{
	static const struct route_table table;
	struct fail why = { 0 };
	ck_assert_msg(route_resolve(row, &table, route, &why) == ST_OK, "%s", why.text);
}

START_TEST(a_query_becomes_params)
{
	struct route route;
	struct http_request http = { .query = span_of(queries[_i].query) };
	struct request_source source = { .http = &http, .route = &route };
	struct buf params = { 0 }, shown = { 0 };
	struct fail why = { 0 };
	resolve(queries[_i].row, &route);
	struct param_writer writer = param_writer_open(&params, &why);
	enum status st = request_query_put(&source, &writer);
	param_writer_close(&writer);
	if (st == ST_OK)
		json_out_value(&shown, buf_view(&params));
	else
		buf_printf(&shown, "%s: %s", why.field, why.text);
	ck_assert_msg(span_is(buf_view(&shown), queries[_i].params), "%s gave %.*s",
		queries[_i].query, (int)shown.len, shown.bytes);
	buf_fini(&params);
	buf_fini(&shown);
}
END_TEST

static const struct {
	const struct route_row *row;
	const char *query;
	bool wants;
} pages[] = {
	{ &linked, "limit=2", true }, { &linked, "q=a&%6cimit=x", true },
	{ &linked, "cursor=x", true }, { &linked, "", false }, { &linked, "limit=&cursor=", false },
	{ &linked, "q=limit", false }, { &all, "limit=2", false },
	{ &paged, "limit=2", false }, /* it always gets pages, in their own shape */
};

START_TEST(a_query_asks_for_a_page_of_an_array)
{
	struct route route;
	struct http_request http = { .query = span_of(pages[_i].query) };
	resolve(pages[_i].row, &route);
	ck_assert_msg(
		request_query_wants_page(&route, &http) == pages[_i].wants, "%s", pages[_i].query);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("request_query");
	tcase_add_loop_test(tests, a_query_becomes_params, 0, sizeof queries / sizeof *queries);
	tcase_add_loop_test(
		tests, a_query_asks_for_a_page_of_an_array, 0, sizeof pages / sizeof *pages);
	return suite_run("request_query", tests);
}
