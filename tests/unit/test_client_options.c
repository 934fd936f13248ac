/* Errors that are found before anything is sent. */
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
	tcase_add_test(tests, a_wrong_call_is_refused_before_it_is_sent);
	return tests_run(tests);
}
