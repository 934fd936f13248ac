#include "common/msg.h"
#include "worker/response.h"
#include "worker/run.h"
#include "tests/unit/suite.h"

enum { GROUP_ROWS = 8 };

static struct request_pool pool;
static struct run run;

static struct request *acquire(const char *method)
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
		run_add(&run, e, acquire(method));
	return e;
}

static void add_result(enum database_result_kind kind, const char *sqlstate)
{
	run_add_result(&run, &(struct database_result){ kind, NULL, sqlstate, "why" });
}

/* As if they had their responses. */
static void release(const struct execution *e)
{
	for (size_t i = 0; i < e->count; i++)
		request_release(&pool, &run.requests[e->first + i]);
}

static void start(void)
{
	ck_assert(run_init(&run, GROUP_ROWS) == ST_OK);
}

static void end(void)
{
	run_fini(&run, &pool);
	request_pool_fini(&pool);
}

START_TEST(reads_share_a_group_and_writes_and_single_requests_have_their_own)
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

START_TEST(results_arrive_in_order_group_by_group)
{
	add("topics.get", 1, false);
	add("topics.get", 1, false);
	add("topics.delete", 1, false);
	run_close(&run);
	ck_assert_uint_eq(run_group_end(&run), 2);
	add_result(DATABASE_FAILED, "22003");
	add_result(DATABASE_ABORTED, NULL);
	ck_assert_int_eq(run.executions[0].state, EXECUTION_FAILED);
	ck_assert_str_eq(run.executions[0].sqlstate, "22003");
	ck_assert_str_eq(run.executions[0].why.text, "why");
	ck_assert_int_eq(run.executions[1].state, EXECUTION_ABORTED);
	release(&run.executions[0]);
	release(&run.executions[1]);
	run_finish_group(&run);
	ck_assert_uint_eq(run_group_end(&run), 3);
	add_result(DATABASE_ROWS, NULL);
	ck_assert_int_eq(run.executions[2].state, EXECUTION_DONE);
	release(&run.executions[2]);
	run_clear(&run);
	ck_assert(run_is_empty(&run));
}
END_TEST

START_TEST(a_failed_commit_fails_all_executions_of_its_group)
{
	add("topics.delete", 1, false);
	add("topics.get", 1, false);
	run_close(&run);
	add_result(DATABASE_ROWS, NULL);
	add_result(DATABASE_FAILED, "40001");
	ck_assert_int_eq(run.executions[0].state, EXECUTION_FAILED);
	ck_assert_str_eq(run.executions[0].sqlstate, "40001");
	ck_assert_int_eq(run.executions[1].state, EXECUTION_PENDING);
}
END_TEST

START_TEST(a_write_is_found_by_its_origin_until_it_is_finished)
{
	struct origin origin, other;
	add("topics.get", 1, false);
	add("topics.delete", 2, false);
	run.requests[0]->origin = &other;
	run.requests[2]->origin = &origin;
	run.requests[2]->epoch = 7;
	run_close(&run);
	ck_assert(run_has_write_of(&run, &origin, 7));
	ck_assert(!run_has_write_of(&run, &origin, 8));
	ck_assert(!run_has_write_of(&run, &other, 0)); /* a read */
	release(&run.executions[0]);
	run_finish_group(&run);
	ck_assert(run_has_write_of(&run, &origin, 7));
	release(&run.executions[1]);
	run_finish_group(&run);
	ck_assert(!run_has_write_of(&run, &origin, 7));
}
END_TEST

START_TEST(the_expected_rows_of_a_group_are_bounded)
{
	static const bool ends[] = { false, true, true, false, true };
	add("topics.get", GROUP_ROWS / 2, false);
	add("topics.get", GROUP_ROWS / 2, false);
	add("topics.get", GROUP_ROWS + 1, false); /* more than a group should have */
	add("topics.get", 1, false);
	add("topics.get", GROUP_ROWS - 1, false);
	run_close(&run);
	for (size_t i = 0; i < run.execution_count; i++)
		ck_assert_msg(run.executions[i].ends_group == ends[i], "execution %zu", i);
}
END_TEST

START_TEST(without_group_rows_every_execution_is_a_group)
{
	run.group_rows = 0;
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

START_TEST(a_request_can_be_abandoned_until_it_is_finished)
{
	struct origin origin, other;
	add("topics.delete", 2, false);
	add("topics.update", 1, false);
	run_close(&run);
	for (size_t i = 0; i < run.request_count; i++) {
		run.requests[i]->origin = &origin;
		run.requests[i]->epoch = 7;
		run.requests[i]->msgid = (uint32_t)i;
	}
	ck_assert(!run_abandon(&run, &other, 7, 0));
	ck_assert(!run_abandon(&run, &origin, 8, 0));
	ck_assert(!run_abandon(&run, &origin, 7, 3));
	ck_assert(run_abandon(&run, &origin, 7, 0));
	ck_assert(!run_group_all(&run, is_abandoned, NULL));
	ck_assert(run_abandon(&run, &origin, 7, 1));
	ck_assert(run_group_all(&run, is_abandoned, NULL));
	release(&run.executions[0]);
	run_finish_group(&run);
	ck_assert(!run_abandon(&run, &origin, 7, 1));
	ck_assert(!run_group_all(&run, is_abandoned, NULL));
	ck_assert(run_abandon(&run, &origin, 7, 2));
}
END_TEST

START_TEST(only_a_failed_or_unstarted_execution_has_surely_not_run)
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

/* What is reported for `st` if an earlier execution may have been committed. */
static const struct {
	enum status st, reported;
} reportable[] = {
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

START_TEST(a_write_that_may_be_committed_is_never_reported_as_not_done)
{
	struct request r = { 0 };
	ck_assert_int_eq(response_reportable_status(&r, reportable[_i].st), reportable[_i].st);
	r.maybe_committed = true;
	ck_assert_int_eq(
		response_reportable_status(&r, reportable[_i].st), reportable[_i].reported);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("run");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, reads_share_a_group_and_writes_and_single_requests_have_their_own);
	tcase_add_test(tests, results_arrive_in_order_group_by_group);
	tcase_add_test(tests, a_failed_commit_fails_all_executions_of_its_group);
	tcase_add_test(tests, a_write_is_found_by_its_origin_until_it_is_finished);
	tcase_add_test(tests, the_expected_rows_of_a_group_are_bounded);
	tcase_add_test(tests, without_group_rows_every_execution_is_a_group);
	tcase_add_test(tests, a_request_can_be_abandoned_until_it_is_finished);
	tcase_add_test(tests, only_a_failed_or_unstarted_execution_has_surely_not_run);
	tcase_add_loop_test(tests, a_write_that_may_be_committed_is_never_reported_as_not_done, 0,
		sizeof reportable / sizeof *reportable);
	return suite_run("run", tests);
}
