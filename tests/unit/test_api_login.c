/* Log-ins with tokens over HTTP. The test plays the worker. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/api_login.h"
#include "gateway/jwt.h"
#include "gateway/login_call.h"
#include "tests/unit/api_gateway.h"
#include "tests/unit/suite.h"

#define LOGIN_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define JTI      "01890a5d-ac96-774b-bcce-b302099a8058"
#define V1       "/api/v1/auth/"
#define SYSTEM_C "/api/auth/"

static char request[8192];

/* `bearer` and `body` may be NULL. */
static void post(const char *path, const char *bearer, const char *body)
{
	struct buf text = { 0 };
	buf_printf(&text, "POST %s HTTP/1.1\r\nHost: localhost\r\n", path);
	if (bearer)
		buf_printf(&text, "Authorization: Bearer %s\r\n", bearer);
	if (body)
		buf_printf(&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			strlen(body));
	buf_printf(&text, "\r\n%s", body ? body : "");
	ck_assert_uint_lt(text.len, sizeof request);
	memcpy(request, text.bytes, text.len);
	request[text.len] = '\0';
	buf_fini(&text);
	api_gateway_send(request);
}

/* A token in `out`, which expires in an hour or has expired. */
static void make_token(enum jwt_kind kind, bool is_expired, char out[1024])
{
	int64_t now_s = time(NULL);
	struct jwt_claims claims = { kind, 7, LOGIN_ID, JTI, now_s + (is_expired ? -1 : 3600) };
	struct buf token = { 0 };
	jwt_mint(api.secret, &claims, now_s, &token);
	(void)snprintf(out, 1024, "%.*s", (int)token.len, token.bytes);
	buf_fini(&token);
}

static void expect_text(const struct envelope *e, const char *param, const char *text)
{
	struct span value;
	ck_assert_msg(msg_find_text(e->params, param, &value), "no %s", param);
	ck_assert_msg(span_is(value, text), "%s is %.*s", param, (int)value.len, value.bytes);
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	msg_put_key(out, key);
	msg_put_key(out, text);
}

/* Responds with a log-in of account 7. */
static void store(const struct envelope *e, const char *expires_at)
{
	struct buf result = { 0 };
	msg_put_map(&result, 5);
	msg_put_key(&result, "account_id");
	msg_put_int(&result, 7);
	put_text(&result, "login_id", LOGIN_ID);
	put_text(&result, "role", "learner");
	put_text(&result, "username", "ada");
	put_text(&result, "expires_at", expires_at);
	api_gateway_respond(e, &result);
	buf_fini(&result);
}

/* Reads the token that follows `name` in the response. */
static struct jwt_claims token_of_response(const char *name, enum jwt_kind kind)
{
	struct jwt_claims claims = { 0 };
	struct jwt_rules rules = { api.secret, kind, time(NULL) };
	struct fail why = { 0 };
	const char *token = api_gateway_expect(name);
	struct span text = { token, strcspn(token, "\"") };
	ck_assert_msg(jwt_read(&rules, text, &claims, &why) == ST_OK, "%s", why.text);
	ck_assert_int_eq(claims.account, 7);
	ck_assert_str_eq(claims.login_id, LOGIN_ID);
	return claims;
}

/* The refresh token has the key that the worker has stored. */
static void expect_tokens(const char *key, int64_t lasts_s)
{
	char expires_in[64];
	api_gateway_expect("HTTP/1.1 200 OK\r\n");
	(void)snprintf(expires_in, sizeof expires_in,
		"\"token_type\":\"Bearer\",\"expires_in\":%d}", (int)lasts_s);
	api_gateway_expect(expires_in);
	api_gateway_expect("Cache-Control: no-store\r\n");
	struct jwt_claims access = token_of_response("\"access_token\":\"", JWT_ACCESS);
	struct jwt_claims refresh = token_of_response("\"refresh_token\":\"", JWT_REFRESH);
	ck_assert_str_eq(refresh.jti, key);
	ck_assert_str_ne(access.jti, key);
	ck_assert_int_ge(access.expires_s, time(NULL) + lasts_s - 60);
	ck_assert_int_le(access.expires_s, time(NULL) + lasts_s);
}

