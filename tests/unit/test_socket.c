#include <event2/event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "common/socket.h"
#include "tests/unit/suite.h"

/* The router's side, and what it got. The peers are raw ZeroMQ sockets, as strangers are. */
static struct event_base *base;
static struct socket_hub *hub;
static struct socket *router;
static void *strangers;
static char dir[64], endpoint[96];

static int got, wanted;
static char last_peer[SOCKET_PEER_MAX], last_body[64];
static size_t last_peer_len;
static bool echo;
static int takes_ms;

static void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	ck_assert_ptr_eq(arg, &got);
	got++;
	memcpy(last_peer, peer.bytes, peer.len);
	last_peer_len = peer.len;
	(void)snprintf(last_body, sizeof last_body, "%.*s", (int)body.len, body.bytes);
	usleep((useconds_t)takes_ms * 1000);
	if (echo)
		ck_assert(socket_send(s, peer, body) == ST_OK);
	if (got == wanted)
		event_base_loopbreak(base);
}

static struct span peer(void)
{
	return (struct span){ last_peer, last_peer_len };
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	ck_abort_msg("nothing came within the deadline: %d of %d messages", got, wanted);
}

/* Runs the loop until `count` messages in all have come. */
static void run_until(int count)
{
	const struct timeval deadline = { 20, 0 };
	struct event *late = evtimer_new(base, on_late, NULL);
	evtimer_add(late, &deadline);
	wanted = count;
	if (got < wanted)
		event_base_dispatch(base);
	event_free(late);
	ck_assert_int_eq(got, count);
}

static void open_router(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-socket-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/r", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	struct socket_options options = { .endpoint = endpoint,
		.bind = true,
		.router = true,
		.max_body = 1000,
		.on_message = on_message,
		.arg = &got };
	struct fail why = { 0 };
	ck_assert_msg(socket_open(hub, &options, &router, &why) == ST_OK, "%s", why.text);
	strangers = zmq_ctx_new();
}

static void close_router(void)
{
	zmq_ctx_term(strangers);
	socket_free(&router);
	socket_free(&router);
	socket_hub_free(&hub);
	socket_hub_free(&hub);
	event_base_free(base);
	unlink(endpoint + strlen("ipc://"));
	rmdir(dir);
}

