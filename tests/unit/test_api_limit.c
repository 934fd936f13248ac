/* The limits of HTTP requests. An account may send 2 in 60 s, an address 4 without credentials. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/principal_client.h"

static void set_limits(void)
{
	setenv("STUDYTRACKER_RATE_ACCOUNT", "2/60", 1);
	setenv("STUDYTRACKER_RATE_ADDRESS", "4/60", 1);
	setenv("STUDYTRACKER_TRUSTED_PROXIES", "127.0.0.1", 1);
}

static void forget_limits(void)
{
	unsetenv("STUDYTRACKER_RATE_ACCOUNT");
	unsetenv("STUDYTRACKER_RATE_ADDRESS");
	unsetenv("STUDYTRACKER_TRUSTED_PROXIES");
}

#define HEAD " HTTP/1.1\r\nHost: localhost\r\n"
#define BODY "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

/* The status of a request that waited for a worker: 504 at its deadline, or 503 if the gateway no
 * longer expected one. */
#define RAN "50"

/* The next response has this status, and the limit's lines: "LIMIT/REMAINING", or none. */
static void expect_response(int fd, const char *status, const char *limit)
{
	char wanted[128], remaining[128] = "";
	(void)snprintf(wanted, sizeof wanted, "HTTP/1.1 %s", status);
	expect(fd, wanted);
	expect(fd, "\r\n\r\n");
	if (limit)
		(void)snprintf(remaining, sizeof remaining,
			"X-RateLimit-Limit: %c\r\nX-RateLimit-Remaining: %s\r\nX-RateLimit-Reset: "
			"1",
			*limit, limit + 2);
	ck_assert_msg(limit ? strstr(response, remaining) != NULL : !strstr(response, "RateLimit"),
		"not %s in: %s", remaining, response);
	bool waits = strstr(response, "HTTP/1.1 429 ") || strstr(response, "HTTP/1.1 503 ");
	if (strcmp(status, RAN) == 0)
		ck_assert_msg(waits || strstr(response, "HTTP/1.1 504 "), "%s", response);
	ck_assert_msg((strstr(response, "\r\nRetry-After: ") != NULL) == waits, "%s", response);
	close(fd);
}

static void send_open(const char *request, const char *status, const char *limit)
{
	expect_response(client(request), status, limit);
}

static const char *left_after(int requests)
{
	static const char *const left[] = { "4/4", "4/3", "4/2", "4/1", "4/0" };
	return left[requests < 4 ? requests : 4];
}

static void send_decided(const char *request, enum status st, const char *status, const char *limit)
{
	int fd = client(request);
	UNTIL(waiting);
	decide(st);
	expect_response(fd, status, limit);
}

static void accept_account(int64_t account)
{
	accepted = (struct principal){
		.account = account, .scopes = PRINCIPAL_ALL_SCOPES, .source = AUTH_SOURCE_TOKEN
	};
}

START_TEST(probes_and_options_do_not_count)
{
	static const char *const requests[] = { "GET /health" HEAD "\r\n",
		"GET /healthz" HEAD "\r\n", "GET /api/health" HEAD "\r\n",
		"HEAD /health" HEAD "\r\n", "OPTIONS /topics" HEAD "\r\n",
		"OPTIONS /topics" HEAD
		"Origin: http://localhost:1\r\nAccess-Control-Request-Method: GET\r\n\r\n" };
	for (int i = 0; i < 12; i++)
		send_open(requests[i % 6], "20", NULL);
	send_open("GET /readyz" HEAD "\r\n", "503", NULL);
	send_open("OPTIONS /nowhere" HEAD "\r\n", "404", NULL);
	send_open("GET /" HEAD "\r\n", "200", "4/3");
}
END_TEST

START_TEST(requests_without_valid_credentials_count_for_their_address)
{
	send_open("GET /" HEAD "\r\n", "200", "4/3");
	send_open("GET /nowhere" HEAD "\r\n", "404", "4/2");
	send_decided("GET /topics" HEAD "\r\n", ST_UNAUTHENTICATED, "401", "4/1");
	send_decided("POST /topics" HEAD BODY, ST_TOKEN_INVALID, "401", "4/0");
	send_decided("GET /topics" HEAD "\r\n", ST_TOKEN_INVALID, "429", "4/0");
	send_decided("POST /topics" HEAD BODY, ST_TOKEN_INVALID, "429", "4/0");
	send_open("GET /" HEAD "\r\n", "429", "4/0");
	send_open("GET /nowhere" HEAD "\r\n", "429", "4/0");
	send_open("GET /health" HEAD "\r\n", "200", NULL);
}
END_TEST

