#include "tests/unit/queue_fixture.h"

static struct request *acquire(const char *method, uint32_t msgid, struct span params)
{
	return acquire_of(1, method, msgid, params);
}

/* Of an account of its own. */
static struct request *acquire_totals(uint32_t msgid)
{
	return acquire_of(msgid, "stats.totals", msgid, SPAN("\x80"));
}

static void push_read(uint32_t msgid)
{
	push_int("topics.get", msgid, "topic_id", msgid);
}

START_TEST(each_method_has_one_execution_in_order)
{
	push_delete(1, 1);
	push_read(2);
	push_delete(3, 2);
	push_read(4);
	ck_assert_uint_eq(queue.count, 4);
	ck_assert_str_eq(queue_fixture_fill(), "2 4 | 1 3 ");
	ck_assert_uint_eq(queue.count, 0);
	ck_assert_str_eq(queue_fixture_fill(), "");
}
END_TEST

START_TEST(a_request_with_the_same_key_waits_for_the_next_run)
{
	push_delete(1, 7);
	push_delete(2, 7);
	push_delete(3, 8);
	push_delete(4, 7);
	ck_assert_str_eq(queue_fixture_fill(), "1 3 ");
	ck_assert_str_eq(queue_fixture_fill(), "2 ");
	ck_assert_uint_eq(queue.count, 1);
	ck_assert_str_eq(queue_fixture_fill(), "4 ");
}
END_TEST

#define SESSION_7 "\xaasession_id\xd9$01890a5d-ac96-774b-bcce-b302099a8057\xa8topic_id\x07"
#define SESSION_8 "\xaasession_id\xd9$01890a5d-ac96-774b-bcce-b302099a8058\xa8topic_id\x07"

static struct request *acquire_plain(uint32_t msgid)
{
	return acquire("sessions.create", msgid, SPAN("\x82" SESSION_7));
}

static struct request *acquire_keyed(uint32_t msgid, struct span params)
{
	struct request *r = acquire("sessions.create", msgid, params);
	ck_assert_ptr_eq(r->variant, r->method);
	return r;
}

START_TEST(a_method_and_its_variant_have_an_execution_each)
{
	queue_push(&queue, acquire_plain(1));
	queue_push(&queue, acquire_keyed(2, SPAN("\x83" SESSION_7 "\xafidempotency_key\xa1"
						 "a")));
	queue_push(&queue, acquire_plain(3));
	queue_push(&queue, acquire_keyed(4, SPAN("\x83" SESSION_8 "\xafidempotency_key\xa1"
						 "a")));
	queue_fill(&queue, &run, &filter);
	ck_assert_uint_eq(run.execution_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct execution *e = &run.executions[i];
		ck_assert_ptr_eq(e->method, method_find(SPAN("sessions.create")) + i);
		ck_assert_uint_eq(e->count, 1);
		ck_assert_ptr_eq(run.requests[e->first]->variant, e->method);
		ck_assert(e->ends_group);
		request_release(&pool, &run.requests[e->first]);
	}
	run_clear(&run);
	ck_assert_str_eq(queue_fixture_fill(), "4 | 3 ");
}
END_TEST

START_TEST(a_request_of_a_variant_that_runs_singly_is_run_by_its_method)
{
	queue_push_singly(&queue, acquire_plain(1));
	queue_fill(&queue, &run, &filter);
	ck_assert_ptr_eq(run.executions[0].method, method_find(SPAN("sessions.create")));
	ck_assert_ptr_eq(run.requests[0]->variant, run.executions[0].method);
}
END_TEST

START_TEST(an_execution_has_a_bounded_number_of_requests)
{
	for (uint32_t i = 1; i <= REQUEST_KEYS_MAX + 1; i++)
		push_delete(i, i);
	queue_fill(&queue, &run, &filter);
	ck_assert_uint_eq(run.execution_count, 1);
	ck_assert_uint_eq(run.executions[0].count, REQUEST_KEYS_MAX);
	ck_assert_uint_eq(queue.count, 1);
}
END_TEST

