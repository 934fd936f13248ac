#include "worker/outcome.h"
#include "tests/unit/result_fixture.h"

/* Requests 1, 2 and 3 are the same read, so one row of the execution answers them. Request 4 has a
 * row of its own. */
struct peer {
	struct origin origin;
	struct buf out;
	size_t responses;
};

static struct peer peer;
static struct request_pool pool;
static struct responses responses;
static struct queue queue;
static struct run run;
static struct outcomes outcomes;

static bool has_epoch(struct origin *o, int64_t epoch)
{
	(void)o, (void)epoch;
	return true;
}

static struct buf *open_response(struct origin *o, int64_t epoch)
{
	(void)o, (void)epoch;
	return &peer.out;
}

static void close_response(struct origin *o)
{
	(void)o;
	peer.responses++;
}

static struct request *acquire_of(const char *method, uint32_t msgid, struct span params)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.msgid = msgid,
		.context = { msgid < 4 ? 1 : 2, SPAN("trace"), 1000 },
		.params = params };
	struct request *r = NULL;
	ck_assert(request_acquire(&pool, method_find(span_of(method)), &e, &r, NULL) == ST_OK);
	r->origin = &peer.origin;
	r->deadline_ms = UINT64_MAX;
	return r;
}

static struct request *acquire(uint32_t msgid)
{
	return acquire_of("topics.get", msgid, SPAN("\x81\xa8topic_id\x07"));
}

static struct execution *fail_with(const char *sqlstate, uint32_t requests)
{
	struct execution *e = run_open(&run, method_find(SPAN("topics.get")));
	struct request *first = acquire(1);
	run_add(&run, e, first);
	if (requests > 3)
		run_add(&run, e, acquire(4));
	run_add_same(first, acquire(2));
	run_add_same(first, acquire(3));
	run_add_all_same(&run, e);
	run_close(&run);
	outcomes.in_flight = run.request_count;
	run_add_result(&run, &(struct database_result){ DATABASE_FAILED, NULL, sqlstate, "why" });
	return e;
}

static bool is_never_obsolete(void *arg, const struct request *r)
{
	(void)arg, (void)r;
	return false;
}

static void start(void)
{
	static const struct origin_calls calls = { has_epoch, open_response, close_response };
	peer = (struct peer){ .origin = { &calls } };
	responses = (struct responses){ .pool = &pool };
	ck_assert(responses_init(&responses) == ST_OK);
	ck_assert(queue_init(&queue, 2000) == ST_OK);
	ck_assert(run_init(&run, 2000) == ST_OK);
	outcomes = (struct outcomes){ .responses = &responses, .queue = &queue, .run = &run };
}

static void end(void)
{
	queue_fini(&queue, &pool);
	run_fini(&run, &pool);
	responses_fini(&responses);
	request_pool_fini(&pool);
	free_result();
	buf_fini(&peer.out);
}

START_TEST(requests_of_one_row_that_fails_get_its_error)
{
	ck_assert(outcome_finish(&outcomes, fail_with("22003", 3)));
	run_finish_group(&run);
	ck_assert_uint_eq(peer.responses, 3);
	ck_assert_uint_eq(responses.failed, 3);
	ck_assert_uint_eq(outcomes.in_flight, 0);
	ck_assert_uint_eq(queue.count, 0);
}
END_TEST

START_TEST(requests_of_one_row_that_may_succeed_later_are_retried)
{
	ck_assert(outcome_finish(&outcomes, fail_with("40001", 3)));
	run_finish_group(&run);
	ck_assert_uint_eq(peer.responses, 0);
	ck_assert_uint_eq(outcomes.in_flight, 0);
	ck_assert_uint_eq(queue.singly.count, 3);
}
END_TEST

START_TEST(requests_of_several_rows_that_fail_together_are_retried_singly)
{
	ck_assert(outcome_finish(&outcomes, fail_with("22003", 4)));
	run_finish_group(&run);
	ck_assert_uint_eq(peer.responses, 0);
	ck_assert_uint_eq(queue.singly.count, 4);
	ck_assert_uint_eq(queue.count, 4);
}
END_TEST

START_TEST(requests_whose_connection_is_lost_run_again)
{
	struct execution *e = fail_with("22003", 4);
	e->state = EXECUTION_PENDING;
	outcome_recover(&outcomes, e, true);
	run_finish_group(&run);
	ck_assert_uint_eq(outcomes.in_flight, 0);
	ck_assert_uint_eq(queue.count, 4);
	ck_assert_uint_eq(queue.singly.count, 0);
}
END_TEST

