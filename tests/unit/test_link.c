#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "worker/link.h"
#include "tests/unit/suite.h"

/* One process plays both sides: the gateway notes what it hears, a message a line:
 * "credit EPOCH N", "MSGID=RESULT", "MSGID!CODE", "leaving EPOCH". What it hears of
 * worker.ready is noted apart, since it is said again and again. */

enum { WINDOW = 4 };

static struct event_base *base;
static struct socket_hub *hub, *gateway_hub;
static struct socket *gateway;
static struct link *worker;
static char dir[64], endpoint[96];

static char peer[SOCKET_PEER_MAX];
static size_t peer_len;
static struct {
	int64_t epoch, credit;
	bool has_database;
	uint32_t methods;
	int count;
} ready;
static struct buf heard;
static int64_t answers_with; /* the epoch of its gateway.hello; 0: it says none */

static struct heartbeat heartbeat;
static int64_t asked[32], epochs[32]; /* msgids and epochs of requests handed on */
static size_t asked_count;
static bool answers_at_once;
static int left;
static int64_t ended_epoch; /* the epoch that ended last */
static uint32_t cancelled[8];
static size_t cancelled_count;

static const unsigned char uuid[16] = { 1 };

/* The gateway. */

static void say(struct buf *body)
{
	ck_assert(!body->failed);
	ck_assert(socket_send(gateway, (struct span){ peer, peer_len }, buf_view(body)) == ST_OK);
	buf_fini(body);
}

static void put_hello(struct buf *body, int64_t epoch)
{
	struct buf params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, epoch);
	msg_put_key(&params, "heartbeat");
	msg_put_nil(&params);
	envelope_put_notification(body, "gateway.hello", buf_view(&params));
	buf_fini(&params);
}

static void put_request(struct buf *body, uint32_t msgid, int64_t account)
{
	struct context context = { account, SPAN("trace"), 1000 };
	struct buf params = { 0 };
	msg_put_map(&params, 0);
	envelope_put_request(body, msgid, SPAN("stats.totals"), &context, buf_view(&params));
	buf_fini(&params);
}

static void ask(uint32_t first, uint32_t count)
{
	struct buf body = { 0 };
	for (uint32_t i = 0; i < count; i++)
		put_request(&body, first + i, 1);
	say(&body);
}

static int64_t int_in(struct span map, const char *key)
{
	int64_t value = -1;
	ck_assert_msg(msg_find_int(map, key, &value), "no %s", key);
	return value;
}

static void note_ready(struct span params)
{
	struct span value, id;
	struct msg_token t;
	ck_assert(msg_find_text(params, "worker", &id));
	ck_assert(span_is(id, "01000000-0000-0000-0000-000000000000"));
	ck_assert_int_eq(int_in(params, "pid"), getpid());
	ready.count++;
	ready.epoch = int_in(params, "epoch");
	ready.credit = int_in(params, "credit");
	ck_assert(msg_find(params, "database", &value) == ST_OK);
	struct msg_reader in = msg_reader(value);
	ck_assert(msg_read(&in, &t) == ST_OK);
	ready.has_database = t.boolean;
	ck_assert(msg_find(params, "methods", &value) == ST_OK);
	in = msg_reader(value);
	ck_assert(msg_read(&in, &t) == ST_OK && t.type == MSG_ARRAY);
	ready.methods = t.count;
	ck_assert(msg_find(params, "stats", &value) == ST_OK);
	ck_assert_int_eq(int_in(value, "queued"), 3);
	ck_assert(msg_find(params, "link", &value) == ST_OK);
	ck_assert_int_ge(int_in(value, "epochs"), 0);
}

static void on_ready(struct span params)
{
	struct buf body = { 0 };
	note_ready(params);
	if (!answers_with)
		return;
	put_hello(&body, answers_with);
	say(&body);
}

static void note_response(const struct envelope *e)
{
	struct span code;
	struct msg_token t = { 0 };
	struct msg_reader in = msg_reader(e->result);
	if (msg_find_text(e->error, "code", &code)) {
		buf_printf(&heard, "%u!%.*s ", e->msgid, (int)code.len, code.bytes);
		return;
	}
	ck_assert(msg_read(&in, &t) == ST_OK);
	if (t.type == MSG_INT)
		buf_printf(&heard, "%u=%lld ", e->msgid, (long long)t.integer);
	else
		buf_printf(&heard, "%u=long ", e->msgid);
}

