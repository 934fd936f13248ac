/* Credentials, the questions about them that a worker gets, and what requests become of the
 * answers. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "common/date.h"
#include "common/socket.h"
#include "gateway/question.h"
#include "tests/unit/authenticator_fixture.h"
#include "tests/unit/suite.h"

#define SESSION  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOGIN_ID "01890a5d-ac96-7111-8111-111111111111"

START_TEST(a_request_without_a_credential_is_account_1s_or_refused)
{
	ck_assert(show_field(0, "Accept", "*/*") && show_rpc(1, NULL, 0));
	ck_assert_int_eq(principal_of(0)->account, 1);
	ck_assert_uint_eq(principal_of(1)->scopes, PRINCIPAL_ALL_SCOPES);
	ck_assert_int_eq(principal_of(0)->source, AUTH_SOURCE_NONE);
	reopen((struct authenticator_options){ .is_required = true });
	ck_assert(show_field(0, "Accept", "*/*") && show_rpc(1, NULL, 0));
	ck_assert_int_eq(status_of(0), ST_UNAUTHENTICATED);
	ck_assert_str_eq(requests[0].why.text, "");
	ck_assert_int_eq(status_of(1), ST_UNAUTHENTICATED);
	ck_assert_str_eq(requests[1].why.text, "context.token is missing");
}
END_TEST

START_TEST(a_worker_is_asked_about_a_personal_token_once)
{
	char hash[CRYPTO_HASH_TEXT_LEN + 1] = "";
	crypto_sha256_text(SPAN(TOKEN), hash);
	ck_assert(!show_bearer(0, TOKEN));
	struct envelope question = receive("credentials.get");
	ck_assert_int_eq(question.context.account, 1);
	expect_text(question.params, "hash", hash);
	answer(question.msgid, &token_row);
	wait_for(0);
	const struct principal *p = principal_of(0);
	ck_assert_int_eq(p->account, ACCOUNT);
	ck_assert_uint_eq(p->scopes, 1 << SCOPE_READ);
	ck_assert_int_eq(p->source, AUTH_SOURCE_TOKEN);
	ck_assert_str_eq(p->credential, "token 3");
	ck_assert_str_eq(p->login, "");
	ck_assert(show_bearer(1, TOKEN) && show_rpc(2, TOKEN, 0));
	ck_assert_int_eq(principal_of(1)->account, ACCOUNT);
	ck_assert_int_eq(principal_of(2)->account, ACCOUNT);
}
END_TEST

START_TEST(a_session_and_a_token_are_different_credentials)
{
	ck_assert(!show_field(0, "Cookie", "studytracker_session=" SESSION));
	struct row row = { .account = ACCOUNT,
		.scopes = 6,
		.credential = "session " LOGIN_ID,
		.login_id = LOGIN_ID };
	answer(receive("credentials.get").msgid, &row);
	wait_for(0);
	ck_assert_int_eq(principal_of(0)->source, AUTH_SOURCE_SESSION);
	ck_assert_str_eq(principal_of(0)->login, LOGIN_ID);
	ck_assert(show_bearer(1, SESSION));
	ck_assert_int_eq(status_of(1), ST_TOKEN_INVALID);
}
END_TEST

START_TEST(requests_that_show_the_same_credential_share_a_question)
{
	ck_assert(!show_bearer(0, TOKEN));
	uint32_t msgid = receive("credentials.get").msgid;
	ck_assert(!show_bearer(1, TOKEN) && !show_bearer(2, TOKEN));
	expect_no_question();
	authentication_cancel(&requests[1].authentication);
	answer(msgid, &token_row);
	wait_for(0);
	wait_for(2);
	ck_assert_int_eq(requests[1].decided, 0);
	ck_assert_int_eq(principal_of(2)->account, ACCOUNT);
}
END_TEST

START_TEST(a_question_that_nobody_waits_for_is_cancelled)
{
	ck_assert(!show_bearer(0, TOKEN) && !show_bearer(1, TOKEN));
	(void)receive("credentials.get");
	authentication_cancel(&requests[0].authentication);
	ck_assert_uint_eq(workers_counts(workers).live, 1);
	authentication_cancel(&requests[1].authentication);
	ck_assert_uint_eq(workers_counts(workers).live, 0);
	ck_assert(!show_bearer(2, TOKEN));
	answer(receive("credentials.get").msgid, &token_row);
	wait_for(2);
}
END_TEST

/* A request that is decided can end others that wait for the same answer. */
static void cancel_the_other(void *arg, enum status st, const struct fail *why)
{
	on_decided(arg, st, why);
	authentication_cancel(&requests[arg == &requests[0] ? 1 : 0].authentication);
}

