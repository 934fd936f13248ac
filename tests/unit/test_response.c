#include "worker/database.h"
#include "worker/response.h"
#include "tests/unit/result_fixture.h"

/* The responses to the requests of one execution of topics.get: its rows are {topic_id: id}. */
struct peer {
	struct origin origin;
	struct buf out;
	size_t opened, closed;
	bool is_gone;
};

static struct peer peers[2];
static struct request_pool pool;
static struct responses responses;
static struct run run;

static bool has_epoch(struct origin *o, int64_t epoch)
{
	(void)o, (void)epoch;
	return true;
}

static struct buf *open_response(struct origin *o, int64_t epoch)
{
	struct peer *p = (struct peer *)o;
	(void)epoch;
	p->opened += !p->is_gone;
	return p->is_gone ? NULL : &p->out;
}

static void close_response(struct origin *o)
{
	((struct peer *)o)->closed++;
}

static const struct origin_calls calls = { has_epoch, open_response, close_response };

static const struct column columns[] = { { "ord", PG_INT8 }, { "outcome", PG_TEXT },
	{ "id", PG_INT8 } };

static struct request *acquire(struct peer *peer, uint32_t msgid)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.msgid = msgid,
		.context = { 1, SPAN("trace"), 1000 },
		.params = SPAN("\x81\xa8topic_id\x07") };
	struct request *r = NULL;
	ck_assert(request_acquire(&pool, method_find(SPAN("topics.get")), &e, &r, NULL) == ST_OK);
	r->origin = &peer->origin;
	return r;
}

/* Row 1 answers 11 and 12, row 2 answers 13, 14 and 15. */
static void start(void)
{
	for (size_t i = 0; i < 2; i++)
		peers[i] = (struct peer){ .origin = { &calls } };
	responses = (struct responses){ .pool = &pool };
	ck_assert(responses_init(&responses) == ST_OK);
	ck_assert(run_init(&run, 2000) == ST_OK);
	make_result(columns, COUNT(columns));
	const struct method *m = method_find(SPAN("topics.get"));
	ck_assert(responses_describe(&responses, m, result, NULL) == ST_OK);
	struct execution *e = run_open(&run, m);
	struct request *first = acquire(&peers[0], 11), *second = acquire(&peers[1], 13);
	run_add(&run, e, first);
	run_add(&run, e, second);
	run_add_same(first, acquire(&peers[1], 12));
	run_add_same(second, acquire(&peers[0], 15));
	run_add_same(second, acquire(&peers[1], 14));
	run_add_all_same(&run, e);
	run_close(&run);
}

static void finish(void)
{
	struct execution *e = &run.executions[0];
	struct request_list unanswered = { 0 };
	e->state = EXECUTION_DONE;
	e->rows = result;
	result = NULL;
	responses_put_rows(&responses, run.requests, e, &unanswered);
	ck_assert_uint_eq(unanswered.count, 0);
	run_finish_group(&run);
}

static void end(void)
{
	run_fini(&run, &pool);
	request_pool_fini(&pool);
	responses_fini(&responses);
	for (size_t i = 0; i < 2; i++)
		buf_fini(&peers[i].out);
	free_result();
}

static void expect_next(struct msg_reader *in, uint32_t msgid, struct span result_bytes)
{
	struct envelope e;
	struct fail fail = { 0 };
	ck_assert_msg(envelope_decode(in, &e, &fail) == ST_OK, "%s", fail.text);
	ck_assert_uint_eq(e.msgid, msgid);
	ck_assert_uint_eq(e.result.len, result_bytes.len);
	ck_assert_mem_eq(e.result.bytes, result_bytes.bytes, result_bytes.len);
}

