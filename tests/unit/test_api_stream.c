/* A list over HTTP whose pages a worker returns one by one. The test plays the worker. */
#include <string.h>

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

int main(void)
{
	TCase *tests = tcase_create("api_stream");
	tcase_add_checked_fixture(tests, api_gateway_open, api_gateway_close);
	tcase_add_test(tests, the_pages_follow_each_other);
	tcase_add_test(tests, a_page_that_fails_cuts_the_list);
	tcase_add_test(tests, a_page_that_is_no_list_cuts_the_list);
	return suite_run("api_stream", tests);
}