START_TEST(an_execution_has_a_bounded_number_of_rows)
{
	for (uint32_t i = 1; i <= 5; i++)
		push_rows(i, i, RUN_ROWS / 4);
	push_rows(6, 6, 10 * RUN_ROWS);
	ck_assert_int_eq(queue.rows, 5 * RUN_ROWS / 4 + 10 * RUN_ROWS);
	ck_assert_str_eq(queue_fixture_fill(), "1 2 3 4 ");
	ck_assert_str_eq(queue_fixture_fill(), "5 ");
	ck_assert_str_eq(queue_fixture_fill(), "6 ");
	ck_assert_int_eq(queue.rows, 0);
}
END_TEST

START_TEST(rows_with_lists_count_as_several)
{
	const struct method *get = method_find(SPAN("goals.get"));
	ck_assert_int_eq(get->row_weight, method_find(SPAN("goals.list"))->row_weight);
	ck_assert_int_eq(method_find(SPAN("topics.get"))->row_weight, 0);
	size_t most = RUN_ROWS / (size_t)get->row_weight;
	ck_assert_uint_lt(most, REQUEST_KEYS_MAX);
	for (uint32_t i = 1; i <= REQUEST_KEYS_MAX; i++)
		push_int("goals.get", i, "goal_id", i);
	ck_assert_int_eq(queue.rows, REQUEST_KEYS_MAX);
	queue_fill(&queue, &run, &filter);
	ck_assert_uint_eq(run.executions[0].count, most);
	ck_assert_int_eq(run.executions[0].rows_expected, RUN_ROWS);
	ck_assert_uint_eq(queue.count, REQUEST_KEYS_MAX - most);
}
END_TEST

START_TEST(a_long_request_shares_its_execution_with_none)
{
	for (uint32_t i = 1; i <= 4; i++) {
		struct request *r = acquire_totals(i);
		r->is_long = i == 2 || i == 3;
		queue_push(&queue, r);
	}
	ck_assert_int_eq(queue.rows, 4);
	ck_assert_str_eq(queue_fixture_fill(), "1 ");
	ck_assert_str_eq(queue_fixture_fill(), "2 ");
	ck_assert_str_eq(queue_fixture_fill(), "3 ");
	ck_assert_str_eq(queue_fixture_fill(), "4 ");
}
END_TEST

static size_t filter_calls;

static bool count_calls(void *arg, const struct request *r)
{
	(void)arg, (void)r;
	filter_calls++;
	return false;
}

/* A long sequence of requests with one key is not walked each time. */
START_TEST(a_bounded_number_of_requests_is_skipped)
{
	const struct queue_filter counting = { count_calls, queue_fixture_drop, NULL };
	for (uint32_t i = 1; i <= 20 * QUEUE_SKIP_MAX; i++)
		push_delete(i, 7);
	push_delete(100000, 8);
	filter_calls = 0;
	queue_fill(&queue, &run, &counting);
	ck_assert_uint_eq(run.executions[0].count, 1);
	ck_assert_uint_le(filter_calls, QUEUE_SKIP_MAX + 1);
	ck_assert_uint_eq(queue.count, 20 * QUEUE_SKIP_MAX);
	request_release(&pool, &run.requests[0]);
	run_clear(&run);
	ck_assert_str_eq(queue_fixture_fill(), "2 ");
}
END_TEST

START_TEST(a_queued_request_can_be_abandoned)
{
	struct origin origin, other;
	struct request *r = acquire("topics.get", 1, SPAN("\x81\xa8topic_id\x07"));
	struct request *single = acquire("topics.get", 2, SPAN("\x81\xa8topic_id\x07"));
	r->origin = single->origin = &origin;
	r->epoch = single->epoch = 7;
	queue_push(&queue, r);
	queue_push_singly(&queue, single);
	ck_assert(!queue_abandon(&queue, &other, 7, 1));
	ck_assert(!queue_abandon(&queue, &origin, 8, 1));
	ck_assert(!queue_abandon(&queue, &origin, 7, 3));
	ck_assert(queue_abandon(&queue, &origin, 7, 1) && r->is_abandoned);
	ck_assert(!single->is_abandoned);
	ck_assert(queue_abandon(&queue, &origin, 7, 2) && single->is_abandoned);
}
END_TEST

