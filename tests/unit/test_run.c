#include "common/msg.h"
#include "worker/response.h"
#include "worker/run.h"
#include "tests/unit/suite.h"

static struct request_pool pool;
static struct run run;

static struct request *take(const char *method)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.msgid = 7,
		.context = { 1, SPAN("trace"), 1000 },
		.params = SPAN("\x81\xa8topic_id\x07") };
	struct request *r = NULL;
	ck_assert(request_acquire(&pool, method_find(span_of(method)), &e, &r, NULL) == ST_OK);
	return r;
}

static struct execution *add(const char *method, size_t count, bool is_single)
{
	struct execution *e = run_open(&run, method_find(span_of(method)));
	e->is_single = is_single;
	while (count-- > 0)
		run_add(&run, e, take(method));
	return e;
}

static void tell(enum database_result_kind kind, const char *sqlstate)
{
	run_add_result(&run, &(struct database_result){ kind, NULL, sqlstate, "why" });
}

/* As if they had been answered. */
static void give(const struct execution *e)
{
	for (size_t i = 0; i < e->count; i++)
		request_release(&pool, &run.requests[e->first + i]);
}

static void start(void)
{
	ck_assert(run_init(&run, false) == ST_OK);
}

static void end(void)
{
	run_fini(&run, &pool);
	request_pool_fini(&pool);
}

START_TEST(reads_share_a_group_and_each_write_and_each_alone_has_its_own)
{
	static const bool ends[] = { true, true, false, true, true, true, true };
	add("topics.get", 1, true);
	add("topics.delete", 1, true);
	add("topics.get", 3, false);
	add("topics.get", 2, false);
	add("topics.delete", 2, false);
	add("topics.update", 1, false);
	add("topics.get", 1, false);
	run_open(&run, method_find(SPAN("topics.get")));
	run_drop_empty(&run);
	run_drop_empty(&run);
	run_close(&run);
	ck_assert_uint_eq(run.execution_count, sizeof ends / sizeof *ends);
	for (size_t i = 0; i < run.execution_count; i++)
		ck_assert_msg(run.executions[i].ends_group == ends[i], "execution %zu", i);
	ck_assert_uint_eq(run.executions[4].first, 7);
}
END_TEST

START_TEST(results_come_in_order_a_group_at_a_time)
{
	add("topics.get", 1, false);
	add("topics.get", 1, false);
	add("topics.delete", 1, false);
	run_close(&run);
	ck_assert_uint_eq(run_group_end(&run), 2);
	tell(DATABASE_FAILED, "22003");
	tell(DATABASE_ABORTED, NULL);
	ck_assert_int_eq(run.executions[0].state, EXECUTION_FAILED);
	ck_assert_str_eq(run.executions[0].sqlstate, "22003");
	ck_assert_str_eq(run.executions[0].why.text, "why");
	ck_assert_int_eq(run.executions[1].state, EXECUTION_ABORTED);
	give(&run.executions[0]);
	give(&run.executions[1]);
	run_finish_group(&run);
	ck_assert_uint_eq(run_group_end(&run), 3);
	tell(DATABASE_ROWS, NULL);
	ck_assert_int_eq(run.executions[2].state, EXECUTION_DONE);
	give(&run.executions[2]);
	run_clear(&run);
	ck_assert(run_is_empty(&run));
}
END_TEST

START_TEST(a_failure_of_the_commit_is_that_of_all_that_came)
{
	add("topics.delete", 1, false);
	add("topics.get", 1, false);
	run_close(&run);
	tell(DATABASE_ROWS, NULL);
	tell(DATABASE_FAILED, "40001");
	ck_assert_int_eq(run.executions[0].state, EXECUTION_FAILED);
	ck_assert_str_eq(run.executions[0].sqlstate, "40001");
	ck_assert_int_eq(run.executions[1].state, EXECUTION_PENDING);
}
END_TEST

START_TEST(a_write_is_found_by_who_asked_for_it_until_it_is_settled)
{
	int asker, other;
	add("topics.get", 1, false);
	add("topics.delete", 2, false);
	run.requests[0]->origin = &other;
	run.requests[2]->origin = &asker;
	run.requests[2]->epoch = 7;
	run_close(&run);
	ck_assert(run_has_write_of(&run, &asker, 7));
	ck_assert(!run_has_write_of(&run, &asker, 8));
	ck_assert(!run_has_write_of(&run, &other, 0)); /* it only reads */
	give(&run.executions[0]);
	run_finish_group(&run);
	ck_assert(run_has_write_of(&run, &asker, 7));
	give(&run.executions[1]);
	run_finish_group(&run);
	ck_assert(!run_has_write_of(&run, &asker, 7));
}
END_TEST

