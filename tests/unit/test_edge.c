#include <malloc.h>

#include "tests/unit/edge_app.h"

START_TEST(a_connection_is_kept_and_serves_request_after_request)
{
	responds_at_once = true;
	int fd = open_client();
	for (int i = 0; i < 3; i++) {
		send_text(fd, GET("/a"));
		expect_times(fd, "GET /a .", 1);
		ck_assert_ptr_nonnull(strstr(received, "HTTP/1.1 200 OK\r\nDate: "));
		ck_assert_ptr_nonnull(strstr(received, "GMT\r\n"));
		ck_assert_ptr_nonnull(
			strstr(received, "Content-Type: text/plain\r\nX-Test: yes\r\n"));
		ck_assert_ptr_nonnull(strstr(received, "Content-Length: 8\r\n\r\n"));
		ck_assert_ptr_null(strstr(received, "Connection:"));
		received_len = 0;
	}
	ck_assert_uint_eq(edge_counts(edge).requests, 3);
	ck_assert_uint_eq(edge_counts(edge).accepted, 1);
	close(fd);
	run_until_connections(0);
	ck_assert_uint_eq(gone, 0);
}
END_TEST

START_TEST(a_request_may_come_byte_by_byte)
{
	responds_at_once = true;
	int fd = open_client();
	const char *bytes =
		"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody" GET("/c");
	for (const char *at = bytes; *at; at++)
		send_bytes(fd, at, 1);
	expect_times(fd, "POST /b body.", 1);
	expect_times(fd, "GET /c .", 1);
	close(fd);
}
END_TEST

START_TEST(pipelined_requests_get_their_responses_in_order)
{
	int fd = open_client();
	send_text(fd, GET("/1") GET("/2") GET("/3"));
	for (size_t i = 0; i < 3; i++) {
		run_until(&dispatched, i + 1);
		step();
		ck_assert_uint_eq(dispatched, i + 1);
		respond(&pending[i]);
	}
	expect_times(fd, "GET /3 .", 1);
	ck_assert(strstr(received, "GET /1 .") < strstr(received, "GET /2 ."));
	ck_assert(strstr(received, "GET /2 .") < strstr(received, "GET /3 ."));
	close(fd);
}
END_TEST

START_TEST(a_response_at_once_neither_recurses_nor_starves_others)
{
	responds_at_once = true;
	int busy = open_client(), other = open_client();
	struct buf many = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_text(&many, GET("/p"));
	size_t sent = 0;
	while (sent < many.len) /* before the loop reads any */
		sent += (size_t)send(busy, many.bytes + sent, many.len - sent, 0);
	ck_assert_int_eq(send(other, GET("/o"), strlen(GET("/o")), 0), (int)strlen(GET("/o")));
	while (strstr(received, "GET /o .") == NULL)
		if (receive(other) == -2)
			step();
	ck_assert_uint_lt(dispatched, 1000);
	while (dispatched < 1001) {
		received_len = 0;
		if (receive(busy) == -2)
			step();
	}
	ck_assert_uint_eq(deepest, 1);
	buf_fini(&many);
	close(busy);
	close(other);
}
END_TEST

START_TEST(head_returns_the_length_without_the_body)
{
	responds_at_once = true;
	int fd = open_client();
	send_text(fd, "HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n" GET("/g"));
	expect_times(fd, "GET /g .", 1);
	ck_assert_int_eq(count_of("HEAD /h"), 0);
	ck_assert_int_eq(count_of("Content-Length: 9\r\n\r\nHTTP/1.1 200 OK"), 1);
	close(fd);
}
END_TEST

static const int bodiless[] = { 204, 304 };

START_TEST(no_content_has_no_length_and_no_body)
{
	int fd = open_client();
	send_text(fd, GET("/1") GET("/2"));
	run_until(&dispatched, 1);
	exchange_respond(&pending[0], &(struct exchange_response){ .http_status = bodiless[_i],
					      .static_body = SPAN("no") });
	run_until(&dispatched, 2);
	respond(&pending[1]);
	expect_times(fd, "GET /2 .", 1);
	ck_assert_int_eq(count_of("Content-Length"), 1);
	ck_assert_int_eq(count_of("no"), 0);
	close(fd);
}
END_TEST

