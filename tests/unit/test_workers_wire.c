/* The protocol with workers: epochs, messages out of turn, methods. */
#include <zmq.h>

#include "tests/unit/suite.h"
#include "tests/unit/raw_worker.h"

/* The worker is silent, and its connection lasts. Before the gateway gives it up, it checks the
 * connection, but with no hello: the worker counts these. */
START_TEST(a_lost_worker_is_told_that_its_epoch_has_ended)
{
	struct raw_worker w;
	int64_t epoch;
	int pings = 0;
	raw_worker_connect(&w);
	start_call("sessions.get");
	ck_assert(raw_worker_receive(&w).kind == ENVELOPE_REQUEST);
	struct envelope last = raw_worker_receive(&w);
	for (; span_is(last.method, "gateway.cancel"); pings++) {
		struct span msgids;
		struct msg_token list;
		ck_assert(msg_find(last.params, "msgids", &msgids) == ST_OK);
		struct msg_reader in = msg_reader(msgids);
		ck_assert(msg_read(&in, &list) == ST_OK && list.count == 0);
		last = raw_worker_receive(&w);
	}
	ck_assert_int_gt(pings, 0);
	ck_assert(span_is(last.method, "gateway.hello"));
	ck_assert(msg_find_int(last.params, "epoch", &epoch) && epoch != w.epoch);
	ck_assert_ptr_null(pool_workers(workers_pool(workers)));
	raw_worker_close(&w);
}
END_TEST

/* Before a valid response, which still counts. */
static const struct {
	const char *what;
	bool has_credit;
	int64_t epoch_off;
	const char *then; /* in the same message, before a response; NULL: nothing */
	unsigned malformed, stale;
} dialogues[] = {
	{ "a response without a credit", false, 0, NULL, 1, 0 },
	{ "a credit of another epoch", true, -1, NULL, 0, 1 },
	{ "not a message", true, 0, "\xc1", 1, 0 },
	{ "an empty credit", true, 0, "\x93\x02\xadworker.credit\x80", 1, 0 },
	{ "an empty ready", false, 0, "\x93\x02\xacworker.ready\x80", 2, 0 },
	{ "an unknown notification", false, 0, "\x93\x02\xa9worker.hm\x80", 1, 0 },
};

START_TEST(a_response_out_of_turn_does_not_count)
{
	struct raw_worker w;
	struct buf body = { 0 };
	raw_worker_connect(&w);
	start_call("sessions.create");
	uint32_t msgid = raw_worker_receive(&w).msgid;
	if (dialogues[_i].has_credit)
		raw_worker_put_credit(&body, w.epoch + dialogues[_i].epoch_off, w.committed);
	if (dialogues[_i].then)
		buf_text(&body, dialogues[_i].then);
	envelope_put_error(&body, msgid, SPAN("\x80"));
	raw_worker_send(&w, &body);
	raw_worker_respond(&w, msgid, NULL);
	wait_until_done();
	ck_assert_int_eq(done.st, ST_OK);
	ck_assert_uint_eq(done.result_len, 1);
	ck_assert_msg(workers_counts(workers).malformed == dialogues[_i].malformed
			      && workers_counts(workers).stale == dialogues[_i].stale,
		"%s: malformed %llu, stale %llu", dialogues[_i].what,
		(unsigned long long)workers_counts(workers).malformed,
		(unsigned long long)workers_counts(workers).stale);
	raw_worker_close(&w);
}
END_TEST

START_TEST(messages_before_worker_ready_are_dropped)
{
	struct raw_worker stranger = { .socket = zmq_socket(strangers, ZMQ_DEALER) };
	struct buf body = { 0 };
	ck_assert_int_eq(zmq_connect(stranger.socket, endpoint), 0);
	raw_worker_put_credit(&body, 1, (struct position){ 0 });
	raw_worker_send(&stranger, &body);
	for (int i = 0; workers_counts(workers).stale == 0; i++) {
		ck_assert_msg(i < TRIES, "nothing is counted");
		run_turn();
	}
	ck_assert_ptr_null(pool_workers(workers_pool(workers)));
	raw_worker_close(&stranger);
}
END_TEST