static void note(const struct envelope *e)
{
	if (e->kind == ENVELOPE_RESPONSE)
		note_response(e);
	else if (span_is(e->method, "worker.ready"))
		on_ready(e->params);
	else if (span_is(e->method, "worker.credit"))
		buf_printf(&heard, "credit %lld %lld ", (long long)int_in(e->params, "epoch"),
			(long long)int_in(e->params, "credit"));
	else if (span_is(e->method, "worker.leaving"))
		buf_printf(&heard, "leaving %lld ", (long long)int_in(e->params, "epoch"));
	else
		ck_abort_msg("an unknown message");
}

static void on_body(struct socket *s, struct span from, struct span body, void *arg)
{
	struct msg_reader in = msg_reader(body);
	struct envelope e;
	struct fail why = { 0 };
	size_t len = heard.len;
	(void)s, (void)arg;
	memcpy(peer, from.bytes, from.len);
	peer_len = from.len;
	while (in.at < in.end) {
		ck_assert_msg(envelope_decode(&in, &e, &why) == ST_OK, "%s", why.text);
		note(&e);
	}
	if (heard.len > len)
		heard.bytes[heard.len - 1] = '\n';
}

static void open_gateway(void)
{
	struct socket_options options = { .endpoint = endpoint,
		.bind = true,
		.router = true,
		.max_body = SOCKET_RESPONSE_BODY_MAX,
		.on_message = on_body };
	struct fail why = { 0 };
	ck_assert(socket_hub_open(&gateway_hub, base, NULL) == ST_OK);
	ck_assert_msg(socket_open(gateway_hub, &options, &gateway, &why) == ST_OK, "%s", why.text);
}

/* With its hub: else ZeroMQ holds the endpoint for a while. */
static void close_gateway(void)
{
	socket_free(&gateway);
	socket_hub_free(&gateway_hub);
}

/* The worker. */

static void get_heartbeat(void *arg, struct heartbeat *out)
{
	(void)arg;
	*out = heartbeat;
}

static void answer(size_t i)
{
	struct buf *out = link_open_response(worker, epochs[i]);
	if (!out)
		return;
	envelope_open_result(out, (uint32_t)asked[i]);
	msg_put_int(out, asked[i] * 10);
	link_close_response(worker);
}

static void on_request(void *arg, struct link *from, int64_t epoch, const struct envelope *e)
{
	(void)arg;
	ck_assert_ptr_eq(from, worker);
	ck_assert(span_is(e->method, "stats.totals"));
	ck_assert_uint_lt(asked_count, 32);
	asked[asked_count] = e->msgid;
	epochs[asked_count++] = epoch;
	if (answers_at_once)
		answer(asked_count - 1);
}

static void on_cancel(void *arg, struct link *from, int64_t epoch, uint32_t msgid)
{
	(void)arg;
	ck_assert_ptr_eq(from, worker);
	ck_assert_int_eq(epoch, 77);
	cancelled[cancelled_count++] = msgid;
}

static void on_ended(void *arg, struct link *l, int64_t epoch)
{
	(void)arg;
	ck_assert_ptr_eq(l, worker);
	ended_epoch = epoch;
}

static void on_left(void *arg)
{
	(void)arg;
	ck_assert(link_has_left(worker));
	left++;
}

/* Time. */

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ck_abort_msg("it did not happen: %s; heard: %.*s", (const char *)arg, (int)heard.len,
		heard.bytes);
}

