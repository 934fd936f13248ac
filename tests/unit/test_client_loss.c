/* Gateways that die, return, take over or send invalid bodies. */
#include <stdio.h>

#include "gateway_double.h"

static const struct {
	const char *bytes;
	size_t len;
} malformed[] = {
	{ BYTES("") }, { BYTES("\xc1") }, { BYTES("hello") },
	{ BYTES("\x94\x01\x00\xc0") },                     /* truncated */
	{ BYTES("\x94\x01\x00\xc0\xdd\xff\xff\xff\xff") }, /* a count beyond the input */
	{ BYTES("\x94\x01\x00\xc0\xa1\xff") },             /* not UTF-8 */
	{ BYTES("\x94\x01\x00\xc0\xd4\x01\x01") },         /* an extension */
};

START_TEST(after_an_invalid_body_it_disconnects_and_repeats_safe_requests)
{
	struct outcome reads, writes;
	submit(&reads, "topics.get");
	submit(&writes, "topics.create");
	UNTIL(here.count == 2);
	send_to(&here, &here.requests[0], (struct span){ malformed[_i].bytes, malformed[_i].len });
	UNTIL(writes.times);
	ck_assert_int_eq(writes.status, STUDY_PROTOCOL);
	ck_assert(writes.error.is_outcome_unknown);
	UNTIL(here.count == 3);
	respond(&here, 2, 5);
	UNTIL(reads.times);
	ck_assert_int_eq(reads.n, 5);
}
END_TEST

START_TEST(invalid_bodies_are_not_requested_for_ever)
{
	struct outcome o;
	submit(&o, "topics.get");
	for (int i = 0; i < 4; i++) {
		UNTIL(here.count == i + 1);
		send_to(&here, &here.requests[i], SPAN("\xc1"));
	}
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_PROTOCOL);
	ck_assert_int_eq(here.count, 4);
}
END_TEST

static const struct {
	const char *method, *code;
	bool is_unknown;
} invalidly_answered[] = {
	{ "topics.get", "PROTOCOL", false },
	{ "topics.create", "OUTCOME_UNKNOWN", true },
};

/* [1, msgid, error, result] whose parts are invalid affects only that request. */
START_TEST(an_invalid_response_ends_only_its_request)
{
	struct outcome o[3];
	struct buf out = { 0 };
	for (int i = 0; i < 3; i++)
		submit(&o[i], invalidly_answered[_i].method);
	UNTIL(here.count == 3);
	envelope_put_result(&out, here.requests[0].msgid, SPAN("\x81\x01\x02"));
	envelope_put_error(&out, here.requests[1].msgid, SPAN("\x81\xa7message\xa2no"));
	put_response(&out, &here.requests[2], 3);
	send_to(&here, &here.requests[0], buf_view(&out));
	buf_fini(&out);
	UNTIL(ended == 3);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(o[i].status, STUDY_PROTOCOL);
		ck_assert_str_eq(o[i].error.code, invalidly_answered[_i].code);
		ck_assert(o[i].error.is_outcome_unknown == invalidly_answered[_i].is_unknown);
	}
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

START_TEST(a_restart_during_a_call_repeats_only_safe_requests)
{
	struct outcome o;
	submit(&o, in_mid_call[_i].method);
	UNTIL(here.count == 1);
	struct received before = here.requests[0];
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
	ck_assert_str_eq(here.requests[0].request_id, before.request_id);
	ck_assert_str_eq(here.requests[0].session_id, before.session_id);
	bool makes = strcmp(before.method, "sessions.log") == 0
		     || strcmp(before.method, "sessions.create") == 0;
	ck_assert_uint_eq(strlen(before.session_id), makes ? 36 : 0);
	respond(&here, 0, 8);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 8);
}
END_TEST