START_TEST(each_request_gets_the_result_of_its_row_with_its_own_msgid)
{
	add_row(CELLS(I(1), NIL, I(1)));
	add_row(CELLS(I(2), NIL, I(2)));
	finish();
	struct msg_reader in = msg_reader(buf_view(&peers[0].out));
	expect_next(&in, 11, SPAN("\x81\xa2id\x01"));
	expect_next(&in, 15, SPAN("\x81\xa2id\x02"));
	in = msg_reader(buf_view(&peers[1].out));
	expect_next(&in, 12, SPAN("\x81\xa2id\x01"));
	expect_next(&in, 13, SPAN("\x81\xa2id\x02"));
	expect_next(&in, 14, SPAN("\x81\xa2id\x02"));
	ck_assert_uint_eq(peers[0].closed, 2);
	ck_assert_uint_eq(peers[1].closed, 3);
	ck_assert_uint_eq(responses.done, 5);
	ck_assert_uint_eq(pool.free.count, 5);
}
END_TEST

START_TEST(each_request_gets_the_error_of_its_row)
{
	add_row(CELLS(I(1), T("TOPIC_NOT_FOUND"), NIL));
	finish(); /* row 2 is missing: TOPIC_NOT_FOUND, too */
	ck_assert_uint_eq(responses.failed, 5);
	ck_assert_uint_eq(peers[0].closed + peers[1].closed, 5);
	ck_assert_uint_eq(pool.free.count, 5);
}
END_TEST

START_TEST(a_peer_that_is_gone_gets_nothing_and_the_others_all)
{
	peers[0].is_gone = true; /* it has the first request of row 1 */
	add_row(CELLS(I(1), NIL, I(1)));
	add_row(CELLS(I(2), NIL, I(2)));
	finish();
	struct msg_reader in = msg_reader(buf_view(&peers[1].out));
	expect_next(&in, 12, SPAN("\x81\xa2id\x01"));
	expect_next(&in, 13, SPAN("\x81\xa2id\x02"));
	expect_next(&in, 14, SPAN("\x81\xa2id\x02"));
	ck_assert_uint_eq(peers[0].out.len, 0);
	ck_assert_uint_eq(peers[0].closed, 0);
}
END_TEST

START_TEST(a_request_that_a_variant_does_not_answer_is_handed_back_for_its_method)
{
	struct request_list unanswered = { 0 };
	const struct method *m = method_find(SPAN("sessions.create"));
	struct execution *e = run_open(&run, m + 1);
	ck_assert(responses_describe(&responses, e->method, result, NULL) == ST_OK);
	for (uint32_t msgid = 21; msgid <= 23; msgid++) {
		struct request *r = acquire(&peers[0], msgid);
		r->method = m;
		r->variant = e->method;
		run_add(&run, e, r);
	}
	add_row(CELLS(I(1), NIL, I(1)));
	add_row(CELLS(I(3), NIL, I(3)));
	e->rows = result;
	result = NULL;
	responses_put_rows(&responses, run.requests, e, &unanswered);
	struct msg_reader in = msg_reader(buf_view(&peers[0].out));
	expect_next(&in, 21, SPAN("\x81\xa2id\x01"));
	expect_next(&in, 23, SPAN("\x81\xa2id\x03"));
	ck_assert_uint_eq(unanswered.count, 1);
	ck_assert_uint_eq(unanswered.first->msgid, 22);
	ck_assert_ptr_eq(unanswered.first->variant, m);
	ck_assert(!unanswered.first->maybe_committed);
	request_release(&pool, &unanswered.first);
	run.execution_count--;
}
END_TEST

START_TEST(without_memory_for_the_result_no_response_is_complete)
{
	responses.result.limit = 2;
	add_row(CELLS(I(1), NIL, I(1)));
	add_row(CELLS(I(2), NIL, I(2)));
	finish();
	ck_assert(peers[0].out.failed && peers[1].out.failed);
	ck_assert_uint_eq(peers[0].closed + peers[1].closed, 5);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("response");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, each_request_gets_the_result_of_its_row_with_its_own_msgid);
	tcase_add_test(tests, each_request_gets_the_error_of_its_row);
	tcase_add_test(tests, a_peer_that_is_gone_gets_nothing_and_the_others_all);
	tcase_add_test(
		tests, a_request_that_a_variant_does_not_answer_is_handed_back_for_its_method);
	tcase_add_test(tests, without_memory_for_the_result_no_response_is_complete);
	return suite_run("response", tests);
}