static void copy_text(const struct envelope *e, const char *param, char out[64])
{
	struct span value;
	ck_assert(msg_find_text(e->params, param, &value));
	(void)snprintf(out, 64, "%.*s", (int)value.len, value.bytes);
}

static const char *const paths[] = { V1, SYSTEM_C };

static const char *path_of(int i, const char *name)
{
	static char path[64];
	(void)snprintf(path, sizeof path, "%s%s", paths[i], name);
	return path;
}

START_TEST(a_log_in_gives_two_tokens)
{
	char key[64];
	int64_t lifetime_s;
	unsigned char uuid[16];
	post(path_of(_i, "login"), NULL, "{\"username\":\"Ada\",\"password\":\"an engine\"}");
	struct envelope e = api_gateway_call("logins.open");
	expect_text(&e, "username", "Ada");
	expect_text(&e, "password", "an engine");
	expect_text(&e, "caller_address", "127.0.0.1");
	ck_assert(msg_find_int(e.params, "lifetime_s", &lifetime_s) && lifetime_s == 2592000);
	copy_text(&e, "login_id", key);
	ck_assert(uuid_parse(span_of(key), uuid));
	copy_text(&e, "refresh_id", key);
	ck_assert(uuid_parse(span_of(key), uuid));
	store(&e, "2100-01-01T00:00:00.000000Z");
	expect_tokens(key, 3600);
	struct jwt_claims refresh = token_of_response("\"refresh_token\":\"", JWT_REFRESH);
	ck_assert_int_eq(refresh.expires_s, 4102444800);
}
END_TEST

START_TEST(a_wrong_password_is_401)
{
	post(SYSTEM_C "login", NULL, "{\"username\":\"ada\",\"password\":\"x\",\"remember\":true}");
	struct envelope e = api_gateway_call("logins.open");
	api_gateway_refuse(&e, "INVALID_CREDENTIALS");
	api_gateway_expect("HTTP/1.1 401 Unauthorized\r\n");
	api_gateway_expect(
		"{\"error\":\"Invalid credentials\",\"message\":\"Invalid credentials\"");
}
END_TEST

static const struct {
	const char *path, *body, *text;
} refused_bodies[] = {
	{ V1 "login", "{\"username\":\"ada\"}", "\"message\":\"password is required\"" },
	{ V1 "login", "{\"username\":\"ada\",\"password\":null}",
		"\"message\":\"password is required\"" },
	{ V1 "login", "{\"username\":7,\"password\":\"x\"}", "\"field\":\"username\"" },
	{ V1 "login", "{\"username\":\"a\",\"password\":\"x\",\"login_id\":\"" JTI "\"}",
		"unknown field \\\"login_id\\\"" },
	{ V1 "login", "[]", "\"code\":\"INVALID_JSON\"" },
	{ V1 "refresh", "{\"refresh_token\":7}", "\"field\":\"refresh_token\"" },
	{ V1 "refresh", "{\"refresh_token\":\"\"}", "\"field\":\"refresh_token\"" },
	{ V1 "refresh", "{\"token\":\"x\"}", "unknown field \\\"token\\\"" },
	{ SYSTEM_C "login", "{\"username\":\"ada\"}", "{\"error\":\"Password is required\"" },
};

START_TEST(a_wrong_body_is_refused_without_a_worker)
{
	post(refused_bodies[_i].path, NULL, refused_bodies[_i].body);
	api_gateway_expect("HTTP/1.1 400 Bad Request\r\n");
	api_gateway_expect(refused_bodies[_i].text);
	ck_assert_uint_eq(workers_counts(workers).calls, 0);
}
END_TEST

