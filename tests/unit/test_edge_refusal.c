#include "common/service.h"
#include "tests/unit/edge_app.h"

static enum status head_status;

static void on_head(struct exchange *x, void *arg)
{
	const struct http_request *http = exchange_request(x);
	ck_assert_ptr_eq(arg, &edge);
	ck_assert_uint_eq(http->body.len, 0);
	if (head_status == ST_OK || !span_is(http->path, "/no"))
		exchange_read_body(x);
	else
		exchange_refuse_body(&x, head_status, NULL);
}

static void refuse_heads_with(enum status st)
{
	head_status = st;
	options.on_head = on_head;
	responds_at_once = true;
	reopen();
}

#define POST_NO "POST /no HTTP/1.1\r\nHost: h\r\n"

/* Though the client sends no body. */
START_TEST(a_refused_head_gets_its_response_instead_of_100_continue)
{
	refuse_heads_with(ST_NOT_FOUND);
	int fd = open_client();
	send_text(fd, POST_NO "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 404 Not Found\r\n"), 1);
	ck_assert_int_eq(count_of("100 Continue"), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n"), 1);
	ck_assert_uint_eq(dispatched, 0);
	ck_assert_uint_eq(edge_counts(edge).refused, 1);
}
END_TEST

START_TEST(a_refused_head_gets_its_response_first_and_its_body_is_dropped)
{
	refuse_heads_with(ST_NOT_FOUND);
	int fd = open_client();
	send_text(fd, POST_NO "Content-Length: 4\r\n\r\n");
	expect(fd, "{\"code\":\"NOT_FOUND\",\"known\":1}");
	send_text(fd, "GET ");
	send_text(fd, GET("/next"));
	expect_times(fd, "GET /next .", 1);
	ck_assert_int_eq(count_of("HTTP/1.1 404"), 0);
	ck_assert_uint_eq(dispatched, 1);
	close(fd);
}
END_TEST

static const char *const long_bodies[] = { "Content-Length: 70000\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\n" };

START_TEST(a_refused_head_before_a_long_body_ends_the_connection)
{
	refuse_heads_with(ST_NOT_FOUND);
	int fd = open_client();
	send_text(fd, POST_NO);
	send_text(fd, long_bodies[_i]);
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 404 Not Found\r\n"), 1);
	ck_assert_uint_eq(dispatched, 0);
}
END_TEST

/* Though the rest of its body does not come in time. */
START_TEST(a_refused_head_gets_no_second_response)
{
	options.deadlines = (struct edge_deadlines){ .body_ms = 60 };
	refuse_heads_with(ST_NOT_FOUND);
	int fd = open_client();
	send_text(fd, POST_NO "Content-Length: 4\r\n\r\n");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 "), 1);
	options.deadlines = (struct edge_deadlines){ 0 };
}
END_TEST

START_TEST(a_request_without_a_body_does_not_reach_on_head)
{
	refuse_heads_with(ST_NOT_FOUND);
	int fd = open_client();
	send_text(fd, GET("/no"));
	expect_times(fd, "GET /no .", 1);
	close(fd);
}
END_TEST

/* Origin may come after the refused field: format_error then gets all fields that came. */
static const char *const refused_heads[] = {
	"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\nOrigin: o\r\n\r\n",
	"POST /x HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nExpect: more\r\n\r\n",
	"POST /x HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nTransfer-Encoding: gzip\r\n\r\n",
};

START_TEST(a_refusal_knows_the_fields_that_came)
{
	int fd = open_client();
	send_text(fd, refused_heads[_i]);
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("X-Origin: o\r\n"), 1);
}
END_TEST

static void count_gone(void *data)
{
	ck_assert_ptr_eq(data, &gone);
	gone++;
}

static void on_head_with_data(struct exchange *x, void *arg)
{
	exchange_set_data(x, &gone, count_gone);
	on_head(x, arg);
}

static const struct {
	const char *path, *response;
	size_t gone;
} refusals_with_data[] = {
	{ "/no", "HTTP/1.1 404 ", 0 },    /* the app refuses it */
	{ "/short", "HTTP/1.1 408 ", 1 }, /* the edge refuses it */
};

