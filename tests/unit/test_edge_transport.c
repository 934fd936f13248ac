#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge_transport.h"
#include "tests/unit/suite.h"

static struct event_base *base;
static struct edge_transport transport;
static int peer;
static size_t inputs, lows, ends, errors;

static void on_input(void *arg)
{
	ck_assert_ptr_eq(arg, &transport);
	inputs++;
}

static void on_output_low(void *arg)
{
	ck_assert_ptr_eq(arg, &transport);
	ck_assert_uint_le(edge_transport_unsent(&transport), EDGE_TRANSPORT_LOW);
	lows++;
}

static void on_end(void *arg)
{
	ck_assert_ptr_eq(arg, &transport);
	ends++;
}

static void on_error(void *arg)
{
	ck_assert_ptr_eq(arg, &transport);
	errors++;
}

static const struct edge_transport_callbacks callbacks = { on_input, on_output_low, on_end,
	on_error };

static void set_up(void)
{
	int fds[2];
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	peer = fds[1];
	ck_assert(edge_transport_open(&transport, base, fds[0], &callbacks, &transport));
}

static void tear_down(void)
{
	if (transport.bev)
		edge_transport_close(&transport);
	event_base_free(base);
	close(peer);
}

static void run(void)
{
	for (int i = 0; i < 5; i++)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static void peer_sends(const char *text)
{
	ck_assert_int_eq(send(peer, text, strlen(text), MSG_NOSIGNAL), (int)strlen(text));
}

START_TEST(input_is_read_only_while_reading_is_on)
{
	peer_sends("ab");
	run();
	ck_assert_uint_eq(edge_transport_unread(&transport), 0);
	edge_transport_set_reading(&transport, true);
	run();
	ck_assert_uint_eq(inputs, 1);
	edge_transport_set_reading(&transport, false);
	peer_sends("c");
	run();
	ck_assert_uint_eq(edge_transport_unread(&transport), 2);
	ck_assert_uint_eq(inputs, 1);
}
END_TEST

START_TEST(input_waits_until_it_is_consumed)
{
	edge_transport_set_reading(&transport, true);
	peer_sends("abc");
	run();
	ck_assert(span_is(edge_transport_peek(&transport), "abc"));
	edge_transport_consume(&transport, 2);
	ck_assert(span_is(edge_transport_peek(&transport), "c"));
	edge_transport_consume(&transport, 1);
	ck_assert_uint_eq(edge_transport_unread(&transport), 0);
	ck_assert_uint_eq(edge_transport_peek(&transport).len, 0);
}
END_TEST

START_TEST(what_was_put_is_sent_at_once)
{
	char got[8] = { 0 };
	ck_assert(edge_transport_put(&transport, SPAN("abc")));
	ck_assert(edge_transport_put_static(&transport, SPAN("def")));
	ck_assert_uint_eq(edge_transport_unsent(&transport), 6);
	edge_transport_send_now(&transport);
	ck_assert_uint_eq(edge_transport_unsent(&transport), 0);
	ck_assert_int_eq(recv(peer, got, sizeof got, 0), 6);
	ck_assert_str_eq(got, "abcdef");
	run();
	ck_assert_uint_eq(lows, 0); /* only for what the loop writes */
}
END_TEST

START_TEST(the_loop_sends_the_rest_and_reports_that_little_is_left)
{
	static char bytes[1 << 20];
	size_t received = 0;
	ck_assert(edge_transport_put_static(&transport, (struct span){ bytes, sizeof bytes }));
	edge_transport_send_now(&transport);
	ck_assert_uint_gt(edge_transport_unsent(&transport), 0);
	run();
	ck_assert_uint_eq(lows, 0); /* the loop does not write yet */
	ck_assert(edge_transport_start_writing(&transport));
	while (received < sizeof bytes) {
		static char got[1 << 16];
		ssize_t len = recv(peer, got, sizeof got, 0);
		received += len > 0 ? (size_t)len : 0;
		ck_assert_uint_ge(edge_transport_unacknowledged(&transport),
			edge_transport_unsent(&transport));
		run();
	}
	ck_assert_uint_ge(lows, 1);
	ck_assert_uint_eq(edge_transport_unsent(&transport), 0);
	edge_transport_stop_writing(&transport);
}
END_TEST

START_TEST(a_peer_that_closes_its_side_is_reported_once_and_can_read)
{
	char got[8] = { 0 };
	edge_transport_set_reading(&transport, true);
	shutdown(peer, SHUT_WR);
	run();
	ck_assert_uint_eq(ends, 1);
	ck_assert_uint_eq(errors, 0);
	ck_assert(edge_transport_put(&transport, SPAN("bye")));
	edge_transport_send_now(&transport);
	ck_assert(edge_transport_shutdown(&transport));
	ck_assert_int_eq(recv(peer, got, sizeof got, 0), 3);
	ck_assert_int_eq(recv(peer, got, sizeof got, 0), 0);
}
END_TEST

START_TEST(an_error_is_reported_from_the_loop)
{
	edge_transport_trigger_error(&transport);
	ck_assert_uint_eq(errors, 0);
	run();
	ck_assert_uint_eq(errors, 1);
}
END_TEST

START_TEST(a_lost_peer_is_an_error_when_the_loop_writes)
{
	close(peer);
	peer = -1;
	ck_assert(edge_transport_put(&transport, SPAN("abc")));
	edge_transport_send_now(&transport); /* says nothing */
	ck_assert_uint_eq(errors, 0);
	ck_assert(edge_transport_start_writing(&transport));
	run();
	ck_assert_uint_eq(errors, 1);
}
END_TEST

START_TEST(no_callback_runs_after_close)
{
	edge_transport_set_reading(&transport, true);
	peer_sends("abc");
	edge_transport_trigger_error(&transport);
	edge_transport_close(&transport);
	run();
	ck_assert_uint_eq(inputs + lows + ends + errors, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("edge_transport");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, input_is_read_only_while_reading_is_on);
	tcase_add_test(tests, input_waits_until_it_is_consumed);
	tcase_add_test(tests, what_was_put_is_sent_at_once);
	tcase_add_test(tests, the_loop_sends_the_rest_and_reports_that_little_is_left);
	tcase_add_test(tests, a_peer_that_closes_its_side_is_reported_once_and_can_read);
	tcase_add_test(tests, an_error_is_reported_from_the_loop);
	tcase_add_test(tests, a_lost_peer_is_an_error_when_the_loop_writes);
	tcase_add_test(tests, no_callback_runs_after_close);
	return suite_run("edge_transport", tests);
}
