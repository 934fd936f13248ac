/* Sessions of browsers over HTTP. The test plays the worker. */
#include <stdio.h>
#include <string.h>

#include "common/crypto.h"
#include "gateway/api_session.h"
#include "gateway/credential.h"
#include "tests/unit/api_gateway.h"
#include "tests/unit/suite.h"

#define LOGIN_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define PATH     "/api/v1/auth/session"
#define BODY     "{\"username\":\"ada\",\"password\":\"x\"}"

static void open_session(const char *fields)
{
	char request[512];
	(void)snprintf(request, sizeof request,
		"POST " PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n%s\r\n" BODY,
		strlen(BODY), fields);
	api_gateway_send(request);
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	msg_put_key(out, key);
	msg_put_key(out, text);
}

static void store(const struct envelope *e)
{
	struct buf result = { 0 };
	msg_put_map(&result, 5);
	msg_put_key(&result, "account_id");
	msg_put_int(&result, 7);
	put_text(&result, "login_id", LOGIN_ID);
	put_text(&result, "role", "learner");
	put_text(&result, "username", "ada");
	put_text(&result, "expires_at", "2100-01-01T00:00:00.000000Z");
	api_gateway_respond(e, &result);
	buf_fini(&result);
}

/* The worker has stored the hash of the cookie, and nothing else of it. */
static void expect_cookie(const char *name, const char *rest, struct span hash)
{
	char wanted_hash[CRYPTO_HASH_TEXT_LEN], field[64];
	(void)snprintf(field, sizeof field, "\r\nSet-Cookie: %s=", name);
	const char *value = api_gateway_expect(field);
	ck_assert_uint_eq(strspn(value, "0123456789abcdef"), 64);
	crypto_sha256_text((struct span){ value, 64 }, wanted_hash);
	ck_assert(hash.len == 64 && memcmp(hash.bytes, wanted_hash, 64) == 0);
	ck_assert_msg(strncmp(value + 64, rest, strlen(rest)) == 0, "%.100s", value + 64);
}

static void expect_session(const char *name, const char *rest)
{
	struct span hash, none;
	char copy[64];
	struct envelope e = api_gateway_call("logins.open");
	ck_assert(msg_find_text(e.params, "session_hash", &hash) && hash.len == sizeof copy);
	ck_assert(!msg_find_text(e.params, "refresh_id", &none));
	memcpy(copy, hash.bytes, sizeof copy);
	store(&e);
	api_gateway_expect("HTTP/1.1 200 OK\r\n");
	api_gateway_expect("{\"account_id\":7,\"username\":\"ada\",\"role\":\"learner\","
			   "\"expires_at\":\"2100-01-01T00:00:00.000000Z\"}");
	expect_cookie(name, rest, (struct span){ copy, sizeof copy });
}

START_TEST(a_session_is_a_cookie_that_scripts_and_other_sites_cannot_use)
{
	open_session("");
	expect_session(
		"studytracker_session", "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict\r\n");
}
END_TEST