START_TEST(single_requests_come_first_each_in_its_own_execution)
{
	struct request_list failed = { 0 };
	push_read(1);
	queue_push_singly(&queue, acquire_totals(2));
	request_list_push(&failed, acquire_totals(3));
	request_list_push(&failed, acquire_totals(4));
	queue_requeue(&queue, &failed, true);
	ck_assert_uint_eq(queue.count, 4);
	ck_assert_str_eq(queue_fixture_fill(), "singly 3 | singly 4 | singly 2 | 1 ");
}
END_TEST

START_TEST(a_bounded_number_of_requests_runs_singly)
{
	for (uint32_t i = 1; i <= RUN_SINGLY_MAX + 3; i++)
		queue_push_singly(&queue, acquire_totals(i));
	push_read(100);
	queue_fill(&queue, &run, &filter);
	ck_assert_uint_eq(run.execution_count, RUN_SINGLY_MAX + 1);
	ck_assert_uint_eq(queue.count, 3);
}
END_TEST

START_TEST(requeued_requests_come_before_waiting_ones)
{
	struct request_list none = { 0 }, again = { 0 };
	push_delete(3, 3);
	queue_push(&queue, acquire_totals(9));
	push_delete(4, 4);
	request_list_push(&again, acquire_totals(1));
	request_list_push(&again, acquire_totals(2));
	queue_requeue(&queue, &again, false);
	queue_requeue(&queue, &none, false);
	ck_assert_ptr_null(again.first);
	ck_assert_str_eq(queue_fixture_fill(), "3 4 | 1 2 9 ");
}
END_TEST

START_TEST(an_obsolete_request_is_dropped_and_not_run)
{
	push_read(1);
	push_read(2);
	push_delete(3, 3);
	queue_push_singly(&queue, acquire_totals(4));
	obsolete_from = 2;
	ck_assert_str_eq(queue_fixture_fill(), "1 ");
	ck_assert_uint_eq(dropped, 3);
	ck_assert_uint_eq(queue.count, 0);
}
END_TEST

START_TEST(a_sweep_keeps_the_order_of_the_others)
{
	push_read(1);
	push_delete(7, 7);
	push_read(2);
	push_read(8);
	queue_push_singly(&queue, acquire_totals(9));
	obsolete_from = 7;
	queue_sweep(&queue, &filter);
	ck_assert_uint_eq(dropped, 3);
	ck_assert_uint_eq(queue.count, 2);
	ck_assert_str_eq(queue_fixture_fill(), "1 2 ");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("queue");
	tcase_add_checked_fixture(tests, queue_fixture_start, queue_fixture_end);
	tcase_add_test(tests, each_method_has_one_execution_in_order);
	tcase_add_test(tests, a_request_with_the_same_key_waits_for_the_next_run);
	tcase_add_test(tests, a_method_and_its_variant_have_an_execution_each);
	tcase_add_test(tests, a_request_of_a_variant_that_runs_singly_is_run_by_its_method);
	tcase_add_test(tests, an_execution_has_a_bounded_number_of_requests);
	tcase_add_test(tests, an_execution_has_a_bounded_number_of_rows);
	tcase_add_test(tests, rows_with_lists_count_as_several);
	tcase_add_test(tests, a_long_request_shares_its_execution_with_none);
	tcase_add_test(tests, a_bounded_number_of_requests_is_skipped);
	tcase_add_test(tests, a_queued_request_can_be_abandoned);
	tcase_add_test(tests, single_requests_come_first_each_in_its_own_execution);
	tcase_add_test(tests, a_bounded_number_of_requests_runs_singly);
	tcase_add_test(tests, requeued_requests_come_before_waiting_ones);
	tcase_add_test(tests, an_obsolete_request_is_dropped_and_not_run);
	tcase_add_test(tests, a_sweep_keeps_the_order_of_the_others);
	return suite_run("queue", tests);
}
