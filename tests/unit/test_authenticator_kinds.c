/* What a worker is asked about each kind of credential: log-ins, identities and keys. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/crypto.h"
#include "gateway/identity.h"
#include "tests/unit/authenticator_fixture.h"
#include "tests/unit/suite.h"
#include "tests/unit/token_signer.h"

#define SESSION  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOGIN_ID "01890a5d-ac96-7111-8111-111111111111"
#define ISSUER   "https://id.example.org"

/* Tokens of log-ins. */

static const char *mint(enum jwt_kind kind, int64_t account, int64_t expires_s)
{
	static struct buf token;
	struct jwt_claims claims = { kind, account, LOGIN_ID, LOGIN_ID, expires_s };
	buf_clear(&token);
	jwt_mint(secret, &claims, (int64_t)time(NULL) - 100, &token);
	buf_byte(&token, '\0');
	return token.bytes;
}

static const struct row login_row = {
	.account = ACCOUNT, .scopes = 6, .credential = "login " LOGIN_ID, .login_id = LOGIN_ID
};

START_TEST(a_worker_knows_whether_the_login_of_a_token_lasts)
{
	const char *token = mint(JWT_ACCESS, ACCOUNT, (int64_t)time(NULL) + 100);
	ck_assert(!show_bearer(0, token));
	struct envelope question = receive("credentials.get");
	expect_text(question.params, "login_id", LOGIN_ID);
	answer(question.msgid, &login_row);
	wait_for(0);
	ck_assert_int_eq(principal_of(0)->account, ACCOUNT);
	ck_assert_int_eq(principal_of(0)->source, AUTH_SOURCE_LOGIN);
	ck_assert(show_bearer(1, token));
	ck_assert_str_eq(principal_of(1)->login, LOGIN_ID);
}
END_TEST

START_TEST(the_login_of_a_token_belongs_to_the_account_of_the_token)
{
	ck_assert(!show_bearer(0, mint(JWT_ACCESS, ACCOUNT + 1, (int64_t)time(NULL) + 100)));
	answer(receive("credentials.get").msgid, &login_row);
	wait_for(0);
	ck_assert_int_eq(status_of(0), ST_TOKEN_INVALID);
	ck_assert_str_eq(requests[0].why.text, ""); /* that of the status, as the next time */
}
END_TEST

START_TEST(a_request_that_goes_on_may_outlast_its_token)
{
	int64_t now_s = (int64_t)time(NULL);
	const char *token = mint(JWT_ACCESS, ACCOUNT, now_s - 1);
	ck_assert(!show_since(0, token, now_s - 2));
	struct envelope question = receive("credentials.get");
	ck_assert(show_bearer(1, token)); /* while the worker is asked */
	ck_assert_int_eq(status_of(1), ST_TOKEN_EXPIRED);
	answer(question.msgid, &login_row);
	wait_for(0);
	ck_assert_int_eq(principal_of(0)->account, ACCOUNT);
	ck_assert(show_bearer(1, token)); /* afterwards */
	ck_assert_int_eq(status_of(1), ST_TOKEN_EXPIRED);
	ck_assert(show_since(2, token, now_s)); /* it began too late */
	ck_assert_int_eq(status_of(2), ST_TOKEN_EXPIRED);
}
END_TEST

START_TEST(a_token_that_is_wrong_by_itself_needs_no_worker)
{
	int64_t now_s = (int64_t)time(NULL);
	ck_assert(show_bearer(0, mint(JWT_ACCESS, ACCOUNT, now_s - 1)));
	ck_assert_int_eq(status_of(0), ST_TOKEN_EXPIRED);
	ck_assert(show_bearer(0, mint(JWT_REFRESH, ACCOUNT, now_s + 100)));
	ck_assert_int_eq(status_of(0), ST_WRONG_TOKEN_TYPE);
	ck_assert(show_bearer(0, "x"));
	ck_assert_int_eq(status_of(0), ST_TOKEN_INVALID);
	ck_assert_str_eq(requests[0].why.text, "Not enough segments");
	ck_assert(show_field(0, "Authorization", "Basic x"));
	ck_assert_int_eq(status_of(0), ST_UNAUTHENTICATED);
	expect_no_question();
}
END_TEST

/* Tokens of an identity provider. */

static struct identity *open_identity(void)
{
	char path[] = "/tmp/st-jwks-XXXXXX";
	struct buf set = { 0 };
	struct identity *identity = NULL;
	struct identity_options options = { ISSUER, "study", path };
	buf_text(&set, "{\"keys\":[");
	signer_put_jwk(SIGNER_EC, "\"kid\":\"a\"", &set);
	buf_text(&set, "]}");
	int fd = mkstemp(path);
	ck_assert_int_eq(write(fd, set.bytes, set.len), (ssize_t)set.len);
	close(fd);
	ck_assert(identity_open(&identity, &options, NULL) == ST_OK);
	unlink(path);
	buf_fini(&set);
	return identity;
}