/* Runs the loop, an event at a time, until it has happened. */
#define UNTIL(what)                                                                      \
	do {                                                                             \
		const struct timeval deadline = { 20, 0 };                               \
		struct event *late = evtimer_new(base, on_late, (void *)(size_t) #what); \
		evtimer_add(late, &deadline);                                            \
		while (!(what))                                                          \
			event_base_loop(base, EVLOOP_ONCE);                              \
		event_free(late);                                                        \
	} while (0)

static int lines(void)
{
	int count = 0;
	for (size_t i = 0; i < heard.len; i++)
		count += heard.bytes[i] == '\n';
	return count;
}

static void has_heard(const char *wanted)
{
	buf_byte(&heard, '\0');
	ck_assert_str_eq(heard.bytes, wanted);
	buf_clear(&heard);
}

static void start(void)
{
	ck_assert(log_open("error", NULL) == ST_OK);
	(void)snprintf(dir, sizeof dir, "/tmp/st-link-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/w", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	heartbeat = (struct heartbeat){ true, WINDOW, { .queued = 3 } };
	answers_at_once = true;
	open_gateway();
	struct link_options options = { .endpoint = endpoint,
		.uuid = uuid,
		.version = "1.2.3",
		.get_heartbeat = get_heartbeat,
		.on_request = on_request,
		.on_cancel = on_cancel,
		.on_ended = on_ended,
		.on_left = on_left };
	struct fail why = { 0 };
	ck_assert_msg(link_open(hub, base, &options, &worker, &why) == ST_OK, "%s", why.text);
}

static void end(void)
{
	link_free(&worker, 0);
	link_free(&worker, 0);
	close_gateway();
	socket_hub_free(&hub);
	event_base_free(base);
	buf_fini(&heard);
	unlink(endpoint + strlen("ipc://"));
	rmdir(dir);
}

static void greet(int64_t epoch)
{
	answers_with = epoch;
	UNTIL(ready.epoch == epoch);
}

static size_t public_methods(void)
{
	const struct method *m;
	size_t count = 0;
	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		count += m->audience != AUDIENCE_SELF;
	return count;
}

START_TEST(ready_is_said_until_the_gateway_answers)
{
	UNTIL(ready.count == 3);
	ck_assert_int_eq(ready.epoch, 0);
	ck_assert_uint_eq(ready.methods, public_methods());
}
END_TEST

START_TEST(a_greeting_begins_a_session_with_the_whole_window)
{
	greet(77);
	ck_assert_int_eq(ready.credit, WINDOW);
	ck_assert(ready.has_database);
	ck_assert_uint_eq(link_counts(worker).epochs, 1);
}
END_TEST

START_TEST(the_answers_of_a_turn_go_out_together_behind_their_credit)
{
	greet(77);
	ask(1, 3);
	UNTIL(lines() == 1);
	has_heard("credit 77 7 1=10 2=20 3=30\n");
	ask(4, 1);
	UNTIL(lines() == 1);
	has_heard("credit 77 8 4=40\n");
}
END_TEST

START_TEST(credit_counts_what_was_answered_not_what_came)
{
	greet(77);
	answers_at_once = false;
	ask(1, 3);
	UNTIL(asked_count == 3);
	answer(1);
	UNTIL(lines() == 1);
	has_heard("credit 77 5 2=20\n");
	answer(0);
	answer(2);
	UNTIL(lines() == 1);
	has_heard("credit 77 7 1=10 3=30\n");
}
END_TEST

START_TEST(without_a_window_no_more_than_came_may_be_sent)
{
	greet(77);
	answers_at_once = false;
	ask(1, 2);
	UNTIL(asked_count == 2);
	heartbeat.window = 0;
	heartbeat.has_database = false;
	ready.count = 0;
	link_send_ready(worker);
	UNTIL(ready.count == 1);
	ck_assert_int_eq(ready.credit, 2);
	ck_assert(!ready.has_database);
	answer(0);
	UNTIL(lines() == 1);
	has_heard("credit 77 2 1=10\n");
}
END_TEST

START_TEST(requests_read_before_the_session_has_begun_are_of_another)
{
	struct buf body = { 0 };
	UNTIL(ready.count == 1);
	put_request(&body, 1, 1);
	put_hello(&body, 77);
	put_request(&body, 2, 1);
	say(&body);
	UNTIL(ready.epoch == 77);
	ck_assert_uint_eq(asked_count, 0);
	ck_assert_uint_eq(link_counts(worker).stale, 2);
	ck_assert_int_eq(ready.credit, WINDOW);
}
END_TEST

START_TEST(an_answer_to_a_former_session_is_dropped)
{
	greet(77);
	answers_at_once = false;
	ask(1, 1);
	UNTIL(asked_count == 1);
	greet(78);
	ck_assert_ptr_null(link_open_response(worker, 77));
	ck_assert_int_eq(ended_epoch, 77);
	ck_assert_int_eq(ready.credit, WINDOW);
	answers_at_once = true;
	ask(2, 1);
	UNTIL(lines() == 1);
	has_heard("credit 78 5 2=20\n");
	ck_assert_uint_eq(link_counts(worker).dropped, 1);
}
END_TEST

START_TEST(a_new_gateway_at_the_same_place_is_greeted)
{
	greet(77);
	ask(1, 2);
	UNTIL(lines() == 1);
	close_gateway();
	buf_clear(&heard);
	open_gateway();
	greet(90);
	ck_assert_int_eq(ready.credit, WINDOW);
	ask(3, 1);
	UNTIL(lines() == 1);
	has_heard("credit 90 5 3=30\n");
}
END_TEST

START_TEST(what_was_asked_over_a_connection_that_has_ended_is_not_begun)
{
	greet(77);
	answers_at_once = false;
	ask(1, 1);
	UNTIL(asked_count == 1);
	ck_assert(link_has_epoch(worker, 77));
	answers_with = 77; /* as if it were left over */
	close_gateway();
	open_gateway();
	ready.count = 0;
	UNTIL(!link_has_epoch(worker, 77));
	ck_assert_int_eq(ended_epoch, 77);
	UNTIL(ready.count == 2);
	ck_assert(!link_has_epoch(worker, 77));
	ck_assert_int_eq(ready.epoch, 0);
	greet(78);
	ck_assert_int_eq(ready.credit, WINDOW);
	ck_assert(link_has_epoch(worker, 78));
	answer(0);
	ck_assert_uint_eq(link_counts(worker).dropped, 1);
}
END_TEST

START_TEST(what_was_asked_before_a_stand_still_is_not_begun)
{
	static const int64_t former = 77;
	greet(former);
	answers_at_once = false;
	ask(1, 1);
	UNTIL(asked_count == 1);
	ask(2, 3);
	answers_with = 78;
	(void)poll(NULL, 0, LINK_STALL_MS + 100); /* the stand-still itself */
	ck_assert(!link_has_epoch(worker, former));
	ck_assert_int_eq(ended_epoch, former);
	UNTIL(ready.epoch == 78);
	ck_assert_uint_eq(asked_count, 1);
	ck_assert_uint_eq(link_counts(worker).stalls, 1);
	answer(0);
	ck_assert_uint_eq(link_counts(worker).dropped, 1);
	answers_at_once = true;
	ask(5, 1);
	UNTIL(lines() == 1);
	has_heard("credit 78 5 5=50\n");
}
END_TEST

static struct event *again;

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	answer(0);
}

START_TEST(answers_that_nobody_can_take_are_dropped_and_counted)
{
	static const struct timeval often = { 0, 10000 };
	greet(77);
	ask(1, 1);
	UNTIL(lines() == 1);
	close_gateway();
	again = event_new(base, -1, EV_PERSIST, on_again, NULL);
	event_add(again, &often);
	UNTIL(link_counts(worker).dropped >= 3);
	event_free(again);
}
END_TEST

START_TEST(many_bytes_go_out_in_several_messages_each_behind_its_credit)
{
	enum { LONG = LINK_BODY_TARGET - 10 };
	char *text = calloc(1, LONG);
	greet(77);
	answers_at_once = false;
	ask(1, 3);
	UNTIL(asked_count == 3);
	for (size_t i = 0; i < 3; i++) {
		struct buf *out = link_open_response(worker, 77);
		envelope_open_result(out, (uint32_t)asked[i]);
		msg_put_text(out, (struct span){ text, LONG });
		link_close_response(worker);
	}
	free(text);
	UNTIL(lines() == 3);
	has_heard("credit 77 5 1=long\ncredit 77 6 2=long\ncredit 77 7 3=long\n");
}
END_TEST

START_TEST(a_request_with_a_broken_context_is_refused_and_those_after_it_taken)
{
	struct buf body = { 0 };
	greet(77);
	put_request(&body, 1, 0);
	put_request(&body, 2, 1);
	say(&body);
	UNTIL(lines() == 1);
	has_heard("credit 77 6 1!MALFORMED 2=20\n");
	ck_assert_uint_eq(link_counts(worker).malformed, 1);
}
END_TEST

START_TEST(bytes_that_are_no_message_are_dropped_and_the_next_message_taken)
{
	struct buf body = { 0 };
	greet(77);
	put_request(&body, 1, 1);
	buf_byte(&body, '\xc1');
	put_request(&body, 2, 1);
	say(&body);
	ask(3, 1);
	UNTIL(asked_count == 2);
	UNTIL(link_counts(worker).responses == 2);
	ck_assert_int_eq(asked[0], 1);
	ck_assert_int_eq(asked[1], 3);
	ck_assert_uint_eq(link_counts(worker).malformed, 1);
}
END_TEST

START_TEST(who_leaves_still_answers_what_was_sent_before_the_gateway_heard_it)
{
	greet(77);
	answers_at_once = false;
	ask(1, 1);
	UNTIL(asked_count == 1);
	heartbeat.window = 0;
	ready.count = 0;
	ask(2, 1);
	link_leave(worker);
	ck_assert_int_eq(left, 0);
	UNTIL(left == 1);
	ck_assert_uint_eq(asked_count, 2);
	ck_assert_int_ge(ready.count, 1);
	has_heard("leaving 77\n");
	answer(0);
	answer(1);
	UNTIL(lines() == 1);
	has_heard("credit 77 2 1=10 2=20\n");
}
END_TEST

START_TEST(who_was_never_greeted_leaves_at_once)
{
	link_leave(worker);
	ck_assert_int_eq(left, 1);
	link_leave(worker);
	ck_assert_int_eq(left, 1);
}
END_TEST

START_TEST(a_silent_gateway_is_not_waited_for_when_leaving)
{
	greet(77);
	answers_with = 0;
	link_leave(worker);
	UNTIL(left == 1);
}
END_TEST

START_TEST(a_gateway_that_has_fallen_silent_is_asked_more_often)
{
	greet(77);
	answers_with = 0;
	ready.count = 0;
	UNTIL(ready.count == 8); /* at one a second it would be past the deadline's half */
	ck_assert_int_eq(ready.epoch, 77);
	ck_assert_uint_eq(link_counts(worker).epochs, 1);
	answers_with = 77;
	ask(1, 1);
	UNTIL(lines() == 1);
	has_heard("credit 77 5 1=10\n");
}
END_TEST

static void cancel(int64_t epoch, struct span msgids)
{
	struct buf body = { 0 }, params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, epoch);
	msg_put_key(&params, "msgids");
	buf_span(&params, msgids);
	envelope_put_notification(&body, "gateway.cancel", buf_view(&params));
	buf_fini(&params);
	say(&body);
}

