/* Reads that are the same share a row of a run. */
#include "tests/unit/queue_fixture.h"

START_TEST(reads_that_are_the_same_share_a_row)
{
	push_int("topics.get", 1, "topic_id", 7);
	push_int("topics.get", 2, "topic_id", 8);
	push_int("topics.get", 3, "topic_id", 7);
	queue_push(&queue, acquire_of(2, "topics.get", 4, SPAN("\x81\xa8topic_id\x07")));
	push_delete(5, 7);
	push_int("topics.get", 6, "topic_id", 7);
	ck_assert_uint_eq(queue.count, 6);
	ck_assert_str_eq(queue_fixture_fill(), "1+6+3 2 4 | 5 ");
	ck_assert_uint_eq(queue.count, 0);
	push_int("topics.get", 7, "topic_id", 7); /* nothing is shared with an earlier run */
	ck_assert_str_eq(queue_fixture_fill(), "7 ");
}
END_TEST

START_TEST(the_expected_rows_of_reads_that_are_the_same_count_once)
{
	for (uint32_t i = 1; i <= 3; i++)
		push_rows(1, i, RUN_ROWS / 4 * 3);
	push_rows(2, 4, RUN_ROWS / 2);
	push_rows(1, 5, RUN_ROWS / 4 * 3);
	ck_assert_str_eq(queue_fixture_fill(), "1+3+2 ");
	ck_assert_str_eq(queue_fixture_fill(), "4 ");
	ck_assert_str_eq(queue_fixture_fill(), "5 ");
	ck_assert_int_eq(queue.rows, 0);
}
END_TEST

START_TEST(long_requests_that_are_the_same_share_an_execution)
{
	for (uint32_t i = 1; i <= 3; i++) {
		struct request *r = acquire_of(i == 2 ? 1 : i, "stats.totals", i, SPAN("\x80"));
		r->is_long = true;
		queue_push(&queue, r);
	}
	ck_assert_str_eq(queue_fixture_fill(), "1+2 ");
	ck_assert_str_eq(queue_fixture_fill(), "3 ");
}
END_TEST

START_TEST(a_bounded_number_of_reads_shares_a_row)
{
	for (uint32_t i = 1; i <= REQUEST_KEYS_MAX + 1; i++)
		push_rows(1, i, 1);
	queue_fill(&queue, &run, &filter);
	ck_assert_uint_eq(run.execution_count, 1);
	ck_assert_uint_eq(run.executions[0].rows_sent, 1);
	ck_assert_uint_eq(run.executions[0].count, REQUEST_KEYS_MAX);
	ck_assert_uint_eq(queue.count, 1);
}
END_TEST

START_TEST(writes_and_reads_that_are_not_safe_to_repeat_have_rows_of_their_own)
{
	static const struct method write = {
		.name = "a", .is_write = true, .safe_to_repeat = true
	};
	static const struct method unsafe = { .name = "b" };
	struct same_reads same = { 0 };
	ck_assert_ptr_null(same_reads_slot(&same, &(struct request){ .method = &write }));
	ck_assert_ptr_null(same_reads_slot(&same, &(struct request){ .method = &unsafe }));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("queue_same_reads");
	tcase_add_checked_fixture(tests, queue_fixture_start, queue_fixture_end);
	tcase_add_test(tests, reads_that_are_the_same_share_a_row);
	tcase_add_test(tests, the_expected_rows_of_reads_that_are_the_same_count_once);
	tcase_add_test(tests, long_requests_that_are_the_same_share_an_execution);
	tcase_add_test(tests, a_bounded_number_of_reads_shares_a_row);
	tcase_add_test(tests, writes_and_reads_that_are_not_safe_to_repeat_have_rows_of_their_own);
	return suite_run("queue_same_reads", tests);
}