START_TEST(a_request_may_cancel_another_while_it_is_decided)
{
	ck_assert(!show_bearer(0, TOKEN) && !show_bearer(1, TOKEN));
	requests[0].authentication.on_decided = cancel_the_other;
	requests[1].authentication.on_decided = cancel_the_other;
	answer(receive("credentials.get").msgid, &token_row);
	wait_for(0);
	ck_assert_int_eq(requests[1].decided, 0);
}
END_TEST

/* A request that is refused can be followed by one with the same credential, on its connection. */
static void show_again(void *arg, enum status st, const struct fail *why)
{
	on_decided(arg, st, why);
	ck_assert(!show_bearer(1, TOKEN));
}

START_TEST(a_question_may_begin_while_another_about_the_same_credential_ends)
{
	ck_assert(!show_bearer(0, TOKEN));
	requests[0].authentication.on_decided = show_again;
	raw_worker_respond(&worker, receive("credentials.get").msgid, "INTERNAL");
	wait_for(0);
	ck_assert_int_eq(status_of(0), ST_INTERNAL);
	answer(receive("credentials.get").msgid, &token_row);
	wait_for(1);
	ck_assert_int_eq(principal_of(1)->account, ACCOUNT);
}
END_TEST

static const struct {
	const char *code;
	enum status st;
	bool is_kept;
} failures[] = {
	{ "TOKEN_INVALID", ST_TOKEN_INVALID, true },
	{ "TOKEN_EXPIRED", ST_TOKEN_EXPIRED, true },
	{ "TOKEN_REVOKED", ST_TOKEN_REVOKED, true },
	{ "ACCOUNT_DISABLED", ST_ACCOUNT_DISABLED, true },
	{ "DEADLINE_EXCEEDED", ST_DEADLINE_EXCEEDED, false },
	{ "INTERNAL", ST_INTERNAL, false },
	{ "NO_SUCH_CODE", ST_INTERNAL, false },
	{ "INVALID_INPUT", ST_INTERNAL, false },
	{ "ACCOUNT_NOT_FOUND", ST_INTERNAL, false },
};

START_TEST(only_an_answer_about_the_credential_is_kept)
{
	ck_assert(!show_bearer(0, TOKEN));
	raw_worker_respond(&worker, receive("credentials.get").msgid, failures[_i].code);
	wait_for(0);
	ck_assert_int_eq(status_of(0), failures[_i].st);
	ck_assert(show_bearer(1, TOKEN) == failures[_i].is_kept);
	if (failures[_i].is_kept)
		ck_assert_int_eq(status_of(1), failures[_i].st);
	else
		authentication_cancel(&requests[1].authentication);
}
END_TEST

static const struct row wrong_rows[] = {
	{ .scopes = 6, .credential = "token 3" },
	{ .account = -1, .scopes = 6, .credential = "token 3" },
	{ .account = ACCOUNT, .credential = "token 3" },
	{ .account = ACCOUNT, .scopes = 16, .credential = "token 3" },
	{ .account = ACCOUNT, .scopes = 6, .expires_at = "soon" },
	{ .account = ACCOUNT, .scopes = 6, .login_id = LOGIN_ID "0" },
	{ .account = ACCOUNT,
		.scopes = 6,
		.credential = "0123456789012345678901234567890123456789012345678901234567890123" },
};

START_TEST(a_row_that_is_wrong_is_a_failure)
{
	ck_assert(!show_bearer(0, TOKEN));
	answer(receive("credentials.get").msgid, &wrong_rows[_i]);
	wait_for(0);
	ck_assert_int_eq(status_of(0), ST_INTERNAL);
}
END_TEST

static const char *instant_at(time_t at)
{
	static char text[32];
	struct tm parts;
	gmtime_r(&at, &parts);
	ck_assert_uint_gt(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts), 0);
	return text;
}

START_TEST(a_verdict_does_not_outlive_its_credential)
{
	struct row row = token_row;
	row.expires_at = instant_at(time(NULL) + (_i ? 3600 : 0));
	ck_assert(!show_bearer(0, TOKEN));
	answer(receive("credentials.get").msgid, &row);
	wait_for(0);
	ck_assert_int_eq(principal_of(0)->account, ACCOUNT);
	bool is_found = show_bearer(1, TOKEN);
	ck_assert(is_found == (_i == 1));
	authentication_cancel(&requests[1].authentication);
}
END_TEST

/* The memo of the connection. */

/* An authenticator that has not heard of the token: only the memo can accept it. */
static void replace_authenticator(void)
{
	void *memo = connection_memo;
	connection_memo = NULL;
	reopen(authenticator_options);
	connection_memo = memo;
}

static void accept_token(const char *scheme)
{
	char value[128];
	(void)snprintf(value, sizeof value, "%s %s", scheme, TOKEN);
	ck_assert(!show_field(0, "Authorization", value));
	answer(receive("credentials.get").msgid, &token_row);
	wait_for(0);
	ck_assert(show_field(1, "Authorization", value)); /* which the memo takes */
	ck_assert_int_eq(principal_of(1)->account, ACCOUNT);
}

