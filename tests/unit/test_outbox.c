#include <string.h>

#include "common/envelope.h"
#include "worker/outbox.h"
#include "tests/unit/suite.h"

enum { LIMIT = 256 };

static struct outbox outbox;
static struct position committed;

static bool respond(uint32_t msgid, size_t text_len)
{
	static const char text[LIMIT];
	struct buf *out = outbox_open(&outbox);
	envelope_open_result(out, msgid);
	msg_put_text(out, (struct span){ text, text_len });
	return outbox_close(&outbox);
}

/* The message is worker.credit with this credit, then responses with these msgids, 0 at the end. */
static void sends(int64_t credit, const uint32_t *msgids)
{
	struct span body;
	struct outbox_head head = { 77, credit, committed };
	struct position told = { 0 };
	struct envelope e;
	int64_t value;
	ck_assert(outbox_message(&outbox, &head, &body));
	struct msg_reader in = msg_reader(body);
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK && span_is(e.method, "worker.credit"));
	ck_assert(msg_find_int(e.params, "epoch", &value) && value == 77);
	ck_assert(msg_find_int(e.params, "credit", &value) && value == credit);
	ck_assert(position_find(e.params, &told) == position_is_set(committed));
	ck_assert(told.timeline == committed.timeline && told.lsn == committed.lsn);
	for (; *msgids; msgids++) {
		ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
		ck_assert_uint_eq(e.msgid, *msgids);
	}
	ck_assert_ptr_eq(in.at, in.end);
}

START_TEST(responses_follow_the_credit_of_the_moment_they_are_sent)
{
	ck_assert(respond(1, 3) && respond(2, 3));
	ck_assert_uint_eq(outbox.responses, 2);
	sends(5, (uint32_t[]){ 1, 2, 0 });
	sends(INT64_MAX, (uint32_t[]){ 1, 2, 0 });
	outbox_clear(&outbox);
	ck_assert_uint_eq(outbox.responses, 0);
	ck_assert(respond(3, 3));
	sends(6, (uint32_t[]){ 3, 0 });
}
END_TEST

START_TEST(the_credit_tells_the_position_of_the_writes)
{
	committed = (struct position){ INT64_MAX, INT64_MAX };
	ck_assert(respond(1, 3));
	sends(INT64_MAX, (uint32_t[]){ 1, 0 });
}
END_TEST

START_TEST(a_response_that_does_not_fit_is_removed_and_the_others_stay)
{
	ck_assert(respond(1, 3));
	ck_assert(!respond(2, LIMIT));
	ck_assert(respond(3, 3));
	ck_assert_uint_eq(outbox.responses, 2);
	sends(5, (uint32_t[]){ 1, 3, 0 });
}
END_TEST

static void start(void)
{
	outbox_init(&outbox, LIMIT);
}

static void end(void)
{
	outbox_fini(&outbox);
}

int main(void)
{
	TCase *tests = tcase_create("outbox");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, responses_follow_the_credit_of_the_moment_they_are_sent);
	tcase_add_test(tests, the_credit_tells_the_position_of_the_writes);
	tcase_add_test(tests, a_response_that_does_not_fit_is_removed_and_the_others_stay);
	return suite_run("outbox", tests);
}