START_TEST(who_has_left_is_told_in_the_session_only)
{
	greet(77);
	cancel(76, SPAN("\x91\x05"));
	cancel(77, SPAN("\x93\x07\x91\x01\x09")); /* what is no msgid ends it */
	cancel(77, SPAN("\x92\x02\x03"));
	cancel(77, SPAN("\x05"));
	ask(1, 1);
	UNTIL(asked_count == 1);
	ck_assert_uint_eq(cancelled_count, 3);
	ck_assert(cancelled[0] == 7 && cancelled[1] == 2 && cancelled[2] == 3);
}
END_TEST

START_TEST(what_is_collected_is_sent_before_the_link_closes)
{
	greet(77);
	answers_at_once = false;
	ask(1, 1);
	UNTIL(asked_count == 1);
	answer(0);
	link_free(&worker, 1000);
	ck_assert_ptr_null(worker);
	UNTIL(lines() == 1);
	has_heard("credit 77 5 1=10\n");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("link");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, ready_is_said_until_the_gateway_answers);
	tcase_add_test(tests, a_greeting_begins_a_session_with_the_whole_window);
	tcase_add_test(tests, the_answers_of_a_turn_go_out_together_behind_their_credit);
	tcase_add_test(tests, credit_counts_what_was_answered_not_what_came);
	tcase_add_test(tests, without_a_window_no_more_than_came_may_be_sent);
	tcase_add_test(tests, requests_read_before_the_session_has_begun_are_of_another);
	tcase_add_test(tests, an_answer_to_a_former_session_is_dropped);
	tcase_add_test(tests, a_new_gateway_at_the_same_place_is_greeted);
	tcase_add_test(tests, what_was_asked_over_a_connection_that_has_ended_is_not_begun);
	tcase_add_test(tests, what_was_asked_before_a_stand_still_is_not_begun);
	tcase_add_test(tests, answers_that_nobody_can_take_are_dropped_and_counted);
	tcase_add_test(tests, many_bytes_go_out_in_several_messages_each_behind_its_credit);
	tcase_add_test(tests, a_request_with_a_broken_context_is_refused_and_those_after_it_taken);
	tcase_add_test(tests, bytes_that_are_no_message_are_dropped_and_the_next_message_taken);
	tcase_add_test(tests, who_leaves_still_answers_what_was_sent_before_the_gateway_heard_it);
	tcase_add_test(tests, who_was_never_greeted_leaves_at_once);
	tcase_add_test(tests, a_silent_gateway_is_not_waited_for_when_leaving);
	tcase_add_test(tests, a_gateway_that_has_fallen_silent_is_asked_more_often);
	tcase_add_test(tests, who_has_left_is_told_in_the_session_only);
	tcase_add_test(tests, what_is_collected_is_sent_before_the_link_closes);
	return suite_run("link", tests);
}
