/* Memory runs out while a call of the client reads its response. */
#include "gateway_double.h"
#include "tests/unit/faults.h"

/* The deadline of another request comes while the call waits. This callback responds to the call,
 * then makes the n-th allocation fail. */
static void on_reply_respond(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error)
{
	const size_t *n = arg;
	zmq_pollitem_t item = { here.router, 0, ZMQ_POLLIN, 0 };
	(void)result, (void)error;
	ck_assert_int_eq(status, STUDY_TIMEOUT);
	for (int64_t until = client_now_ms() + PATIENCE_MS; here.count < 2; gateway_read(&here)) {
		ck_assert_int_lt(client_now_ms(), until);
		(void)zmq_poll(&item, 1, PATIENCE_MS);
	}
	respond(&here, 1, 42);
	faults_arm(*n, FAULTS_ONE);
	faults_resume();
}

static const struct {
	const char *method;
	bool is_unknown;
} calls[] = {
	{ "topics.create", true },
	{ "sessions.log", true },
	{ "not.known", true },
	{ "topics.list", false },
	{ "rpc.status", false },
};

START_TEST(a_write_whose_response_finds_no_memory_may_have_run)
{
	for (size_t n = 1;; n++) {
		char *json = NULL;
		here.count = 0;
		ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply_respond, &n, 50),
			STUDY_OK);
		UNTIL(here.count == 1);
		enum study_status st = study_call_json(client, calls[_i].method, NULL, &json);
		if (!faults_disarm()) {
			ck_assert_int_eq(st, STUDY_OK);
			ck_assert_uint_gt(n, 2); /* the result, then its text */
			study_text_free(&json);
			return;
		}
		const struct study_error *why = study_client_error(client);
		ck_assert_int_eq(st, STUDY_NO_MEMORY);
		ck_assert_ptr_null(json);
		ck_assert_str_eq(why->code, calls[_i].is_unknown ? "OUTCOME_UNKNOWN" : "NO_MEMORY");
		ck_assert(why->is_outcome_unknown == calls[_i].is_unknown);
		ck_assert(why->is_retryable);
		ck_assert_str_eq(why->request_id, here.requests[1].request_id);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tests_new("client memory");
	tcase_add_loop_test(
		tests, a_write_whose_response_finds_no_memory_may_have_run, 0, ROWS(calls));
	return tests_run(tests);
}