/* The access token does not outlast the log-in. */
START_TEST(a_short_log_in_has_a_short_access_token)
{
	char expires_at[32], key[64];
	time_t at = time(NULL) + 100;
	struct tm utc;
	post(V1 "login", NULL, "{\"username\":\"ada\",\"password\":\"x\"}");
	struct envelope e = api_gateway_call("logins.open");
	copy_text(&e, "refresh_id", key);
	ck_assert_uint_gt(
		strftime(expires_at, sizeof expires_at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc)),
		0);
	store(&e, expires_at);
	const char *lasts = api_gateway_expect("\"expires_in\":");
	long lasts_s = strtol(lasts, NULL, 10);
	ck_assert(lasts_s > 40 && lasts_s <= 100);
}
END_TEST

static void expect_refresh(const char *shown_key)
{
	char key[64];
	struct envelope e = api_gateway_call("logins.refresh");
	ck_assert_int_eq(e.context.account, 7);
	expect_text(&e, "login_id", LOGIN_ID);
	expect_text(&e, "refresh_id", shown_key);
	copy_text(&e, "next_refresh_id", key);
	ck_assert_str_ne(key, shown_key);
	store(&e, "2100-01-01T00:00:00.000000Z");
	expect_tokens(key, 3600);
}

START_TEST(a_refresh_token_gets_the_next_tokens)
{
	char token[1024], access[1024], body[1100];
	make_token(JWT_REFRESH, false, token);
	make_token(JWT_ACCESS, true, access);
	(void)snprintf(body, sizeof body, "{\"refresh_token\":\"%s\"}", token);
	post(path_of(_i, "refresh"), token, NULL);
	expect_refresh(JTI);
	post(path_of(_i, "refresh"), token, "{}");
	expect_refresh(JTI);
	post(path_of(_i, "refresh"), token, "{\"refresh_token\":null}");
	expect_refresh(JTI);
	post(path_of(_i, "refresh"), NULL, body);
	expect_refresh(JTI);
	post(path_of(_i, "refresh"), access, body); /* the body counts */
	expect_refresh(JTI);
}
END_TEST

START_TEST(a_refresh_token_that_was_used_before_is_401)
{
	char token[1024];
	make_token(JWT_REFRESH, false, token);
	post(V1 "refresh", token, NULL);
	struct envelope e = api_gateway_call("logins.refresh");
	api_gateway_refuse(&e, "TOKEN_REUSED");
	api_gateway_expect("HTTP/1.1 401 Unauthorized\r\n");
	api_gateway_expect("\"code\":\"TOKEN_REUSED\"");
}
END_TEST

static void expect_refusal(const char *name, const char *bearer, const char *code, const char *text)
{
	char path[64], shown[128];
	(void)snprintf(path, sizeof path, V1 "%s", name);
	(void)snprintf(
		shown, sizeof shown, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"", code, text);
	post(path, bearer, NULL);
	api_gateway_expect("HTTP/1.1 401 Unauthorized\r\n");
	api_gateway_expect(shown);
}