static void show_identity(int number)
{
	char claims[256];
	struct buf token = { 0 };
	(void)snprintf(claims, sizeof claims,
		"{\"iss\":\"" ISSUER "\",\"aud\":\"study\",\"sub\":\"17\",\"exp\":%" PRId64
		",\"preferred_username\":\"ada\"}",
		(int64_t)time(NULL) + 100);
	signer_put_token(SIGNER_EC, "{\"alg\":\"ES256\",\"kid\":\"a\"}", claims, &token);
	buf_byte(&token, '\0');
	ck_assert(!show_bearer(number, token.bytes));
	buf_fini(&token);
}

START_TEST(an_identity_is_registered_if_a_setting_allows_it)
{
	bool registers = _i == 1;
	struct row row = { .account = ACCOUNT, .scopes = 6, .credential = "identity " ISSUER };
	signer_open();
	struct identity *identity = open_identity();
	reopen((struct authenticator_options){ .identity = identity, .registers = registers });
	show_identity(0);
	struct envelope question = receive("credentials.get");
	expect_text(question.params, "issuer", ISSUER);
	expect_text(question.params, "subject", "17");
	raw_worker_respond(&worker, question.msgid, "TOKEN_INVALID");
	if (registers) {
		question = receive("identities.create");
		expect_text(question.params, "subject", "17");
		expect_text(question.params, "username", "ada");
		answer(question.msgid, &row);
	}
	wait_for(0);
	if (registers)
		ck_assert_int_eq(principal_of(0)->source, AUTH_SOURCE_IDENTITY);
	else
		ck_assert_int_eq(status_of(0), ST_TOKEN_INVALID);
	authenticator_free(&authenticator);
	identity_free(&identity);
	signer_close();
}
END_TEST

/* Keys of RPC clients. */

START_TEST(the_account_of_a_key_is_asked_about_like_any_credential)
{
	int64_t holder;
	ck_assert(!show_rpc(0, NULL, ACCOUNT));
	struct envelope question = receive("credentials.get");
	ck_assert(msg_find_int(question.params, "holder_id", &holder) && holder == ACCOUNT);
	answer(question.msgid,
		&(struct row){ .account = ACCOUNT, .scopes = 6, .credential = "key" });
	wait_for(0);
	ck_assert_int_eq(principal_of(0)->source, AUTH_SOURCE_KEY);
	ck_assert(show_rpc(1, NULL, ACCOUNT) && !show_rpc(2, NULL, ACCOUNT + 1));
	authentication_cancel(&requests[2].authentication);
	ck_assert(!show_rpc(3, TOKEN, ACCOUNT)); /* the token counts */
	authentication_cancel(&requests[3].authentication);
}
END_TEST

/* Marks. */

START_TEST(the_first_use_of_a_token_in_a_day_is_recorded)
{
	int64_t token_id, holder;
	struct row row = token_row;
	row.is_marked = false;
	ck_assert(!show_bearer(0, TOKEN));
	answer(receive("credentials.get").msgid, &row);
	wait_for(0);
	struct envelope mark = receive("tokens.mark_used");
	ck_assert(msg_find_int(mark.params, "token_id", &token_id) && token_id == 3);
	ck_assert(msg_find_int(mark.params, "holder_id", &holder) && holder == ACCOUNT);
	uint32_t msgid = mark.msgid;
	/* another credential with the same token id: its mark is in flight already */
	ck_assert(!show_field(1, "Cookie", "studytracker_session=" SESSION));
	answer(receive("credentials.get").msgid, &row);
	wait_for(1);
	ck_assert_uint_eq(workers_counts(workers).live, 1);
	raw_worker_respond(&worker, msgid, NULL);
	for (int i = 0; workers_counts(workers).live; i++) {
		ck_assert_msg(i < TRIES, "the mark does not end");
		run_turn();
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("authenticator_kinds");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_worker_knows_whether_the_login_of_a_token_lasts);
	tcase_add_test(tests, the_login_of_a_token_belongs_to_the_account_of_the_token);
	tcase_add_test(tests, a_request_that_goes_on_may_outlast_its_token);
	tcase_add_test(tests, a_token_that_is_wrong_by_itself_needs_no_worker);
	tcase_add_loop_test(tests, an_identity_is_registered_if_a_setting_allows_it, 0, 2);
	tcase_add_test(tests, the_account_of_a_key_is_asked_about_like_any_credential);
	tcase_add_test(tests, the_first_use_of_a_token_in_a_day_is_recorded);
	return suite_run("authenticator_kinds", tests);
}
