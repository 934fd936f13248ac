#include <stdlib.h>

#include "tests/unit/link_gateway.h"

START_TEST(the_responses_of_a_turn_are_one_message_that_starts_with_the_credit)
{
	register_with(77);
	send_requests(1, 3);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 7 1=10 2=20 3=30\n");
	send_requests(4, 1);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 8 4=40\n");
}
END_TEST

START_TEST(credit_counts_responses_not_requests)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 3);
	UNTIL(request_count == 3);
	respond(1);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 5 2=20\n");
	respond(0);
	respond(2);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 7 1=10 3=30\n");
}
END_TEST

START_TEST(without_a_window_the_credit_is_what_was_received)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 2);
	UNTIL(request_count == 2);
	heartbeat.window = 0;
	heartbeat.has_database = false;
	ready.count = 0;
	link_send_ready(worker);
	UNTIL(ready.count >= 1);
	ck_assert_int_eq(ready.credit, 2);
	ck_assert(!ready.has_database);
	respond(0);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 2 1=10\n");
}
END_TEST

static struct event *again;

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	respond(0);
}

START_TEST(responses_without_a_connection_are_dropped_and_counted)
{
	static const struct timeval often = { 0, 10000 };
	register_with(77);
	send_requests(1, 1);
	UNTIL(received_lines() == 1);
	close_gateway();
	again = event_new(base, -1, EV_PERSIST, on_again, NULL);
	event_add(again, &often);
	UNTIL(link_counts(worker).dropped >= 3);
	event_free(again);
}
END_TEST

START_TEST(long_responses_are_several_messages_each_with_its_credit)
{
	enum { LONG = LINK_BODY_TARGET - 10 };
	char *text = calloc(1, LONG);
	register_with(77);
	responds_at_once = false;
	send_requests(1, 3);
	UNTIL(request_count == 3);
	for (size_t i = 0; i < 3; i++) {
		struct buf *out = origin_open_response(link_origin(worker), 77);
		envelope_open_result(out, (uint32_t)requests[i].msgid);
		msg_put_text(out, (struct span){ text, LONG });
		origin_close_response(link_origin(worker));
	}
	free(text);
	UNTIL(received_lines() == 3);
	expect_received("credit 77 5 1=long\ncredit 77 6 2=long\ncredit 77 7 3=long\n");
}
END_TEST

START_TEST(a_request_with_a_broken_context_is_refused_and_later_ones_are_accepted)
{
	struct buf body = { 0 };
	register_with(77);
	put_request(&body, 1, 0);
	put_request(&body, 2, 1);
	send_body(&body);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 6 1!MALFORMED 2=20\n");
	ck_assert_uint_eq(link_counts(worker).malformed, 1);
}
END_TEST

START_TEST(invalid_bytes_are_dropped_and_the_next_message_is_read)
{
	struct buf body = { 0 };
	register_with(77);
	put_request(&body, 1, 1);
	buf_byte(&body, '\xc1');
	put_request(&body, 2, 1);
	send_body(&body);
	send_requests(3, 1);
	UNTIL(request_count == 2);
	UNTIL(link_counts(worker).responses == 2);
	ck_assert_int_eq(requests[0].msgid, 1);
	ck_assert_int_eq(requests[1].msgid, 3);
	ck_assert_uint_eq(link_counts(worker).malformed, 1);
}
END_TEST

START_TEST(collected_responses_can_be_sent_and_counted_within_a_turn)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 1);
	UNTIL(request_count == 1);
	respond(0);
	ck_assert_uint_eq(link_counts(worker).responses, 0);
	link_send_responses(worker);
	ck_assert_uint_eq(link_counts(worker).responses, 1);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 5 1=10\n");
}
END_TEST

START_TEST(collected_responses_are_sent_before_the_link_closes)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 1);
	UNTIL(request_count == 1);
	respond(0);
	link_free(&worker, 1000);
	ck_assert_ptr_null(worker);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 5 1=10\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("link_response");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start_link, end_link);
	tcase_add_test(tests, the_responses_of_a_turn_are_one_message_that_starts_with_the_credit);
	tcase_add_test(tests, credit_counts_responses_not_requests);
	tcase_add_test(tests, without_a_window_the_credit_is_what_was_received);
	tcase_add_test(tests, responses_without_a_connection_are_dropped_and_counted);
	tcase_add_test(tests, long_responses_are_several_messages_each_with_its_credit);
	tcase_add_test(
		tests, a_request_with_a_broken_context_is_refused_and_later_ones_are_accepted);
	tcase_add_test(tests, invalid_bytes_are_dropped_and_the_next_message_is_read);
	tcase_add_test(tests, collected_responses_can_be_sent_and_counted_within_a_turn);
	tcase_add_test(tests, collected_responses_are_sent_before_the_link_closes);
	return suite_run("link_response", tests);
}
