#include "common/msg.h"
#include "worker/queue.h"
#include "tests/unit/suite.h"

/* Runs are written as the msgids of their requests: "2+4 3 | 1 " is two executions. One row answers
 * 2 and 4. */
enum { RUN_ROWS = 2000 };

static struct request_pool pool;
static struct queue queue;
static struct run run;
static struct buf text_of_run;
static size_t dropped;
static uint32_t obsolete_from; /* requests with this msgid or a higher one are obsolete; 0: none */

static struct request *acquire_of(
	int64_t account, const char *method, uint32_t msgid, struct span params)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.msgid = msgid,
		.context = { account, SPAN("trace"), 1000 },
		.params = params };
	struct request *r = NULL;
	struct fail why = { 0 };
	enum status st = request_acquire(&pool, method_find(span_of(method)), &e, &r, &why);
	ck_assert_msg(st == ST_OK, "%s", why.text);
	return r;
}

static struct request *acquire(const char *method, uint32_t msgid, struct span params)
{
	return acquire_of(1, method, msgid, params);
}

/* Of an account of its own. */
static struct request *acquire_totals(uint32_t msgid)
{
	return acquire_of(msgid, "stats.totals", msgid, SPAN("\x80"));
}

static void push_rows(uint32_t account, uint32_t msgid, int64_t rows)
{
	struct request *r = acquire_of(account, "stats.totals", msgid, SPAN("\x80"));
	r->rows = rows;
	queue_push(&queue, r);
}

static void push_int(const char *method, uint32_t msgid, const char *param, int64_t value)
{
	struct buf params = { 0 };
	msg_put_map(&params, 1);
	msg_put_key(&params, param);
	msg_put_int(&params, value);
	queue_push(&queue, acquire(method, msgid, buf_view(&params)));
	buf_fini(&params);
}

static void push_read(uint32_t msgid)
{
	push_int("topics.get", msgid, "topic_id", msgid);
}

static void push_delete(uint32_t msgid, int64_t topic)
{
	push_int("topics.delete", msgid, "topic_id", topic);
}

static bool is_obsolete(void *arg, const struct request *r)
{
	(void)arg;
	return obsolete_from && r->msgid >= obsolete_from;
}

static void drop(void *arg, struct request *r)
{
	(void)arg;
	dropped++;
	request_release(&pool, &r);
}

static const struct queue_filter filter = { is_obsolete, drop, NULL };

/* Fills a run, releases its requests and returns it as text. */
static const char *fill(void)
{
	buf_clear(&text_of_run);
	queue_fill(&queue, &run, &filter);
	for (size_t i = 0; i < run.execution_count; i++) {
		const struct execution *e = &run.executions[i];
		buf_printf(&text_of_run, "%s%s", i ? "| " : "", e->is_single ? "singly " : "");
		for (size_t k = 0; k < e->rows_sent; k++) {
			const struct request *r = run.requests[e->first + k];
			buf_printf(&text_of_run, "%u", r->msgid);
			while ((r = r->next) != NULL)
				buf_printf(&text_of_run, "+%u", r->msgid);
			buf_byte(&text_of_run, ' ');
		}
		for (size_t k = 0; k < e->count; k++)
			request_release(&pool, &run.requests[e->first + k]);
	}
	run_clear(&run);
	buf_byte(&text_of_run, '\0');
	return text_of_run.bytes;
}

static void start(void)
{
	ck_assert(queue_init(&queue, RUN_ROWS) == ST_OK);
	ck_assert(run_init(&run, false) == ST_OK);
	dropped = obsolete_from = 0;
}

static void end(void)
{
	queue_fini(&queue, &pool);
	run_fini(&run, &pool);
	request_pool_fini(&pool);
	buf_fini(&text_of_run);
}

START_TEST(each_method_has_one_execution_in_order)
{
	push_delete(1, 1);
	push_read(2);
	push_delete(3, 2);
	push_read(4);
	ck_assert_uint_eq(queue.count, 4);
	ck_assert_str_eq(fill(), "2 4 | 1 3 ");
	ck_assert_uint_eq(queue.count, 0);
	ck_assert_str_eq(fill(), "");
}
END_TEST

