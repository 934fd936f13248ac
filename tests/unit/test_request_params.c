#include <string.h>

#include "common/json_out.h"
#include "common/msg.h"
#include "common/uuid.h"
#include "gateway/request_headers.h"
#include "gateway/request_params.h"
#include "gateway/route_table.h"
#include "tests/unit/suite.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

/* The params are shown as JSON, a refusal as "FIELD: text". */
static const struct {
	const char *request; /* "METHOD TARGET" */
	const char *if_match, *body;
	const char *params;
} requests[] = {
	{ "GET /topics/7", NULL, NULL, "{\"topic_id\":7}" },
	{ "GET /topics/x%20y", NULL, NULL, "{\"topic_id\":\"x y\"}" },
	{ "GET /topics/7?whatever=1", NULL, NULL, "{\"topic_id\":7}" },
	{ "GET /topics/-1", NULL, NULL, "{\"topic_id\":-1}" },
	{ "GET /topics/99999999999999999999", NULL, NULL,
		"{\"topic_id\":\"99999999999999999999\"}" },
	{ "GET /topics/%ff", NULL, NULL, "topic_id: topic_id must be valid UTF-8" },
	{ "GET /sessions", NULL, NULL, "{}" },
	{ "GET /sessions?tag=C%2B%2B+basics", NULL, NULL, "{\"tag\":\"C++ basics\"}" },
	{ "GET /sessions?tag=&limit=3&sort=x", NULL, NULL, "{}" },
	{ "GET /sessions?tag=%f", NULL, NULL, "{\"tag\":\"%f\"}" },
	{ "GET /sessions?tag=%c3%28", NULL, NULL, "tag: tag must be valid UTF-8" },
	{ "POST /topics", NULL, "{\"name\":\"C\",\"color\":\"red\"}",
		"{\"name\":\"C\",\"allow_namesake\":true}" },
	{ "POST /topics?name=D", NULL, "{\"name\":\"C\"}",
		"{\"name\":\"C\",\"allow_namesake\":true}" },
	{ "POST /sessions", NULL, "{\"topic_id\":1,\"session_id\":\"x\"}",
		"{\"session_id\":\"" ID "\",\"topic_id\":1}" },
	{ "GET /api/v1/topics?limit=2&archived=true&q=a", NULL, NULL,
		"{\"limit\":2,\"archived\":true,\"q\":\"a\"}" },
	{ "GET /api/v1/topics?archived=yes", NULL, NULL, "{\"archived\":\"yes\"}" },
	{ "GET /api/v1/topics?color=red", NULL, NULL, "color: unknown query parameter \"color\"" },
	{ "GET /api/v1/topics?q=", NULL, NULL, "{\"q\":\"\"}" },
	{ "GET /api/v1/topics?%zz=1", NULL, NULL, ": the query has a broken percent-escape" },
	{ "GET /api/v1/topics/7?topic_id=8", NULL, NULL,
		"topic_id: unknown query parameter \"topic_id\"" },
	{ "POST /api/v1/topics?name=C", NULL, "{\"name\":\"C\"}",
		"name: unknown query parameter \"name\"" },
	{ "POST /api/v1/topics", NULL, "{\"name\":\"C\",\"color\":1}",
		"color: unknown field \"color\"" },
	{ "POST /api/v1/sessions", NULL, "{\"session_id\":\"" ID "\"}",
		"session_id: unknown field \"session_id\"" },
	{ "PUT /api/v1/sessions/" ID, NULL, "{\"topic_id\":1}",
		"{\"session_id\":\"" ID "\",\"topic_id\":1}" },
	{ "PATCH /api/v1/topics/7", NULL, "{\"topic_id\":8}",
		"topic_id: unknown field \"topic_id\"" },
	{ "PATCH /api/v1/topics/7", "\"a\"", "{\"name\":null}",
		"{\"topic_id\":7,\"if_match\":\"a\",\"name\":null}" },
	{ "PATCH /api/v1/topics/7", NULL, "{\"if_match\":\"a\"}",
		"if_match: unknown field \"if_match\"" },
	{ "POST /topics", NULL, "{\"name\":\"C\",\"idempotency_key\":\"a\"}",
		"{\"name\":\"C\",\"allow_namesake\":true}" },
	{ "POST /api/v1/topics", NULL, "{\"idempotency_key\":\"a\"}",
		"idempotency_key: unknown field \"idempotency_key\"" },
	{ "POST /api/v1/topics?idempotency_key=a", NULL, "{}",
		"idempotency_key: unknown query parameter \"idempotency_key\"" },
	{ "DELETE /api/v1/topics/7", "*", NULL, "{\"topic_id\":7,\"if_match\":\"*\"}" },
	{ "DELETE /api/v1/topics/7", "\"a\", W/\"b\" ,\"c\"", NULL,
		"{\"topic_id\":7,\"if_match\":\"a,c\"}" },
	{ "DELETE /api/v1/topics/7", "\"a,b\", \"*\", \"\"", NULL,
		"{\"topic_id\":7,\"if_match\":\"\"}" },
	{ "GET /api/v1/topics/7", "\"a\"", NULL, "{\"topic_id\":7}" },
};

