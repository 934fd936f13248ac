/* HTTP requests whose authentication ends later: the test decides when and how. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/principal_client.h"

#define HEAD      " HTTP/1.1\r\nHost: localhost\r\n"
#define BODY_HEAD "POST /topics" HEAD "Content-Length: 4\r\nContent-Type: application/json\r\n"

/* It waited for a worker: until its deadline, or until the gateway no longer expected one. */
static bool has_run(void)
{
	return strstr(response, "\"code\":\"DEADLINE_EXCEEDED\"")
	       || strstr(response, "\"code\":\"NO_WORKER\"");
}

static void expect_run(int fd)
{
	UNTIL(has_run() || !receive(fd));
	ck_assert_msg(has_run(), "%s", response);
}

START_TEST(a_request_runs_once_it_is_authenticated)
{
	int fd = client("GET /topics" HEAD "\r\n");
	UNTIL(waiting);
	expect_nothing(fd);
	decide(ST_OK);
	expect_run(fd);
	close(fd);
}
END_TEST

START_TEST(a_refused_request_gets_the_refusals_status_and_text)
{
	int fd = client("GET /topics" HEAD "\r\nGET /topics" HEAD "\r\n");
	UNTIL(waiting);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	expect(fd, "\"message\":\"said the double\"");
	UNTIL(waiting); /* the next request has its own */
	decide(ST_OK);
	expect_run(fd);
	close(fd);
}
END_TEST

START_TEST(an_unknown_path_options_and_open_routes_need_no_authentication)
{
	int fd = client(
		"GET /nowhere" HEAD "\r\nGET /health" HEAD
		"Authorization: Basic x\r\n\r\nOPTIONS /topics" HEAD "Content-Length: 2\r\n\r\n{}");
	expect(fd, "HTTP/1.1 404 Not Found\r\n");
	expect(fd, "{\"status\":\"healthy\"}");
	expect(fd, "HTTP/1.1 204 No Content\r\n");
	ck_assert_int_eq(started, 0);
	close(fd);
}
END_TEST

START_TEST(a_body_is_read_once_its_request_is_authenticated)
{
	int fd = client(BODY_HEAD "Expect: 100-continue\r\n\r\n");
	UNTIL(waiting);
	expect_nothing(fd);
	decide(ST_OK);
	expect(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	send_more(fd, "nope");
	expect(fd, "\"code\":\"INVALID_JSON\"");
	ck_assert_int_eq(started, 1);
	close(fd);
}
END_TEST

START_TEST(a_body_that_came_early_waits)
{
	int fd = client(BODY_HEAD "\r\nnopeGET /topics" HEAD "\r\n");
	UNTIL(waiting);
	expect_nothing(fd);
	decide(ST_OK);
	expect(fd, "\"code\":\"INVALID_JSON\"");
	UNTIL(waiting);
	decide(ST_OK);
	expect_run(fd);
	close(fd);
}
END_TEST

START_TEST(a_refused_body_is_dropped)
{
	int fd = client(BODY_HEAD "\r\n");
	UNTIL(waiting);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	send_more(fd, "nopeGET /nowhere" HEAD "\r\n");
	expect(fd, "HTTP/1.1 404 Not Found\r\n");
	ck_assert_int_eq(started, 1);
	close(fd);
}
END_TEST

#define NO_TOKEN  "WWW-Authenticate: Bearer realm=\"studytracker\"\r\n"
#define BAD_TOKEN "WWW-Authenticate: Bearer realm=\"studytracker\", error=\"invalid_token\"\r\n"
#define BEARER    "Authorization: Bearer x\r\n"
#define POST_BODY "Content-Length: 4\r\nContent-Type: application/json\r\n"

static const struct {
	const char *request;
	enum status st;
	const char *status_line, *challenge; /* NULL: none */
} refusals[] = {
	{ "GET /topics" HEAD "\r\n", ST_UNAUTHENTICATED, "401 Unauthorized", NO_TOKEN },
	{ "GET /topics" HEAD BEARER "\r\n", ST_TOKEN_INVALID, "401 Unauthorized", BAD_TOKEN },
	{ "POST /topics" HEAD BEARER POST_BODY "\r\n", ST_TOKEN_INVALID, "401 Unauthorized",
		BAD_TOKEN },
	{ "GET /api/tasks" HEAD BEARER "\r\n", ST_TOKEN_INVALID, "422 Unprocessable Content",
		NULL },
	{ "POST /api/tasks" HEAD BEARER POST_BODY "\r\n", ST_TOKEN_INVALID,
		"422 Unprocessable Content", NULL },
	{ "POST /api/tasks" HEAD BEARER POST_BODY "\r\n", ST_TOKEN_EXPIRED, "401 Unauthorized",
		BAD_TOKEN },
	{ "GET /topics" HEAD BEARER "\r\n", ST_SCOPE_MISSING, "403 Forbidden",
		"WWW-Authenticate: Bearer realm=\"studytracker\", "
		"error=\"insufficient_scope\"\r\n" },
	{ "GET /topics" HEAD BEARER "\r\n", ST_NO_WORKER, "503 Service Unavailable", NULL },
};

START_TEST(a_refusal_says_which_credentials_are_accepted)
{
	int fd = client(refusals[_i].request);
	UNTIL(waiting);
	decide(refusals[_i].st);
	expect(fd, refusals[_i].status_line);
	expect(fd, "aid the double");
	const char *challenge = refusals[_i].challenge;
	ck_assert_msg(!strstr(response, "WWW-Authenticate") == !challenge, "%s", response);
	if (challenge)
		expect(fd, challenge);
	close(fd);
}
END_TEST

static const char *const requests[] = {
	"GET /topics" HEAD "\r\n",
	BODY_HEAD "\r\n",
	BODY_HEAD "\r\nnope",
	BODY_HEAD "Expect: 100-continue\r\n\r\n",
};

enum { REQUESTS = sizeof requests / sizeof *requests };

START_TEST(a_client_that_leaves_cancels_its_authentication)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	int fd = client(requests[_i]);
	UNTIL(waiting);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
	UNTIL(edge_counts(edge).connections == 0);
	ck_assert_ptr_null(waiting);
	ck_assert_int_eq(cancelled, 1);
}
END_TEST

