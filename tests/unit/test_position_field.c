/* StudyTracker-Position, in requests and responses. The test plays the worker. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/api_gateway.h"
#include "tests/unit/suite.h"

#define JSON "Content-Type: application/json\r\nContent-Length: "

static const struct position none;

static struct position at(int64_t lsn)
{
	return (struct position){ 1, lsn };
}

static void send_request(const char *line, const char *fields)
{
	char request[1024];
	(void)snprintf(
		request, sizeof request, "%s HTTP/1.1\r\nHost: localhost\r\n%s", line, fields);
	api_gateway_send(request);
}

static void respond_with_row(const struct envelope *e)
{
	struct buf row = { 0 };
	msg_put_map(&row, 2);
	msg_put_key(&row, "id");
	msg_put_int(&row, 7);
	msg_put_key(&row, "updated_at");
	msg_put_text(&row, SPAN("2026-01-01T00:00:00.000000Z"));
	api_gateway_respond(e, &row);
	buf_fini(&row);
}

static bool has_field(void)
{
	return strstr(api_gateway_response(), "StudyTracker-Position") != NULL;
}

/* A write whose worker tells this position. */
static void write_at(struct position committed, const char *field)
{
	api_gateway_commit(committed);
	send_request("POST /topics", JSON "12\r\n\r\n{\"name\":\"x\"}");
	struct envelope e = api_gateway_call("topics.create");
	respond_with_row(&e);
	api_gateway_expect("HTTP/1.1 201 ");
	api_gateway_expect("\r\n\r\n");
	ck_assert_msg(field ? strstr(api_gateway_response(), field) != NULL : !has_field(), "%s",
		api_gateway_response());
}

/* Returns the position that the worker gets with a read. */
static struct position read_with(const char *fields)
{
	char all[512];
	(void)snprintf(all, sizeof all, "%s\r\n", fields);
	send_request("GET /topics/7", all);
	struct envelope e = api_gateway_call("topics.get");
	struct position found = e.context.position;
	respond_with_row(&e);
	api_gateway_expect("HTTP/1.1 200 ");
	api_gateway_expect("\r\n\r\n");
	ck_assert(!has_field());
	return found;
}

START_TEST(the_response_to_a_write_has_the_position_after_it)
{
	write_at(none, NULL);
	write_at(at(500), "\r\nStudyTracker-Position: 1-500\r\n");
	write_at(at(400), "\r\nStudyTracker-Position: 1-500\r\n");
	write_at((struct position){ 2, 30 }, "\r\nStudyTracker-Position: 2-30\r\n");
	write_at(none, NULL);
}
END_TEST

static void refuse_write(const char *code, const char *status)
{
	send_request("PATCH /api/v1/topics/7", JSON "12\r\n\r\n{\"name\":\"x\"}");
	struct envelope e = api_gateway_call("topics.update");
	api_gateway_refuse(&e, code);
	api_gateway_expect(status);
	api_gateway_expect("\r\n\r\n");
}

START_TEST(a_refused_write_has_it_too_if_it_is_known)
{
	write_at(at(500), "1-500");
	refuse_write("TOPIC_NOT_FOUND", "HTTP/1.1 404 ");
	ck_assert(strstr(api_gateway_response(), "\r\nStudyTracker-Position: 1-500\r\n"));
	refuse_write("OUTCOME_UNKNOWN", "HTTP/1.1 503 ");
	ck_assert(!has_field());
}
END_TEST

START_TEST(a_read_sees_what_it_asks_for)
{
	write_at(at(500), "1-500");
	ck_assert_int_eq(read_with("").lsn, 500);
	ck_assert_int_eq(read_with("StudyTracker-Position: 1-400\r\n").lsn, 500);
	write_at(at(900), "1-900");
	ck_assert_int_eq(read_with("studytracker-position: 1-900\r\n").lsn, 900);
	/* one that this gateway has not seen: the primary */
	ck_assert(!position_is_set(read_with("StudyTracker-Position: 1-901\r\n")));
	ck_assert(!position_is_set(read_with("StudyTracker-Position: 2-1\r\n")));
	ck_assert_int_eq(read_with("").lsn, 900);
}
END_TEST

#define RULE "must be as a response had it: two numbers, TIMELINE-LSN"

static const struct {
	const char *line, *fields, *status, *text;
} refused[] = {
	{ "GET /topics/7", "StudyTracker-Position: x\r\n", "400",
		"{\"error\":{\"code\":\"INVALID_INPUT\",\"message\":\"StudyTracker-Position " RULE
		"\",\"field\":\"StudyTracker-Position\"}" },
	{ "GET /topics", "StudyTracker-Position:\r\n", "400", RULE },
	{ "GET /health", "StudyTracker-Position: 0-1\r\n", "400", RULE },
	{ "GET /api/tasks", "StudyTracker-Position: 1-2, 1-3\r\n", "400", RULE },
	{ "DELETE /api/v1/topics/7", "StudyTracker-Position: 1--2\r\n", "400", RULE },
	{ "GET /topics/7", "StudyTracker-Position: 1-2\r\nStudyTracker-Position: 1-2\r\n", "400",
		"StudyTracker-Position must be given once" },
	{ "GET /nowhere", "StudyTracker-Position: x\r\n", "404", "NOT_FOUND" },
};

START_TEST(a_value_that_is_no_position_is_refused)
{
	char all[512];
	(void)snprintf(all, sizeof all, "%s\r\n", refused[_i].fields);
	send_request(refused[_i].line, all);
	(void)snprintf(all, sizeof all, "HTTP/1.1 %s ", refused[_i].status);
	api_gateway_expect(all);
	api_gateway_expect(refused[_i].text);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("position_field");
	tcase_add_checked_fixture(tests, api_gateway_open, api_gateway_close);
	tcase_add_test(tests, the_response_to_a_write_has_the_position_after_it);
	tcase_add_test(tests, a_refused_write_has_it_too_if_it_is_known);
	tcase_add_test(tests, a_read_sees_what_it_asks_for);
	tcase_add_loop_test(
		tests, a_value_that_is_no_position_is_refused, 0, sizeof refused / sizeof *refused);
	return suite_run("position_field", tests);
}
