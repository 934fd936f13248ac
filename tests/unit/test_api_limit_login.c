/* The limits of log-ins over HTTP. The test plays the worker. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/jwt.h"
#include "tests/unit/api_gateway.h"
#include "tests/unit/suite.h"

static struct limits *limits;

static void open_limits(void)
{
	ck_assert(limits_open(&limits, &settings, NULL) == ST_OK);
	api.limits = limits;
}

/* Requests have no limit, so that only log-ins are counted. */
static void set_up(void)
{
	api_gateway_open();
	settings.auth = "on";
	settings.registration = "open";
	settings.rate_account = settings.rate_address = "0";
	settings.rate_login_address = "2/60";
	settings.rate_login_account = "3/60";
	open_limits();
	ck_assert(network_parse_list(
			  SPAN("127.0.0.1"), api.proxies.networks, &api.proxies.count, NULL)
		  == ST_OK);
}

static void tear_down(void)
{
	api_gateway_close();
	limits_free(&limits);
}

static void send_head(const char *path, const char *address, const char *rest)
{
	struct buf request = { 0 };
	buf_printf(&request, "POST %s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: %s\r\n%s",
		path, address, rest);
	buf_byte(&request, '\0');
	api_gateway_send(request.bytes);
	buf_fini(&request);
}

static void post(const char *path, const char *address, const char *body)
{
	struct buf rest = { 0 };
	buf_printf(&rest, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		strlen(body), body);
	buf_byte(&rest, '\0');
	send_head(path, address, rest.bytes);
	buf_fini(&rest);
}

/* The worker refuses the request, and the response shows the limit. */
static void expect_counted(const char *method, const char *limit, const char *remaining)
{
	char line[64];
	struct envelope e = api_gateway_call(method);
	api_gateway_refuse(&e, "INVALID_CREDENTIALS");
	api_gateway_expect("HTTP/1.1 401 ");
	(void)snprintf(line, sizeof line, "\r\nX-RateLimit-Limit: %s\r\n", limit);
	api_gateway_expect(line);
	(void)snprintf(line, sizeof line, "\r\nX-RateLimit-Remaining: %s\r\n", remaining);
	api_gateway_expect(line);
}

/* Without a call of a worker. */
static void expect_limited(const char *limit, const char *retry_after)
{
	char line[64];
	uint64_t calls = workers_counts(workers).calls;
	api_gateway_expect("HTTP/1.1 429 Too Many Requests\r\n");
	(void)snprintf(line, sizeof line, "\r\nX-RateLimit-Limit: %s\r\n", limit);
	api_gateway_expect(line);
	(void)snprintf(line, sizeof line, "\r\nRetry-After: %s\r\n", retry_after);
	api_gateway_expect(line);
	ck_assert_uint_eq(workers_counts(workers).calls, calls);
}

#define ADA "{\"username\":\"ada\",\"password\":\"an engine\"}"
#define BOB "{\"username\":\"Bob\",\"password\":\"an engine\"}"

static const char *const login_paths[] = { "/api/auth/login", "/api/v1/auth/login",
	"/api/v1/auth/session" };

START_TEST(log_ins_of_an_address_are_limited)
{
	post(login_paths[_i], "192.0.2.1", ADA);
	expect_counted("logins.open", "2", "1");
	post(login_paths[_i], "192.0.2.1", BOB);
	expect_counted("logins.open", "2", "0");
	post(login_paths[_i], "192.0.2.1", BOB);
	expect_limited("2", "30");
	post(login_paths[(_i + 1) % 3], "192.0.2.1", ADA);
	expect_limited("2", "30");
	post(login_paths[_i], "192.0.2.2", ADA);
	expect_counted("logins.open", "2", "1");
}
END_TEST

START_TEST(log_ins_with_a_name_are_limited)
{
	post(login_paths[0], "192.0.2.1", BOB);
	expect_counted("logins.open", "2", "1");
	post(login_paths[1], "192.0.2.2", "{\"username\":\"BOB\",\"password\":\"x\"}");
	expect_counted("logins.open", "2", "1");
	post(login_paths[2], "192.0.2.3", "{\"username\":\"bob\",\"password\":\"x\"}");
	expect_counted("logins.open", "3", "0");
	post(login_paths[0], "192.0.2.4", BOB);
	expect_limited("3", "20");
	post(login_paths[0], "192.0.2.4", ADA);
	expect_counted("logins.open", "2", "0");
}
END_TEST

