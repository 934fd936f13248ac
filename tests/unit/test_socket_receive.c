/* Receiving: edges, turns, and messages that are refused. */
#include "socket_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

/* One edge announces all of them: a reader of one message per edge would miss the others. */
START_TEST(messages_with_one_edge_all_arrive)
{
	void *dealer = open_peer(ZMQ_DEALER);
	peer_send(dealer, "0", 1);
	run_until(1);
	for (int i = 0; i < 3; i++)
		peer_send(dealer, "x", 1);
	run_until(4);
	zmq_close(dealer);
}
END_TEST

START_TEST(messages_beyond_one_turn_all_arrive)
{
	void *dealer = open_peer(ZMQ_DEALER);
	for (int i = 0; i < 2000; i++)
		peer_send(dealer, "x", 1);
	run_until(2000);
	ck_assert_uint_eq(socket_counts(router)->received, 2000);
	zmq_close(dealer);
}
END_TEST

/* Two sockets of one loop over inproc, where messages arrive at once: the send consumes the
 * edge. */
START_TEST(a_send_does_not_hide_received_messages)
{
	struct socket *in = NULL, *out = NULL;
	struct socket_options options = { .endpoint = "inproc://x",
		.bind = true,
		.router = true,
		.on_message = on_message,
		.arg = &received };
	ck_assert(socket_open(hub, &options, &in, NULL) == ST_OK);
	options.bind = options.router = false;
	ck_assert(socket_open(hub, &options, &out, NULL) == ST_OK);
	ck_assert(socket_send(out, SPAN(""), SPAN("first")) == ST_OK);
	run_until(1);
	event_base_loop(base, EVLOOP_NONBLOCK); /* no timer is left */
	for (int i = 0; i < 3; i++)
		ck_assert(socket_send(out, SPAN(""), SPAN("more")) == ST_OK);
	ck_assert(socket_send(in, sender(), SPAN("back")) == ST_OK);
	run_until(5); /* three at `in`, one at `out`, the first */
	socket_free(&in);
	socket_free(&out);
}
END_TEST

START_TEST(an_oversize_body_is_dropped_and_the_next_one_arrives)
{
	static const char bytes[1001];
	void *dealer = open_peer(ZMQ_DEALER);
	peer_send(dealer, bytes, 1001);
	peer_send(dealer, bytes, 1000);
	run_until(1);
	ck_assert_uint_eq(socket_counts(router)->oversize, 1);
	zmq_close(dealer);
}
END_TEST

START_TEST(a_far_too_large_body_ends_only_its_connection)
{
	static const char bytes[100000];
	void *dealer = open_peer(ZMQ_DEALER), *other = open_peer(ZMQ_DEALER);
	peer_send(dealer, bytes, sizeof bytes);
	peer_send(other, "x", 1);
	run_until(1);
	ck_assert_str_eq(last_body, "x");
	zmq_close(dealer);
	zmq_close(other);
}
END_TEST

START_TEST(a_message_of_another_shape_is_dropped_and_counted)
{
	void *dealer = open_peer(ZMQ_DEALER);
	static const char *const shapes[][5] = { { "a", "b" }, { "", "a", "b" }, { "a", "", "b" },
		{ "", "", "", "", "x" } };
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int f = 0; f < 5 && shapes[i][f]; f++)
			zmq_send(dealer, shapes[i][f], strlen(shapes[i][f]),
				f < 4 && shapes[i][f + 1] ? ZMQ_SNDMORE : 0);
	peer_send(dealer, "fine", 4);
	run_until(1);
	ck_assert_str_eq(last_body, "fine");
	ck_assert_uint_eq(socket_counts(router)->malformed, 4);
	zmq_close(dealer);
}
END_TEST

/* The number of turns of the loop. */
static int turns;

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	(void)fd, (void)what;
	turns++;
	evtimer_add(*(struct event **)arg, &now);
}

static void run_counting_turns(int count)
{
	struct event *turn = evtimer_new(base, on_turn, &turn);
	turns = 0;
	on_turn(-1, 0, &turn);
	run_until(count);
	event_free(turn);
}