START_TEST(another_lane_runs_what_failed_on_the_standby)
{
	outcomes.hands_over = true;
	struct execution *e = fail_with(_i ? "22003" : "40001", 3);
	ck_assert(outcome_finish(&outcomes, e));
	run_finish_group(&run);
	ck_assert_uint_eq(peer.responses, 0);
	ck_assert_uint_eq(outcomes.in_flight, 0);
	ck_assert_uint_eq(queue.count, 3);
	ck_assert_uint_eq(queue.singly.count, 0);
}
END_TEST

START_TEST(another_lane_runs_what_was_lost_with_the_standby)
{
	outcomes.hands_over = true;
	struct execution *e = fail_with("22003", 4);
	e->state = EXECUTION_PENDING;
	outcome_recover(&outcomes, e, false);
	run_finish_group(&run);
	ck_assert_uint_eq(peer.responses, 0);
	ck_assert_uint_eq(queue.count, 4);
	ck_assert_uint_eq(queue.singly.count, 0);
}
END_TEST

static struct request *acquire_session(uint32_t msgid)
{
	return acquire_of("sessions.create", msgid,
		SPAN("\x82\xaasession_id\xd9$01890a5d-ac96-774b-bcce-b302099a8057"
		     "\xa8topic_id\x07"));
}

/* A variant whose statement may succeed later; one that never will. */
START_TEST(the_method_runs_what_its_variant_failed_at)
{
	static const char *const sqlstates[] = { "23505", "22003" };
	static const struct queue_filter all = { is_never_obsolete, NULL, NULL };
	const struct method *m = method_find(SPAN("sessions.create"));
	struct execution *e = run_open(&run, m + 1);
	for (uint32_t msgid = 1; msgid <= 2; msgid++) {
		struct request *r = acquire_session(msgid);
		r->variant = m + 1;
		run_add(&run, e, r);
	}
	run_close(&run);
	outcomes.in_flight = run.request_count;
	run_add_result(
		&run, &(struct database_result){ DATABASE_FAILED, NULL, sqlstates[_i], "why" });
	ck_assert(outcome_finish(&outcomes, e));
	run_finish_group(&run);
	run_clear(&run);
	ck_assert_uint_eq(peer.responses, 0);
	ck_assert_uint_eq(queue.count, 2);
	ck_assert_uint_eq(queue.singly.count, _i == 0 ? 0 : 2);
	queue_fill(&queue, &run, &all);
	ck_assert_ptr_eq(run.executions[0].method, m);
}
END_TEST

START_TEST(the_method_runs_what_its_variant_did_not_answer)
{
	static const struct column columns[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
		{ "id", PG_INT8 } };
	static const struct queue_filter all = { is_never_obsolete, NULL, NULL };
	const struct method *m = method_find(SPAN("sessions.create"));
	make_result(columns, COUNT(columns));
	struct execution *e = run_open(&run, m + 1);
	for (uint32_t msgid = 1; msgid <= 3; msgid++)
		run_add(&run, e, acquire_session(msgid));
	run_close(&run);
	outcomes.in_flight = run.request_count;
	ck_assert(responses_describe(&responses, e->method, result, NULL) == ST_OK);
	add_row(CELLS(I(2), NIL, I(2)));
	run_add_result(&run, &(struct database_result){ DATABASE_ROWS, result, NULL, NULL });
	result = NULL;
	ck_assert(outcome_finish(&outcomes, e));
	run_finish_group(&run);
	run_clear(&run);
	ck_assert_uint_eq(peer.responses, 1);
	ck_assert_uint_eq(outcomes.in_flight, 0);
	ck_assert_uint_eq(queue.count, 2);
	queue_fill(&queue, &run, &all);
	ck_assert_ptr_eq(run.executions[0].method, m);
	ck_assert_uint_eq(run.requests[0]->msgid, 1);
	ck_assert_uint_eq(queue.count, 1); /* 3 has the same session */
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("outcome");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, requests_of_one_row_that_fails_get_its_error);
	tcase_add_test(tests, requests_of_one_row_that_may_succeed_later_are_retried);
	tcase_add_test(tests, requests_of_several_rows_that_fail_together_are_retried_singly);
	tcase_add_test(tests, requests_whose_connection_is_lost_run_again);
	tcase_add_loop_test(tests, another_lane_runs_what_failed_on_the_standby, 0, 2);
	tcase_add_test(tests, another_lane_runs_what_was_lost_with_the_standby);
	tcase_add_loop_test(tests, the_method_runs_what_its_variant_failed_at, 0, 2);
	tcase_add_test(tests, the_method_runs_what_its_variant_did_not_answer);
	return suite_run("outcome", tests);
}
