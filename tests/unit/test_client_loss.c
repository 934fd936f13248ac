/* Gateways that die, come back, take over or talk nonsense. */
#include <stdio.h>

#include "gateway_double.h"

static const struct {
	const char *bytes;
	size_t len;
} malformed[] = {
	{ BYTES("") }, { BYTES("\xc1") }, { BYTES("hello") },
	{ BYTES("\x94\x01\x00\xc0") },                     /* cut short */
	{ BYTES("\x94\x01\x00\xc0\xdd\xff\xff\xff\xff") }, /* claims what is not there */
	{ BYTES("\x94\x01\x00\xc0\xa1\xff") },             /* no UTF-8 */
	{ BYTES("\x94\x01\x00\xc0\xd4\x01\x01") },         /* an extension */
};

START_TEST(a_gateway_that_talks_nonsense_is_left_and_what_is_safe_asked_again)
{
	struct outcome reads, writes;
	submit(&reads, "topics.get");
	submit(&writes, "topics.create");
	UNTIL(here.count == 2);
	say_to(&here, &here.asked[0], (struct span){ malformed[_i].bytes, malformed[_i].len });
	UNTIL(writes.times);
	ck_assert_int_eq(writes.status, STUDY_PROTOCOL);
	ck_assert(writes.error.is_outcome_unknown);
	UNTIL(here.count == 3);
	answer(&here, 2, 5);
	UNTIL(reads.times);
	ck_assert_int_eq(reads.n, 5);
}
END_TEST

START_TEST(nonsense_without_end_is_not_asked_for_without_end)
{
	struct outcome o;
	submit(&o, "topics.get");
	for (int i = 0; i < 4; i++) {
		UNTIL(here.count == i + 1);
		say_to(&here, &here.asked[i], SPAN("\xc1"));
	}
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_PROTOCOL);
	ck_assert_int_eq(here.count, 4);
}
END_TEST

/* [1, msgid, error, result] of which the parts are no answer: only that request is wrong. */
START_TEST(an_answer_that_is_wrong_in_itself_ends_its_request_only)
{
	struct outcome o[3];
	struct buf out = { 0 };
	for (int i = 0; i < 3; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 3);
	envelope_put_result(&out, here.asked[0].msgid, SPAN("\x81\x01\x02"));
	envelope_put_error(&out, here.asked[1].msgid, SPAN("\x81\xa7message\xa2no"));
	put_answer(&out, &here.asked[2], 3);
	say_to(&here, &here.asked[0], buf_view(&out));
	buf_fini(&out);
	UNTIL(ended == 3);
	ck_assert_int_eq(o[0].status, STUDY_PROTOCOL);
	ck_assert_int_eq(o[1].status, STUDY_PROTOCOL);
	ck_assert_int_eq(o[2].n, 3);
}
END_TEST

static void restart(struct gateway_double *g)
{
	gateway_close(g);
	gateway_open(g);
}

static const struct {
	const char *method;
	bool is_repeated;
} in_mid_call[] = {
	{ "topics.get", true },
	{ "sessions.update", true },
	{ "sessions.log", true },
	{ "sessions.create", true },
	{ "rpc.methods", true },
	{ "topics.create", false },
	{ "sessions.delete", false },
	{ "not.known", false },
};

START_TEST(a_restart_in_mid_call_repeats_what_is_safe_and_nothing_else)
{
	struct outcome o;
	submit(&o, in_mid_call[_i].method);
	UNTIL(here.count == 1);
	struct asked before = here.asked[0];
	restart(&here);
	if (!in_mid_call[_i].is_repeated) {
		UNTIL(o.times);
		ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
		ck_assert_str_eq(o.error.code, "OUTCOME_UNKNOWN");
		ck_assert(o.error.is_outcome_unknown);
		ck_assert_int_eq(here.count, 0);
		return;
	}
	UNTIL(here.count == 1);
	ck_assert_str_eq(here.asked[0].request_id, before.request_id);
	ck_assert_str_eq(here.asked[0].session_id, before.session_id);
	bool makes = strcmp(before.method, "sessions.log") == 0
		     || strcmp(before.method, "sessions.create") == 0;
	ck_assert_uint_eq(strlen(before.session_id), makes ? 36 : 0);
	answer(&here, 0, 8);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 8);
}
END_TEST