START_TEST(a_refusal_knows_the_data_of_the_app)
{
	options.deadlines = (struct edge_deadlines){ .body_ms = 60 };
	options.on_head = on_head_with_data;
	head_status = ST_NOT_FOUND;
	reopen();
	int fd = open_client();
	send_text(fd, "POST ");
	send_text(fd, refusals_with_data[_i].path);
	send_text(fd, " HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of(refusals_with_data[_i].response), 1);
	ck_assert_int_eq(count_of("X-Data: 1\r\n"), 1);
	ck_assert_uint_eq(gone, refusals_with_data[_i].gone);
}
END_TEST

/* Also after a request that was refused by its head. */
START_TEST(each_head_has_a_deadline_of_its_own)
{
	uint64_t began_ms = service_now_ms();
	options.deadlines.head_ms = 3000;
	refuse_heads_with(ST_NOT_FOUND);
	int fd = open_client();
	send_text(fd, "POST /no HTTP/1.1\r\nHost: h\r\n");
	while (service_now_ms() - began_ms < 1000)
		step();
	began_ms = service_now_ms();
	send_text(fd, "Content-Length: 4\r\n\r\nbodyGET /half HTTP/1.1\r\n");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 404 "), 1);
	ck_assert_int_eq(count_of("HTTP/1.1 408 "), 1);
	ck_assert_uint_ge(service_now_ms() - began_ms, 2950);
}
END_TEST

START_TEST(bytes_that_are_not_a_request_get_400)
{
	int fd = open_client();
	send_text(fd, "nonsense\r\n\r\n");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 400 Bad Request\r\n"), 1);
	ck_assert_int_eq(count_of("X-Test: error\r\n"), 1);
	ck_assert_int_eq(
		count_of("Connection: close\r\n\r\n{\"code\":\"BAD_REQUEST\",\"known\":0}"), 1);
	ck_assert_uint_eq(edge_counts(edge).refused, 1);
	ck_assert_uint_eq(dispatched, 0);
	run_until_connections(0);
}
END_TEST

/* The rest of the body arrives after the response: it must not cause RST. */
START_TEST(a_refused_client_that_goes_on_sending_reads_its_response)
{
	static const char body[150000];
	int fd = open_client();
	send_text(fd, "POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n");
	send_bytes(fd, body, sizeof body);
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 413 "), 1);
	run_until_connections(0);
}
END_TEST

START_TEST(a_refused_client_that_never_stops_is_cut)
{
	static const char body[1 << 16];
	int fd = open_client();
	send_text(fd, "POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n");
	while (edge_counts(edge).connections > 0) {
		(void)send(fd, body, sizeof body, MSG_NOSIGNAL);
		step();
	}
	close(fd);
}
END_TEST

START_TEST(a_refused_client_that_stays_is_closed_after_a_while)
{
	int fd = open_client();
	send_text(fd, "nonsense\r\n\r\n");
	expect(fd, "400 Bad Request");
	run_until_connections(0);
	close(fd);
}
END_TEST

int main(void)
{
	TCase *tests = edge_tests_new("edge_refusal");
	tcase_add_test(tests, a_refused_head_gets_its_response_instead_of_100_continue);
	tcase_add_test(tests, a_refused_head_gets_its_response_first_and_its_body_is_dropped);
	tcase_add_loop_test(tests, a_refused_head_before_a_long_body_ends_the_connection, 0, 2);
	tcase_add_test(tests, a_refused_head_gets_no_second_response);
	tcase_add_test(tests, a_request_without_a_body_does_not_reach_on_head);
	tcase_add_loop_test(tests, a_refusal_knows_the_fields_that_came, 0, 3);
	tcase_add_loop_test(tests, a_refusal_knows_the_data_of_the_app, 0, 2);
	tcase_add_test(tests, each_head_has_a_deadline_of_its_own);
	tcase_add_test(tests, bytes_that_are_not_a_request_get_400);
	tcase_add_test(tests, a_refused_client_that_goes_on_sending_reads_its_response);
	tcase_add_test(tests, a_refused_client_that_never_stops_is_cut);
	tcase_add_test(tests, a_refused_client_that_stays_is_closed_after_a_while);
	return suite_run("edge_refusal", tests);
}
