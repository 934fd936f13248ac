/* Sending: framing, lost peers, bytes that are not sent yet. */
#include "socket_fixture.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

START_TEST(a_peer_gets_its_own_framing_back)
{
	void *dealer = open_peer(ZMQ_DEALER), *req = open_peer(ZMQ_REQ);
	should_echo = true;
	peer_send(dealer, "plain", 5);
	run_until(1);
	peer_expect(dealer, "plain");
	peer_send(req, "delimited", 9);
	run_until(2);
	peer_expect(req, "delimited");
	/* a DEALER that sends a delimiter gets one back */
	zmq_send(dealer, "", 0, ZMQ_SNDMORE);
	peer_send(dealer, "both", 4);
	run_until(3);
	peer_expect(dealer, "");
	peer_expect(dealer, "both");
	zmq_close(dealer);
	zmq_close(req);
}
END_TEST

START_TEST(a_peer_may_choose_its_identity)
{
	void *dealer = zmq_socket(peers, ZMQ_DEALER);
	char name[255];
	memset(name, 'n', sizeof name);
	ck_assert_int_eq(zmq_setsockopt(dealer, ZMQ_ROUTING_ID, name, sizeof name), 0);
	ck_assert_int_eq(zmq_connect(dealer, endpoint), 0);
	should_echo = true;
	peer_send(dealer, "x", 1);
	run_until(1);
	ck_assert_uint_eq(last_peer_len, SOCKET_PEER_MAX);
	ck_assert(!socket_peer_is_generated(sender()));
	peer_expect(dealer, "x");
	zmq_close(dealer);
}
END_TEST

/* In turn: no id, ids that differ from generated ones in a byte, in the length, and in nothing. */
static const struct {
	struct span id;
	bool is_generated;
} ids[] = {
	{ SPAN_INIT(""), true },
	{ SPAN_INIT("abcde"), false },
	{ SPAN_INIT("\0abc"), false },
	{ SPAN_INIT("\0abcde"), false },
	{ SPAN_INIT("\0abcd"), true },
};

START_TEST(an_identity_that_a_peer_chose_is_recognized)
{
	struct span id = ids[_i].id;
	void *dealer = zmq_socket(peers, ZMQ_DEALER);
	if (id.len > 0)
		ck_assert_int_eq(zmq_setsockopt(dealer, ZMQ_ROUTING_ID, id.bytes, id.len), 0);
	ck_assert_int_eq(zmq_connect(dealer, endpoint), 0);
	peer_send(dealer, "x", 1);
	run_until(1);
	ck_assert(socket_peer_is_generated(sender()) == ids[_i].is_generated);
	zmq_close(dealer);
}
END_TEST

START_TEST(a_peer_that_delimits_is_recognized)
{
	ck_assert(socket_peer_delimits(SPAN("abc\1")));
	ck_assert(!socket_peer_delimits(SPAN("abc\0")) && !socket_peer_delimits(SPAN("")));
}
END_TEST

static void put_body(struct buf *body, size_t len)
{
	char *room = buf_room(body, len);
	ck_assert_ptr_nonnull(room);
	memset(room, 'x', len);
	body->len += len;
}

/* The gauge counts bytes that a peer has not read, and drops them when it leaves. */
START_TEST(bytes_count_until_they_are_sent_or_dropped)
{
	enum { BIG = 8 << 20 };
	struct byte_gauge *unread = byte_gauge_new(NULL);
	struct buf body = { 0 };
	void *dealer = open_peer(ZMQ_DEALER);
	peer_send(dealer, "x", 1);
	run_until(1);
	put_body(&body, 5);
	ck_assert(socket_send_buf(router, sender(), &body, unread) == ST_OK);
	ck_assert(!body.bytes && body.len == 0);
	peer_expect(dealer, "xxxxx");
	while (byte_gauge_bytes(unread) > 0)
		sched_yield();
	zmq_close(dealer);
	int window = 1;
	dealer = zmq_socket(peers, ZMQ_DEALER);
	zmq_setsockopt(dealer, ZMQ_RCVHWM, &window, sizeof window);
	ck_assert_int_eq(zmq_connect(dealer, endpoint), 0);
	peer_send(dealer, "x", 1);
	run_until(2);
	for (int i = 0; i < 4; i++) {
		put_body(&body, BIG);
		ck_assert(socket_send_buf(router, sender(), &body, unread) == ST_OK);
	}
	ck_assert_uint_ge(byte_gauge_bytes(unread), BIG);
	window = 0;
	zmq_setsockopt(dealer, ZMQ_LINGER, &window, sizeof window);
	zmq_close(dealer);
	while (byte_gauge_bytes(unread) > 0)
		event_base_loop(base, EVLOOP_NONBLOCK);
	put_body(&body, 5);
	ck_assert(socket_send_buf(router, SPAN("\0abcd\0"), &body, unread) == ST_NO_WORKER);
	ck_assert(!body.bytes);
	ck_assert_uint_eq(byte_gauge_bytes(unread), 0);
	byte_gauge_free(&unread);
	byte_gauge_free(&unread);
}
END_TEST