/* It may have closed only its side. */
START_TEST(a_client_that_ends_its_side_gets_its_response)
{
	int fd = client("GET /topics" HEAD "\r\n");
	UNTIL(waiting);
	shutdown(fd, SHUT_WR);
	expect_nothing(fd);
	decide(ST_OK);
	expect_run(fd);
	close(fd);
}
END_TEST

START_TEST(a_client_that_ends_its_side_amid_the_body_is_dropped)
{
	int fd = client(BODY_HEAD "\r\nno");
	UNTIL(waiting);
	shutdown(fd, SHUT_WR);
	expect_nothing(fd);
	decide(ST_OK);
	UNTIL(edge_counts(edge).connections == 0);
	ck_assert(!receive(fd));
	close(fd);
}
END_TEST

START_TEST(a_client_that_leaves_amid_the_body_leaves_nothing)
{
	int fd = client(BODY_HEAD "\r\nno");
	UNTIL(waiting);
	decide(ST_OK);
	expect_nothing(fd);
	close(fd);
	UNTIL(edge_counts(edge).connections == 0);
}
END_TEST

START_TEST(a_body_that_does_not_come_is_refused)
{
	open_edge((struct edge_deadlines){ .body_ms = 30 });
	int fd = client(BODY_HEAD "\r\nno");
	UNTIL(waiting);
	decide(ST_OK);
	expect(fd, "HTTP/1.1 408 Request Timeout\r\n");
	close(fd);
}
END_TEST

START_TEST(a_drain_waits_for_what_is_authenticating)
{
	int fd = client(requests[_i]);
	UNTIL(waiting);
	edge_drain(edge, on_drained, NULL);
	expect_nothing(fd);
	ck_assert(!is_drained);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	close(fd);
	UNTIL(is_drained);
	ck_assert_uint_eq(edge_counts(edge).cut_requests, 0);
}
END_TEST

START_TEST(a_drain_cuts_off_what_is_never_authenticated)
{
	open_edge((struct edge_deadlines){ .drain_ms = 30 });
	int fd = client(requests[_i]);
	UNTIL(waiting);
	edge_drain(edge, on_drained, NULL);
	UNTIL(is_drained);
	ck_assert_int_eq(cancelled, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_requests, 1);
	close(fd);
}
END_TEST

START_TEST(closing_the_edge_cancels_what_is_authenticating)
{
	int fd = client(requests[_i]);
	UNTIL(waiting);
	edge_free(&edge);
	ck_assert_int_eq(cancelled, 1);
	close(fd);
}
END_TEST