START_TEST(a_token_that_does_not_count_is_refused_without_a_worker)
{
	char access[1024], expired[1024];
	make_token(JWT_ACCESS, false, access);
	make_token(JWT_REFRESH, true, expired);
	expect_refusal("refresh", NULL, "UNAUTHENTICATED", "Missing Authorization Header");
	expect_refusal("refresh", access, "WRONG_TOKEN_TYPE", "Only refresh tokens are allowed");
	expect_refusal("refresh", expired, "TOKEN_EXPIRED", "Token has expired");
	expect_refusal("refresh", "x", "TOKEN_INVALID", "Not enough segments");
	expect_refusal("refresh",
		"st_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"TOKEN_INVALID", "Not enough segments");
	expect_refusal("logout", NULL, "UNAUTHENTICATED", "Missing Authorization Header");
	expect_refusal("logout", expired, "TOKEN_EXPIRED", "Token has expired");
	expect_refusal("logout", "x.y.z", "TOKEN_INVALID", "Invalid header padding");
	ck_assert_uint_eq(workers_counts(workers).calls, 0);
}
END_TEST

START_TEST(a_token_of_either_kind_ends_its_log_in)
{
	struct buf result = { 0 };
	char token[1024];
	for (enum jwt_kind kind = JWT_ACCESS; kind <= JWT_REFRESH; kind++) {
		make_token(kind, false, token);
		post(path_of(_i, "logout"), token, NULL);
		struct envelope e = api_gateway_call("logins.end");
		ck_assert_int_eq(e.context.account, 7);
		expect_text(&e, "login_id", LOGIN_ID);
		buf_clear(&result);
		msg_put_map(&result, 1);
		msg_put_key(&result, "ended");
		msg_put_bool(&result, kind == JWT_ACCESS); /* or it had ended before */
		api_gateway_respond(&e, &result);
		if (_i == 0)
			api_gateway_expect("HTTP/1.1 204 No Content\r\n");
		else
			api_gateway_expect("{\"message\":\"Logged out\"}");
	}
	buf_fini(&result);
}
END_TEST

START_TEST(a_result_that_is_no_log_in_is_500)
{
	struct buf result = { 0 };
	post(V1 "login", NULL, "{\"username\":\"ada\",\"password\":\"x\"}");
	struct envelope e = api_gateway_call("logins.open");
	msg_put_map(&result, 0);
	api_gateway_respond(&e, &result);
	api_gateway_expect("HTTP/1.1 500 Internal Server Error\r\n");
	ck_assert_ptr_null(strstr(api_gateway_response(), "token"));
	buf_fini(&result);
}
END_TEST

#define NEW_ACCOUNT "{\"username\":\"ada\",\"password\":\"an engine\"}"

START_TEST(registration_is_closed_unless_a_setting_opens_it)
{
	struct buf result = { 0 };
	post(path_of(_i, "register"), NULL, NEW_ACCOUNT);
	api_gateway_expect("HTTP/1.1 403 Forbidden\r\n");
	ck_assert_uint_eq(workers_counts(workers).calls, 0);
	settings.registration = "open";
	post(path_of(_i, "register"), NULL, NEW_ACCOUNT);
	struct envelope e = api_gateway_call("accounts.register");
	expect_text(&e, "username", "ada");
	expect_text(&e, "caller_address", "127.0.0.1");
	msg_put_map(&result, 1);
	put_text(&result, "username", "ada");
	api_gateway_respond(&e, &result);
	api_gateway_expect("HTTP/1.1 201 Created\r\n");
	api_gateway_expect("{\"username\":\"ada\"}");
	buf_fini(&result);
}
END_TEST

/* The bounds stand in both, because a form has no password to check. */
START_TEST(the_form_has_the_bounds_of_the_method)
{
	const struct method *open = method_find(SPAN("logins.open"));
	for (size_t i = 0; i < login_form.param_count; i++) {
		const struct param *here = &login_form.params[i];
		const struct param *there = method_param(open, span_of(here->name));
		ck_assert(there && here->kind == there->kind && here->flags == there->flags);
		ck_assert(here->min == there->min && here->max == there->max);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("api_login");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, api_gateway_open, api_gateway_close);
	tcase_add_loop_test(tc, a_log_in_gives_two_tokens, 0, 2);
	tcase_add_test(tc, a_wrong_password_is_401);
	tcase_add_loop_test(tc, a_wrong_body_is_refused_without_a_worker, 0,
		sizeof refused_bodies / sizeof *refused_bodies);
	tcase_add_test(tc, a_short_log_in_has_a_short_access_token);
	tcase_add_loop_test(tc, a_refresh_token_gets_the_next_tokens, 0, 2);
	tcase_add_test(tc, a_refresh_token_that_was_used_before_is_401);
	tcase_add_test(tc, a_token_that_does_not_count_is_refused_without_a_worker);
	tcase_add_loop_test(tc, a_token_of_either_kind_ends_its_log_in, 0, 2);
	tcase_add_test(tc, a_result_that_is_no_log_in_is_500);
	tcase_add_loop_test(tc, registration_is_closed_unless_a_setting_opens_it, 0, 2);
	tcase_add_test(tc, the_form_has_the_bounds_of_the_method);
	return suite_run("api_login", tc);
}
