#include "tests/unit/link_gateway.h"

static size_t public_methods(void)
{
	const struct method *m;
	size_t count = 0;
	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		count += m->audience != AUDIENCE_SELF;
	return count;
}

START_TEST(ready_is_sent_until_the_gateway_responds)
{
	UNTIL(ready.count >= 3);
	ck_assert_int_eq(ready.epoch, 0);
	ck_assert_uint_eq(ready.methods, public_methods());
}
END_TEST

START_TEST(a_hello_begins_an_epoch_with_the_whole_window)
{
	register_with(77);
	ck_assert_int_eq(ready.credit, WINDOW);
	ck_assert(ready.has_database);
	ck_assert_uint_eq(link_counts(worker).epochs, 1);
}
END_TEST

START_TEST(requests_before_ready_has_named_the_epoch_are_stale)
{
	struct buf body = { 0 };
	UNTIL(ready.count >= 1);
	put_request(&body, 1, 1);
	put_hello(&body, 77);
	put_request(&body, 2, 1);
	send_body(&body);
	UNTIL(ready.epoch == 77);
	ck_assert_uint_eq(request_count, 0);
	ck_assert_uint_eq(link_counts(worker).stale, 2);
	ck_assert_int_eq(ready.credit, WINDOW);
}
END_TEST

START_TEST(the_link_registers_with_a_new_gateway_at_the_same_endpoint)
{
	register_with(77);
	send_requests(1, 2);
	UNTIL(received_lines() == 1);
	close_gateway();
	buf_clear(&received);
	open_gateway();
	register_with(90);
	ck_assert_int_eq(ready.credit, WINDOW);
	send_requests(3, 1);
	UNTIL(received_lines() == 1);
	expect_received("credit 90 5 3=30\n");
}
END_TEST

START_TEST(ready_is_sent_more_often_to_a_silent_gateway)
{
	register_with(77);
	hello_epoch = 0;
	ready.count = 0;
	UNTIL(ready.count >= 8); /* faster than one per second */
	ck_assert_int_eq(ready.epoch, 77);
	ck_assert_uint_eq(link_counts(worker).epochs, 1);
	hello_epoch = 77;
	send_requests(1, 1);
	UNTIL(received_lines() == 1);
	expect_received("credit 77 5 1=10\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("link_register");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start_link, end_link);
	tcase_add_test(tests, ready_is_sent_until_the_gateway_responds);
	tcase_add_test(tests, a_hello_begins_an_epoch_with_the_whole_window);
	tcase_add_test(tests, requests_before_ready_has_named_the_epoch_are_stale);
	tcase_add_test(tests, the_link_registers_with_a_new_gateway_at_the_same_endpoint);
	tcase_add_test(tests, ready_is_sent_more_often_to_a_silent_gateway);
	return suite_run("link_register", tests);
}
