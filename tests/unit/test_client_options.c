/* Errors that are found before anything is sent. */
#include "client/params.h"
#include "gateway_double.h"

static const char forty[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

static const struct {
	struct study_options options;
	const char *field;
} wrong_options[] = {
	{ { 0 }, "endpoints" },
	{ { .endpoints = " , " }, "endpoints" },
	{ { .endpoints = "http://localhost" }, "endpoints" },
	{ { .endpoints = "ipc://" }, "endpoints" },
	{ { .endpoints = "tcp://localhost" }, "endpoints" },
	{ { .endpoints = "tcp://:5" }, "endpoints" },
	{ { .endpoints = "tcp://a:70000" }, "endpoints" },
	{ { .endpoints = "ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,"
			 "ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a" },
		"endpoints" },
	{ { .endpoints = "ipc://a", .timeout_ms = -1 }, "timeout_ms" },
	{ { .endpoints = "ipc://a", .timeout_ms = 86400001 }, "timeout_ms" },
	{ { .endpoints = "ipc://a", .account = -1 }, "account" },
	{ { .endpoints = "ipc://a", .max_in_flight = 65537 }, "max_in_flight" },
	{ { .endpoints = "ipc://a", .max_reply_bytes = 1 }, "max_reply_bytes" },
	{ { .endpoints = "ipc://a", .token = "st_1 2" }, "token" },
	{ { .endpoints = "ipc://a", .token = "st_1\n" }, "token" },
	{ { .endpoints = "ipc://a", .token = "st_\x7f" }, "token" },
	{ { .endpoints = "ipc://a", .token = "st_\xc3\xa4" }, "token" },
	{ { .endpoints = "ipc://a", .server_key = forty }, "public_key" },
	{ { .endpoints = "ipc://a", .secret_key = forty, .public_key = forty }, "server_key" },
	{ { .endpoints = "ipc://a", .server_key = forty, .secret_key = forty, .public_key = "x" },
		"public_key" },
};

START_TEST(a_wrong_option_is_refused_with_its_name)
{
	struct study_client *none = NULL;
	struct study_error why = { 0 };
	ck_assert_int_eq(
		study_client_open(&none, &wrong_options[_i].options, &why), STUDY_INVALID_ARGUMENT);
	ck_assert_ptr_null(none);
	ck_assert_str_eq(why.field, wrong_options[_i].field);
	ck_assert(why.message[0] != '\0');
	ck_assert_int_eq(
		study_client_open(&none, &wrong_options[_i].options, NULL), STUDY_INVALID_ARGUMENT);
}
END_TEST

START_TEST(a_token_may_have_4096_characters)
{
	char token[4096 + 2];
	struct study_client *opened = NULL;
	struct study_error why = { 0 };
	struct study_options options = { .endpoints = "ipc://a", .token = token };
	memset(token, 'x', sizeof token);
	token[4097] = '\0';
	ck_assert_int_eq(study_client_open(&opened, &options, &why), STUDY_INVALID_ARGUMENT);
	ck_assert_str_eq(why.field, "token");
	ck_assert_ptr_null(strstr(why.message, "xxx"));
	token[4096] = '\0';
	ck_assert_int_eq(study_client_open(&opened, &options, &why), STUDY_OK);
	study_client_close(&opened);
}
END_TEST

/* The texts of the options may be freed after study_client_open. */
START_TEST(the_token_is_copied_and_stands_in_every_request)
{
	struct outcome first, second;
	char token[] = "st_0123456789";
	reopen_with((struct study_options){ .endpoints = here.endpoint, .token = token });
	memset(token, 'x', sizeof token);
	submit(&first, "topics.list");
	submit(&second, "topics.create");
	UNTIL(here.count == 2);
	ck_assert_str_eq(here.requests[0].token, "st_0123456789");
	ck_assert_str_eq(here.requests[1].token, "st_0123456789");
	ck_assert_int_eq(here.requests[0].account, 0);
	respond(&here, 0, 1);
	respond(&here, 1, 2);
	UNTIL(ended == 2);
}
END_TEST

START_TEST(without_options_a_request_names_neither_token_nor_account)
{
	struct outcome o;
	reopen_with((struct study_options){ .endpoints = here.endpoint, .token = _i ? "" : NULL });
	submit(&o, "topics.list");
	UNTIL(here.count == 1);
	ck_assert_str_eq(here.requests[0].token, "");
	ck_assert_int_eq(here.requests[0].account, 0);
	respond(&here, 0, 1);
	UNTIL(o.times);
}
END_TEST

/* Each body of a client has at most 1 MiB, with all its tokens: gateway_read checks it. */
START_TEST(tokens_count_when_requests_are_split_into_bodies)
{
	static char token[4097];
	static struct outcome o[512];
	memset(token, 'x', sizeof token - 1);
	reopen_with((struct study_options){ .endpoints = here.endpoint, .token = token });
	for (int i = 0; i < 512; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 512);
	ck_assert_int_gt(here.bodies, 1);
	for (int i = 0; i < 512; i++)
		respond(&here, i, i);
	UNTIL(ended == 512);
}
END_TEST

static const size_t token_lengths[] = { 0, 4096 };

/* The limit of params leaves room for a request without a token. */
START_TEST(params_that_fit_no_body_with_the_token_are_refused)
{
	static char token[4097], text[ENVELOPE_BODY_MAX];
	struct study_params *params = NULL;
	int sent = 0, refused = 0;
	memset(token, 'x', token_lengths[_i]);
	memset(text, 'x', sizeof text);
	reopen_with((struct study_options){ .endpoints = here.endpoint, .token = token });
	ck_assert_int_eq(study_params_new(&params), STUDY_OK);
	for (size_t len = sizeof text - 8000; len < sizeof text - 1100; len += 100) {
		struct outcome o = { 0 };
		text[len] = '\0';
		study_params_clear(params);
		study_params_text(params, "name", text);
		text[len] = 'x';
		ck_assert_int_eq(params_check(params, NULL), STUDY_OK);
		enum study_status st =
			study_submit(client, "sessions.log", params, on_reply, &o, PATIENCE_MS);
		if (st != STUDY_OK) {
			ck_assert_int_eq(st, STUDY_INVALID_ARGUMENT);
			ck_assert_str_eq(study_client_error(client)->code, "INVALID_ARGUMENT");
			ck_assert_uint_eq(study_in_flight(client), 0);
			refused++;
			continue;
		}
		ck_assert_int_eq(refused, 0);
		UNTIL(here.count == sent + 1); /* gateway_read checks the limit of 1 MiB */
		respond(&here, sent++, 1);
		UNTIL(o.times);
	}
	study_params_free(&params);
	ck_assert_int_gt(sent, 0);
	ck_assert((refused > 0) == (token_lengths[_i] > 0));
}
END_TEST

START_TEST(a_wrong_call_is_refused_before_it_is_sent)
{
	char long_name[200];
	struct study_params *open = NULL;
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	ck_assert_int_eq(study_params_new(&open), STUDY_OK);
	study_params_open_map(open, "a");
	ck_assert_int_eq(study_submit(client, "", NULL, NULL, NULL, 0), STUDY_INVALID_ARGUMENT);
	ck_assert_str_eq(study_client_error(client)->field, "method");
	ck_assert_int_eq(
		study_submit(client, long_name, NULL, NULL, NULL, 0), STUDY_INVALID_ARGUMENT);
	ck_assert_int_eq(study_submit(client, "a", NULL, NULL, NULL, -1), STUDY_INVALID_ARGUMENT);
	ck_assert_int_eq(study_submit(client, "a", open, NULL, NULL, 0), STUDY_INVALID_ARGUMENT);
	ck_assert_uint_eq(study_in_flight(client), 0);
	study_params_free(&open);
}
END_TEST

int main(void)
{
	TCase *tests = tests_new("client options");
	tcase_add_loop_test(tests, a_wrong_option_is_refused_with_its_name, 0, ROWS(wrong_options));
	tcase_add_test(tests, a_token_may_have_4096_characters);
	tcase_add_test(tests, the_token_is_copied_and_stands_in_every_request);
	tcase_add_loop_test(tests, without_options_a_request_names_neither_token_nor_account, 0, 2);
	tcase_add_test(tests, tokens_count_when_requests_are_split_into_bodies);
	tcase_add_loop_test(
		tests, params_that_fit_no_body_with_the_token_are_refused, 0, ROWS(token_lengths));
	tcase_add_test(tests, a_wrong_call_is_refused_before_it_is_sent);
	return tests_run(tests);
}