START_TEST(a_session_without_an_id_is_repeated_with_the_same_id)
{
	struct outcome o = { 0 };
	struct study_params *params = NULL;
	ck_assert_int_eq(study_params_new(&params), STUDY_OK);
	study_params_text(params, "session_id", NULL);
	ck_assert_int_eq(
		study_submit(client, "sessions.log", params, on_reply, &o, PATIENCE_MS), STUDY_OK);
	study_params_free(&params);
	UNTIL(here.count == 1);
	struct received before = here.requests[0];
	ck_assert_uint_eq(strlen(before.session_id), 36);
	restart(&here);
	UNTIL(here.count == 1);
	ck_assert_str_eq(here.requests[0].session_id, before.session_id);
	respond(&here, 0, 8);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
}
END_TEST

/* The former connection may have run it, so a refusal on the next one proves nothing. */
static const struct {
	const char *method;
	enum status refusal;
	const char *code;
	bool is_unknown;
} refused_again[] = {
	{ "sessions.log", ST_DATABASE_UNAVAILABLE, "OUTCOME_UNKNOWN", true },
	{ "sessions.log", ST_INTERNAL, "OUTCOME_UNKNOWN", true },
	{ "sessions.log", ST_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", true },
	{ "sessions.log", ST_TOKEN_REVOKED, "OUTCOME_UNKNOWN", true },
	{ "sessions.log", ST_SCOPE_MISSING, "OUTCOME_UNKNOWN", true },
	{ "sessions.log", ST_TOPIC_DELETED, "TOPIC_DELETED", false },
	{ "topics.get", ST_DATABASE_UNAVAILABLE, "DATABASE_UNAVAILABLE", false },
};

START_TEST(a_repeated_write_that_is_refused_may_have_run)
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

START_TEST(a_response_that_came_before_the_loss_counts)
{
	struct outcome o;
	submit(&o, "topics.create");
	UNTIL(here.count == 1);
	respond(&here, 0, 4);
	gateway_close(&here);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
	ck_assert_int_eq(o.n, 4);
}
END_TEST

START_TEST(unsent_requests_wait_for_a_gateway)
{
	struct outcome o;
	gateway_close(&here);
	UNTIL(!study_client_endpoint(client));
	submit(&o, "topics.create");
	study_dispatch(client);
	ck_assert_int_eq(o.times, 0);
	gateway_open(&here);
	UNTIL(here.count == 1);
	respond(&here, 0, 1);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
}
END_TEST

START_TEST(without_any_gateway_the_request_did_not_run)
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
	respond(&there, 0, 2);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 2);
	gateway_open(&here);
	submit(&o, "topics.get");
	UNTIL(there.count == 2); /* it stays with the working gateway */
	gateway_close(&there);
	UNTIL(here.count == 1);
	respond(&here, 0, 3);
	UNTIL(o.times);
}
END_TEST

static void tell_position(struct gateway_double *g, int index, struct position position)
{
	struct buf out = { 0 };
	envelope_open_notification(&out, "gateway.position");
	msg_put_map(&out, 1);
	msg_put_key(&out, "position");
	position_put(&out, position);
	put_response(&out, &g->requests[index], 1);
	send_to(g, &g->requests[index], buf_view(&out));
	buf_fini(&out);
}

START_TEST(the_next_gateway_is_told_what_was_written_through_the_first)
{
	char both[256];
	struct outcome o;
	(void)snprintf(both, sizeof both, "%s,%s", here.endpoint, there.endpoint);
	gateway_open(&there);
	reopen_with((struct study_options){ .endpoints = both });
	for (int i = 0; i < 2; i++) {
		submit(&o, "topics.create");
		UNTIL(here.count == i + 1);
		ck_assert_int_eq(here.requests[i].position.timeline, 1);
		ck_assert_int_eq(here.requests[i].position.lsn, i ? 500 : 0);
		tell_position(&here, i, (struct position){ 1, i ? 400 : 500 });
		UNTIL(o.times);
	}
	gateway_close(&here);
	submit(&o, "topics.get");
	UNTIL(there.count == 1);
	ck_assert_int_eq(there.requests[0].position.lsn, 500);
	respond(&there, 0, 2);
	UNTIL(o.times);
}
END_TEST

