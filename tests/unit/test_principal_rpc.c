/* RPC requests whose authentication ends later: the test decides when and how. */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "tests/unit/principal_gateway.h"

static void call(uint32_t msgid, const char *method)
{
	struct buf body = { 0 };
	struct context context = { .account = 1, .request_id = SPAN("x"), .deadline_ms = 100 };
	envelope_put_request(&body, msgid, span_of(method), &context, SPAN("\x80"));
	ck_assert_int_eq(zmq_send(rpc_client, body.bytes, body.len, 0), (int)body.len);
	buf_fini(&body);
}

/* It waited for a worker: until its deadline, or until the gateway no longer expected one. */
#define RAN "DEADLINE_EXCEEDED NO_WORKER"

/* `codes`: one, or RAN; "": a result. */
static void expect_call(uint32_t msgid, const char *codes)
{
	char bytes[1 << 16], code[64];
	int len;
	struct envelope e;
	struct span text;
	UNTIL((len = zmq_recv(rpc_client, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0);
	struct msg_reader in = msg_reader((struct span){ bytes, (size_t)len });
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
	ck_assert_uint_eq(e.msgid, msgid);
	if (!msg_find_text(e.error, "code", &text))
		text = SPAN("");
	(void)snprintf(code, sizeof code, "%.*s", (int)text.len, text.bytes);
	ck_assert_msg(!*codes == !*code && strstr(codes, code), "%s, not %s", code, codes);
}

START_TEST(an_rpc_request_runs_once_it_is_authenticated)
{
	call(1, "rpc.status");
	UNTIL(waiting);
	ck_assert_uint_eq(rpc_counts(rpc).in_flight, 1);
	decide(ST_OK);
	expect_call(1, "");
	call(2, "topics.get");
	UNTIL(waiting);
	decide(ST_OK);
	expect_call(2, RAN);
	call(3, "rpc.status");
	UNTIL(waiting);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect_call(3, "ORIGIN_NOT_ALLOWED");
	call(4, "no.such");
	expect_call(4, "UNKNOWN_METHOD");
	ck_assert_int_eq(started, 3);
	ck_assert_uint_eq(rpc_counts(rpc).in_flight, 0);
	ck_assert_uint_eq(rpc_counts(rpc).bytes, 0);
}
END_TEST

static void expect_scoped(uint32_t msgid, const char *method, unsigned scopes, const char *code)
{
	call(msgid, method);
	UNTIL(waiting);
	accepted.scopes = scopes;
	decide(ST_OK);
	expect_call(msgid, code);
}

START_TEST(an_rpc_request_needs_the_scope_of_its_method)
{
	expect_scoped(1, "topics.list", 1U << SCOPE_WRITE | 1U << SCOPE_ADMIN, "SCOPE_MISSING");
	expect_scoped(2, "topics.list", 1U << SCOPE_READ, RAN);
	expect_scoped(3, "topics.delete", 1U << SCOPE_READ | 1U << SCOPE_ADMIN, "SCOPE_MISSING");
	expect_scoped(4, "topics.delete", 1U << SCOPE_WRITE, RAN);
	expect_scoped(5, "rpc.status", 1U << SCOPE_WRITE, "SCOPE_MISSING");
	expect_scoped(6, "rpc.status", 1U << SCOPE_READ, "");
}
END_TEST

START_TEST(an_rpc_request_names_no_account_but_that_of_its_credentials)
{
	call(1, "rpc.status"); /* for account 1 */
	UNTIL(waiting);
	accepted.account = 2;
	decide(ST_OK);
	expect_call(1, "INVALID_INPUT");
}
END_TEST

START_TEST(an_open_method_needs_no_credentials)
{
	call(1, "accounts.register");
	expect_call(1, "REGISTRATION_CLOSED"); /* the gateway of the test lets nobody register */
	ck_assert_int_eq(started, 0);
}
END_TEST

START_TEST(a_drain_waits_for_an_rpc_request_that_is_authenticating)
{
	call(1, "topics.list");
	UNTIL(waiting);
	rpc_drain(rpc, on_drained, NULL);
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert(!is_drained);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect_call(1, "ORIGIN_NOT_ALLOWED");
	UNTIL(is_drained);
}
END_TEST

START_TEST(closing_the_rpc_front_cancels_what_is_authenticating)
{
	call(1, "topics.list");
	UNTIL(waiting);
	rpc_free(&rpc);
	ck_assert_int_eq(cancelled, 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("principal_rpc");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_rpc_request_runs_once_it_is_authenticated);
	tcase_add_test(tests, an_rpc_request_needs_the_scope_of_its_method);
	tcase_add_test(tests, an_rpc_request_names_no_account_but_that_of_its_credentials);
	tcase_add_test(tests, an_open_method_needs_no_credentials);
	tcase_add_test(tests, a_drain_waits_for_an_rpc_request_that_is_authenticating);
	tcase_add_test(tests, closing_the_rpc_front_cancels_what_is_authenticating);
	return suite_run("principal_rpc", tests);
}