static const struct {
	const char *request;
	enum scope scope;
} scopes[] = {
	{ "GET /topics" HEAD "\r\n", SCOPE_READ },
	{ "GET /api/v1/account" HEAD "\r\n", SCOPE_READ },
	{ BODY_HEAD "\r\nnope", SCOPE_WRITE },
	{ "DELETE /api/v1/topics/1" HEAD "\r\n", SCOPE_WRITE },
};

START_TEST(a_principal_needs_the_scope_of_the_method)
{
	static const char *const names[] = { "", "read", "write", "admin" };
	char text[80];
	int fd = client(scopes[_i].request);
	UNTIL(waiting);
	accepted.scopes &= ~(1U << scopes[_i].scope);
	decide(ST_OK);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	(void)snprintf(text, sizeof text, "the credentials lack the scope \\\"%s\\\"",
		names[scopes[_i].scope]);
	expect(fd, text);
	close(fd);
	fd = client(scopes[_i].request);
	UNTIL(waiting);
	accepted.scopes = 1U << scopes[_i].scope;
	decide(ST_OK);
	if (strstr(scopes[_i].request, "nope"))
		expect(fd, "INVALID_JSON");
	else
		expect_run(fd);
	close(fd);
}
END_TEST

#define ORIGIN "Origin: http://localhost\r\n"

/* The fields of a request with the cookie of a session. The double looks at no cookie. */
static const struct {
	const char *request;
	bool is_allowed;
} writes[] = {
	{ "GET /topics" HEAD "\r\n", true },
	{ BODY_HEAD "\r\nnope", false },
	{ BODY_HEAD ORIGIN "\r\nnope", true },
	{ "DELETE /api/v1/topics/1" HEAD "\r\n", false },
	{ "DELETE /api/v1/topics/1" HEAD ORIGIN "\r\n", true },
};

START_TEST(a_session_of_a_browser_changes_something_from_our_pages_only)
{
	int fd = client(writes[_i].request);
	UNTIL(waiting);
	accepted.source = AUTH_SOURCE_SESSION;
	decide(ST_OK);
	if (!writes[_i].is_allowed)
		expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	else if (strstr(writes[_i].request, "nope"))
		expect(fd, "INVALID_JSON");
	else
		expect_run(fd);
	close(fd);
}
END_TEST

START_TEST(without_accounts_every_request_is_account_1s)
{
	struct authentication a = { .authenticator = &authenticator_open };
	struct credentials nothing = { 0 };
	ck_assert(authenticate(&a, &nothing, NULL));
	ck_assert_int_eq(a.st, ST_OK);
	ck_assert_int_eq(a.principal.account, 1);
	ck_assert_uint_eq(
		a.principal.scopes, 1 << SCOPE_READ | 1 << SCOPE_WRITE | 1 << SCOPE_ADMIN);
	authentication_cancel(&a);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("principal");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_request_runs_once_it_is_authenticated);
	tcase_add_test(tests, a_refused_request_gets_the_refusals_status_and_text);
	tcase_add_loop_test(tests, a_refusal_says_which_credentials_are_accepted, 0,
		sizeof refusals / sizeof *refusals);
	tcase_add_test(tests, an_unknown_path_options_and_open_routes_need_no_authentication);
	tcase_add_test(tests, a_body_is_read_once_its_request_is_authenticated);
	tcase_add_test(tests, a_body_that_came_early_waits);
	tcase_add_test(tests, a_refused_body_is_dropped);
	tcase_add_loop_test(tests, a_client_that_leaves_cancels_its_authentication, 0, REQUESTS);
	tcase_add_test(tests, a_client_that_ends_its_side_gets_its_response);
	tcase_add_test(tests, a_client_that_ends_its_side_amid_the_body_is_dropped);
	tcase_add_test(tests, a_client_that_leaves_amid_the_body_leaves_nothing);
	tcase_add_test(tests, a_body_that_does_not_come_is_refused);
	tcase_add_loop_test(tests, a_drain_waits_for_what_is_authenticating, 0, REQUESTS);
	tcase_add_loop_test(tests, a_drain_cuts_off_what_is_never_authenticated, 0, REQUESTS);
	tcase_add_loop_test(tests, closing_the_edge_cancels_what_is_authenticating, 0, REQUESTS);
	tcase_add_loop_test(tests, a_principal_needs_the_scope_of_the_method, 0,
		sizeof scopes / sizeof *scopes);
	tcase_add_loop_test(tests, a_session_of_a_browser_changes_something_from_our_pages_only, 0,
		sizeof writes / sizeof *writes);
	tcase_add_test(tests, without_accounts_every_request_is_account_1s);
	return suite_run("principal", tests);
}