static struct route_index routes;

static void set_up(void)
{
	ck_assert(route_index_init(&routes, &route_table, NULL) == ST_OK);
}

static void tear_down(void)
{
	route_index_fini(&routes);
}

static void put_request(struct buf *out, size_t i)
{
	buf_printf(out, "%s HTTP/1.1\r\nHost: a\r\n", requests[i].request);
	if (requests[i].if_match)
		buf_printf(out, "If-Match: %s\r\n", requests[i].if_match);
	buf_text(out, "\r\n");
}

static void show(const struct http_request *http, const char *body, struct buf *out)
{
	struct route_match match;
	struct json_in *json = NULL;
	struct buf params = { 0 };
	struct fail why = { 0 };
	unsigned char id[16];
	ck_assert(uuid_parse(SPAN(ID), id));
	ck_assert_int_eq(route_find(&routes, http->method, http->path, &match), ST_OK);
	if (body)
		ck_assert_int_eq(json_in_parse(span_of(body), &json, &why), ST_OK);
	struct http_conditions conditions;
	ck_assert_int_eq(http_conditions_read(http, &conditions, &why), ST_OK);
	struct request_source source = { .http = http,
		.route = match.route,
		.path_values = match.values,
		.conditions = &conditions,
		.json = json,
		.generated_id = match.route->generated ? id : NULL };
	struct param_writer writer = param_writer_open(&params, &why);
	enum status st = request_params_put(&source, &writer);
	param_writer_close(&writer);
	if (st == ST_OK)
		json_out_value(out, buf_view(&params));
	else
		buf_printf(out, "%s: %s", why.field, why.text);
	json_in_free(&json);
	buf_fini(&params);
}

static void read_request(struct http_reader *reader, struct buf *bytes)
{
	struct fail why = { 0 };
	struct span rest = buf_view(bytes);
	ck_assert_msg(http_reader_feed(reader, &rest, &why) == HTTP_COMPLETE, "%s", why.text);
}

START_TEST(a_request_becomes_its_params)
{
	struct http_reader reader = { 0 };
	struct buf bytes = { 0 }, shown = { 0 };
	put_request(&bytes, (size_t)_i);
	read_request(&reader, &bytes);
	show(&reader.request, requests[_i].body, &shown);
	ck_assert_msg(span_is(buf_view(&shown), requests[_i].params), "%s gave %.*s",
		requests[_i].request, (int)shown.len, shown.bytes);
	http_reader_fini(&reader);
	buf_fini(&bytes);
	buf_fini(&shown);
}
END_TEST

#define BYTES_64 "0123456789abcdef0123456789ABCDEF!#$%&'*+-.^_`|~0123456789abcdef<"
#define BYTES_255                                                                                  \
	BYTES_64 BYTES_64 BYTES_64 "1234567890123456789012345678901234567890123456789012345678901" \
				   "23"
#define KEY     "Idempotency-Key: "
#define VISIBLE "Idempotency-Key must be 1 to 255 visible ASCII characters"

