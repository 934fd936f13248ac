#include "gateway/request_path.h"
#include "tests/unit/suite.h"

static void nothing(struct api_request **r)
{
	(void)r;
}

static const struct route_row rows[] = {
	{ .method = "GET", .path = "/topics/{topic_id}", .rpc = "topics.get" },
	{ .method = "GET", .path = "/api/v1/topics/{topic_id}", .rpc = "topics.get" },
	{ .method = "GET", .path = "/api/topics/{topic_id}", .rpc = "topics.get" },
	{ .method = "GET", .path = "/api/topics/{topic_id}/sessions", .rpc = "sessions.list" },
	{ .method = "GET", .path = "/api/own/{topic_id}", .rpc = "topics.get",
		.bad_id = ST_INVALID_INPUT },
	{ .method = "GET", .path = "/api/sessions/{session_id}", .rpc = "sessions.get" },
	{ .method = "GET", .path = "/api/files/{name}", .start = nothing },
};

static const struct {
	const char *path;
	enum status st;
} checked[] = {
	/* the worker checks these */
	{ "/topics/abc", ST_OK },
	{ "/api/v1/topics/-1", ST_OK },
	{ "/api/sessions/abc", ST_OK },
	{ "/api/files/abc", ST_OK },
	/* digits */
	{ "/api/topics/7", ST_OK },
	{ "/api/topics/%37/", ST_OK },
	{ "/api/topics/007", ST_OK },
	{ "/api/topics/7/sessions", ST_OK },
	{ "/api/own/7", ST_OK },
	/* no digits */
	{ "/api/topics/abc", ST_NOT_FOUND },
	{ "/api/topics/-1", ST_NOT_FOUND },
	{ "/api/topics/+1", ST_NOT_FOUND },
	{ "/api/topics/1.5", ST_NOT_FOUND },
	{ "/api/topics/%201", ST_NOT_FOUND },
	{ "/api/topics/%00", ST_NOT_FOUND },
	{ "/api/topics/%D9%A1", ST_NOT_FOUND },
	{ "/api/topics/x/sessions", ST_NOT_FOUND },
	{ "/api/own/abc", ST_INVALID_INPUT },
	{ "/api/own/-1", ST_INVALID_INPUT },
	/* ids that no row has */
	{ "/api/topics/0", ST_TOPIC_NOT_FOUND },
	{ "/api/topics/99999999999999999999", ST_TOPIC_NOT_FOUND },
	{ "/api/own/99999999999999999999", ST_TOPIC_NOT_FOUND },
	{ "/api/topics/0/sessions", ST_NOT_FOUND },
};

START_TEST(an_id_is_checked_by_the_rules_of_its_dialect)
{
	struct route_table table = { .rows = rows, .count = sizeof rows / sizeof *rows };
	struct route_index index;
	struct route_match match;
	struct fail why = { 0 };
	ck_assert_msg(route_index_init(&index, &table, &why) == ST_OK, "%s", why.text);
	ck_assert(route_find(&index, SPAN("GET"), span_of(checked[_i].path), &match) == ST_OK);
	enum status st = request_path_check(&match, &why);
	ck_assert_msg(st == checked[_i].st, "%s: %s", checked[_i].path, status_info(st)->code);
	if (st == ST_INVALID_INPUT)
		ck_assert_str_eq(why.field, "topic_id");
	route_index_fini(&index);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("request_path");
	tcase_add_loop_test(tests, an_id_is_checked_by_the_rules_of_its_dialect, 0,
		sizeof checked / sizeof *checked);
	return suite_run("request_path", tests);
}
