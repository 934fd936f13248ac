#include "tests/unit/edge_app.h"

START_TEST(a_stream_waits_for_its_reader_and_comes_whole)
{
	int fd = open_client();
	static const int small = 1 << 16;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	send_text(fd, GET("/s") GET("/next"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	size_t stopped_at; /* nobody reads, so the kernel soon takes no more */
	do {
		stopped_at = written;
		for (int i = 0; i < 20; i++)
			step();
	} while (written != stopped_at);
	ck_assert_uint_lt(written, STREAM_TOTAL);
	ck_assert_uint_eq(receive_stream(fd, "0\r\n\r\n"), STREAM_TOTAL);
	ck_assert_uint_gt(writable_calls, 2);
	run_until(&dispatched, 2);
	respond(&pending[1]);
	expect(fd, "GET /next .");
	close(fd);
}
END_TEST

START_TEST(a_stream_to_http_1_0_ends_with_the_connection)
{
	int fd = open_client();
	send_text(fd, "GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	run_until(&dispatched, 1);
	stream(pending[0]);
	(void)write_bytes(pending[0], SPAN("abc"));
	(void)write_bytes(pending[0], SPAN(""));
	(void)write_bytes(pending[0], SPAN("def"));
	exchange_end(&pending[0]);
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nabcdef"), 1);
	ck_assert_int_eq(count_of("chunked"), 0);
}
END_TEST

START_TEST(a_small_stream_is_chunked)
{
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	ck_assert(!write_bytes(pending[0], SPAN("abcdefghijklmnopq")));
	ck_assert(!write_bytes(pending[0], SPAN("")));
	exchange_end(&pending[0]);
	ck_assert_ptr_null(pending[0]);
	expect(fd, "Transfer-Encoding: chunked\r\n\r\n11\r\nabcdefghijklmnopq\r\n0\r\n\r\n");
	close(fd);
}
END_TEST

START_TEST(a_stream_to_head_is_its_head)
{
	int fd = open_client();
	send_text(fd, "HEAD /s HTTP/1.1\r\nHost: h\r\n\r\n" GET("/next"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	ck_assert(!write_bytes(pending[0], SPAN("abc")));
	exchange_end(&pending[0]);
	run_until(&dispatched, 2);
	respond(&pending[1]);
	expect(fd, "Transfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n");
	close(fd);
}
END_TEST

START_TEST(an_aborted_response_does_not_look_whole)
{
	int fd = open_client();
	send_text(fd, _i ? GET("/s") : "GET /s HTTP/1.0\r\n\r\n");
	run_until(&dispatched, 1);
	stream(pending[0]);
	(void)write_bytes(pending[0], SPAN("half"));
	expect(fd, "half");
	exchange_abort(&pending[0]);
	ck_assert_ptr_null(pending[0]);
	ck_assert_int_eq(expect_end(fd), -1);
	ck_assert_uint_eq(gone, 0);
	ck_assert_uint_eq(edge_counts(edge).connections, 0);
}
END_TEST

static const struct {
	const char *request, *code;
	bool is_body; /* the body has failed, else the headers */
} failures[] = {
	{ "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", "NO_MEMORY", true },
	{ "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", "NO_MEMORY", false },
	{ "PATCH /1 HTTP/1.1\r\nHost: h\r\n\r\n", "OUTCOME_UNKNOWN", true },
};

START_TEST(a_response_without_memory_is_503_and_never_a_part)
{
	struct buf whole = { 0 }, failed = { .failed = true };
	buf_text(&whole, "Whole: yes\r\n");
	int fd = open_client();
	send_text(fd, failures[_i].request);
	run_until(&dispatched, 1);
	exchange_set_data(pending[0], NULL, NULL);
	exchange_respond(&pending[0], &(struct exchange_response){ .http_status = 200,
					      .headers = failures[_i].is_body ? &whole : &failed,
					      .body = failures[_i].is_body ? &failed : &whole });
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 503 Service Unavailable\r\n"), 1);
	ck_assert_int_eq(count_of("Connection: close\r\n"), 1);
	ck_assert_int_eq(count_of(failures[_i].code), 1);
	ck_assert_int_eq(count_of("HTTP/1.1"), 1);
	ck_assert_int_eq(count_of("Whole"), 0);
	buf_fini(&whole);
}
END_TEST

START_TEST(a_stream_without_memory_is_cut)
{
	struct buf failed = { .failed = true };
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	exchange_start(pending[0],
		&(struct exchange_response){ .http_status = 200, .headers = _i ? &failed : NULL });
	(void)exchange_write(pending[0], &failed);
	ck_assert_int_eq(expect_end(fd), -1);
	ck_assert_int_eq(count_of("0\r\n\r\n"), 0);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

START_TEST(a_client_that_closed_its_side_gets_its_responses)
{
	int fd = open_client();
	send_text(fd, GET("/1") GET("/2"));
	shutdown(fd, SHUT_WR);
	for (size_t i = 0; i < 2; i++) {
		run_until(&dispatched, i + 1);
		for (int n = 0; n < 3; n++)
			step();
		respond(&pending[i]);
	}
	ck_assert_int_eq(expect_end(fd), 0);
	ck_assert_int_eq(count_of("GET /1 ."), 1);
	ck_assert_int_eq(count_of("Connection: close\r\n\r\nGET /2 ."), 1);
	run_until_connections(0);
}
END_TEST

static void close_by_reset(int fd)
{
	static const struct linger at_once = { .l_onoff = 1 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

START_TEST(a_client_that_is_gone_is_reported_once)
{
	int fd = open_client();
	send_text(fd, GET("/1") GET("/2"));
	run_until(&dispatched, 1);
	close_by_reset(fd);
	run_until_connections(0);
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(dispatched, 1);
}
END_TEST

START_TEST(a_reader_of_a_stream_that_is_gone_is_reported_once)
{
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	close(fd); /* with unread bytes: sends RST */
	run_until_connections(0);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

START_TEST(a_write_after_the_client_left_reports_it_from_the_loop)
{
	int fd = open_client();
	send_text(fd, GET("/s"));
	run_until(&dispatched, 1);
	stream(pending[0]);
	(void)write_bytes(pending[0], SPAN("first"));
	expect(fd, "first");
	close(fd);
	while (gone == 0) {
		struct exchange *x = pending[0];
		(void)write_bytes(x, SPAN("more"));
		(void)write_bytes(
			x, SPAN("more")); /* still valid: on_gone is called from the loop only */
		step();
	}
	run_until_connections(0);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

START_TEST(a_client_that_leaves_amid_a_request_is_forgotten)
{
	int fd = open_client();
	send_text(fd, "GET /1 HTT");
	close(fd);
	run_until_connections(0);
	fd = open_client();
	send_text(fd, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
	close(fd);
	run_until_connections(0);
	ck_assert_uint_eq(dispatched, 0);
}
END_TEST

int main(void)
{
	TCase *tests = edge_tests_new("edge_stream");
	tcase_add_test(tests, a_stream_waits_for_its_reader_and_comes_whole);
	tcase_add_test(tests, a_stream_to_http_1_0_ends_with_the_connection);
	tcase_add_test(tests, a_small_stream_is_chunked);
	tcase_add_test(tests, a_stream_to_head_is_its_head);
	tcase_add_loop_test(tests, an_aborted_response_does_not_look_whole, 0, 2);
	tcase_add_loop_test(tests, a_response_without_memory_is_503_and_never_a_part, 0, 3);
	tcase_add_loop_test(tests, a_stream_without_memory_is_cut, 0, 2);
	tcase_add_test(tests, a_client_that_closed_its_side_gets_its_responses);
	tcase_add_test(tests, a_client_that_is_gone_is_reported_once);
	tcase_add_test(tests, a_reader_of_a_stream_that_is_gone_is_reported_once);
	tcase_add_test(tests, a_write_after_the_client_left_reports_it_from_the_loop);
	tcase_add_test(tests, a_client_that_leaves_amid_a_request_is_forgotten);
	return suite_run("edge_stream", tests);
}