static void *stranger(int type)
{
	void *s = zmq_socket(strangers, type);
	static const int linger = 0, timeout = 20000;
	zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(s, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
	zmq_setsockopt(s, ZMQ_SNDTIMEO, &timeout, sizeof timeout);
	ck_assert_int_eq(zmq_connect(s, endpoint), 0);
	return s;
}

static void say(void *from, const void *bytes, size_t len)
{
	ck_assert_int_eq(zmq_send(from, bytes, len, 0), (int)len);
}

static void hears(void *s, const char *text)
{
	char bytes[64];
	int len = zmq_recv(s, bytes, sizeof bytes, 0);
	ck_assert_int_eq(len, (int)strlen(text));
	ck_assert_mem_eq(bytes, text, strlen(text));
}

/* One edge announces them all: a reader that takes one message an edge stays silent after it. */
START_TEST(messages_that_share_an_edge_all_arrive)
{
	void *dealer = stranger(ZMQ_DEALER);
	say(dealer, "0", 1);
	run_until(1);
	for (int i = 0; i < 3; i++)
		say(dealer, "x", 1);
	run_until(4);
	zmq_close(dealer);
}
END_TEST

START_TEST(more_than_one_turn_takes_all_arrive)
{
	void *dealer = stranger(ZMQ_DEALER);
	for (int i = 0; i < 2000; i++)
		say(dealer, "x", 1);
	run_until(2000);
	ck_assert_uint_eq(socket_counts(router).received, 2000);
	zmq_close(dealer);
}
END_TEST

/* Two sockets of one loop over inproc, where arrival is certain: the send reads the edge away. */
START_TEST(a_send_does_not_swallow_what_came_in)
{
	struct socket *in = NULL, *out = NULL;
	struct socket_options options = { .endpoint = "inproc://x",
		.bind = true,
		.router = true,
		.on_message = on_message,
		.arg = &got };
	ck_assert(socket_open(hub, &options, &in, NULL) == ST_OK);
	options.bind = options.router = false;
	ck_assert(socket_open(hub, &options, &out, NULL) == ST_OK);
	ck_assert(socket_send(out, SPAN(""), SPAN("first")) == ST_OK);
	run_until(1);
	event_base_loop(base, EVLOOP_NONBLOCK); /* no timer is left */
	for (int i = 0; i < 3; i++)
		ck_assert(socket_send(out, SPAN(""), SPAN("more")) == ST_OK);
	ck_assert(socket_send(in, peer(), SPAN("back")) == ST_OK);
	run_until(5); /* three at `in`, one at `out`, the first */
	socket_free(&in);
	socket_free(&out);
}
END_TEST

START_TEST(a_dealer_and_a_req_each_get_their_own_framing_back)
{
	void *dealer = stranger(ZMQ_DEALER), *req = stranger(ZMQ_REQ);
	echo = true;
	say(dealer, "plain", 5);
	run_until(1);
	hears(dealer, "plain");
	say(req, "delimited", 9);
	run_until(2);
	hears(req, "delimited");
	/* a DEALER that writes the delimiter itself gets it back */
	zmq_send(dealer, "", 0, ZMQ_SNDMORE);
	say(dealer, "both", 4);
	run_until(3);
	hears(dealer, "");
	hears(dealer, "both");
	zmq_close(dealer);
	zmq_close(req);
}
END_TEST

START_TEST(a_peer_that_named_itself_is_answered_too)
{
	void *dealer = zmq_socket(strangers, ZMQ_DEALER);
	char name[255];
	memset(name, 'n', sizeof name);
	ck_assert_int_eq(zmq_setsockopt(dealer, ZMQ_ROUTING_ID, name, sizeof name), 0);
	ck_assert_int_eq(zmq_connect(dealer, endpoint), 0);
	echo = true;
	say(dealer, "x", 1);
	run_until(1);
	ck_assert_uint_eq(last_peer_len, SOCKET_PEER_MAX);
	hears(dealer, "x");
	zmq_close(dealer);
}
END_TEST

static void put_body(struct buf *body, size_t len)
{
	char *room = buf_room(body, len);
	ck_assert_ptr_nonnull(room);
	memset(room, 'x', len);
	body->len += len;
}

/* What a peer has not read is known by its bytes, and forgotten when it leaves. */
START_TEST(bytes_are_counted_until_they_have_left)
{
	enum { BIG = 8 << 20 };
	struct byte_gauge *unread = byte_gauge_new(NULL);
	struct buf body = { 0 };
	void *dealer = stranger(ZMQ_DEALER);
	say(dealer, "x", 1);
	run_until(1);
	put_body(&body, 5);
	ck_assert(socket_send_buf(router, peer(), &body, unread) == ST_OK);
	ck_assert(!body.bytes && body.len == 0);
	hears(dealer, "xxxxx");
	while (byte_gauge_bytes(unread) > 0)
		sched_yield();
	zmq_close(dealer);
	int window = 1;
	dealer = zmq_socket(strangers, ZMQ_DEALER);
	zmq_setsockopt(dealer, ZMQ_RCVHWM, &window, sizeof window);
	ck_assert_int_eq(zmq_connect(dealer, endpoint), 0);
	say(dealer, "x", 1);
	run_until(2);
	for (int i = 0; i < 4; i++) {
		put_body(&body, BIG);
		ck_assert(socket_send_buf(router, peer(), &body, unread) == ST_OK);
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

START_TEST(only_who_delimits_waits_for_one_message)
{
	ck_assert(socket_peer_delimits(SPAN("abc\1")));
	ck_assert(!socket_peer_delimits(SPAN("abc\0")) && !socket_peer_delimits(SPAN("")));
}
END_TEST

static struct {
	enum status st;
	int tries;
} sends;

static void send_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	sends.st = socket_send(router, peer(), SPAN("are you there"));
	if (++sends.tries == 10000 || sends.st == ST_NO_WORKER)
		event_base_loopbreak(base);
}

START_TEST(a_peer_that_is_gone_is_said_to_be)
{
	void *dealer = stranger(ZMQ_DEALER);
	say(dealer, "x", 1);
	run_until(1);
	ck_assert(socket_send(router, peer(), SPAN("welcome")) == ST_OK);
	hears(dealer, "welcome");
	zmq_close(dealer);
	const struct timeval often = { 0, 1000 };
	struct event *again = event_new(base, -1, EV_PERSIST, send_again, NULL);
	event_add(again, &often);
	event_base_dispatch(base);
	event_free(again);
	ck_assert(sends.st == ST_NO_WORKER);
	ck_assert_uint_ge(socket_counts(router).unroutable, 1);
}
END_TEST

START_TEST(a_peer_that_never_was_is_no_worker)
{
	ck_assert(socket_send(router, SPAN("\0abcd\0"), SPAN("x")) == ST_NO_WORKER);
	ck_assert(socket_send(router, SPAN(""), SPAN("x")) == ST_NO_WORKER);
}
END_TEST

START_TEST(a_dealer_without_connection_keeps_nothing_for_later)
{
	struct socket *dealer = NULL;
	char nowhere[128];
	(void)snprintf(nowhere, sizeof nowhere, "ipc://%s/nowhere", dir);
	struct socket_options options = {
		.endpoint = nowhere, .on_message = on_message, .arg = &got
	};
	ck_assert(socket_open(hub, &options, &dealer, NULL) == ST_OK);
	ck_assert(socket_send(dealer, SPAN(""), SPAN("x")) == ST_OVERLOADED);
	ck_assert_uint_eq(socket_counts(dealer).overloaded, 1);
	socket_free(&dealer);
}
END_TEST

static void on_lost(struct socket *s, void *arg)
{
	(void)s;
	++*(int *)arg;
}

static void run_briefly(void)
{
	static const struct timeval moment = { 0, 10000 };
	event_base_loopexit(base, &moment);
	event_base_dispatch(base);
}

/* A ROUTER at `there` takes a message of the dealer, then goes with its whole context. */
static void come_and_go(struct socket *dealer, const char *there)
{
	void *context = zmq_ctx_new(), *far = zmq_socket(context, ZMQ_ROUTER);
	ck_assert_int_eq(zmq_bind(far, there), 0);
	while (socket_send(dealer, (struct span){ 0 }, SPAN("x")) != ST_OK)
		run_briefly();
	zmq_close(far);
	zmq_ctx_term(context);
}

START_TEST(a_connection_that_has_ended_is_told_from_the_loop_or_when_it_is_looked_at)
{
	int lost = 0;
	char there[128];
	(void)snprintf(there, sizeof there, "%s-there", endpoint);
	struct socket_options options = {
		.endpoint = there, .on_message = on_message, .on_lost = on_lost, .arg = &lost
	};
	struct socket *dealer = NULL;
	ck_assert(socket_open(hub, &options, &dealer, NULL) == ST_OK);
	socket_check_lost(dealer);
	ck_assert_int_eq(lost, 0); /* there was none yet */
	come_and_go(dealer, there);
	while (lost < 1)
		run_briefly();
	come_and_go(dealer, there);
	while (lost < 2)
		socket_check_lost(dealer);
	run_briefly();
	ck_assert_int_eq(lost, 2);
	socket_free(&dealer);
	unlink(there + strlen("ipc://"));
}
END_TEST

START_TEST(an_oversize_body_is_dropped_and_counted_and_the_next_one_taken)
{
	static const char bytes[1001];
	void *dealer = stranger(ZMQ_DEALER);
	say(dealer, bytes, 1001);
	say(dealer, bytes, 1000);
	run_until(1);
	ck_assert_uint_eq(socket_counts(router).oversize, 1);
	zmq_close(dealer);
}
END_TEST

START_TEST(a_far_oversize_body_ends_the_connection_but_not_the_router)
{
	static const char bytes[100000];
	void *dealer = stranger(ZMQ_DEALER), *other = stranger(ZMQ_DEALER);
	say(dealer, bytes, sizeof bytes);
	say(other, "x", 1);
	run_until(1);
	ck_assert_str_eq(last_body, "x");
	zmq_close(dealer);
	zmq_close(other);
}
END_TEST

START_TEST(what_is_not_delimiter_and_body_is_dropped_and_counted)
{
	void *dealer = stranger(ZMQ_DEALER);
	static const char *const shapes[][5] = { { "a", "b" }, { "", "a", "b" }, { "a", "", "b" },
		{ "", "", "", "", "x" } };
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int f = 0; f < 5 && shapes[i][f]; f++)
			zmq_send(dealer, shapes[i][f], strlen(shapes[i][f]),
				f < 4 && shapes[i][f + 1] ? ZMQ_SNDMORE : 0);
	say(dealer, "fine", 4);
	run_until(1);
	ck_assert_str_eq(last_body, "fine");
	ck_assert_uint_eq(socket_counts(router).malformed, 4);
	zmq_close(dealer);
}
END_TEST

/* How often the loop comes to other events. */
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

START_TEST(slow_messages_let_other_events_have_their_turn)
{
	void *dealer = stranger(ZMQ_DEALER);
	takes_ms = 3;
	for (int i = 0; i < 50; i++)
		say(dealer, "x", 1);
	usleep(100000); /* all of them are there, or the count below is higher */
	run_counting_turns(50);
	ck_assert_int_ge(
		turns, 50 * 3 / 8); /* a turn reads for 5 ms and the message begun by then */
	zmq_close(dealer);
}
END_TEST

START_TEST(a_message_of_endless_frames_is_dropped_over_several_turns)
{
	enum { FRAMES = 200000 };
	void *dealer = stranger(ZMQ_DEALER);
	for (int i = 0; i < FRAMES; i++)
		ck_assert_int_eq(zmq_send(dealer, "x", 1, i < FRAMES - 1 ? ZMQ_SNDMORE : 0), 1);
	say(dealer, "fine", 4);
	usleep(200000);
	run_counting_turns(1);
	ck_assert_str_eq(last_body, "fine");
	ck_assert_uint_eq(socket_counts(router).malformed, 1);
	ck_assert_int_ge(turns, FRAMES / 4096 - 1);
	zmq_close(dealer);
}
END_TEST

START_TEST(an_endpoint_in_use_is_refused_with_a_reason)
{
	struct socket *second = NULL;
	struct socket_options options = {
		.endpoint = endpoint, .bind = true, .router = true, .on_message = on_message
	};
	struct fail why = { 0 };
	ck_assert(socket_open(hub, &options, &second, &why) == ST_SYSTEM);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(why.text, "another process listens there"));
	void *dealer = stranger(ZMQ_DEALER); /* the first one still has it */
	say(dealer, "x", 1);
	run_until(1);
	zmq_close(dealer);
}
END_TEST

