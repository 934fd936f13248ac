/* A list over HTTP whose pages a worker returns one by one. The test plays the worker. */
#include <string.h>

#include "gateway/api_request.h"
#include "tests/unit/api_gateway.h"
#include "tests/unit/suite.h"

#define LIST "GET /sessions HTTP/1.1\r\nHost: localhost\r\n\r\n"

/* A page of one row; without a cursor it is the last one. */
static void respond(const struct envelope *e, int64_t id, const char *next_cursor)
{
	struct buf result = { 0 };
	msg_put_map(&result, 2);
	msg_put_key(&result, "data");
	msg_put_array(&result, 1);
	msg_put_map(&result, 1);
	msg_put_key(&result, "id");
	msg_put_int(&result, id);
	msg_put_key(&result, "next_cursor");
	if (next_cursor)
		msg_put_key(&result, next_cursor);
	else
		msg_put_nil(&result);
	api_gateway_respond(e, &result);
	buf_fini(&result);
}

static struct envelope expect_call(const char *cursor)
{
	struct span value = { 0 };
	struct envelope e = api_gateway_call("sessions.list");
	ck_assert(msg_find_text(e.params, "cursor", &value) == (cursor != NULL));
	ck_assert(!cursor || span_is(value, cursor));
	return e;
}

static void expect_incomplete(void)
{
	for (int i = 0; i < 100; i++)
		run_turn();
	ck_assert_ptr_null(strstr(api_gateway_response(), "\r\n0\r\n\r\n"));
}

START_TEST(the_pages_follow_each_other)
{
	api_gateway_send(LIST);
	struct envelope e = expect_call(NULL);
	respond(&e, 1, "a");
	e = expect_call("a");
	respond(&e, 2, "b");
	e = expect_call("b");
	respond(&e, 3, "c");
	e = expect_call("c");
	respond(&e, 4, NULL);
	(void)api_gateway_expect("\r\n0\r\n\r\n");
	const char *at = api_gateway_expect("[{\"id\":1}");
	at = strstr(at, ",{\"id\":2}");
	at = at ? strstr(at, ",{\"id\":3}") : NULL;
	at = at ? strstr(at, ",{\"id\":4}]") : NULL;
	ck_assert_msg(at, "%s", api_gateway_response());
}
END_TEST

START_TEST(a_page_that_fails_cuts_the_list)
{
	api_gateway_send(LIST);
	struct envelope e = expect_call(NULL);
	respond(&e, 1, "a");
	e = expect_call("a");
	api_gateway_refuse(&e, "INTERNAL");
	(void)api_gateway_expect("[{\"id\":1}");
	expect_incomplete();
}
END_TEST

/* The next page is requested before this one is written, so that call must end, too. */
START_TEST(a_page_that_is_no_list_cuts_the_list)
{
	struct buf wrong = { 0 };
	api_gateway_send(LIST);
	struct envelope e = expect_call(NULL);
	respond(&e, 1, "a");
	e = expect_call("a");
	msg_put_map(&wrong, 2);
	msg_put_key(&wrong, "data");
	msg_put_int(&wrong, 5);
	msg_put_key(&wrong, "next_cursor");
	msg_put_key(&wrong, "b");
	api_gateway_respond(&e, &wrong);
	buf_fini(&wrong);
	(void)api_gateway_expect("[{\"id\":1}");
	expect_incomplete();
	api_gateway_send(LIST);
	e = expect_call(NULL);
	respond(&e, 4, NULL);
	(void)api_gateway_expect("[{\"id\":4}]");
}
END_TEST

/* Authenticates with `verdict`, or when the test says so. */
static struct authentication *waiting;
static struct api_request *listed; /* authenticated last */
static bool is_later;
static struct principal found;
static enum status verdict;

static bool begin(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	(void)shown, (void)why;
	listed = a->arg;
	a->st = verdict;
	a->principal = found;
	if (is_later)
		waiting = a;
	return !is_later;
}

static void cancel(struct authentication *a)
{
	ck_assert_ptr_eq(a, waiting);
	waiting = NULL;
}

static const struct authenticator again = { .start = begin, .cancel = cancel };

/* Its second page has been requested, and the third one needs an authentication. */
static struct envelope begin_long_list(bool later)
{
	api.authenticator = &again;
	waiting = NULL;
	verdict = ST_OK;
	found = principal_of_owner;
	is_later = false;
	api_gateway_send(LIST);
	struct envelope e = expect_call(NULL);
	respond(&e, 1, "a");
	e = expect_call("a");
	is_later = later;
	listed->started_us -= (uint64_t)API_REQUEST_CHECKED_MS * 1000; /* a second ago */
	return e;
}

static const struct {
	enum status verdict;
	int64_t account;
	unsigned scopes;
} changes[] = {
	{ ST_TOKEN_REVOKED, 1, PRINCIPAL_ALL_SCOPES },
	{ ST_NO_WORKER, 1, PRINCIPAL_ALL_SCOPES },
	{ ST_OK, 2, PRINCIPAL_ALL_SCOPES },
	{ ST_OK, 1, 1 << SCOPE_WRITE },
};

static void wait_for_authentication(void)
{
	for (int i = 0; !waiting; i++) {
		ck_assert_int_lt(i, 1000);
		run_turn();
	}
}

START_TEST(a_list_ends_with_its_credential)
{
	bool later = _i % 2;
	struct envelope e = begin_long_list(later);
	verdict = changes[_i / 2].verdict;
	found.account = changes[_i / 2].account;
	found.scopes = changes[_i / 2].scopes;
	respond(&e, 2, "b");
	if (later) {
		wait_for_authentication();
		authentication_decide(waiting, NULL);
	}
	expect_incomplete();
	is_later = false;
	verdict = ST_OK;
	found = principal_of_owner;
	api_gateway_send(LIST);
	(void)expect_call(NULL); /* not of the third page */
}
END_TEST

START_TEST(a_list_goes_on_with_a_credential_that_lasts)
{
	struct envelope e = begin_long_list(_i);
	respond(&e, 2, "b");
	if (_i) {
		(void)api_gateway_expect(",{\"id\":2}");
		authentication_decide(waiting, NULL);
	}
	e = expect_call("b");
	respond(&e, 3, "c");
	e = expect_call("c"); /* authenticated a moment ago */
	respond(&e, 4, NULL);
	(void)api_gateway_expect(",{\"id\":4}]");
	(void)api_gateway_expect("\r\n0\r\n\r\n");
}
END_TEST

/* The client closes its connection, without reading all, when it sends the next request. */
START_TEST(a_client_may_leave_meanwhile)
{
	struct envelope e = begin_long_list(true);
	respond(&e, 2, "b");
	wait_for_authentication();
	is_later = false;
	api_gateway_send(LIST);
	e = expect_call(NULL);
	respond(&e, 4, NULL);
	(void)api_gateway_expect("[{\"id\":4}]");
	ck_assert_ptr_null(waiting);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("api_stream");
	tcase_add_checked_fixture(tests, api_gateway_open, api_gateway_close);
	tcase_add_test(tests, the_pages_follow_each_other);
	tcase_add_test(tests, a_page_that_fails_cuts_the_list);
	tcase_add_test(tests, a_page_that_is_no_list_cuts_the_list);
	tcase_add_loop_test(tests, a_list_ends_with_its_credential, 0, 8);
	tcase_add_loop_test(tests, a_list_goes_on_with_a_credential_that_lasts, 0, 2);
	tcase_add_test(tests, a_client_may_leave_meanwhile);
	return suite_run("api_stream", tests);
}