static const struct {
	const char *request, *fields;
	const char *key; /* NULL: refused */
	const char *why;
} keys[] = {
	{ "POST /topics", "", "", NULL },
	{ "POST /topics", KEY "a\r\n", "a", NULL },
	{ "POST /sessions", "idempotency-key:\t\"8e03978e-40d5\" \r\n", "\"8e03978e-40d5\"", NULL },
	{ "POST /topics", KEY BYTES_255 "\r\n", BYTES_255, NULL },
	{ "POST /topics", KEY BYTES_255 "x\r\n", NULL, VISIBLE },
	{ "POST /topics", KEY "\r\n", NULL, VISIBLE },
	{ "POST /topics", KEY "a b\r\n", NULL, VISIBLE },
	{ "POST /topics", KEY "a\tb\r\n", NULL, VISIBLE },
	{ "POST /topics", KEY "\xc3\xbc\r\n", NULL, VISIBLE },
	{ "POST /topics", KEY "a\r\n" KEY "b\r\n", NULL, "Idempotency-Key must be given once" },
	{ "POST /topics", KEY "a\r\n" KEY "a\r\n", NULL, "Idempotency-Key must be given once" },
	{ "GET /topics", KEY "a b\r\n", "", NULL },
	{ "PUT /api/v1/sessions/" ID, KEY "a\r\n", "", NULL },
};

START_TEST(a_post_gives_its_idempotency_key)
{
	struct http_reader reader = { 0 };
	struct buf bytes = { 0 };
	struct fail why = { 0 };
	struct span key = SPAN("untouched");
	buf_printf(&bytes, "%s HTTP/1.1\r\nHost: a\r\n%s\r\n", keys[_i].request, keys[_i].fields);
	read_request(&reader, &bytes);
	enum status st = request_headers_key(&reader.request, &key, &why);
	ck_assert_int_eq(st, keys[_i].key ? ST_OK : ST_INVALID_INPUT);
	ck_assert(span_is(key, keys[_i].key ? keys[_i].key : "untouched"));
	ck_assert_str_eq(why.text, keys[_i].key ? "" : keys[_i].why);
	ck_assert_str_eq(why.field, keys[_i].key ? "" : "Idempotency-Key");
	http_reader_fini(&reader);
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_key_becomes_a_param_if_the_method_has_one)
{
	struct http_reader reader = { 0 };
	struct buf bytes = { 0 }, params = { 0 };
	struct fail why = { 0 };
	struct route_match match;
	buf_text(&bytes, "POST /api/v1/topics HTTP/1.1\r\nHost: a\r\n\r\n");
	read_request(&reader, &bytes);
	ck_assert_int_eq(
		route_find(&routes, reader.request.method, reader.request.path, &match), ST_OK);
	struct route route = *match.route;
	route.method = method_find(_i ? SPAN("topics.delete") : SPAN("topics.create"));
	struct request_source source = {
		.http = &reader.request, .route = &route, .idempotency_key = SPAN("a")
	};
	struct param_writer writer = param_writer_open(&params, &why);
	ck_assert_int_eq(request_params_put(&source, &writer), ST_OK);
	ck_assert_uint_eq(writer.count, _i ? 0 : 1);
	http_reader_fini(&reader);
	buf_fini(&bytes);
	buf_fini(&params);
}
END_TEST

START_TEST(a_list_that_is_sent_whole_takes_no_page)
{
	struct route_match match;
	ck_assert_int_eq(route_find(&routes, SPAN("GET"), SPAN("/api/v1/topics"), &match), ST_OK);
	struct route_row row = *match.route->row;
	struct route route = *match.route;
	const struct param *sort = method_param(route.method, SPAN("sort"));
	const struct param *limit = method_param(route.method, SPAN("limit"));
	const struct param *cursor = method_param(route.method, SPAN("cursor"));
	ck_assert(!route_is_streamed(&route));
	ck_assert_int_eq(request_params_place(&route, limit), PLACE_QUERY);
	row.is_whole = true;
	route.row = &row;
	ck_assert(route_is_streamed(&route));
	ck_assert_int_eq(request_params_place(&route, limit), PLACE_NONE);
	ck_assert_int_eq(request_params_place(&route, cursor), PLACE_NONE);
	ck_assert_int_eq(request_params_place(&route, sort), PLACE_QUERY);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("request_params");
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(
		tc, a_request_becomes_its_params, 0, sizeof requests / sizeof *requests);
	tcase_add_loop_test(tc, a_post_gives_its_idempotency_key, 0, sizeof keys / sizeof *keys);
	tcase_add_loop_test(tc, a_key_becomes_a_param_if_the_method_has_one, 0, 2);
	tcase_add_test(tc, a_list_that_is_sent_whole_takes_no_page);
	return suite_run("request_params", tc);
}