/* The socket for workers of a directory of this mode. */
static enum status open_for_workers(const char *name, mode_t mode, struct fail *why)
{
	char there[80], at[96];
	struct socket *opened = NULL;
	(void)snprintf(there, sizeof there, "%s/%s", dir, name);
	(void)snprintf(at, sizeof at, "ipc://%s/w", there);
	struct socket_options options = { .endpoint = at,
		.bind = true,
		.router = true,
		.role = CURVE_WORKER,
		.on_message = on_message };
	if (mode)
		ck_assert(mkdir(there, 0700) == 0 && chmod(there, mode) == 0);
	enum status st = socket_open(hub, &options, &opened, why);
	struct stat socket_file, directory;
	if (st == ST_OK) {
		ck_assert_int_eq(stat(at + strlen("ipc://"), &socket_file), 0);
		ck_assert_uint_eq(socket_file.st_mode & 0777, 0660);
		ck_assert_int_eq(stat(there, &directory), 0);
		ck_assert_uint_eq(directory.st_mode & 0777, mode ? mode : 0750);
	}
	socket_free(&opened);
	unlink(at + strlen("ipc://"));
	rmdir(there);
	return st;
}

START_TEST(a_socket_for_workers_lies_where_no_other_can_write)
{
	struct fail why = { 0 };
	mode_t mask = umask(0);
	ck_assert(open_for_workers("made", 0, &why) == ST_OK);
	ck_assert(open_for_workers("mine", 0755, &why) == ST_OK);
	static const mode_t open_modes[] = { 0770, 0757, 01777 };
	for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
		ck_assert(open_for_workers("shared", open_modes[i], &why) == ST_BAD_SETTING);
		ck_assert_ptr_nonnull(strstr(why.text, "others can write"));
	}
	ck_assert_uint_eq(umask(mask), 0);
}
END_TEST

