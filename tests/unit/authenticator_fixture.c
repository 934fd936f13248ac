#include "tests/unit/authenticator_fixture.h"

#include <stdio.h>

#include "common/log.h"
#include "gateway/credential.h"
#include "gateway/credential_memo.h"
#include "tests/unit/suite.h"

struct account_authenticator *authenticator;
struct authenticator_options authenticator_options;
struct jwt_secret *secret;
struct raw_worker worker;
struct request requests[REQUESTS];
void *connection_memo;

static void open_authenticator(void)
{
	if (!authenticator_options.workers)
		authenticator_options.workers = workers;
	authenticator_options.secret = secret;
	authenticator_options.deadline_ms = 5000;
	ck_assert(authenticator_new(&authenticator, &authenticator_options, NULL) == ST_OK);
}

void set_up(void)
{
	struct jwt_secret_options options = { .secret = "0123456789abcdef0123456789abcdefX" };
	authenticator_options = (struct authenticator_options){ 0 };
	ck_assert(log_open("error", NULL) == ST_OK);
	ck_assert(jwt_secret_open(&secret, &options, NULL) == ST_OK);
	open_endpoint();
	raw_worker_connect(&worker);
	open_authenticator();
}

static void forget_memo(void)
{
	struct credential_memo *memo = connection_memo;
	credential_memo_free(&memo);
	connection_memo = NULL;
}

void tear_down(void)
{
	forget_memo();
	authenticator_free(&authenticator);
	raw_worker_close(&worker);
	close_endpoint();
	jwt_secret_free(&secret);
}

void reopen(struct authenticator_options options)
{
	forget_memo();
	authenticator_free(&authenticator);
	authenticator_options = options;
	open_authenticator();
}

/* Requests. */

void on_decided(void *arg, enum status st, const struct fail *why)
{
	struct request *r = arg;
	ck_assert_int_eq(st, r->authentication.st);
	r->decided++;
	if (why)
		r->why = *why;
}

static bool show(struct request *r, const struct credentials *shown)
{
	*r = (struct request){ 0 };
	r->authentication =
		(struct authentication){ .authenticator = authenticator_interface(authenticator),
			.on_decided = on_decided,
			.arg = r };
	return authenticate(&r->authentication, shown, &r->why);
}

bool show_field_as(struct request *r, const char *name, const char *value)
{
	static struct http_request http;
	http = (struct http_request){ .path = SPAN("/topics"), .field_count = 1 };
	http.fields[0] = (struct http_field){ span_of(name), span_of(value) };
	struct credentials shown = { .http = &http, .memo = &connection_memo };
	return show(r, &shown);
}

bool show_field(int number, const char *name, const char *value)
{
	return show_field_as(&requests[number], name, value);
}

bool show_bearer_as(struct request *r, const char *token)
{
	char value[CREDENTIAL_MAX + 8];
	(void)snprintf(value, sizeof value, "Bearer %s", token);
	return show_field_as(r, "Authorization", value);
}

bool show_bearer(int number, const char *token)
{
	return show_bearer_as(&requests[number], token);
}

bool show_since(int number, const char *token, int64_t began_s)
{
	char value[CREDENTIAL_MAX + 8];
	struct http_request http = { .path = SPAN("/topics"), .field_count = 1 };
	(void)snprintf(value, sizeof value, "Bearer %s", token);
	http.fields[0] = (struct http_field){ SPAN("Authorization"), span_of(value) };
	struct credentials shown = { .http = &http, .began_s = began_s };
	return show(&requests[number], &shown);
}

bool show_rpc(int number, const char *token, int64_t key_account)
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

enum status status_of(int number)
{
	return requests[number].authentication.st;
}

const struct principal *principal_of(int number)
{
	ck_assert_int_eq(status_of(number), ST_OK);
	return &requests[number].authentication.principal;
}

void wait_for(int number)
{
	for (int i = 0; !requests[number].decided; i++) {
		ck_assert_msg(i < TRIES, "the request is not decided");
		run_turn();
	}
	ck_assert_int_eq(requests[number].decided, 1);
}

/* The worker. */

struct envelope receive(const char *method)
{
	struct envelope e = raw_worker_receive(&worker);
	while (span_is(e.method, "gateway.hello") || span_is(e.method, "gateway.cancel"))
		e = raw_worker_receive(&worker);
	ck_assert_msg(span_is(e.method, method), "%.*s", (int)e.method.len, e.method.bytes);
	return e;
}

void expect_text(struct span params, const char *name, const char *wanted)
{
	struct span text;
	ck_assert_msg(msg_find_text(params, name, &text) && span_is(text, wanted), "%s", name);
}

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

void answer(uint32_t msgid, const struct row *row)
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
	raw_worker_put_credit(&body, worker.epoch, worker.committed);
	envelope_put_result(&body, msgid, buf_view(&result));
	buf_fini(&result);
	raw_worker_send(&worker, &body);
}

const struct row token_row = { .account = ACCOUNT,
	.scopes = 1 << SCOPE_READ,
	.token_id = 3,
	.credential = "token 3",
	.is_marked = true };

void expect_no_question(void)
{
	uint64_t asked = workers_counts(workers).live;
	for (int i = 0; i < 5; i++)
		run_turn();
	ck_assert_uint_eq(workers_counts(workers).live, asked);
}
