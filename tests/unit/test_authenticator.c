/* Credentials, the questions about them that a worker gets, and what requests become of the
 * answers. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/crypto.h"
#include "common/log.h"
#include "common/socket.h"
#include "gateway/authenticator.h"
#include "gateway/identity.h"
#include "gateway/jwt.h"
#include "gateway/question.h"
#include "tests/unit/raw_worker.h"
#include "tests/unit/suite.h"
#include "tests/unit/token_signer.h"

#define TOKEN    "st_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SESSION  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LOGIN_ID "01890a5d-ac96-7111-8111-111111111111"
#define ISSUER   "https://id.example.org"

enum { REQUESTS = 4, ACCOUNT = 7 };

static struct account_authenticator *authenticator;
static struct authenticator_options authenticator_options;
static struct jwt_secret *secret;
static struct raw_worker worker;

/* A request that is authenticated. */
struct request {
	struct authentication authentication;
	int decided; /* times, by on_decided */
	struct fail why;
};

static struct request requests[REQUESTS];

static void open_authenticator(void)
{
	if (!authenticator_options.workers)
		authenticator_options.workers = workers;
	authenticator_options.secret = secret;
	authenticator_options.deadline_ms = 5000;
	ck_assert(authenticator_new(&authenticator, &authenticator_options, NULL) == ST_OK);
}

static void set_up(void)
{
	struct jwt_secret_options options = { .secret = "0123456789abcdef0123456789abcdefX" };
	authenticator_options = (struct authenticator_options){ 0 };
	ck_assert(log_open("error", NULL) == ST_OK);
	ck_assert(jwt_secret_open(&secret, &options, NULL) == ST_OK);
	open_endpoint();
	raw_worker_connect(&worker);
	open_authenticator();
}

static void tear_down(void)
{
	authenticator_free(&authenticator);
	raw_worker_close(&worker);
	close_endpoint();
	jwt_secret_free(&secret);
}

/* Opens it again with other options. */
static void reopen(struct authenticator_options options)
{
	authenticator_free(&authenticator);
	authenticator_options = options;
	open_authenticator();
}

/* Requests. */

static void on_decided(void *arg, enum status st, const struct fail *why)
{
	struct request *r = arg;
	ck_assert_int_eq(st, r->authentication.st);
	r->decided++;
	if (why)
		r->why = *why;
}

/* True if it is decided at once. */
static bool show(struct request *r, const struct credentials *shown)
{
	*r = (struct request){ 0 };
	r->authentication =
		(struct authentication){ .authenticator = authenticator_interface(authenticator),
			.on_decided = on_decided,
			.arg = r };
	return authenticate(&r->authentication, shown, &r->why);
}

static bool show_field_as(struct request *r, const char *name, const char *value)
{
	static struct http_request http;
	http = (struct http_request){ .path = SPAN("/topics"), .field_count = 1 };
	http.fields[0] = (struct http_field){ span_of(name), span_of(value) };
	struct credentials shown = { .http = &http };
	return show(r, &shown);
}

static bool show_field(int number, const char *name, const char *value)
{
	return show_field_as(&requests[number], name, value);
}

static bool show_bearer_as(struct request *r, const char *token)
{
	char value[CREDENTIAL_MAX + 8];
	(void)snprintf(value, sizeof value, "Bearer %s", token);
	return show_field_as(r, "Authorization", value);
}

static bool show_bearer(int number, const char *token)
{
	return show_bearer_as(&requests[number], token);
}

static bool show_rpc(int number, const char *token, int64_t key_account)
{
	struct buf context = { 0 };
	msg_put_map(&context, token ? 1 : 0);
	if (token) {
		msg_put_key(&context, "token");
		msg_put_text(&context, span_of(token));
	}
	struct credentials shown = { .rpc_context = buf_view(&context),
		.key_account = key_account };
	bool is_decided = show(&requests[number], &shown);
	buf_fini(&context);
	return is_decided;
}

static enum status status_of(int number)
{
	return requests[number].authentication.st;
}

static const struct principal *principal_of(int number)
{
	ck_assert_int_eq(status_of(number), ST_OK);
	return &requests[number].authentication.principal;
}

static void wait_for(int number)
{
	for (int i = 0; !requests[number].decided; i++) {
		ck_assert_msg(i < TRIES, "the request is not decided");
		run_turn();
	}
	ck_assert_int_eq(requests[number].decided, 1);
}

/* The worker. */

static struct envelope receive(const char *method)
{
	struct envelope e = raw_worker_receive(&worker);
	while (span_is(e.method, "gateway.hello") || span_is(e.method, "gateway.cancel"))
		e = raw_worker_receive(&worker);
	ck_assert_msg(span_is(e.method, method), "%.*s", (int)e.method.len, e.method.bytes);
	return e;
}

static void expect_text(struct span params, const char *name, const char *wanted)
{
	struct span text;
	ck_assert_msg(msg_find_text(params, name, &text) && span_is(text, wanted), "%s", name);
}

/* What the worker answers; a zero leaves it out. */
struct row {
	int64_t account, scopes, token_id;
	const char *credential, *login_id, *expires_at;
	bool is_marked;
};

static void put_text(struct buf *out, const char *name, const char *text)
{
	msg_put_key(out, name);
	if (text)
		msg_put_text(out, span_of(text));
	else
		msg_put_nil(out);
}

static void put_int(struct buf *out, const char *name, int64_t value)
{
	msg_put_key(out, name);
	if (value)
		msg_put_int(out, value);
	else
		msg_put_nil(out);
}

static void answer(uint32_t msgid, const struct row *row)
{
	struct buf result = { 0 }, body = { 0 };
	msg_put_map(&result, 7);
	put_int(&result, "account_id", row->account);
	put_int(&result, "scopes", row->scopes);
	put_int(&result, "token_id", row->token_id);
	put_text(&result, "credential", row->credential);
	put_text(&result, "login_id", row->login_id);
	put_text(&result, "expires_at", row->expires_at);
	msg_put_key(&result, "is_marked");
	msg_put_bool(&result, row->is_marked);
	raw_worker_put_credit(&body, worker.epoch);
	envelope_put_result(&body, msgid, buf_view(&result));
	buf_fini(&result);
	raw_worker_send(&worker, &body);
}

static const struct row token_row = { .account = ACCOUNT,
	.scopes = 1 << SCOPE_READ,
	.token_id = 3,
	.credential = "token 3",
	.is_marked = true };

/* Nothing more arrives at the worker than what the test has received. */
static void expect_no_question(void)
{
	uint64_t asked = workers_counts(workers).live;
	for (int i = 0; i < 5; i++)
		run_turn();
	ck_assert_uint_eq(workers_counts(workers).live, asked);
}

/* The tests. */

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
	tcase_add_test(tests, a_worker_knows_whether_the_login_of_a_token_lasts);
	tcase_add_test(tests, the_login_of_a_token_belongs_to_the_account_of_the_token);
	tcase_add_test(tests, a_token_that_is_wrong_by_itself_needs_no_worker);
	tcase_add_loop_test(tests, an_identity_is_registered_if_a_setting_allows_it, 0, 2);
	tcase_add_test(tests, the_account_of_a_key_is_asked_about_like_any_credential);
	tcase_add_test(tests, the_first_use_of_a_token_in_a_day_is_recorded);
	tcase_add_test(tests, credentials_that_wait_are_bounded);
	return suite_run("authenticator", tests);
}