START_TEST(a_client_that_waits_for_100_continue_gets_it)
{
	responds_at_once = true;
	int fd = open_client();
	const char *head =
		"POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
	send_text(fd, head);
	expect(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	send_text(fd, "body");
	expect(fd, "POST /e body.");
	close(fd);
}
END_TEST

START_TEST(a_client_that_sends_its_body_at_once_gets_no_100_continue)
{
	responds_at_once = true;
	int fd = open_client();
	send_text(fd, "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: "
		      "100-continue\r\n\r\nbody");
	expect_times(fd, "POST /e body.", 1);
	ck_assert_int_eq(count_of("100 Continue"), 0);
	close(fd);
}
END_TEST

START_TEST(http_1_0_gets_a_response_and_is_closed)
{
	responds_at_once = true;
	int fd = open_client();
	send_text(fd, "GET /old HTTP/1.0\r\n\r\n");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /old ."), 1);
}
END_TEST

START_TEST(http_1_0_is_kept_if_it_asks)
{
	responds_at_once = true;
	int fd = open_client();
	for (int i = 0; i < 2; i++) {
		send_text(fd, "GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
		expect(fd, "Connection: keep-alive\r\n\r\nGET /old .");
	}
	close(fd);
}
END_TEST

START_TEST(after_connection_close_input_is_dropped)
{
	responds_at_once = true;
	int fd = open_client();
	send_text(fd, "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" GET("/not"));
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /last ."), 1);
	ck_assert_uint_eq(dispatched, 1);
	run_until_connections(0);
}
END_TEST

START_TEST(static_bytes_are_sent_whole)
{
	int fd = open_client();
	send_text(fd, GET("/1") GET("/2"));
	run_until(&dispatched, 1);
	exchange_set_data(pending[0], NULL, NULL);
	exchange_respond(&pending[0],
		&(struct exchange_response){ .http_status = 200, .static_body = SPAN("static") });
	run_until(&dispatched, 2);
	respond(&pending[1]);
	expect_times(fd, "GET /2 .", 1);
	ck_assert_int_eq(count_of("Content-Length: 6\r\n\r\nstaticHTTP/1.1 200"), 1);
	close(fd);
}
END_TEST

static void abort_at_once(struct exchange *x, void *arg)
{
	(void)arg;
	dispatched++;
	exchange_abort(&x);
}

START_TEST(a_request_may_be_aborted_while_it_is_dispatched)
{
	options.on_request = abort_at_once;
	reopen();
	int fd = open_client();
	send_text(fd, GET("/1") GET("/2"));
	ck_assert_int_eq(expect_end(fd), -1);
	ck_assert_uint_eq(dispatched, 1);
}
END_TEST

START_TEST(freeing_the_edge_reports_requests_in_flight)
{
	int fd = open_client();
	send_text(fd, GET("/1"));
	run_until(&dispatched, 1);
	edge_free(&edge);
	ck_assert_uint_eq(gone, 1);
	ck_assert_int_eq(expect_end(fd), 0);
}
END_TEST

START_TEST(an_idle_connection_costs_little)
{
	enum { COUNT = 400 };
	responds_at_once = true;
	int fds[COUNT];
	size_t before = 0;
	for (int i = 0; i < COUNT; i++) {
		fds[i] = open_client();
		send_text(fds[i], GET("/1"));
		expect(fds[i], "GET /1 .");
		if (i == 0)
			before = mallinfo2().uordblks;
	}
	ck_assert_uint_eq(edge_counts(edge).connections, COUNT);
	ck_assert_uint_lt(mallinfo2().uordblks - before, COUNT * 2048);
	for (int i = 0; i < COUNT; i++)
		close(fds[i]);
	run_until_connections(0);
}
END_TEST

int main(void)
{
	TCase *tests = edge_tests_new("edge");
	tcase_add_test(tests, a_connection_is_kept_and_serves_request_after_request);
	tcase_add_test(tests, a_request_may_come_byte_by_byte);
	tcase_add_test(tests, pipelined_requests_get_their_responses_in_order);
	tcase_add_test(tests, a_response_at_once_neither_recurses_nor_starves_others);
	tcase_add_test(tests, head_returns_the_length_without_the_body);
	tcase_add_loop_test(tests, no_content_has_no_length_and_no_body, 0, 2);
	tcase_add_test(tests, a_client_that_waits_for_100_continue_gets_it);
	tcase_add_test(tests, a_client_that_sends_its_body_at_once_gets_no_100_continue);
	tcase_add_test(tests, http_1_0_gets_a_response_and_is_closed);
	tcase_add_test(tests, http_1_0_is_kept_if_it_asks);
	tcase_add_test(tests, after_connection_close_input_is_dropped);
	tcase_add_test(tests, static_bytes_are_sent_whole);
	tcase_add_test(tests, a_request_may_be_aborted_while_it_is_dispatched);
	tcase_add_test(tests, freeing_the_edge_reports_requests_in_flight);
	tcase_add_test(tests, an_idle_connection_costs_little);
	return suite_run("edge", tests);
}