START_TEST(a_run_of_a_slow_lane_cuts_each_execution)
{
	run.cuts_each = true;
	add("topics.get", 2, false);
	add("topics.get", 1, false);
	run_close(&run);
	ck_assert(run.executions[0].ends_group && run.executions[1].ends_group);
}
END_TEST

static bool is_abandoned(void *arg, const struct request *r)
{
	(void)arg;
	return r->is_abandoned;
}

START_TEST(a_request_is_abandoned_until_it_is_settled)
{
	int asker, other;
	add("topics.delete", 2, false);
	add("topics.update", 1, false);
	run_close(&run);
	for (size_t i = 0; i < run.request_count; i++) {
		run.requests[i]->origin = &asker;
		run.requests[i]->epoch = 7;
		run.requests[i]->msgid = (uint32_t)i;
	}
	ck_assert(!run_abandon(&run, &other, 7, 0));
	ck_assert(!run_abandon(&run, &asker, 8, 0));
	ck_assert(!run_abandon(&run, &asker, 7, 3));
	ck_assert(run_abandon(&run, &asker, 7, 0));
	ck_assert(!run_group_all(&run, is_abandoned, NULL));
	ck_assert(run_abandon(&run, &asker, 7, 1));
	ck_assert(run_group_all(&run, is_abandoned, NULL));
	give(&run.executions[0]);
	run_finish_group(&run);
	ck_assert(!run_abandon(&run, &asker, 7, 1));
	ck_assert(!run_group_all(&run, is_abandoned, NULL));
	ck_assert(run_abandon(&run, &asker, 7, 2));
}
END_TEST

START_TEST(only_what_failed_or_was_never_run_is_undone)
{
	struct execution e = { .state = EXECUTION_DONE };
	ck_assert(!execution_surely_not_run(&e, false) && !execution_surely_not_run(&e, true));
	e.state = EXECUTION_FAILED;
	ck_assert(execution_surely_not_run(&e, false));
	e.state = EXECUTION_ABORTED;
	ck_assert(execution_surely_not_run(&e, false));
	e.state = EXECUTION_PENDING;
	ck_assert(!execution_surely_not_run(&e, false) && execution_surely_not_run(&e, true));
}
END_TEST

/* What is said of a request that an execution of before may have done, and of another. */
static const struct {
	enum status st, said;
} said_of_done[] = {
	{ ST_DATABASE_UNAVAILABLE, ST_OUTCOME_UNKNOWN },
	{ ST_OVERLOADED, ST_OUTCOME_UNKNOWN },
	{ ST_NO_MEMORY, ST_OUTCOME_UNKNOWN },
	{ ST_INTERNAL, ST_OUTCOME_UNKNOWN },
	{ ST_SHUTTING_DOWN, ST_OUTCOME_UNKNOWN },
	{ ST_OUTCOME_UNKNOWN, ST_OUTCOME_UNKNOWN },
	{ ST_DEADLINE_EXCEEDED, ST_DEADLINE_EXCEEDED },
	{ ST_TOPIC_NOT_FOUND, ST_TOPIC_NOT_FOUND },
	{ ST_NAME_TAKEN, ST_NAME_TAKEN },
};

START_TEST(nobody_says_not_done_of_what_may_be_done)
{
	struct request r = { 0 };
	ck_assert_int_eq(response_reportable_status(&r, said_of_done[_i].st), said_of_done[_i].st);
	r.maybe_committed = true;
	ck_assert_int_eq(
		response_reportable_status(&r, said_of_done[_i].st), said_of_done[_i].said);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("run");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, reads_share_a_group_and_each_write_and_each_alone_has_its_own);
	tcase_add_test(tests, results_come_in_order_a_group_at_a_time);
	tcase_add_test(tests, a_failure_of_the_commit_is_that_of_all_that_came);
	tcase_add_test(tests, a_write_is_found_by_who_asked_for_it_until_it_is_settled);
	tcase_add_test(tests, a_run_of_a_slow_lane_cuts_each_execution);
	tcase_add_test(tests, a_request_is_abandoned_until_it_is_settled);
	tcase_add_test(tests, only_what_failed_or_was_never_run_is_undone);
	tcase_add_loop_test(tests, nobody_says_not_done_of_what_may_be_done, 0,
		sizeof said_of_done / sizeof *said_of_done);
	return suite_run("run", tests);
}