START_TEST(a_request_with_the_same_key_waits_for_the_next_run)
{
	push_delete(1, 7);
	push_delete(2, 7);
	push_delete(3, 8);
	push_delete(4, 7);
	ck_assert_str_eq(fill(), "1 3 ");
	ck_assert_str_eq(fill(), "2 ");
	ck_assert_uint_eq(queue.count, 1);
	ck_assert_str_eq(fill(), "4 ");
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
	ck_assert_str_eq(fill(), "4 | 3 ");
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
	ck_assert_str_eq(fill(), "1 2 3 4 ");
	ck_assert_str_eq(fill(), "5 ");
	ck_assert_str_eq(fill(), "6 ");
	ck_assert_int_eq(queue.rows, 0);
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
	ck_assert_str_eq(fill(), "1 ");
	ck_assert_str_eq(fill(), "2 ");
	ck_assert_str_eq(fill(), "3 ");
	ck_assert_str_eq(fill(), "4 ");
}
END_TEST

START_TEST(reads_that_are_the_same_share_a_row)
{
	push_int("topics.get", 1, "topic_id", 7);
	push_int("topics.get", 2, "topic_id", 8);
	push_int("topics.get", 3, "topic_id", 7);
	queue_push(&queue, acquire_of(2, "topics.get", 4, SPAN("\x81\xa8topic_id\x07")));
	push_delete(5, 7);
	push_int("topics.get", 6, "topic_id", 7);
	ck_assert_uint_eq(queue.count, 6);
	ck_assert_str_eq(fill(), "1+6+3 2 4 | 5 ");
	ck_assert_uint_eq(queue.count, 0);
	push_int("topics.get", 7, "topic_id", 7); /* nothing is shared with an earlier run */
	ck_assert_str_eq(fill(), "7 ");
}
END_TEST

START_TEST(the_expected_rows_of_reads_that_are_the_same_count_once)
{
	for (uint32_t i = 1; i <= 3; i++)
		push_rows(1, i, RUN_ROWS / 4 * 3);
	push_rows(2, 4, RUN_ROWS / 2);
	push_rows(1, 5, RUN_ROWS / 4 * 3);
	ck_assert_str_eq(fill(), "1+3+2 ");
	ck_assert_str_eq(fill(), "4 ");
	ck_assert_str_eq(fill(), "5 ");
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
	ck_assert_str_eq(fill(), "1+2 ");
	ck_assert_str_eq(fill(), "3 ");
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
	const struct queue_filter counting = { count_calls, drop, NULL };
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
	ck_assert_str_eq(fill(), "2 ");
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
	ck_assert_str_eq(fill(), "singly 3 | singly 4 | singly 2 | 1 ");
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
	ck_assert_str_eq(fill(), "3 4 | 1 2 9 ");
}
END_TEST

START_TEST(an_obsolete_request_is_dropped_and_not_run)
{
	push_read(1);
	push_read(2);
	push_delete(3, 3);
	queue_push_singly(&queue, acquire_totals(4));
	obsolete_from = 2;
	ck_assert_str_eq(fill(), "1 ");
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
	ck_assert_str_eq(fill(), "1 2 ");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("queue");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, each_method_has_one_execution_in_order);
	tcase_add_test(tests, a_request_with_the_same_key_waits_for_the_next_run);
	tcase_add_test(tests, a_method_and_its_variant_have_an_execution_each);
	tcase_add_test(tests, a_request_of_a_variant_that_runs_singly_is_run_by_its_method);
	tcase_add_test(tests, an_execution_has_a_bounded_number_of_requests);
	tcase_add_test(tests, an_execution_has_a_bounded_number_of_rows);
	tcase_add_test(tests, a_long_request_shares_its_execution_with_none);
	tcase_add_test(tests, reads_that_are_the_same_share_a_row);
	tcase_add_test(tests, the_expected_rows_of_reads_that_are_the_same_count_once);
	tcase_add_test(tests, long_requests_that_are_the_same_share_an_execution);
	tcase_add_test(tests, a_bounded_number_of_reads_shares_a_row);
	tcase_add_test(tests, writes_and_reads_that_are_not_safe_to_repeat_have_rows_of_their_own);
	tcase_add_test(tests, a_bounded_number_of_requests_is_skipped);
	tcase_add_test(tests, a_queued_request_can_be_abandoned);
	tcase_add_test(tests, single_requests_come_first_each_in_its_own_execution);
	tcase_add_test(tests, a_bounded_number_of_requests_runs_singly);
	tcase_add_test(tests, requeued_requests_come_before_waiting_ones);
	tcase_add_test(tests, an_obsolete_request_is_dropped_and_not_run);
	tcase_add_test(tests, a_sweep_keeps_the_order_of_the_others);
	return suite_run("queue", tests);
}
