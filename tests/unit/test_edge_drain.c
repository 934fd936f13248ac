#include "tests/unit/edge_app.h"

START_TEST(a_drain_waits_for_responses_and_closes_the_rest)
{
	int idle = open_client(), busy = open_client(), half = open_client(),
	    port = edge_port(edge);
	send_text(half, "GET /half HTTP/1.1\r\nHost: h\r\n");
	send_text(busy, GET("/busy") GET("/dropped"));
	run_until(&dispatched, 1);
	run_until_connections(3);
	edge_drain(edge, on_drained, &edge);
	ck_assert_uint_eq(drained, 0);
	ck_assert_int_eq(expect_end(idle), 0);
	ck_assert_uint_eq(received_len, 0);
	int late = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(connect(late, (struct sockaddr *)&at, sizeof at), -1);
	close(late);
	respond(&pending[0]);
	ck_assert_int_eq(expect_end(busy), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /busy ."), 1);
	send_text(half, "\r\n");
	run_until(&dispatched, 2);
	ck_assert_uint_eq(drained, 0);
	respond(&pending[1]);
	ck_assert_int_eq(expect_end(half), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /half ."), 1);
	run_until(&drained, 1);
	step();
	ck_assert_uint_eq(drained, 1);
}
END_TEST

/* The client sends its next request while the edge begins to drain. */
START_TEST(a_drain_answers_the_next_request_of_an_idle_connection)
{
	options.deadlines.quiet_ms = 60000;
	reopen();
	int used = open_client(), unused = open_client();
	send_text(used, GET("/1"));
	run_until(&dispatched, 1);
	respond(&pending[0]);
	run_until_connections(2);
	edge_drain(edge, on_drained, &edge);
	run_steps(20);
	send_text(used, GET("/2"));
	run_until(&dispatched, 2);
	respond(&pending[1]);
	send_text(unused, GET("/3"));
	run_until(&dispatched, 3);
	respond(&pending[2]);
	ck_assert_int_eq(expect_end(used), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /2 ."), 1);
	ck_assert_int_eq(expect_end(unused), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /3 ."), 1);
	run_until(&drained, 1);
}
END_TEST

/* These connections do not end by themselves. */
START_TEST(a_drain_has_a_limit_and_counts_what_it_cuts_off)
{
	options.deadlines.drain_ms = 100;
	reopen();
	int stalled = open_client_of_window(4096), unanswered = open_client(), half = open_client();
	send_text(stalled, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	send_text(unanswered, GET("/u"));
	run_until(&dispatched, 2);
	send_text(half, "GET");
	run_until_connections(3);
	edge_drain(edge, on_drained, &edge);
	run_until(&drained, 1);
	ck_assert_uint_eq(edge_counts(edge).connections, 0);
	ck_assert_uint_eq(edge_counts(edge).cut_requests, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_responses, 1);
	ck_assert_uint_eq(gone, 2);
	ck_assert_int_eq(expect_end(unanswered), -1);
	ck_assert_uint_eq(received_len, 0);
	close(half);
	close(stalled);
}
END_TEST

/* By its write period, which a drain shortens, and not by the limit of the drain. */
START_TEST(a_reader_that_stalls_is_cut_off_soon_in_a_drain)
{
	options.deadlines.write_ms = _i == 0 ? 100 : 60000;
	reopen();
	int stalled = open_client_of_window(4096);
	send_text(stalled, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	edge_drain(edge, on_drained, &edge);
	run_until(&drained, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_responses, 1);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	close(stalled);
}
END_TEST

static size_t drain_calls;

static void count_drains(struct exchange *x, void *data)
{
	(void)x, (void)data;
	drain_calls++;
}

static void end_politely(struct exchange *x, void *data)
{
	ck_assert_ptr_eq(data, &gone);
	drain_calls++;
	exchange_set_data(x, NULL, NULL);
	(void)write_bytes(x, SPAN("bye"));
	exchange_end(&x);
}

START_TEST(a_stream_can_end_politely_when_the_edge_drains)
{
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	exchange_on_drain(pending[0], end_politely);
	(void)write_bytes(pending[0], SPAN("hello"));
	expect(fd, "hello\r\n");
	run_steps(20);
	ck_assert_uint_eq(drain_calls, 0);
	edge_drain(edge, on_drained, &edge);
	ck_assert_uint_eq(drain_calls, 0); /* only from the loop */
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_str_eq(received, "3\r\nbye\r\n0\r\n\r\n");
	ck_assert_uint_eq(drain_calls, 1);
	run_until(&drained, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_responses, 0);
	ck_assert_uint_eq(gone, 0);
}
END_TEST

START_TEST(a_stream_that_begins_in_a_drain_learns_of_it)
{
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	edge_drain(edge, on_drained, &edge);
	run_steps(20);
	stream(pending[0]);
	exchange_on_drain(pending[0], end_politely);
	ck_assert_uint_eq(drain_calls, 0);
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("\r\n\r\n3\r\nbye\r\n0\r\n\r\n"), 1);
	ck_assert_int_eq(count_of("Connection: close\r\n"), 1);
	run_until(&drained, 1);
}
END_TEST

/* The stream goes on until the drain's limit, as one without on_drain does. */
START_TEST(on_drain_is_called_once)
{
	options.deadlines.drain_ms = 100;
	reopen();
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	exchange_on_drain(pending[0], count_drains);
	edge_drain(edge, on_drained, &edge);
	run_until(&drained, 1);
	ck_assert_uint_eq(drain_calls, 1);
	ck_assert_uint_eq(gone, 1);
	ck_assert_int_eq(expect_end(fd), -1);
}
END_TEST

START_TEST(a_drain_of_nothing_is_reported_from_the_loop)
{
	edge_drain(edge, on_drained, &edge);
	ck_assert_uint_eq(drained, 0);
	run_until(&drained, 1);
}
END_TEST

int main(void)
{
	TCase *tests = edge_tests_new("edge_drain");
	tcase_add_test(tests, a_drain_waits_for_responses_and_closes_the_rest);
	tcase_add_test(tests, a_drain_answers_the_next_request_of_an_idle_connection);
	tcase_add_test(tests, a_drain_has_a_limit_and_counts_what_it_cuts_off);
	tcase_add_loop_test(tests, a_reader_that_stalls_is_cut_off_soon_in_a_drain, 0, 2);
	tcase_add_test(tests, a_stream_can_end_politely_when_the_edge_drains);
	tcase_add_test(tests, a_stream_that_begins_in_a_drain_learns_of_it);
	tcase_add_test(tests, on_drain_is_called_once);
	tcase_add_test(tests, a_drain_of_nothing_is_reported_from_the_loop);
	return suite_run("edge_drain", tests);
}