static const char *const only_get[] = { "topics.get", "workers.fence", NULL };
static const char *const get_and_create[] = { "topics.get", "sessions.create", "no.such", NULL };
enum { OLDER = 2 }; /* a process */

static struct envelope next_request(struct raw_worker *w)
{
	struct envelope e = raw_worker_receive(w);
	while (e.kind != ENVELOPE_REQUEST)
		e = raw_worker_receive(w);
	return e;
}

START_TEST(a_call_goes_only_to_a_worker_that_has_its_method)
{
	struct raw_worker older, newer;
	raw_worker_connect_as(&older, OLDER, only_get);
	raw_worker_connect(&newer);
	for (int i = 0; i < CREDIT; i++) { /* older is always less loaded */
		start_call("sessions.create");
		ck_assert(span_is(next_request(&newer).method, "sessions.create"));
	}
	start_call("topics.get");
	ck_assert(span_is(next_request(&older).method, "topics.get"));
	raw_worker_close(&older);
	raw_worker_close(&newer);
}
END_TEST

START_TEST(a_worker_gets_calls_of_a_method_after_it_announces_it)
{
	struct raw_worker w;
	raw_worker_connect_as(&w, OLDER, only_get);
	start_call("sessions.create");
	w.methods = get_and_create;
	raw_worker_send_ready(&w);
	ck_assert(span_is(next_request(&w).method, "sessions.create"));
	raw_worker_close(&w);
}
END_TEST

START_TEST(without_a_worker_that_has_the_method_a_call_ends_as_no_worker)
{
	struct raw_worker w;
	raw_worker_connect_as(&w, OLDER, only_get);
	start_call("sessions.create");
	wait_until_done();
	ck_assert_int_eq(done.st, ST_NO_WORKER);
	raw_worker_close(&w);
}
END_TEST

/* The value of `methods`. */
static const struct span malformed_methods[] = { SPAN_INIT("\x01"), SPAN_INIT("\x91\x01"),
	SPAN_INIT("\x80") };

START_TEST(a_malformed_list_of_methods_is_counted_and_registers_nobody)
{
	struct raw_worker w = { .socket = zmq_socket(strangers, ZMQ_DEALER) };
	struct buf params = { 0 }, body = { 0 };
	ck_assert_int_eq(zmq_connect(w.socket, endpoint), 0);
	msg_put_map(&params, 5);
	buf_span(&params, SPAN("\xa6worker\xd9\x24"
			       "01000000-0000-0000-0000-000000000000"
			       "\xa5"
			       "epoch\x00\xa6"
			       "credit\x01\xa8"
			       "database\xc3"));
	msg_put_key(&params, "methods");
	buf_span(&params, malformed_methods[_i]);
	envelope_put_notification(&body, "worker.ready", buf_view(&params));
	buf_fini(&params);
	raw_worker_send(&w, &body);
	for (int i = 0; workers_counts(workers).malformed == 0; i++) {
		ck_assert_msg(i < TRIES, "nothing is counted");
		run_turn();
	}
	ck_assert_ptr_null(pool_workers(workers_pool(workers)));
	raw_worker_close(&w);
}
END_TEST

START_TEST(a_pool_has_room_for_all_methods)
{
	ck_assert_uint_le(method_count(), POOL_METHODS_MAX);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("workers wire");
	tcase_add_checked_fixture(tc, open_endpoint, close_endpoint);
	tcase_add_test(tc, a_lost_worker_is_told_that_its_epoch_has_ended);
	tcase_add_loop_test(
		tc, a_response_out_of_turn_does_not_count, 0, sizeof dialogues / sizeof *dialogues);
	tcase_add_test(tc, messages_before_worker_ready_are_dropped);
	tcase_add_test(tc, a_call_goes_only_to_a_worker_that_has_its_method);
	tcase_add_test(tc, a_worker_gets_calls_of_a_method_after_it_announces_it);
	tcase_add_test(tc, without_a_worker_that_has_the_method_a_call_ends_as_no_worker);
	tcase_add_loop_test(tc, a_malformed_list_of_methods_is_counted_and_registers_nobody, 0,
		sizeof malformed_methods / sizeof *malformed_methods);
	tcase_add_test(tc, a_pool_has_room_for_all_methods);
	return suite_run("workers wire", tc);
}
