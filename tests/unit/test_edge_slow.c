#include <malloc.h>

#include "common/service.h"
#include "gateway/edge_transport.h"
#include "gateway/output.h"
#include "tests/unit/edge_app.h"

static const char *const drips[] = { "GET /slow HTTP/1.1\r\nHost: h\r\nA: ",
	"POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" };

/* A byte now and then does not extend the deadline. */
START_TEST(a_dripping_request_is_timed_out)
{
	options.deadlines = (struct edge_deadlines){ .head_ms = 60, .body_ms = 60 };
	reopen();
	int fd = open_client();
	send_text(fd, drips[_i]);
	while (receive(fd) == -2) {
		(void)send(fd, "x", 1, MSG_NOSIGNAL);
		step();
	}
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 408 Request Timeout\r\n"), 1);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\n{\"code\":\"REQUEST_TIMEOUT\""), 1);
	ck_assert_int_eq(count_of("\"known\":1"), 1); /* a part of the head is enough */
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	run_until_connections(0);
}
END_TEST

START_TEST(an_idle_connection_is_closed_without_a_response)
{
	options.deadlines.idle_ms = 30;
	reopen();
	int fd = open_client();
	responds_at_once = true;
	send_text(fd, GET("/1"));
	expect(fd, "GET /1 .");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_uint_eq(received_len, 0);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 0);
}
END_TEST

static const char *const empty_lines[] = { "\r", "\r\n", "\r\n\r\n" };

/* Old clients send an empty line after a body (RFC 9112 section 2.2). */
START_TEST(a_connection_with_empty_lines_is_idle)
{
	options.deadlines = (struct edge_deadlines){ .head_ms = 20, .idle_ms = 60, .first_ms = 60 };
	reopen();
	int unserved = open_client(), fd = open_client();
	responds_at_once = true;
	send_text(unserved, empty_lines[_i]);
	send_text(fd, GET("/1"));
	expect(fd, "GET /1 .");
	send_text(fd, empty_lines[_i]);
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(expect_end(unserved), 0);
	ck_assert_uint_eq(received_len, 0);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 0);
}
END_TEST

/* Else such lines could renew the idle time without end. */
START_TEST(empty_lines_are_bounded_however_they_come)
{
	int fd = open_client();
	for (int i = 0; i < 2; i++) {
		send_text(fd, "\r\n");
		run_steps(5);
	}
	responds_at_once = true;
	send_text(fd, GET("/1"));
	expect(fd, "GET /1 .");
	for (int i = 0; i < 3; i++) {
		send_text(fd, "\r\n");
		run_steps(5);
	}
	expect(fd, "400 Bad Request");
	close(fd);
}
END_TEST

START_TEST(a_request_after_an_empty_line_has_its_deadline)
{
	options.deadlines.head_ms = 30;
	reopen();
	int fd = open_client();
	send_text(fd, "\r\n");
	run_steps(5);
	send_text(fd, "G");
	expect(fd, "408 Request Timeout");
	close(fd);
}
END_TEST

/* The timer of the first request expires meanwhile. */
START_TEST(each_request_renews_the_idle_time)
{
	enum { IDLE_MS = 1500 };
	options.deadlines.idle_ms = IDLE_MS;
	responds_at_once = true;
	reopen();
	int fd = open_client();
	uint64_t began_ms = service_now_ms(), last_ms = began_ms;
	while (last_ms - began_ms < 2 * IDLE_MS) {
		send_text(fd, GET("/1"));
		expect(fd, "GET /1 .");
		last_ms = service_now_ms();
		run_steps(10);
	}
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_uint_ge(service_now_ms() - last_ms, IDLE_MS - 10);
	ck_assert_uint_eq(received_len, 0);
}
END_TEST

/* A new connection has less time than one that has had a request. */
START_TEST(a_connection_that_sends_nothing_is_closed_without_a_response)
{
	options.deadlines.first_ms = 30;
	responds_at_once = true;
	reopen();
	int fd = open_client(), served = open_client();
	send_text(served, GET("/1"));
	expect(served, "GET /1 .");
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_uint_eq(received_len, 0);
	run_steps(30);
	send_text(served, GET("/2"));
	expect(served, "GET /2 .");
	ck_assert_uint_eq(edge_counts(edge).timed_out, 0);
	close(served);
}
END_TEST