START_TEST(a_connection_remembers_the_credential_that_it_has_shown_last)
{
	accept_token("Bearer");
	replace_authenticator();
	ck_assert(show_bearer(0, TOKEN));
	ck_assert_int_eq(principal_of(0)->account, ACCOUNT);
	ck_assert_str_eq(principal_of(0)->credential, "token 3");
	ck_assert(show_bearer(1, TOKEN "0"));
	ck_assert_int_eq(status_of(1), ST_TOKEN_INVALID);
	ck_assert(!show_rpc(2, TOKEN, 0));
	authentication_cancel(&requests[2].authentication);
}
END_TEST

START_TEST(a_scheme_that_is_not_accepted_everywhere_is_not_remembered)
{
	accept_token("bearer");
	ck_assert_ptr_null(connection_memo);
}
END_TEST

START_TEST(a_refusal_is_not_remembered)
{
	ck_assert(!show_bearer(0, TOKEN));
	raw_worker_respond(&worker, receive("credentials.get").msgid, "TOKEN_REVOKED");
	wait_for(0);
	ck_assert(show_bearer(1, TOKEN));
	ck_assert_int_eq(status_of(1), ST_TOKEN_REVOKED);
	ck_assert_ptr_null(connection_memo);
}
END_TEST

/* Bounds. */

/* The queue of the fixture's workers is shorter than the bound. */
static void open_long_queue(
	struct event_base **base, struct socket_hub **hub, struct workers **long_queue)
{
	struct workers_options options = { "inproc://long-queue", 1, 2 * QUESTIONS_MAX, "0" };
	*base = event_base_new();
	ck_assert(socket_hub_open(hub, *base, NULL) == ST_OK);
	ck_assert(workers_open(long_queue, *hub, *base, &options, NULL) == ST_OK);
	reopen((struct authenticator_options){ .workers = *long_queue });
}

START_TEST(credentials_that_wait_are_bounded)
{
	static struct request waiting[QUESTIONS_MAX];
	struct event_base *base;
	struct socket_hub *hub;
	struct workers *long_queue;
	char token[80];
	open_long_queue(&base, &hub, &long_queue);
	for (int i = 0; i < QUESTIONS_MAX; i++) {
		(void)snprintf(token, sizeof token, "st_%064x", (unsigned)i);
		ck_assert(!show_bearer_as(&waiting[i], token));
	}
	ck_assert(show_bearer(0, TOKEN));
	ck_assert_int_eq(status_of(0), ST_OVERLOADED);
	ck_assert_str_eq(requests[0].why.text, "too many credentials are being checked");
	ck_assert(!show_bearer(1, token)); /* it joins */
	authentication_cancel(&waiting[0].authentication);
	ck_assert(!show_bearer(0, TOKEN));
	for (int i = 1; i < QUESTIONS_MAX; i++)
		authentication_cancel(&waiting[i].authentication);
	authentication_cancel(&requests[0].authentication);
	authentication_cancel(&requests[1].authentication);
	ck_assert_uint_eq(workers_counts(long_queue).live, 0);
	authenticator_free(&authenticator);
	workers_free(&long_queue);
	socket_hub_free(&hub);
	event_base_free(base);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("authenticator");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_request_without_a_credential_is_account_1s_or_refused);
	tcase_add_test(tests, a_worker_is_asked_about_a_personal_token_once);
	tcase_add_test(tests, a_session_and_a_token_are_different_credentials);
	tcase_add_test(tests, requests_that_show_the_same_credential_share_a_question);
	tcase_add_test(tests, a_question_that_nobody_waits_for_is_cancelled);
	tcase_add_test(tests, a_request_may_cancel_another_while_it_is_decided);
	tcase_add_test(tests, a_question_may_begin_while_another_about_the_same_credential_ends);
	tcase_add_loop_test(tests, only_an_answer_about_the_credential_is_kept, 0,
		sizeof failures / sizeof *failures);
	tcase_add_loop_test(
		tests, a_row_that_is_wrong_is_a_failure, 0, sizeof wrong_rows / sizeof *wrong_rows);
	tcase_add_loop_test(tests, a_verdict_does_not_outlive_its_credential, 0, 2);
	tcase_add_test(tests, a_connection_remembers_the_credential_that_it_has_shown_last);
	tcase_add_test(tests, a_scheme_that_is_not_accepted_everywhere_is_not_remembered);
	tcase_add_test(tests, a_refusal_is_not_remembered);
	tcase_add_test(tests, credentials_that_wait_are_bounded);
	return suite_run("authenticator", tests);
}