/* The connection before may have done it: whether the one after denies it says nothing. */
static const struct {
	const char *method;
	enum status refusal;
	const char *code;
	bool is_unknown;
} refused_again[] = {
	{ "sessions.log", ST_DATABASE_UNAVAILABLE, "OUTCOME_UNKNOWN", true },
	{ "sessions.log", ST_INTERNAL, "OUTCOME_UNKNOWN", true },
	{ "sessions.log", ST_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", true },
	{ "sessions.log", ST_TOPIC_DELETED, "TOPIC_DELETED", false },
	{ "topics.get", ST_DATABASE_UNAVAILABLE, "DATABASE_UNAVAILABLE", false },
};

START_TEST(a_repeated_write_that_is_refused_may_have_been_done)
{
	struct outcome o;
	submit(&o, refused_again[_i].method);
	UNTIL(here.count == 1);
	restart(&here);
	UNTIL(here.count == 1);
	refuse(&here, 0, refused_again[_i].refusal);
	UNTIL(o.times);
	ck_assert_str_eq(o.error.code, refused_again[_i].code);
	ck_assert(o.error.is_outcome_unknown == refused_again[_i].is_unknown);
}
END_TEST

START_TEST(an_answer_that_came_before_the_loss_counts)
{
	struct outcome o;
	submit(&o, "topics.create");
	UNTIL(here.count == 1);
	answer(&here, 0, 4);
	gateway_close(&here);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
	ck_assert_int_eq(o.n, 4);
}
END_TEST

START_TEST(what_was_not_sent_waits_for_a_gateway)
{
	struct outcome o;
	gateway_close(&here);
	UNTIL(!study_client_endpoint(client));
	submit(&o, "topics.create");
	study_dispatch(client);
	ck_assert_int_eq(o.times, 0);
	gateway_open(&here);
	UNTIL(here.count == 1);
	answer(&here, 0, 1);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
}
END_TEST

START_TEST(without_any_gateway_it_was_not_done)
{
	struct outcome o;
	gateway_close(&here);
	reopen_with((struct study_options){ .endpoints = here.endpoint, .connect_timeout_ms = 40 });
	submit(&o, "topics.create");
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
	ck_assert_str_eq(o.error.code, "DISCONNECTED");
	ck_assert(o.error.is_retryable && !o.error.is_outcome_unknown);
}
END_TEST

START_TEST(the_next_gateway_takes_over)
{
	char both[256];
	struct outcome o;
	(void)snprintf(both, sizeof both, " %s, %s", here.endpoint, there.endpoint);
	gateway_open(&there);
	reopen_with((struct study_options){ .endpoints = both });
	submit(&o, "topics.get");
	UNTIL(here.count == 1);
	gateway_close(&here);
	UNTIL(there.count == 1);
	ck_assert_str_eq(study_client_endpoint(client), there.endpoint);
	answer(&there, 0, 2);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 2);
	gateway_open(&here);
	submit(&o, "topics.get");
	UNTIL(there.count == 2); /* it stays where it is served */
	gateway_close(&there);
	UNTIL(here.count == 1);
	answer(&here, 0, 3);
	UNTIL(o.times);
}
END_TEST

/* It answers what it has begun, so the connection stays until then. */
START_TEST(what_a_draining_gateway_refuses_is_asked_of_the_next)
{
	char both[256];
	struct outcome begun, refused, queued;
	(void)snprintf(both, sizeof both, "%s,%s", here.endpoint, there.endpoint);
	gateway_open(&there);
	reopen_with((struct study_options){ .endpoints = both });
	submit(&begun, "topics.create");
	submit(&refused, "topics.create");
	UNTIL(here.count == 2);
	refuse(&here, 1, ST_SHUTTING_DOWN);
	UNTIL(client->is_leaving);
	submit(&queued, "topics.create");
	study_dispatch(client);
	ck_assert_int_ne(
		study_next_timeout_ms(client), 0); /* nothing to be done until it answers */
	answer(&here, 0, 1);
	UNTIL(there.count == 2);
	ck_assert_int_eq(begun.n, 1);
	ck_assert_int_eq(here.count, 2);
	answer(&there, 0, 2);
	answer(&there, 1, 3);
	UNTIL(queued.times);
	ck_assert_int_eq(refused.n, 2);
	ck_assert_int_eq(queued.n, 3);
}
END_TEST

