#include <string.h>

#include "common/msg.h"
#include "common/uuid.h"
#include "gateway/json_out.h"
#include "gateway/request_params.h"
#include "tests/unit/suite.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

/* A request's params are shown as JSON; a refusal as "FIELD: text". */
static const struct {
	const char *request; /* "METHOD TARGET" */
	const char *if_match, *body;
	const char *params;
} requests[] = {
	{ "GET /topics/7", NULL, NULL, "{\"topic_id\":7}" },
	{ "GET /topics/x%20y", NULL, NULL, "{\"topic_id\":\"x y\"}" },
	{ "GET /topics/7?whatever=1", NULL, NULL, "{\"topic_id\":7}" },
	{ "GET /topics/-1", NULL, NULL, "{\"topic_id\":-1}" },
	{ "GET /topics/99999999999999999999", NULL, NULL, "{\"topic_id\":\"99999999999999999999\"}" },
	{ "GET /topics/%ff", NULL, NULL, "topic_id: topic_id must be valid UTF-8" },
	{ "GET /sessions", NULL, NULL, "{}" },
	{ "GET /sessions?tag=C%2B%2B+basics", NULL, NULL, "{\"tag\":\"C++ basics\"}" },
	{ "GET /sessions?tag=&limit=3&sort=x", NULL, NULL, "{}" },
	{ "GET /sessions?tag=%f", NULL, NULL, ": the query holds a broken percent-escape" },
	{ "GET /sessions?tag=%c3%28", NULL, NULL, "tag: tag must be valid UTF-8" },
	{ "POST /topics", NULL, "{\"name\":\"C\",\"color\":\"red\"}", "{\"name\":\"C\"}" },
	{ "POST /topics?name=D", NULL, "{\"name\":\"C\"}", "{\"name\":\"C\"}" },
	{ "POST /sessions", NULL, "{\"topic_id\":1,\"session_id\":\"x\"}",
	  "{\"session_id\":\"" ID "\",\"topic_id\":1}" },
	{ "GET /api/v1/topics?limit=2&archived=true&q=a", NULL, NULL,
	  "{\"limit\":2,\"archived\":true,\"q\":\"a\"}" },
	{ "GET /api/v1/topics?archived=yes", NULL, NULL, "{\"archived\":\"yes\"}" },
	{ "GET /api/v1/topics?color=red", NULL, NULL, "color: unknown query parameter \"color\"" },
	{ "GET /api/v1/topics?q=", NULL, NULL, "{\"q\":\"\"}" },
	{ "GET /api/v1/topics?%zz=1", NULL, NULL, ": the query holds a broken percent-escape" },
	{ "GET /api/v1/topics/7?topic_id=8", NULL, NULL, "topic_id: unknown query parameter \"topic_id\"" },
	{ "POST /api/v1/topics?name=C", NULL, "{\"name\":\"C\"}", "name: unknown query parameter \"name\"" },
	{ "POST /api/v1/topics", NULL, "{\"name\":\"C\",\"color\":1}", "color: unknown field \"color\"" },
	{ "POST /api/v1/sessions", NULL, "{\"session_id\":\"" ID "\"}", "session_id: unknown field \"session_id\"" },
	{ "PUT /api/v1/sessions/" ID, NULL, "{\"topic_id\":1}", "{\"session_id\":\"" ID "\",\"topic_id\":1}" },
	{ "PATCH /api/v1/topics/7", NULL, "{\"topic_id\":8}", "topic_id: unknown field \"topic_id\"" },
	{ "PATCH /api/v1/topics/7", "\"a\"", "{\"name\":null}", "{\"topic_id\":7,\"if_match\":\"a\",\"name\":null}" },
	{ "PATCH /api/v1/topics/7", NULL, "{\"if_match\":\"a\"}", "if_match: unknown field \"if_match\"" },
	{ "DELETE /api/v1/topics/7", "*", NULL, "{\"topic_id\":7}" },
	{ "DELETE /api/v1/topics/7", "\"a\", W/\"b\" ,\"c\"", NULL, "{\"topic_id\":7,\"if_match\":\"a,W/\\\"b,c\"}" },
	{ "DELETE /api/v1/topics/7", "a", NULL, "If-Match: If-Match must be * or a list of quoted ETags" },
	{ "DELETE /api/v1/topics/7", "\"a\" x", NULL, "If-Match: If-Match must be * or a list of quoted ETags" },
	{ "DELETE /api/v1/topics/7", "\"a", NULL, "If-Match: If-Match must be * or a list of quoted ETags" },
	{ "GET /api/v1/topics/7", "\"a\"", NULL, "{\"topic_id\":7}" },
};

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
	uint32_t pairs = 0;
	ck_assert(uuid_parse(SPAN(ID), id));
	ck_assert_int_eq(route_find(http->method, http->path, &match), ST_OK);
	if (body)
		ck_assert_int_eq(json_in_parse(span_of(body), &json, &why), ST_OK);
	struct request_source source = { .http = http, .route = match.route, .match = &match,
		.method = method_find(span_of(match.route->rpc)), .json = json,
		.session_id = match.route->flags & ROUTE_MINT ? id : NULL };
	size_t mark = msg_open_map(&params);
	enum status st = request_params_put(&source, &params, &pairs, &why);
	msg_close(&params, mark, pairs);
	if (st == ST_OK)
		json_out_value(out, buf_view(&params));
	else
		buf_printf(out, "%s: %s", why.field, why.text);
	json_in_free(&json);
	buf_fini(&params);
}

START_TEST(a_request_becomes_its_params)
{
	struct http_reader reader = { 0 };
	struct buf bytes = { 0 }, shown = { 0 };
	struct fail why = { 0 };
	put_request(&bytes, (size_t)_i);
	struct span rest = buf_view(&bytes);
	ck_assert_int_eq(http_reader_feed(&reader, &rest, &why), HTTP_COMPLETE);
	show(&reader.request, requests[_i].body, &shown);
	ck_assert_msg(span_is(buf_view(&shown), requests[_i].params), "%s gave %.*s", requests[_i].request,
		(int)shown.len, shown.bytes);
	http_reader_fini(&reader);
	buf_fini(&bytes);
	buf_fini(&shown);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("request_params");
	tcase_add_loop_test(tc, a_request_becomes_its_params, 0, sizeof requests / sizeof *requests);
	return suite_run("request_params", tc);
}
