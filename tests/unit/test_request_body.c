#include "common/json_out.h"
#include "gateway/request_body.h"
#include "tests/unit/suite.h"

static const struct route_fixed fixed[] = { { "archived", "true" }, { "name", "x" }, { 0 } };

#define ROW(verb, at, method_name) \
	.method = verb, .path = at, .rpc = method_name, .takes_body = BODY_REQUIRED

/* clang-format off */
static const struct route_row
	post = { ROW("POST", "/api/topics", "topics.create") },
	put = { ROW("PUT", "/api/topics/{topic_id}", "topics.update") },
	patch = { ROW("PATCH", "/api/topics/{topic_id}", "topics.update") },
	archive = { ROW("PUT", "/api/topics/{topic_id}/archive", "topics.update"), .fixed = fixed },
	native = { ROW("PUT", "/api/v1/topics/{topic_id}", "topics.update"), .fixed = fixed };
/* clang-format on */

static const struct {
	const struct route_row *row;
	const char *body;
	const char *params; /* as JSON; else "FIELD: text" */
} bodies[] = {
	/* unknown names, and names that the server sets */
	{ &post, "{\"name\":\"C\",\"id\":7,\"created_at\":1,\"updated_at\":null,\"topic_id\":9}",
		"{\"name\":\"C\"}" },
	{ &put, "{\"id\":7,\"created_at\":1,\"topic_id\":9,\"color\":{}}", "{}" },
	{ &put, "{\"if_match\":\"x\",\"limit\":1}", "{}" },
	/* nulls */
	{ &post, "{\"name\":null,\"description\":null}", "{}" },
	{ &put, "{\"name\":null,\"description\":null,\"color\":null}",
		"{\"name\":null,\"description\":null}" },
	{ &patch, "{\"description\":null}", "{\"description\":null}" },
	{ &post, "{\"allow_namesake\":null}", "{\"allow_namesake\":null}" }, /* refused later */
	/* what the row gives itself */
	{ &archive, "{\"archived\":false,\"name\":null,\"description\":\"d\"}",
		"{\"description\":\"d\"}" },
	{ &native, "{\"name\":\"y\"}", "name: unknown field \"name\"" },
};

/* Rows that take no body, but whose methods have the param. */
static const struct {
	const char *path, *body;
	const char *why; /* "FIELD: text" */
} unread[] = {
	{ "/api/v1/topics", "", ": " },
	{ "/api/v1/topics", "{}", ": " },
	{ "/api/v1/topics", "{\"q\":\"C\"}", "q: unknown field \"q\"" },
	{ "/api/v1/topics", "{\"q\":null}", "q: unknown field \"q\"" },
	{ "/api/topics", "{\"q\":\"C\"}", ": " },
	{ "/api/topics", "q", ": " },
	{ "/topics", "{\"tag\":\"C\"}", ": " },
};

START_TEST(a_field_that_nobody_reads_is_refused_where_unknown_names_are)
{
	static const struct route_table table;
	struct route_row row = { .method = "GET", .path = unread[_i].path, .rpc = "topics.list" };
	struct route route;
	struct http_request http = { .body = span_of(unread[_i].body) };
	struct buf shown = { 0 };
	struct fail why = { 0 };
	ck_assert(route_resolve(&row, &table, &route, &why) == ST_OK);
	enum status st = request_body_check(&http, &route, &why);
	buf_printf(&shown, "%s: %s", why.field, why.text);
	ck_assert_int_eq(st, why.text[0] ? ST_INVALID_INPUT : ST_OK);
	ck_assert(span_is(buf_view(&shown), unread[_i].why));
	buf_fini(&shown);
}
END_TEST

static enum status read_body(struct request_source *source, struct param_writer *w)
{
	struct json_in *json = NULL;
	const struct route *route = source->route;
	enum status st = request_body_read(source->http, &route, &json, w->why);
	source->json = json;
	if (st == ST_OK)
		st = request_body_put(source, w);
	json_in_free(&json);
	return st;
}

START_TEST(a_body_becomes_params)
{
	static const struct route_table table;
	struct route route;
	struct http_request http = { .body = span_of(bodies[_i].body) };
	struct request_source source = { .http = &http, .route = &route };
	struct buf params = { 0 }, shown = { 0 };
	struct fail why = { 0 };
	ck_assert(route_resolve(bodies[_i].row, &table, &route, &why) == ST_OK);
	struct param_writer writer = param_writer_open(&params, &why);
	enum status st = read_body(&source, &writer);
	param_writer_close(&writer);
	if (st == ST_OK)
		json_out_value(&shown, buf_view(&params));
	else
		buf_printf(&shown, "%s: %s", why.field, why.text);
	ck_assert_msg(span_is(buf_view(&shown), bodies[_i].params), "%s gave %.*s", bodies[_i].body,
		(int)shown.len, shown.bytes);
	buf_fini(&params);
	buf_fini(&shown);
}
END_TEST

/* The worker would refuse a param that comes twice, or a boolean that is a text. */
START_TEST(a_row_gives_its_fixed_params)
{
	static const struct route_table table;
	struct route route;
	struct http_request http = { 0 };
	struct request_source source = { .http = &http, .route = &route };
	struct buf params = { 0 }, shown = { 0 };
	struct fail why = { 0 };
	ck_assert(route_resolve(&archive, &table, &route, &why) == ST_OK);
	struct param_writer writer = param_writer_open(&params, &why);
	ck_assert(request_params_put(&source, &writer) == ST_OK);
	param_writer_close(&writer);
	json_out_value(&shown, buf_view(&params));
	ck_assert_msg(span_is(buf_view(&shown), "{\"archived\":true,\"name\":\"x\"}"), "%.*s",
		(int)shown.len, shown.bytes);
	ck_assert_int_eq(
		request_params_place(&route, method_param(route.method, SPAN("name"))), PLACE_NONE);
	buf_fini(&params);
	buf_fini(&shown);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("request_body");
	tcase_add_loop_test(tests, a_body_becomes_params, 0, sizeof bodies / sizeof *bodies);
	tcase_add_loop_test(tests, a_field_that_nobody_reads_is_refused_where_unknown_names_are, 0,
		sizeof unread / sizeof *unread);
	tcase_add_test(tests, a_row_gives_its_fixed_params);
	return suite_run("request_body", tests);
}