static struct {
	enum status st;
	int tries;
} sends;

static void send_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	sends.st = socket_send(router, sender(), SPAN("are you there"));
	if (++sends.tries == 10000 || sends.st == ST_NO_WORKER)
		event_base_loopbreak(base);
}

START_TEST(sending_to_a_lost_peer_fails)
{
	void *dealer = open_peer(ZMQ_DEALER);
	peer_send(dealer, "x", 1);
	run_until(1);
	ck_assert(socket_send(router, sender(), SPAN("welcome")) == ST_OK);
	peer_expect(dealer, "welcome");
	zmq_close(dealer);
	const struct timeval often = { 0, 1000 };
	struct event *again = event_new(base, -1, EV_PERSIST, send_again, NULL);
	event_add(again, &often);
	event_base_dispatch(base);
	event_free(again);
	ck_assert(sends.st == ST_NO_WORKER);
	ck_assert_uint_ge(socket_counts(router)->unroutable, 1);
}
END_TEST

START_TEST(sending_to_an_unknown_peer_fails)
{
	ck_assert(socket_send(router, SPAN("\0abcd\0"), SPAN("x")) == ST_NO_WORKER);
	ck_assert(socket_send(router, SPAN(""), SPAN("x")) == ST_NO_WORKER);
}
END_TEST

START_TEST(a_dealer_without_connection_queues_nothing)
{
	struct socket *dealer = NULL;
	char nowhere[128];
	(void)snprintf(nowhere, sizeof nowhere, "ipc://%s/nowhere", dir);
	struct socket_options options = {
		.endpoint = nowhere, .on_message = on_message, .arg = &received
	};
	ck_assert(socket_open(hub, &options, &dealer, NULL) == ST_OK);
	ck_assert(socket_send(dealer, SPAN(""), SPAN("x")) == ST_OVERLOADED);
	ck_assert_uint_eq(socket_counts(dealer)->overloaded, 1);
	socket_free(&dealer);
}
END_TEST

START_TEST(a_lingering_close_sends_the_last_message)
{
	struct socket *dealer = NULL;
	struct socket_options options = {
		.endpoint = endpoint, .on_message = on_message, .arg = &received
	};
	void *first = open_peer(ZMQ_DEALER);
	peer_send(first, "x", 1);
	run_until(1);
	ck_assert(socket_open(hub, &options, &dealer, NULL) == ST_OK);
	should_echo = true;
	/* sending fails until it is connected */
	while (socket_send(dealer, SPAN(""), SPAN("hello")) != ST_OK)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	run_until(2); /* at the router */
	should_echo = false;
	run_until(3); /* back at the dealer */
	ck_assert(socket_send(dealer, SPAN(""), SPAN("leaving")) == ST_OK);
	socket_free_lingering(&dealer, 1000);
	ck_assert_ptr_null(dealer);
	run_until(4);
	ck_assert_str_eq(last_body, "leaving");
	zmq_close(first);
}
END_TEST

int main(void)
{
	TCase *tests = socket_tests_new("socket_send");
	tcase_add_test(tests, a_peer_gets_its_own_framing_back);
	tcase_add_test(tests, a_peer_may_choose_its_identity);
	tcase_add_loop_test(
		tests, an_identity_that_a_peer_chose_is_recognized, 0, sizeof ids / sizeof *ids);
	tcase_add_test(tests, a_peer_that_delimits_is_recognized);
	tcase_add_test(tests, bytes_count_until_they_are_sent_or_dropped);
	tcase_add_test(tests, sending_to_a_lost_peer_fails);
	tcase_add_test(tests, sending_to_an_unknown_peer_fails);
	tcase_add_test(tests, a_dealer_without_connection_queues_nothing);
	tcase_add_test(tests, a_lingering_close_sends_the_last_message);
	return suite_run("socket_send", tests);
}
