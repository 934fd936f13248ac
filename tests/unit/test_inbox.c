#include "worker/inbox.h"
#include "tests/unit/suite.h"

/* Events are noted in one text: "request 1", "hello 77", "cancel 77 1", "refuse 1", "skip". */

static struct buf body, noted;

static void on_request(void *arg, const struct envelope *e)
{
	(void)arg;
	buf_printf(&noted, "request %u ", e->msgid);
}

static void on_hello(void *arg, int64_t epoch)
{
	(void)arg;
	buf_printf(&noted, "hello %lld ", (long long)epoch);
}

static void on_cancel(void *arg, int64_t epoch, uint32_t msgid)
{
	(void)arg;
	buf_printf(&noted, "cancel %lld %u ", (long long)epoch, msgid);
}

static void on_malformed(void *arg, const uint32_t *msgid, const struct fail *why)
{
	(void)arg;
	ck_assert_str_ne(why->text, "");
	if (msgid)
		buf_printf(&noted, "refuse %u ", *msgid);
	else
		buf_text(&noted, "skip ");
}

static void put_request(uint32_t msgid, int64_t account)
{
	struct context context = { account, SPAN("trace"), 1000 };
	envelope_put_request(&body, msgid, SPAN("stats.totals"), &context, SPAN("\x80"));
}

static void put_notification(const char *method, struct span params)
{
	envelope_put_notification(&body, method, params);
}

static void reads_as(const char *wanted)
{
	static const struct inbox_events events = { on_request, on_hello, on_cancel, on_malformed };
	inbox_read(buf_view(&body), &events, NULL);
	buf_byte(&noted, '\0');
	ck_assert_str_eq(noted.bytes, wanted);
	buf_clear(&noted);
	buf_clear(&body);
}

#define EPOCH_77 \
	"\xa5"   \
	"epoch"  \
	"\x4d"
#define MSGIDS \
	"\xa6" \
	"msgids"

START_TEST(messages_are_read_in_order)
{
	put_request(1, 1);
	put_notification("gateway.hello", SPAN("\x81" EPOCH_77));
	put_request(2, 1);
	reads_as("request 1 hello 77 request 2 ");
	reads_as("");
}
END_TEST

START_TEST(unknown_notifications_and_responses_are_ignored)
{
	put_notification("gateway.future", SPAN("\x80"));
	envelope_put_result(&body, 1, SPAN("\xc0"));
	put_request(2, 1);
	reads_as("request 2 ");
}
END_TEST

START_TEST(a_hello_needs_a_positive_epoch)
{
	put_notification("gateway.hello", SPAN("\x80"));
	put_notification("gateway.hello", SPAN("\x81\xa5"
					       "epoch"
					       "\x00"));
	reads_as("skip skip ");
}
END_TEST

START_TEST(a_cancel_counts_up_to_the_first_value_that_is_no_msgid)
{
	put_notification("gateway.cancel", SPAN("\x82" EPOCH_77 MSGIDS "\x92\x02\x03"));
	put_notification("gateway.cancel", SPAN("\x82" EPOCH_77 MSGIDS "\x93\x07\x91\x01\x09"));
	put_notification("gateway.cancel", SPAN("\x82" EPOCH_77 MSGIDS "\x05"));
	put_notification("gateway.cancel", SPAN("\x82" EPOCH_77 MSGIDS "\x90"));
	put_notification("gateway.cancel", SPAN("\x81" EPOCH_77));
	reads_as("cancel 77 2 cancel 77 3 cancel 77 7 skip ");
}
END_TEST

START_TEST(a_request_with_a_broken_context_is_refused_and_the_next_message_is_read)
{
	put_request(1, 0);
	put_request(2, 1);
	reads_as("refuse 1 request 2 ");
}
END_TEST

START_TEST(after_bytes_without_an_end_the_body_is_skipped)
{
	put_request(1, 1);
	buf_byte(&body, '\xc1');
	put_request(2, 1);
	reads_as("request 1 skip ");
}
END_TEST

static void end(void)
{
	buf_fini(&body);
	buf_fini(&noted);
}

int main(void)
{
	TCase *tests = tcase_create("inbox");
	tcase_add_checked_fixture(tests, NULL, end);
	tcase_add_test(tests, messages_are_read_in_order);
	tcase_add_test(tests, unknown_notifications_and_responses_are_ignored);
	tcase_add_test(tests, a_hello_needs_a_positive_epoch);
	tcase_add_test(tests, a_cancel_counts_up_to_the_first_value_that_is_no_msgid);
	tcase_add_test(
		tests, a_request_with_a_broken_context_is_refused_and_the_next_message_is_read);
	tcase_add_test(tests, after_bytes_without_an_end_the_body_is_skipped);
	return suite_run("inbox", tests);
}
