/* Calls through the endpoint for workers, and how they end. */
#include <string.h>

#include "tests/unit/suite.h"
#include "tests/unit/raw_worker.h"

START_TEST(the_caller_gets_the_result_or_the_error_of_the_worker)
{
	struct raw_worker w;
	raw_worker_connect(&w);
	start_call("sessions.create");
	struct envelope request = raw_worker_receive(&w);
	ck_assert(request.kind == ENVELOPE_REQUEST && span_is(request.method, "sessions.create"));
	ck_assert(span_is(request.context.request_id, "id") && request.context.deadline_ms > 0);
	raw_worker_respond(&w, request.msgid, _i == 0 ? NULL : "DATABASE_UNAVAILABLE");
	wait_until_done();
	ck_assert_int_eq(done.st, ST_OK);
	ck_assert_str_eq(done.code, _i == 0 ? "" : "DATABASE_UNAVAILABLE");
	ck_assert_uint_eq(workers_counts(workers).answered, 1);
	raw_worker_close(&w);
}
END_TEST

/* Receives the first gateway.cancel with a msgid, and sets *first to it.
 * One without any is a ping. */
static struct envelope receive_cancel(struct raw_worker *w, int64_t *first)
{
	for (;;) {
		struct envelope cancel = raw_worker_receive(w);
		struct span msgids;
		struct msg_token list, msgid;
		ck_assert(cancel.kind == ENVELOPE_NOTIFICATION);
		ck_assert(span_is(cancel.method, "gateway.cancel"));
		ck_assert(msg_find(cancel.params, "msgids", &msgids) == ST_OK);
		struct msg_reader in = msg_reader(msgids);
		ck_assert(msg_read(&in, &list) == ST_OK);
		if (list.count == 0)
			continue;
		ck_assert(list.count == 1 && msg_read(&in, &msgid) == ST_OK);
		*first = msgid.integer;
		return cancel;
	}
}

START_TEST(the_worker_is_told_that_a_call_was_cancelled)
{
	struct raw_worker w;
	raw_worker_connect(&w);
	struct call *gone = start_call("sessions.list");
	uint32_t sent = raw_worker_receive(&w).msgid;
	workers_cancel(&gone);
	int64_t epoch, msgid;
	struct envelope cancel = receive_cancel(&w, &msgid);
	ck_assert(msg_find_int(cancel.params, "epoch", &epoch) && epoch == w.epoch);
	ck_assert_int_eq(msgid, sent);
	ck_assert_int_eq(done.times, 0);
	raw_worker_close(&w);
}
END_TEST

/* The process connects again, so its first connection is dead, together with its calls. */
static const struct {
	const char *method, *code; /* of the second response */
	enum status st;
} second_responses[] = {
	{ "sessions.create", NULL, ST_OK },
	{ "sessions.create", "DATABASE_UNAVAILABLE", ST_OUTCOME_UNKNOWN },
	{ "sessions.create", "SHUTTING_DOWN", ST_OUTCOME_UNKNOWN },
	{ "sessions.create", "NO_SUCH_CODE", ST_OUTCOME_UNKNOWN },
	{ "sessions.create", "UNKNOWN_TOPIC", ST_OK },
	{ "sessions.get", "DATABASE_UNAVAILABLE", ST_OK },
};

/* The worker is asked to fence the other one, which is of the same process here. */
static void respond_to_fence(struct raw_worker *p, const char *code)
{
	struct span worker;
	struct envelope request = raw_worker_receive(p);
	ck_assert(span_is(request.method, "workers.fence"));
	ck_assert(msg_find_text(request.params, "worker", &worker));
	ck_assert(span_is(worker, "01000000-0000-0000-0000-000000000000"));
	raw_worker_respond(p, request.msgid, code);
}

START_TEST(a_second_worker_does_not_know_what_the_first_has_done)
{
	const char *code = second_responses[_i].code;
	struct raw_worker first, second;
	raw_worker_connect(&first);
	start_call(second_responses[_i].method);
	ck_assert(raw_worker_receive(&first).kind == ENVELOPE_REQUEST);
	raw_worker_connect(&second);
	if (strcmp(second_responses[_i].method, "sessions.get") != 0)
		respond_to_fence(&second, NULL);
	raw_worker_respond(&second, raw_worker_receive(&second).msgid, code);
	wait_until_done();
	bool is_unknown = second_responses[_i].st != ST_OK;
	ck_assert_int_eq(done.st, second_responses[_i].st);
	ck_assert_str_eq(done.code, code && !is_unknown ? code : "");
	ck_assert_uint_eq(workers_counts(workers).repeated, 1);
	ck_assert_uint_eq(workers_counts(workers).unknown, is_unknown);
	raw_worker_close(&first);
	raw_worker_close(&second);
}
END_TEST