START_TEST(a_full_address_refuses_nobody_with_credentials)
{
	for (int i = 0; i < 10; i++)
		send_open("GET /" HEAD "\r\n", i < 4 ? "200" : "429", left_after(i + 1));
	accept_account(7);
	send_decided("GET /stats" HEAD "\r\n", ST_OK, RAN, "2/1");
}
END_TEST

START_TEST(requests_with_credentials_count_for_their_account)
{
	accept_account(7);
	send_decided("GET /stats" HEAD "\r\n", ST_OK, RAN, "2/1");
	accepted.scopes = 0;
	send_decided("GET /stats" HEAD "\r\n", ST_OK, "403", "2/0");
	send_decided("GET /stats" HEAD "\r\n", ST_OK, "429", "2/0");
	send_decided("POST /topics" HEAD BODY, ST_OK, "429", "2/0");
	send_decided("GET /stats" HEAD "\r\n", ST_TOKEN_INVALID, "401", "4/3");
	accept_account(8);
	send_decided("POST /topics" HEAD BODY, ST_OK, RAN, "2/1");
	send_open("GET /" HEAD "\r\n", "200", "4/2");
}
END_TEST

/* Without accounts, they belong to account 1. */
START_TEST(requests_that_need_no_credentials_count_for_their_address)
{
	send_decided("GET /stats" HEAD "\r\n", ST_OK, RAN, "4/3");
}
END_TEST

START_TEST(a_request_that_could_not_be_checked_does_not_count)
{
	send_decided("GET /stats" HEAD "\r\n", ST_NO_WORKER, "503", NULL);
	send_open("GET /" HEAD "\r\n", "200", "4/3");
}
END_TEST

START_TEST(refusals_of_the_edge_count_for_their_address)
{
	send_open("nonsense\r\n\r\n", "400", "4/3");
	send_open("GET /" HEAD "Transfer-Encoding: gzip\r\n\r\n", "501", "4/2");
	send_open("GET /" HEAD "\r\n", "200", "4/1");
	send_open("nonsense\r\n\r\n", "400", "4/0");
	send_open("nonsense\r\n\r\n", "400", "4/0");
	send_open("GET /" HEAD "\r\n", "429", "4/0");
}
END_TEST

START_TEST(a_refused_body_shows_the_limit_of_its_account)
{
	int fd;
	open_edge((struct edge_deadlines){ .body_ms = 50 });
	accept_account(7);
	fd = client(
		"POST /topics" HEAD "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n");
	UNTIL(waiting);
	decide(ST_OK);
	expect_response(fd, "408", "2/1");
	send_open("GET /" HEAD "\r\n", "200", "4/3");
}
END_TEST

START_TEST(a_proxy_names_the_address)
{
	for (int i = 0; i < 4; i++)
		send_open("GET /" HEAD "X-Forwarded-For: 192.0.2.1\r\n\r\n", "200",
			left_after(i + 1));
	send_open("GET /" HEAD "X-Forwarded-For: 192.0.2.2\r\n\r\n", "200", "4/3");
	send_open("GET /" HEAD "X-Forwarded-For: 192.0.2.1\r\n\r\n", "429", "4/0");
	send_open("GET /" HEAD "Forwarded: for=192.0.2.1\r\nExpect: no\r\n\r\n", "417", "4/0");
	send_open("GET /" HEAD "X-Forwarded-For: 192.0.2.2, 192.0.2.1\r\n\r\n", "429", "4/0");
	send_open("GET /" HEAD "\r\n", "200", "4/3");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("api_limit");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_limits, forget_limits);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, probes_and_options_do_not_count);
	tcase_add_test(tests, requests_without_valid_credentials_count_for_their_address);
	tcase_add_test(tests, a_full_address_refuses_nobody_with_credentials);
	tcase_add_test(tests, requests_with_credentials_count_for_their_account);
	tcase_add_test(tests, requests_that_need_no_credentials_count_for_their_address);
	tcase_add_test(tests, a_request_that_could_not_be_checked_does_not_count);
	tcase_add_test(tests, refusals_of_the_edge_count_for_their_address);
	tcase_add_test(tests, a_refused_body_shows_the_limit_of_its_account);
	tcase_add_test(tests, a_proxy_names_the_address);
	return suite_run("api_limit", tests);
}