START_TEST(a_client_of_one_gateway_asks_for_no_position)
{
	struct outcome o;
	submit(&o, "topics.create");
	UNTIL(here.count == 1);
	ck_assert(!position_is_set(here.requests[0].position));
	respond(&here, 0, 1);
	UNTIL(o.times);
}
END_TEST

/* A draining gateway responds to started requests, so the connection stays until then. */
START_TEST(a_request_refused_by_a_draining_gateway_goes_to_the_next)
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
	ck_assert_int_ne(study_next_timeout_ms(client), 0); /* nothing to do until it responds */
	respond(&here, 0, 1);
	UNTIL(there.count == 2);
	ck_assert_int_eq(begun.n, 1);
	ck_assert_int_eq(here.count, 2);
	respond(&there, 0, 2);
	respond(&there, 1, 3);
	UNTIL(queued.times);
	ck_assert_int_eq(refused.n, 2);
	ck_assert_int_eq(queued.n, 3);
}
END_TEST

START_TEST(a_gateway_that_always_drains_gets_few_requests)
{
	struct outcome o;
	submit_for(&o, "topics.create", 1000);
	for (int i = 0; !o.times; turn())
		for (; i < here.count; i++)
			refuse(&here, i, ST_SHUTTING_DOWN);
	/* the deadline comes in a pause, or while the gateway has the request */
	ck_assert(o.status == STUDY_DISCONNECTED || o.status == STUDY_TIMEOUT);
	ck_assert(o.error.is_outcome_unknown == (o.status == STUDY_TIMEOUT));
	ck_assert_int_lt(here.count, 12); /* the pauses grow */
}
END_TEST

/* The socket file of a dead gateway refuses connections. */
START_TEST(a_dead_first_endpoint_is_skipped)
{
	char both[256];
	struct outcome o;
	(void)snprintf(both, sizeof both, "tcp://127.0.0.1:1,%s,%s", there.endpoint, here.endpoint);
	reopen_with((struct study_options){ .endpoints = both });
	submit(&o, "topics.get");
	UNTIL(here.count == 1);
	respond(&here, 0, 1);
	UNTIL(o.times);
}
END_TEST

/* ---- CURVE ---- */

START_TEST(with_keys_it_connects_only_to_the_server_with_that_key)
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
	respond(g, 0, 6);
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
	tcase_add_loop_test(tests, after_an_invalid_body_it_disconnects_and_repeats_safe_requests,
		0, ROWS(malformed));
	tcase_add_test(tests, invalid_bodies_are_not_requested_for_ever);
	tcase_add_loop_test(
		tests, an_invalid_response_ends_only_its_request, 0, ROWS(invalidly_answered));
	tcase_add_loop_test(
		tests, a_restart_during_a_call_repeats_only_safe_requests, 0, ROWS(in_mid_call));
	tcase_add_test(tests, a_session_without_an_id_is_repeated_with_the_same_id);
	tcase_add_loop_test(
		tests, a_repeated_write_that_is_refused_may_have_run, 0, ROWS(refused_again));
	tcase_add_test(tests, a_response_that_came_before_the_loss_counts);
	tcase_add_test(tests, unsent_requests_wait_for_a_gateway);
	tcase_add_test(tests, without_any_gateway_the_request_did_not_run);
	tcase_add_test(tests, the_next_gateway_takes_over);
	tcase_add_test(tests, the_next_gateway_is_told_what_was_written_through_the_first);
	tcase_add_test(tests, a_client_of_one_gateway_asks_for_no_position);
	tcase_add_test(tests, a_request_refused_by_a_draining_gateway_goes_to_the_next);
	tcase_add_test(tests, a_gateway_that_always_drains_gets_few_requests);
	tcase_add_test(tests, a_dead_first_endpoint_is_skipped);
	tcase_add_test(tests, with_keys_it_connects_only_to_the_server_with_that_key);
	return tests_run(tests);
}
