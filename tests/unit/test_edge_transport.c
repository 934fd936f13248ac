#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge_transport.h"
#include "tests/unit/suite.h"

static struct event_base *base;
static struct edge_transports all;
static struct edge_transport transport;
static int peer;
static size_t inputs, lows, ends, errors;
static bool closes; /* on_input closes the transport */

static void on_input(void *arg)
{
	ck_assert_ptr_eq(arg, &transport);
	inputs++;
	if (closes)
		edge_transport_close(&transport);
}

static void on_output_low(void *arg)
{
	ck_assert_ptr_eq(arg, &transport);
	ck_assert_uint_le(edge_transport_unsent(&transport), EDGE_TRANSPORT_LOW);
	lows++;
	if (edge_transport_unsent(&transport) == 0)
		edge_transport_stop_writing(&transport);
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
	ck_assert(edge_transports_open(&all, base));
	edge_transport_open(&transport, &all, fds[0], &callbacks, &transport);
}

static void tear_down(void)
{
	if (transport.fd >= 0)
		edge_transport_close(&transport);
	edge_transports_close(&all);
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

/* What is not consumed leaves the buffer that all transports share. */
START_TEST(input_waits_while_others_receive)
{
	struct edge_transport other;
	int fds[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	edge_transport_open(&other, &all, fds[0], &callbacks, &transport);
	edge_transport_set_reading(&transport, true);
	edge_transport_set_reading(&other, true);
	for (int i = 0; i < 3; i++) {
		peer_sends("abc");
		run();
		edge_transport_consume(&transport, 2);
		ck_assert_int_eq(send(fds[1], "xyz", 3, MSG_NOSIGNAL), 3);
		run();
	}
	ck_assert(span_is(edge_transport_peek(&transport), "abc"));
	ck_assert(span_is(edge_transport_peek(&other), "xyzxyzxyz"));
	edge_transport_close(&other);
	close(fds[1]);
}
END_TEST

START_TEST(as_much_input_waits_as_is_promised)
{
	static char bytes[EDGE_TRANSPORT_UNREAD];
	edge_transport_set_reading(&transport, true);
	peer_sends("a");
	run();
	while (edge_transport_unread(&transport) < EDGE_TRANSPORT_UNREAD) {
		(void)send(peer, bytes, sizeof bytes, MSG_NOSIGNAL);
		ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
	}
	ck_assert_uint_eq(edge_transport_unread(&transport), EDGE_TRANSPORT_UNREAD);
	ck_assert_int_eq(*edge_transport_peek(&transport).bytes, 'a');
	edge_transport_set_reading(&transport, false);
}
END_TEST

START_TEST(a_callback_may_close)
{
	closes = true;
	edge_transport_set_reading(&transport, true);
	peer_sends("abc");
	run();
	ck_assert_uint_eq(inputs, 1);
	ck_assert_int_eq(transport.fd, -1);
	ck_assert_ptr_null(all.reader);
}
END_TEST

static void put(const char *text)
{
	buf_text(edge_transport_output(&transport), text);
}

static void expect(const char *text)
{
	char got[64] = { 0 };
	ck_assert_int_eq(recv(peer, got, sizeof got, 0), (int)strlen(text));
	ck_assert_str_eq(got, text);
}

START_TEST(what_was_put_is_sent_at_once)
{
	put("abc");
	ck_assert(edge_transport_put_static(&transport, SPAN("def")));
	ck_assert_uint_eq(edge_transport_unsent(&transport), 6);
	edge_transport_send_now(&transport);
	ck_assert_uint_eq(edge_transport_unsent(&transport), 0);
	expect("abcdef");
	ck_assert_ptr_null(transport.output.bytes);
	run();
	ck_assert_uint_eq(lows, 0); /* only for what the loop writes */
}
END_TEST

START_TEST(static_bytes_stay_between_others)
{
	for (int i = 0; i < 2; i++) {
		put("a");
		ck_assert(edge_transport_put_static(&transport, SPAN("b")));
		ck_assert(edge_transport_put_static(&transport, SPAN("c")));
		put("d");
		ck_assert_uint_eq(edge_transport_unsent(&transport), 4);
		edge_transport_send_now(&transport);
		expect("abcd");
	}
	ck_assert_uint_eq(edge_transport_all_put(&transport), 8);
}
END_TEST

START_TEST(the_loop_sends_the_rest_and_reports_that_little_is_left)
{
	static char bytes[1 << 20];
	size_t received = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 251);
	for (int i = 0; i < 4; i++)
		buf_put(edge_transport_output(&transport), bytes, sizeof bytes);
	ck_assert(edge_transport_put_static(&transport, (struct span){ bytes, sizeof bytes }));
	edge_transport_send_now(&transport);
	ck_assert_uint_gt(edge_transport_unsent(&transport), 0);
	run();
	ck_assert_uint_eq(lows, 0); /* the loop does not write yet */
	ck_assert(edge_transport_start_writing(&transport));
	while (received < 5 * sizeof bytes) {
		static char got[1 << 16];
		ssize_t len = recv(peer, got, sizeof got, 0);
		for (ssize_t i = 0; i < len; i++, received++)
			if (got[i] != bytes[received % sizeof bytes])
				ck_abort_msg("byte %zu differs", received);
		ck_assert_uint_eq(edge_transport_all_put(&transport), 5 * sizeof bytes);
		run();
	}
	ck_assert_uint_ge(lows, 1);
	ck_assert_uint_eq(edge_transport_unsent(&transport), 0);
}
END_TEST

START_TEST(a_peer_that_closes_its_side_is_reported_once_and_can_read)
{
	char got[8];
	edge_transport_set_reading(&transport, true);
	shutdown(peer, SHUT_WR);
	run();
	ck_assert_uint_eq(ends, 1);
	ck_assert_uint_eq(errors, 0);
	put("bye");
	edge_transport_send_now(&transport);
	ck_assert(edge_transport_shutdown(&transport));
	expect("bye");
	ck_assert_int_eq(recv(peer, got, sizeof got, 0), 0);
}
END_TEST

START_TEST(an_error_is_reported_from_the_loop)
{
	char got[8];
	put("half");
	edge_transport_trigger_error(&transport);
	edge_transport_send_now(&transport);
	ck_assert_uint_eq(errors, 0);
	run();
	ck_assert_uint_eq(errors, 1);
	ck_assert_int_eq(recv(peer, got, sizeof got, 0), -1); /* nothing was sent */
}
END_TEST

START_TEST(a_lost_peer_is_an_error_when_the_loop_writes)
{
	close(peer);
	peer = -1;
	put("abc");
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
	tcase_add_test(tests, input_waits_while_others_receive);
	tcase_add_test(tests, as_much_input_waits_as_is_promised);
	tcase_add_test(tests, a_callback_may_close);
	tcase_add_test(tests, what_was_put_is_sent_at_once);
	tcase_add_test(tests, static_bytes_stay_between_others);
	tcase_add_test(tests, the_loop_sends_the_rest_and_reports_that_little_is_left);
	tcase_add_test(tests, a_peer_that_closes_its_side_is_reported_once_and_can_read);
	tcase_add_test(tests, an_error_is_reported_from_the_loop);
	tcase_add_test(tests, a_lost_peer_is_an_error_when_the_loop_writes);
	tcase_add_test(tests, no_callback_runs_after_close);
	return suite_run("edge_transport", tests);
}