START_TEST(over_https_the_cookie_is_secure)
{
	static const char fields[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n";
	open_session(fields); /* nobody says that this peer is a proxy */
	expect_session(
		"studytracker_session", "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict\r\n");
	ck_assert(network_parse_list(
			  SPAN("127.0.0.0/8"), api.proxies.networks, &api.proxies.count, NULL)
		  == ST_OK);
	open_session(fields);
	expect_session("__Host-studytracker_session",
		"; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure\r\n");
}
END_TEST

START_TEST(each_session_has_another_cookie)
{
	char first[64];
	open_session("");
	expect_session("studytracker_session", "");
	memcpy(first, api_gateway_expect("\r\nSet-Cookie: studytracker_session="), sizeof first);
	open_session("");
	expect_session("studytracker_session", "");
	ck_assert_int_ne(memcmp(first, api_gateway_expect("\r\nSet-Cookie: studytracker_session="),
				 sizeof first),
		0);
}
END_TEST

START_TEST(a_page_of_another_site_cannot_log_its_visitor_in)
{
	api.access.cors = cors_from_settings("*", "*", "*", true);
	open_session("Origin: https://evil.example\r\n");
	api_gateway_expect("HTTP/1.1 403 Forbidden\r\n");
	api_gateway_expect("\"code\":\"ORIGIN_NOT_ALLOWED\"");
	ck_assert_uint_eq(workers_counts(workers).calls, 0);
	open_session("Origin: http://localhost\r\n");
	expect_session("studytracker_session", "");
	api.access.cors = cors_from_settings("https://study.example", "*", "*", true);
	open_session("Origin: https://study.example\r\n");
	expect_session("studytracker_session", "");
}
END_TEST

START_TEST(a_refused_log_in_sets_no_cookie)
{
	open_session("");
	struct envelope e = api_gateway_call("logins.open");
	api_gateway_refuse(&e, "INVALID_CREDENTIALS");
	api_gateway_expect("\"code\":\"INVALID_CREDENTIALS\"");
	ck_assert_ptr_null(strstr(api_gateway_response(), "Set-Cookie"));
}
END_TEST

/* The authenticator of the test. */

static const struct principal *principal;

static bool accept_as(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	(void)shown, (void)why;
	a->st = ST_OK;
	a->principal = *principal;
	return true;
}

static const struct authenticator double_of_one = { .start = accept_as };

static void close_session(const struct principal *as)
{
	principal = as;
	api.authenticator = &double_of_one;
	api_gateway_send("DELETE " PATH " HTTP/1.1\r\nHost: localhost\r\n"
			 "Origin: http://localhost\r\n\r\n");
}

static void expect_cleared(void)
{
	api_gateway_expect("HTTP/1.1 204 No Content\r\n");
	api_gateway_expect("\r\nSet-Cookie: studytracker_session=; Path=/; Max-Age=0; HttpOnly; "
			   "SameSite=Strict\r\n");
}

START_TEST(a_session_ends)
{
	static const struct principal browser = {
		.account = 7, .source = AUTH_SOURCE_SESSION, .login = LOGIN_ID
	};
	struct buf result = { 0 };
	struct span id;
	close_session(&browser);
	struct envelope e = api_gateway_call("logins.end");
	ck_assert_int_eq(e.context.account, 7);
	ck_assert(msg_find_text(e.params, "login_id", &id) && span_is(id, LOGIN_ID));
	msg_put_map(&result, 0);
	api_gateway_respond(&e, &result);
	expect_cleared();
	buf_fini(&result);
}
END_TEST

START_TEST(a_session_that_cannot_be_ended_keeps_its_cookie)
{
	static const struct principal browser = {
		.account = 7, .source = AUTH_SOURCE_SESSION, .login = LOGIN_ID
	};
	close_session(&browser);
	struct envelope e = api_gateway_call("logins.end");
	api_gateway_refuse(&e, "OUTCOME_UNKNOWN");
	api_gateway_expect("HTTP/1.1 503 Service Unavailable\r\n");
	ck_assert_ptr_null(strstr(api_gateway_response(), "Set-Cookie"));
}
END_TEST

/* The log-in of a token is not the session of the browser. */
START_TEST(other_credentials_end_no_log_in)
{
	static const struct principal program = {
		.account = 7, .source = AUTH_SOURCE_LOGIN, .login = LOGIN_ID
	};
	static const struct principal nobody = { .account = 1, .source = AUTH_SOURCE_NONE };
	close_session(&program);
	expect_cleared();
	close_session(&nobody);
	expect_cleared();
	ck_assert_uint_eq(workers_counts(workers).calls, 0);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("api_session");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, api_gateway_open, api_gateway_close);
	tcase_add_test(tc, a_session_is_a_cookie_that_scripts_and_other_sites_cannot_use);
	tcase_add_test(tc, over_https_the_cookie_is_secure);
	tcase_add_test(tc, each_session_has_another_cookie);
	tcase_add_test(tc, a_page_of_another_site_cannot_log_its_visitor_in);
	tcase_add_test(tc, a_refused_log_in_sets_no_cookie);
	tcase_add_test(tc, a_session_ends);
	tcase_add_test(tc, a_session_that_cannot_be_ended_keeps_its_cookie);
	tcase_add_test(tc, other_credentials_end_no_log_in);
	return suite_run("api_session", tc);
}