START_TEST(slow_messages_do_not_block_other_events)
{
	void *dealer = open_peer(ZMQ_DEALER);
	processing_ms = 3;
	for (int i = 0; i < 50; i++)
		peer_send(dealer, "x", 1);
	usleep(100000); /* so that all messages have arrived */
	run_counting_turns(50);
	ck_assert_int_ge(
		turns, 50 * 3 / 8); /* a turn reads for 5 ms, then ends the current message */
	zmq_close(dealer);
}
END_TEST

START_TEST(a_message_of_very_many_frames_is_dropped_over_several_turns)
{
	enum { FRAMES = 200000 };
	void *dealer = open_peer(ZMQ_DEALER);
	for (int i = 0; i < FRAMES; i++)
		ck_assert_int_eq(zmq_send(dealer, "x", 1, i < FRAMES - 1 ? ZMQ_SNDMORE : 0), 1);
	peer_send(dealer, "fine", 4);
	usleep(200000);
	run_counting_turns(1);
	ck_assert_str_eq(last_body, "fine");
	ck_assert_uint_eq(socket_counts(router)->malformed, 1);
	ck_assert_int_ge(turns, FRAMES / 4096 - 1);
	zmq_close(dealer);
}
END_TEST

START_TEST(a_message_over_ipc_has_the_user_of_its_sender)
{
	char expected[64];
	void *dealer = open_peer(ZMQ_DEALER);
	peer_send(dealer, "x", 1);
	run_until(1);
	(void)snprintf(expected, sizeof expected, "uid %u", (unsigned)getuid());
	ck_assert_str_eq(last_address, expected);
	ck_assert_uint_eq(socket_sender_address(router, last_address).len, 0); /* no message */
	zmq_close(dealer);
}
END_TEST

static const struct {
	const char *bound, *address;
} machines[] = {
	{ "tcp://127.0.0.1:*", "127.0.0.1" },
	{ "tcp://[::1]:*", "::1" },
};

START_TEST(a_message_over_tcp_has_the_address_of_its_machine)
{
	struct socket *bound = NULL;
	struct socket_options options = { .endpoint = machines[_i].bound,
		.bind = true,
		.router = true,
		.on_message = on_message,
		.arg = &received };
	struct fail why = { 0 };
	if (socket_open(hub, &options, &bound, &why) != ST_OK && _i == 1)
		return; /* this machine has no IPv6 */
	ck_assert_msg(bound != NULL, "%s", why.text);
	void *dealer = zmq_socket(peers, ZMQ_DEALER);
	ck_assert_int_eq(zmq_setsockopt(dealer, ZMQ_IPV6, &(int){ 1 }, sizeof(int)), 0);
	ck_assert_int_eq(zmq_connect(dealer, socket_endpoint(bound)), 0);
	peer_send(dealer, "x", 1);
	run_until(1);
	ck_assert_str_eq(last_address, machines[_i].address);
	zmq_close(dealer);
	socket_free(&bound);
}
END_TEST

int main(void)
{
	TCase *tests = socket_tests_new("socket_receive");
	tcase_add_test(tests, messages_with_one_edge_all_arrive);
	tcase_add_test(tests, messages_beyond_one_turn_all_arrive);
	tcase_add_test(tests, a_send_does_not_hide_received_messages);
	tcase_add_test(tests, an_oversize_body_is_dropped_and_the_next_one_arrives);
	tcase_add_test(tests, a_far_too_large_body_ends_only_its_connection);
	tcase_add_test(tests, a_message_of_another_shape_is_dropped_and_counted);
	tcase_add_test(tests, slow_messages_do_not_block_other_events);
	tcase_add_test(tests, a_message_of_very_many_frames_is_dropped_over_several_turns);
	tcase_add_test(tests, a_message_over_ipc_has_the_user_of_its_sender);
	tcase_add_loop_test(tests, a_message_over_tcp_has_the_address_of_its_machine, 0,
		sizeof machines / sizeof *machines);
	return suite_run("socket_receive", tests);
}