START_TEST(a_fence_that_failed_is_tried_again)
{
	struct raw_worker first, second;
	raw_worker_connect(&first);
	start_call("sessions.create");
	ck_assert(raw_worker_receive(&first).kind == ENVELOPE_REQUEST);
	raw_worker_connect(&second);
	respond_to_fence(&second, "DATABASE_UNAVAILABLE");
	respond_to_fence(&second, "DATABASE_UNAVAILABLE");
	respond_to_fence(&second, NULL);
	struct envelope request = raw_worker_receive(&second);
	ck_assert(span_is(request.method, "sessions.create"));
	raw_worker_respond(&second, request.msgid, NULL);
	wait_until_done();
	ck_assert_int_eq(done.st, ST_OK);
	raw_worker_close(&first);
	raw_worker_close(&second);
}
END_TEST

START_TEST(the_outcome_is_unknown_if_the_fence_fails_for_good)
{
	struct raw_worker first, second;
	raw_worker_connect(&first);
	start_call("sessions.create");
	ck_assert(raw_worker_receive(&first).kind == ENVELOPE_REQUEST);
	raw_worker_connect(&second);
	respond_to_fence(&second, "INTERNAL");
	wait_until_done();
	ck_assert_int_eq(done.st, ST_OUTCOME_UNKNOWN);
	raw_worker_close(&first);
	raw_worker_close(&second);
}
END_TEST

/* A write of account 1 that the worker responds to. */
static void write_at(struct raw_worker *w, struct position committed, const char *code)
{
	w->committed = committed;
	start_call("sessions.create");
	raw_worker_respond(w, raw_worker_receive(w).msgid, code);
	wait_until_done();
	memset(&done, 0, sizeof done);
}

/* Returns the position in the context of a read of account 1. */
static struct position read_position(struct raw_worker *w, const char *method)
{
	start_call(method);
	struct envelope request = raw_worker_receive(w);
	struct position position = request.context.position;
	raw_worker_respond(w, request.msgid, NULL);
	wait_until_done();
	memset(&done, 0, sizeof done);
	return position;
}

START_TEST(a_read_gets_the_position_of_the_write_before_it)
{
	struct raw_worker w;
	raw_worker_connect(&w);
	ck_assert(!position_is_set(read_position(&w, "sessions.get")));
	write_at(&w, (struct position){ 1, 500 }, NULL);
	ck_assert_int_eq(read_position(&w, "sessions.get").lsn, 500);
	ck_assert_int_eq(read_position(&w, "sessions.get").timeline, 1);
	ck_assert(!position_is_set(read_position(&w, "credentials.get")));
	write_at(&w, (struct position){ 1, 700 }, "NAME_TAKEN");
	ck_assert_int_eq(read_position(&w, "sessions.get").lsn, 700);
	raw_worker_close(&w);
}
END_TEST

START_TEST(after_a_write_whose_position_is_not_known_reads_have_none)
{
	struct raw_worker w;
	raw_worker_connect(&w);
	write_at(&w, (struct position){ 1, 500 }, NULL);
	if (_i == 0)
		write_at(&w, (struct position){ 0 }, NULL);
	else if (_i == 1)
		write_at(&w, (struct position){ 1, 600 }, "OUTCOME_UNKNOWN");
	else {
		struct call *gone = start_call("sessions.create");
		uint32_t msgid = raw_worker_receive(&w).msgid;
		workers_cancel(&gone);
		int64_t cancelled;
		(void)receive_cancel(&w, &cancelled);
		raw_worker_respond(&w, msgid, NULL);
	}
	ck_assert(!position_is_set(read_position(&w, "sessions.get")));
	write_at(&w, (struct position){ 1, 800 }, NULL);
	ck_assert_int_eq(read_position(&w, "sessions.get").lsn, 800);
	raw_worker_close(&w);
}
END_TEST

START_TEST(the_position_of_a_heartbeat_counts_for_every_account)
{
	struct raw_worker w;
	raw_worker_connect(&w);
	write_at(&w, (struct position){ 1, 500 }, NULL);
	w.committed.lsn = 900;
	raw_worker_send_ready(&w);
	ck_assert(span_is(raw_worker_receive(&w).method, "gateway.hello"));
	ck_assert_int_eq(read_position(&w, "sessions.get").lsn, 900);
	raw_worker_close(&w);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("workers");
	tcase_add_checked_fixture(tc, open_endpoint, close_endpoint);
	tcase_add_loop_test(tc, the_caller_gets_the_result_or_the_error_of_the_worker, 0, 2);
	tcase_add_test(tc, the_worker_is_told_that_a_call_was_cancelled);
	tcase_add_loop_test(tc, a_second_worker_does_not_know_what_the_first_has_done, 0,
		sizeof second_responses / sizeof *second_responses);
	tcase_add_test(tc, a_fence_that_failed_is_tried_again);
	tcase_add_test(tc, the_outcome_is_unknown_if_the_fence_fails_for_good);
	tcase_add_test(tc, a_read_gets_the_position_of_the_write_before_it);
	tcase_add_loop_test(tc, after_a_write_whose_position_is_not_known_reads_have_none, 0, 3);
	tcase_add_test(tc, the_position_of_a_heartbeat_counts_for_every_account);
	return suite_run("workers", tc);
}
