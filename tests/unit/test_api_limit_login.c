/* The limits of log-ins over HTTP. The test plays the worker. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/api_gateway.h"
#include "tests/unit/suite.h"

static struct limits *limits;

/* Requests have no limit, so that only log-ins are counted. */
static void set_up(void)
{
	api_gateway_open();
	settings.auth = "on";
	settings.registration = "open";
	settings.rate_account = settings.rate_address = "0";
	settings.rate_login_address = "2/60";
	settings.rate_login_account = "3/60";
	ck_assert(limits_open(&limits, &settings, NULL) == ST_OK);
	api.limits = limits;
	ck_assert(network_parse_list(
			  SPAN("127.0.0.1"), api.proxies.networks, &api.proxies.count, NULL)
		  == ST_OK);
}

static void tear_down(void)
{
	api_gateway_close();
	limits_free(&limits);
}

static void post(const char *path, const char *address, const char *body)
{
	struct buf request = { 0 };
	buf_printf(&request,
		"POST %s HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: %s\r\n"
		"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		path, address, strlen(body), body);
	buf_byte(&request, '\0');
	api_gateway_send(request.bytes);
	buf_fini(&request);
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

int main(void)
{
	TCase *tests = tcase_create("api_limit_login");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, log_ins_of_an_address_are_limited, 0, 3);
	tcase_add_test(tests, log_ins_with_a_name_are_limited);
	tcase_add_test(tests, registrations_of_an_address_are_limited);
	tcase_add_test(tests, a_body_that_is_wrong_takes_no_log_in);
	return suite_run("api_limit_login", tests);
}