/* Each makes the worker hash a password. */
START_TEST(registrations_of_an_address_are_limited)
{
	static const char path[] = "/api/v1/auth/register";
	static const char body[] = "{\"username\":\"ada\",\"password\":\"an engine\"}";
	post(path, "192.0.2.1", body);
	expect_counted("accounts.register", "2", "1");
	post(path, "192.0.2.1", body);
	expect_counted("accounts.register", "2", "0");
	post(path, "192.0.2.1", body);
	expect_limited("2", "30");
	post(login_paths[0], "192.0.2.1", ADA);
	expect_limited("2", "30");
}
END_TEST

START_TEST(a_body_that_is_wrong_takes_no_log_in)
{
	post(login_paths[0], "192.0.2.1", "{\"username\":\"ada\"}");
	api_gateway_expect("HTTP/1.1 400 ");
	post(login_paths[0], "192.0.2.1", ADA);
	expect_counted("logins.open", "2", "1");
}
END_TEST

/* ---- Refresh and log-out ---- */

static void limit_requests(void)
{
	limits_free(&limits);
	settings.rate_account = "2/60";
	settings.rate_address = "3/60";
	open_limits();
}

enum { IN_BODY, AS_BEARER };

/* A token of account 7 that the gateway has signed. */
static void show(const char *path, int where, enum jwt_kind kind, const char *login_id)
{
	struct jwt_claims claims = { kind, 7, "", "01890a5d-ac96-774b-bcce-b302099a8058",
		time(NULL) + 3600 };
	struct buf token = { 0 }, rest = { 0 };
	(void)snprintf(claims.login_id, sizeof claims.login_id, "%s", login_id);
	jwt_mint(api.secret, &claims, time(NULL), &token);
	buf_printf(&rest,
		where == IN_BODY ? "{\"refresh_token\":\"%.*s\"}"
				 : "Authorization: Bearer %.*s\r\n\r\n",
		(int)token.len, token.bytes);
	buf_byte(&rest, '\0');
	if (where == IN_BODY)
		post(path, "192.0.2.1", rest.bytes);
	else
		send_head(path, "192.0.2.1", rest.bytes);
	buf_fini(&token);
	buf_fini(&rest);
}

static void expect_limit(const char *status, const char *limit, const char *remaining)
{
	char lines[128];
	api_gateway_expect(status);
	(void)snprintf(lines, sizeof lines,
		"\r\nX-RateLimit-Limit: %s\r\nX-RateLimit-Remaining: %s\r\n", limit, remaining);
	api_gateway_expect(lines);
}

static void use_up_address(void)
{
	static const char *const remaining[] = { "2", "1", "0" };
	limit_requests();
	for (int i = 0; i < 3; i++) {
		send_head("/nowhere", "192.0.2.1", "\r\n");
		expect_limit("HTTP/1.1 404 ", "3", remaining[i]);
	}
	send_head("/nowhere", "192.0.2.1", "\r\n");
	expect_limited("3", "20");
}

#define LOGIN "01890a5d-ac96-774b-bcce-b302099a8057"
#define OTHER "01890a5d-ac96-774b-bcce-b302099a8059"

static const struct {
	const char *path;
	int where;
	enum jwt_kind kind;
	const char *method;
} shown[] = {
	{ "/api/v1/auth/refresh", IN_BODY, JWT_REFRESH, "logins.refresh" },
	{ "/api/auth/refresh", AS_BEARER, JWT_REFRESH, "logins.refresh" },
	{ "/api/auth/logout", IN_BODY, JWT_REFRESH, "logins.end" },
	{ "/api/v1/auth/logout", AS_BEARER, JWT_ACCESS, "logins.end" },
};

START_TEST(a_full_address_refuses_no_token_that_the_gateway_has_signed)
{
	use_up_address();
	show(shown[_i].path, shown[_i].where, shown[_i].kind, LOGIN);
	expect_counted(shown[_i].method, "2", "1");
	show(shown[_i].path, shown[_i].where, shown[_i].kind, LOGIN);
	expect_counted(shown[_i].method, "2", "0");
	show(shown[_i].path, shown[_i].where, shown[_i].kind, LOGIN);
	expect_limited("2", "30");
	show(shown[_i].path, shown[_i].where, shown[_i].kind, OTHER);
	expect_counted(shown[_i].method, "2", "1");
}
END_TEST

static void show_refresh(const char *login_id)
{
	show("/api/v1/auth/refresh", IN_BODY, JWT_REFRESH, login_id);
}