START_TEST(a_gateway_that_drains_without_end_was_not_asked_in_vain)
{
	struct outcome o;
	submit_for(&o, "topics.create", 100);
	for (int i = 0; !o.times; turn())
		for (; i < here.count; i++)
			refuse(&here, i, ST_SHUTTING_DOWN);
	ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
	ck_assert(!o.error.is_outcome_unknown);
	ck_assert_int_lt(here.count, 12); /* with pauses that grow */
}
END_TEST

/* The file of a gateway that is not there any more refuses; the first is not the only one. */
START_TEST(a_first_endpoint_that_is_dead_does_not_matter)
{
	char both[256];
	struct outcome o;
	(void)snprintf(both, sizeof both, "tcp://127.0.0.1:1,%s,%s", there.endpoint, here.endpoint);
	reopen_with((struct study_options){ .endpoints = both });
	submit(&o, "topics.get");
	UNTIL(here.count == 1);
	answer(&here, 0, 1);
	UNTIL(o.times);
}
END_TEST

/* ---- CURVE ---- */

START_TEST(with_keys_it_talks_to_the_server_that_has_them_and_to_no_other)
{
	char server[41], server_secret[41], own[41], secret[41];
	struct gateway_double *g = &there;
	static const int on = 1;
	struct outcome o;
	if (zmq_curve_keypair(server, server_secret) != 0)
		return; /* ZeroMQ was built without CURVE */
	ck_assert_int_eq(zmq_curve_keypair(own, secret), 0);
	g->context = zmq_ctx_new();
	g->router = zmq_socket(g->context, ZMQ_ROUTER);
	g->bodies = g->count = 0;
	zmq_setsockopt(g->router, ZMQ_CURVE_SERVER, &on, sizeof on);
	zmq_setsockopt(g->router, ZMQ_CURVE_SECRETKEY, server_secret, 41);
	ck_assert_int_eq(zmq_bind(g->router, g->endpoint), 0);
	reopen_with((struct study_options){ .endpoints = g->endpoint,
		.server_key = server,
		.public_key = own,
		.secret_key = secret });
	submit(&o, "topics.get");
	UNTIL(g->count == 1);
	answer(g, 0, 6);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 6);
	reopen_with((struct study_options){ .endpoints = g->endpoint,
		.server_key = own,
		.public_key = own,
		.secret_key = secret });
	submit_for(&o, "topics.get", 100);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
}
END_TEST

int main(void)
{
	TCase *tests = tests_new("client loss");
	tcase_add_loop_test(tests,
		a_gateway_that_talks_nonsense_is_left_and_what_is_safe_asked_again, 0,
		ROWS(malformed));
	tcase_add_test(tests, nonsense_without_end_is_not_asked_for_without_end);
	tcase_add_test(tests, an_answer_that_is_wrong_in_itself_ends_its_request_only);
	tcase_add_loop_test(tests, a_restart_in_mid_call_repeats_what_is_safe_and_nothing_else, 0,
		ROWS(in_mid_call));
	tcase_add_loop_test(
		tests, a_repeated_write_that_is_refused_may_have_been_done, 0, ROWS(refused_again));
	tcase_add_test(tests, an_answer_that_came_before_the_loss_counts);
	tcase_add_test(tests, what_was_not_sent_waits_for_a_gateway);
	tcase_add_test(tests, without_any_gateway_it_was_not_done);
	tcase_add_test(tests, the_next_gateway_takes_over);
	tcase_add_test(tests, what_a_draining_gateway_refuses_is_asked_of_the_next);
	tcase_add_test(tests, a_gateway_that_drains_without_end_was_not_asked_in_vain);
	tcase_add_test(tests, a_first_endpoint_that_is_dead_does_not_matter);
	tcase_add_test(tests, with_keys_it_talks_to_the_server_that_has_them_and_to_no_other);
	return tests_run(tests);
}