START_TEST(a_dead_process_s_socket_file_is_replaced)
{
	char path[96];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%.60s/dead", dir);
	(void)snprintf(path, sizeof path, "ipc://%.80s", at.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	close(fd);
	struct socket *second = NULL;
	struct socket_options options = {
		.endpoint = path, .bind = true, .router = true, .on_message = on_message
	};
	ck_assert(socket_open(hub, &options, &second, NULL) == ST_OK);
	socket_free(&second);
	unlink(at.sun_path);
}
END_TEST

static const char *const broken[] = { "", "ipc", "ipc:///nowhere/at/all/x", "tcp://127.0.0.1",
	"tcp://127.0.0.1:x", "http://x" };

START_TEST(a_broken_endpoint_is_refused_with_a_reason)
{
	struct socket *s = NULL;
	struct socket_options options = {
		.endpoint = broken[_i], .bind = true, .router = true, .on_message = on_message
	};
	struct fail why = { 0 };
	ck_assert(socket_open(hub, &options, &s, &why) == ST_SYSTEM);
	ck_assert_ptr_null(s);
	ck_assert_uint_gt(strlen(why.text), 0);
}
END_TEST

START_TEST(a_free_port_can_be_asked_for)
{
	struct socket *s = NULL;
	struct socket_options options = { .endpoint = "tcp://127.0.0.1:*",
		.bind = true,
		.router = true,
		.on_message = on_message };
	ck_assert(socket_open(hub, &options, &s, NULL) == ST_OK);
	int port = 0;
	ck_assert_int_eq(sscanf(socket_endpoint(s), "tcp://127.0.0.1:%d", &port), 1);
	ck_assert_int_gt(port, 0);
	socket_free(&s);
}
END_TEST

static size_t peers_wanted;

static void on_peers(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (socket_connection_count(arg) == peers_wanted)
		event_base_loopbreak(base);
}

static void run_until_peers(struct socket *s, size_t count)
{
	static const struct timeval often = { 0, 1000 }, deadline = { 20, 0 };
	struct event *look = event_new(base, -1, EV_PERSIST, on_peers, s);
	struct event *late = evtimer_new(base, on_late, NULL);
	peers_wanted = count;
	event_add(look, &often);
	event_add(late, &deadline);
	event_base_dispatch(base);
	event_free(look);
	event_free(late);
}

/* Connections past the bound find no socket, and come when there is room. */
START_TEST(connections_are_counted_and_bounded)
{
	char path[96];
	struct socket *s = NULL;
	(void)snprintf(path, sizeof path, "ipc://%.60s/bounded", dir);
	struct socket_options options = { .endpoint = path,
		.bind = true,
		.router = true,
		.peers_max = 2,
		.on_message = on_message,
		.arg = &got };
	ck_assert(socket_open(hub, &options, &s, NULL) == ST_OK);
	char own[96];
	memcpy(own, endpoint, sizeof own);
	memcpy(endpoint, path, sizeof path);
	void *first = stranger(ZMQ_DEALER);
	run_until_peers(s, 1);
	void *second = stranger(ZMQ_DEALER);
	run_until_peers(s, 2);
	void *third = stranger(ZMQ_DEALER);
	say(first, "1", 1);
	run_until(1);
	say(third, "3", 1);
	say(second, "2", 1);
	run_until(2); /* what has connected stays */
	ck_assert_str_eq(last_body, "2");
	zmq_close(first);
	run_until(3);
	ck_assert_str_eq(last_body, "3");
	ck_assert_uint_eq(socket_connection_count(s), 2);
	zmq_close(second);
	zmq_close(third);
	run_until_peers(s, 0);
	third = stranger(ZMQ_DEALER);
	run_until_peers(s, 1);
	second = stranger(ZMQ_DEALER);
	run_until_peers(s, 2);
	zmq_close(second);
	zmq_close(third);
	socket_free(&s); /* whatever its name is now, the file is removed */
	memcpy(endpoint, own, sizeof own);
}
END_TEST

START_TEST(what_was_sent_before_a_lingering_close_arrives)
{
	struct socket *dealer = NULL;
	struct socket_options options = {
		.endpoint = endpoint, .on_message = on_message, .arg = &got
	};
	void *first = stranger(ZMQ_DEALER);
	say(first, "x", 1);
	run_until(1);
	ck_assert(socket_open(hub, &options, &dealer, NULL) == ST_OK);
	echo = true;
	/* until it is connected there is nothing to send on: the reply tells */
	while (socket_send(dealer, SPAN(""), SPAN("hello")) != ST_OK)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	run_until(2); /* at the router */
	echo = false;
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
	TCase *tests = tcase_create("socket");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, open_router, close_router);
	tcase_add_test(tests, messages_that_share_an_edge_all_arrive);
	tcase_add_test(tests, more_than_one_turn_takes_all_arrive);
	tcase_add_test(tests, a_send_does_not_swallow_what_came_in);
	tcase_add_test(tests, a_dealer_and_a_req_each_get_their_own_framing_back);
	tcase_add_test(tests, a_peer_that_named_itself_is_answered_too);
	tcase_add_test(tests, a_peer_that_is_gone_is_said_to_be);
	tcase_add_test(tests, bytes_are_counted_until_they_have_left);
	tcase_add_test(tests, only_who_delimits_waits_for_one_message);
	tcase_add_test(tests, a_peer_that_never_was_is_no_worker);
	tcase_add_test(tests, a_dealer_without_connection_keeps_nothing_for_later);
	tcase_add_test(
		tests, a_connection_that_has_ended_is_told_from_the_loop_or_when_it_is_looked_at);
	tcase_add_test(tests, an_oversize_body_is_dropped_and_counted_and_the_next_one_taken);
	tcase_add_test(tests, a_far_oversize_body_ends_the_connection_but_not_the_router);
	tcase_add_test(tests, what_is_not_delimiter_and_body_is_dropped_and_counted);
	tcase_add_test(tests, slow_messages_let_other_events_have_their_turn);
	tcase_add_test(tests, a_message_of_endless_frames_is_dropped_over_several_turns);
	tcase_add_test(tests, an_endpoint_in_use_is_refused_with_a_reason);
	tcase_add_test(tests, a_socket_for_workers_lies_where_no_other_can_write);
	tcase_add_test(tests, a_dead_process_s_socket_file_is_replaced);
	tcase_add_loop_test(tests, a_broken_endpoint_is_refused_with_a_reason, 0,
		sizeof broken / sizeof *broken);
	tcase_add_test(tests, a_free_port_can_be_asked_for);
	tcase_add_test(tests, connections_are_counted_and_bounded);
	tcase_add_test(tests, what_was_sent_before_a_lingering_close_arrives);
	return suite_run("socket", tests);
}
