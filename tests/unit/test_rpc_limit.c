/* The limits of RPC requests. An account may send 2 in 60 s, an address 3 without credentials; an
 * address may log in once, a name twice. */
#include <string.h>
#include <zmq.h>

#include "gateway/rpc_limit.h"
#include "tests/unit/principal_gateway.h"

static void set_limits(void)
{
	setenv("STUDYTRACKER_RATE_ACCOUNT", "2/60", 1);
	setenv("STUDYTRACKER_RATE_ADDRESS", "3/60", 1);
	setenv("STUDYTRACKER_RATE_LOGIN_ADDRESS", "1/60", 1);
	setenv("STUDYTRACKER_RATE_LOGIN_ACCOUNT", "2/60", 1);
}

static void call_with(uint32_t msgid, const char *method, const struct buf *params)
{
	struct buf body = { 0 };
	struct context context = { .account = 7, .request_id = SPAN("x"), .deadline_ms = 100 };
	envelope_put_request(&body, msgid, span_of(method), &context, buf_view(params));
	ck_assert_int_eq(zmq_send(rpc_client, body.bytes, body.len, 0), (int)body.len);
	buf_fini(&body);
}

static void call(uint32_t msgid, const char *method)
{
	struct buf params = { 0 };
	msg_put_map(&params, 0);
	call_with(msgid, method, &params);
	buf_fini(&params);
}

static void expect_call(uint32_t msgid, const char *code)
{
	char bytes[1 << 16];
	int len;
	struct envelope e;
	struct span text;
	UNTIL((len = zmq_recv(rpc_client, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0);
	struct msg_reader in = msg_reader((struct span){ bytes, (size_t)len });
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
	ck_assert_uint_eq(e.msgid, msgid);
	if (!msg_find_text(e.error, "code", &text))
		text = SPAN("");
	ck_assert_msg(span_is(text, code), "%u: %.*s", msgid, (int)text.len, text.bytes);
}

static void send_decided(uint32_t msgid, enum status st, const char *code)
{
	call(msgid, "topics.list");
	UNTIL(waiting);
	decide(st);
	expect_call(msgid, code);
}

#define RAN "DEADLINE_EXCEEDED" /* it waited for a worker */

START_TEST(requests_with_credentials_count_for_their_account)
{
	accepted = (struct principal){
		.account = 7, .scopes = PRINCIPAL_ALL_SCOPES, .source = AUTH_SOURCE_KEY
	};
	send_decided(1, ST_OK, RAN);
	accepted.scopes = 0;
	send_decided(2, ST_OK, "SCOPE_MISSING");
	send_decided(3, ST_OK, "RATE_LIMITED");
	send_decided(4, ST_TOKEN_INVALID, "TOKEN_INVALID");
}
END_TEST

START_TEST(wrong_credentials_count_for_the_user_of_the_client)
{
	send_decided(1, ST_TOKEN_INVALID, "TOKEN_INVALID");
	send_decided(2, ST_UNAUTHENTICATED, "UNAUTHENTICATED");
	send_decided(3, ST_NO_WORKER, "NO_WORKER");
	send_decided(4, ST_TOKEN_EXPIRED, "TOKEN_EXPIRED");
	send_decided(5, ST_TOKEN_INVALID, "RATE_LIMITED");
	call(6, "accounts.register"); /* open, so nobody decides */
	expect_call(6, "RATE_LIMITED");
	accepted = (struct principal){
		.account = 7, .scopes = PRINCIPAL_ALL_SCOPES, .source = AUTH_SOURCE_TOKEN
	};
	send_decided(7, ST_OK, RAN);
}
END_TEST

static struct limits *limits;

static const struct password_step log_in_step = { .checks = "password", .finds_by = "username" };
static const struct password_step check_step = { .checks = "password" };
static const struct method log_in = {
	.name = "log_in", .is_open = true, .passwords = &log_in_step
};
static const struct method check = { .name = "check", .passwords = &check_step };
static const struct method plain = { .name = "plain" };

static enum status take_password(
	const struct method *method, const char *address, int64_t account, const char *username)
{
	struct buf params = { 0 };
	struct fail why = { 0 };
	struct principal principal = { .account = account,
		.source = account ? AUTH_SOURCE_TOKEN : AUTH_SOURCE_NONE };
	msg_put_map(&params, 1);
	msg_put_key(&params, "username");
	msg_put_key(&params, username);
	struct rpc_limit limit = { limits, &principal, span_of(address), method,
		buf_view(&params) };
	enum status st = rpc_limit_password(&limit, &why);
	if (st == ST_RATE_LIMITED)
		ck_assert_ptr_nonnull(strstr(why.text, "too many requests: wait "));
	buf_fini(&params);
	return st;
}

START_TEST(log_ins_count_for_address_and_name)
{
	struct settings settings = { .auth = "off",
		.rate_account = "0",
		.rate_address = "0",
		.rate_login_address = "1/60",
		.rate_login_account = "2/60" };
	ck_assert(limits_open(&limits, &settings, NULL) == ST_OK);
	ck_assert_int_eq(take_password(&log_in, "192.0.2.1", 0, "ada"), ST_OK);
	ck_assert_int_eq(take_password(&log_in, "::ffff:192.0.2.1", 0, "bob"), ST_RATE_LIMITED);
	ck_assert_int_eq(take_password(&log_in, "uid 1000", 0, "Ada"), ST_OK);
	ck_assert_int_eq(take_password(&log_in, "uid 1000", 0, "bob"), ST_RATE_LIMITED);
	ck_assert_int_eq(take_password(&log_in, "uid 1001", 0, "ada"), ST_RATE_LIMITED);
	ck_assert_int_eq(take_password(&check, "uid 1002", 7, "ada"), ST_OK);
	ck_assert_int_eq(take_password(&check, "uid 1002", 7, "ada"), ST_RATE_LIMITED);
	ck_assert_int_eq(take_password(&plain, "uid 1002", 7, "ada"), ST_OK);
	limits_free(&limits);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("rpc_limit");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_limits, NULL);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, requests_with_credentials_count_for_their_account);
	tcase_add_test(tests, wrong_credentials_count_for_the_user_of_the_client);
	tcase_add_test(tests, log_ins_count_for_address_and_name);
	return suite_run("rpc_limit", tests);
}
