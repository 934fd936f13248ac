#include "socket_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

struct event_base *base;
struct socket_hub *hub;
struct socket *router;
void *peers;
char dir[64], endpoint[96];

int received;
static int wanted;
char last_peer[SOCKET_PEER_MAX], last_body[64];
size_t last_peer_len;
char last_address[SOCKET_ADDRESS_SIZE];
bool should_echo;
int processing_ms;

void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	ck_assert_ptr_eq(arg, &received);
	received++;
	memcpy(last_peer, peer.bytes, peer.len);
	last_peer_len = peer.len;
	(void)snprintf(last_body, sizeof last_body, "%.*s", (int)body.len, body.bytes);
	struct span address = socket_sender_address(s, last_address);
	last_address[address.len] = '\0';
	usleep((useconds_t)processing_ms * 1000);
	if (should_echo)
		ck_assert(socket_send(s, peer, body) == ST_OK);
	if (received == wanted)
		event_base_loopbreak(base);
}

struct span sender(void)
{
	return (struct span){ last_peer, last_peer_len };
}

void on_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	ck_abort_msg("timeout after %d of %d messages", received, wanted);
}

void run_until(int count)
{
	const struct timeval deadline = { 20, 0 };
	struct event *late = evtimer_new(base, on_timeout, NULL);
	evtimer_add(late, &deadline);
	wanted = count;
	if (received < wanted)
		event_base_dispatch(base);
	event_free(late);
	ck_assert_int_eq(received, count);
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
		.arg = &received };
	struct fail why = { 0 };
	ck_assert_msg(socket_open(hub, &options, &router, &why) == ST_OK, "%s", why.text);
	peers = zmq_ctx_new();
}

static void close_router(void)
{
	zmq_ctx_term(peers);
	socket_free(&router);
	socket_free(&router);
	socket_hub_free(&hub);
	socket_hub_free(&hub);
	event_base_free(base);
	unlink(endpoint + strlen("ipc://"));
	rmdir(dir);
}

void *open_peer(int type)
{
	void *s = zmq_socket(peers, type);
	static const int linger = 0, timeout = 20000;
	zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(s, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
	zmq_setsockopt(s, ZMQ_SNDTIMEO, &timeout, sizeof timeout);
	ck_assert_int_eq(zmq_connect(s, endpoint), 0);
	return s;
}

void peer_send(void *peer, const void *bytes, size_t len)
{
	ck_assert_int_eq(zmq_send(peer, bytes, len, 0), (int)len);
}

void peer_expect(void *peer, const char *text)
{
	char bytes[64];
	int len = zmq_recv(peer, bytes, sizeof bytes, 0);
	ck_assert_int_eq(len, (int)strlen(text));
	ck_assert_mem_eq(bytes, text, strlen(text));
}

TCase *socket_tests_new(const char *name)
{
	TCase *tests = tcase_create(name);
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, open_router, close_router);
	return tests;
}
