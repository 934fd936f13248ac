#include <poll.h>

#include "tests/unit/link_gateway.h"

START_TEST(a_response_of_an_ended_epoch_is_dropped)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 1);
	UNTIL(request_count == 1);
	register_with(78);
	ck_assert_ptr_null(origin_open_response(link_origin(worker), 77));
	ck_assert_int_eq(ended_epoch, 77);
	ck_assert_int_eq(ready.credit, WINDOW);
	responds_at_once = true;
	send_requests(2, 1);
	UNTIL(received_lines() == 1);
	expect_received("credit 78 5 2=20\n");
	ck_assert_uint_eq(link_counts(worker).dropped, 1);
}
END_TEST

START_TEST(an_epoch_ends_with_its_connection)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 1);
	UNTIL(request_count == 1);
	ck_assert(origin_has_epoch(link_origin(worker), 77));
	hello_epoch = 77; /* a late gateway.hello of the ended epoch */
	close_gateway();
	open_gateway();
	ready.count = 0;
	UNTIL(!origin_has_epoch(link_origin(worker), 77));
	ck_assert_int_eq(ended_epoch, 77);
	UNTIL(ready.count >= 2);
	ck_assert(!origin_has_epoch(link_origin(worker), 77));
	ck_assert_int_eq(ready.epoch, 0);
	register_with(78);
	ck_assert_int_eq(ready.credit, WINDOW);
	ck_assert(origin_has_epoch(link_origin(worker), 78));
	respond(0);
	ck_assert_uint_eq(link_counts(worker).dropped, 1);
}
END_TEST

START_TEST(an_epoch_ends_with_a_stall)
{
	static const int64_t former = 77;
	register_with(former);
	responds_at_once = false;
	send_requests(1, 1);
	UNTIL(request_count == 1);
	send_requests(2, 3);
	hello_epoch = 78;
	(void)poll(NULL, 0, LINK_STALL_MS + 100); /* the stall */
	ck_assert(!origin_has_epoch(link_origin(worker), former));
	ck_assert_int_eq(ended_epoch, former);
	UNTIL(ready.epoch == 78);
	ck_assert_uint_eq(request_count, 1);
	ck_assert_uint_eq(link_counts(worker).stalls, 1);
	respond(0);
	ck_assert_uint_eq(link_counts(worker).dropped, 1);
	responds_at_once = true;
	send_requests(5, 1);
	UNTIL(received_lines() == 1);
	expect_received("credit 78 5 5=50\n");
}
END_TEST

static void cancel(int64_t epoch, struct span msgids)
{
	struct buf body = { 0 }, params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, epoch);
	msg_put_key(&params, "msgids");
	buf_span(&params, msgids);
	envelope_put_notification(&body, "gateway.cancel", buf_view(&params));
	buf_fini(&params);
	send_body(&body);
}

START_TEST(only_requests_of_the_epoch_are_cancelled)
{
	register_with(77);
	cancel(76, SPAN("\x91\x05"));
	cancel(77, SPAN("\x93\x07\x91\x01\x09")); /* a value that is not a msgid ends the list */
	cancel(77, SPAN("\x92\x02\x03"));
	cancel(77, SPAN("\x05"));
	send_requests(1, 1);
	UNTIL(request_count == 1);
	ck_assert_uint_eq(cancelled_count, 3);
	ck_assert(cancelled[0] == 7 && cancelled[1] == 2 && cancelled[2] == 3);
}
END_TEST

START_TEST(a_leaving_worker_responds_to_requests_sent_before_the_gateway_knew)
{
	register_with(77);
	responds_at_once = false;
	send_requests(1, 1);
	UNTIL(request_count == 1);
	heartbeat.window = 0;
	ready.count = 0;
	send_requests(2, 1);
	link_leave(worker);
	ck_assert_int_eq(left_count, 0);
	UNTIL(left_count == 1);
	ck_assert_uint_eq(request_count, 2);
	ck_assert_int_ge(ready.count, 1);
	expect_received("leaving 77\n");
	respond(0);
	respond(1);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 2 1=10 2=20\n");
}
END_TEST

START_TEST(an_unregistered_link_leaves_at_once)
{
	link_leave(worker);
	ck_assert_int_eq(left_count, 1);
	link_leave(worker);
	ck_assert_int_eq(left_count, 1);
}
END_TEST

START_TEST(leaving_does_not_wait_for_a_silent_gateway)
{
	register_with(77);
	hello_epoch = 0;
	link_leave(worker);
	UNTIL(left_count == 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("link_end");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start_link, end_link);
	tcase_add_test(tests, a_response_of_an_ended_epoch_is_dropped);
	tcase_add_test(tests, an_epoch_ends_with_its_connection);
	tcase_add_test(tests, an_epoch_ends_with_a_stall);
	tcase_add_test(tests, only_requests_of_the_epoch_are_cancelled);
	tcase_add_test(tests, a_leaving_worker_responds_to_requests_sent_before_the_gateway_knew);
	tcase_add_test(tests, an_unregistered_link_leaves_at_once);
	tcase_add_test(tests, leaving_does_not_wait_for_a_silent_gateway);
	return suite_run("link_end", tests);
}