static void refuse_refresh(const char *code, const char *remaining)
{
	show_refresh(LOGIN);
	struct envelope e = api_gateway_call("logins.refresh");
	api_gateway_refuse(&e, code);
	expect_limit("HTTP/1.1 401 ", "2", remaining);
}

static const char *const refusals[] = {
	"TOKEN_REVOKED", "TOKEN_EXPIRED", "TOKEN_REUSED", "ACCOUNT_DISABLED", "TOKEN_INVALID"
};

START_TEST(an_ended_log_in_counts_for_its_address)
{
	limit_requests();
	refuse_refresh(refusals[_i], "1");
	show_refresh(LOGIN);
	expect_counted("logins.refresh", "3", "1");
	show("/api/v1/auth/logout", AS_BEARER, JWT_ACCESS, LOGIN);
	expect_counted("logins.end", "3", "0");
	show_refresh(LOGIN);
	expect_limited("3", "20");
	show_refresh(OTHER);
	expect_counted("logins.refresh", "2", "1");
}
END_TEST

START_TEST(a_log_out_ends_the_log_in)
{
	struct buf nothing = { 0 };
	limit_requests();
	msg_put_nil(&nothing);
	show("/api/v1/auth/logout", IN_BODY, JWT_REFRESH, LOGIN);
	struct envelope e = api_gateway_call("logins.end");
	api_gateway_respond(&e, &nothing);
	expect_limit("HTTP/1.1 204 ", "2", "1");
	buf_fini(&nothing);
	show("/api/v1/auth/logout", IN_BODY, JWT_REFRESH, LOGIN);
	expect_counted("logins.end", "3", "2");
}
END_TEST

START_TEST(a_worker_that_fails_ends_no_log_in)
{
	limit_requests();
	show_refresh(LOGIN);
	struct envelope e = api_gateway_call("logins.refresh");
	api_gateway_refuse(&e, "INTERNAL");
	expect_limit("HTTP/1.1 500 ", "2", "1");
	show_refresh(LOGIN);
	expect_counted("logins.refresh", "2", "0");
}
END_TEST

START_TEST(a_wrong_token_counts_for_its_address)
{
	const char *path = shown[_i].path;
	limit_requests();
	post(path, "192.0.2.1", "{\"refresh_token\":\"a.b.c\"}");
	expect_limit("HTTP/1.1 4", "3", "2"); /* 401, or 422 of system C */
	send_head(path, "192.0.2.1", "Authorization: Bearer st_x\r\n\r\n");
	expect_limit("HTTP/1.1 4", "3", "1");
	post(path, "192.0.2.1", "{\"refresh_token\":7}");
	expect_limit("HTTP/1.1 400 ", "3", "0");
	post(path, "192.0.2.1", "{\"refresh_token\":\"a.b.c\"}");
	expect_limited("3", "20");
	post(path, "192.0.2.1", "[");
	expect_limited("3", "20");
	send_head(path, "192.0.2.1", "\r\n");
	expect_limited("3", "20");
}
END_TEST

START_TEST(a_token_that_does_not_come_counts_for_its_address)
{
	static const char type[] = "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
	static const char broken[] = "Content-Type: application/json\r\n"
				     "Transfer-Encoding: chunked\r\n\r\nx";
	limit_requests();
	send_head(shown[_i].path, "192.0.2.1", type);
	expect_limit("HTTP/1.1 415 ", "3", "2");
	send_head(shown[_i].path, "192.0.2.1", broken);
	expect_limit("HTTP/1.1 400 ", "3", "1");
	send_head(shown[_i].path, "192.0.2.1", "\r\n");
	expect_limit("HTTP/1.1 401 ", "3", "0");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("api_limit_login");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, log_ins_of_an_address_are_limited, 0, 3);
	tcase_add_test(tests, log_ins_with_a_name_are_limited);
	tcase_add_test(tests, registrations_of_an_address_are_limited);
	tcase_add_test(tests, a_body_that_is_wrong_takes_no_log_in);
	tcase_add_loop_test(
		tests, a_full_address_refuses_no_token_that_the_gateway_has_signed, 0, 4);
	tcase_add_loop_test(tests, an_ended_log_in_counts_for_its_address, 0, 5);
	tcase_add_test(tests, a_log_out_ends_the_log_in);
	tcase_add_test(tests, a_worker_that_fails_ends_no_log_in);
	tcase_add_loop_test(tests, a_wrong_token_counts_for_its_address, 0, 4);
	tcase_add_loop_test(tests, a_token_that_does_not_come_counts_for_its_address, 0, 4);
	return suite_run("api_limit_login", tests);
}