START_TEST(a_dispatched_request_has_no_deadline_of_the_edge)
{
	options.deadlines = (struct edge_deadlines){ 10, 10, 10, 10 };
	reopen();
	int fd = open_client();
	/* in one piece: the second one might come after the deadline of the body */
	send_text(fd, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
	run_until(&dispatched, 1);
	run_steps(30);
	respond(&pending[0]);
	expect(fd, "POST /1 x.");
	ck_assert_int_eq(expect_end(fd), 0);
}
END_TEST

START_TEST(a_client_that_reads_nothing_is_cut)
{
	options.deadlines.write_ms = 50;
	reopen();
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	run_until_connections(0);
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	close(fd);
}
END_TEST

/* Requests wait in the kernel's buffers until the client reads. */
START_TEST(pipelined_requests_wait_while_responses_are_unread)
{
	enum { REQUESTS = 300 };
	options.on_request = respond_large_at_once;
	reopen();
	int fd = open_client();
	struct buf many = { 0 };
	for (int i = 0; i < REQUESTS; i++)
		buf_text(&many, GET("/1"));
	size_t sent = 0, stopped_at, before = mallinfo2().uordblks, total = 0;
	do {
		stopped_at = dispatched;
		ssize_t len = send(fd, many.bytes + sent, many.len - sent, MSG_NOSIGNAL);
		sent += len > 0 ? (size_t)len : 0;
		run_steps(30);
	} while (dispatched != stopped_at);
	ck_assert_uint_lt(dispatched, REQUESTS / 2); /* the kernel holds some megabytes */
	ck_assert_uint_lt(mallinfo2().uordblks - before, 1 << 20);
	while (total < (size_t)REQUESTS * sizeof large) {
		ssize_t len = sent < many.len ? send(fd, many.bytes + sent, many.len - sent, 0) : 0;
		sent += len > 0 ? (size_t)len : 0;
		received_len = 0;
		int n = receive(fd);
		ck_assert_msg(
			n > 0 || n == -2, "the connection ended after %zu requests", dispatched);
		for (size_t i = 0; i < received_len; i++)
			total += received[i] == '~';
		if (n == -2)
			step();
	}
	ck_assert_uint_eq(dispatched, REQUESTS);
	buf_fini(&many);
	close(fd);
}
END_TEST

/* A byte now and then does not renew the period. */
START_TEST(a_client_that_reads_by_bytes_is_cut)
{
	options.deadlines.write_ms = 200;
	reopen();
	int fd = open_client_of_window(4096);
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	while (edge_counts(edge).connections > 0) {
		char byte;
		(void)recv(fd, &byte, 1, 0);
		step();
	}
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	close(fd);
}
END_TEST

START_TEST(a_client_that_reads_slowly_but_fast_enough_is_kept)
{
	static char bytes[OUTPUT_RATE_BYTES];
	options.deadlines.write_ms = 3000;
	reopen();
	int fd = open_client_of_window(
		2 * OUTPUT_RATE_BYTES); /* the kernel reports steps of this size */
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	uint64_t began_ms = service_now_ms(), next_ms = began_ms;
	while (service_now_ms() - began_ms < 5000) {
		if (service_now_ms() >= next_ms) {
			(void)recv(fd, bytes, sizeof bytes, 0);
			next_ms += 200;
		}
		step();
	}
	ck_assert_uint_eq(edge_counts(edge).connections, 1);
	ck_assert_uint_eq(gone, 0);
	close(fd);
	run_until_connections(0);
}
END_TEST

/* The connection without progress for longest is closed; the others are served. */
START_TEST(unsent_responses_of_all_connections_have_a_bound)
{
	options.unsent_max = 320 << 10; /* each holds between EDGE_TRANSPORT_LOW and OUTPUT_FULL */
	reopen();
	int fds[8], others = open_client();
	for (size_t i = 0; i < 8; i++) {
		fds[i] = open_client_of_window(4096);
		send_text(fds[i], GET("/s"));
		run_until(&dispatched, i + 1);
		stream(pending[i]);
		written = 0;
		write_until_full(pending[i], NULL);
		run_steps(5);
	}
	ck_assert_uint_ge(gone, 1);
	ck_assert_uint_le(gone, 7);
	ck_assert_uint_eq(edge_counts(edge).connections, 9 - gone);
	responds_at_once = true;
	send_text(others, GET("/o"));
	expect(others, "GET /o .");
	ck_assert_int_gt(send(fds[7], "G", 1, MSG_NOSIGNAL), 0); /* the last one is still open */
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	close(others);
	run_until_connections(0);
}
END_TEST

/* The rest stays in the kernel. */
START_TEST(input_ahead_of_a_response_is_bounded)
{
	static const char flood[1 << 16];
	int fd = open_client();
	send_text(fd, GET("/1"));
	run_until(&dispatched, 1);
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < 200; i++) {
		(void)send(fd, flood, sizeof flood, MSG_NOSIGNAL);
		step();
	}
	ck_assert_uint_lt(mallinfo2().uordblks - before, 200000);
	respond(&pending[0]);
	expect_times(fd, "GET /1 .", 1);
	expect_times(fd, "400 Bad Request", 1);
	close(fd);
}
END_TEST

int main(void)
{
	TCase *tests = edge_tests_new("edge_slow");
	tcase_add_loop_test(tests, a_dripping_request_is_timed_out, 0, 2);
	tcase_add_test(tests, an_idle_connection_is_closed_without_a_response);
	tcase_add_loop_test(tests, a_connection_with_empty_lines_is_idle, 0, 3);
	tcase_add_test(tests, empty_lines_are_bounded_however_they_come);
	tcase_add_test(tests, a_request_after_an_empty_line_has_its_deadline);
	tcase_add_test(tests, each_request_renews_the_idle_time);
	tcase_add_test(tests, a_connection_that_sends_nothing_is_closed_without_a_response);
	tcase_add_test(tests, a_dispatched_request_has_no_deadline_of_the_edge);
	tcase_add_test(tests, a_client_that_reads_nothing_is_cut);
	tcase_add_test(tests, pipelined_requests_wait_while_responses_are_unread);
	tcase_add_test(tests, a_client_that_reads_by_bytes_is_cut);
	tcase_add_test(tests, a_client_that_reads_slowly_but_fast_enough_is_kept);
	tcase_add_test(tests, unsent_responses_of_all_connections_have_a_bound);
	tcase_add_test(tests, input_ahead_of_a_response_is_bounded);
	return suite_run("edge_slow", tests);
}
