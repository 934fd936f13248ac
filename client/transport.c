#include "client/transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

enum {
	HEARTBEAT_MS = 500,
	HEARTBEAT_TIMEOUT_MS = 2000,
	HANDSHAKE_MS = 3000,
	CONNECT_MS = 3000,
	KEY_BYTES = 32,
	KEY_LENGTH = 40,
	HIGH_WATER = 1024,                  /* bodies; each holds many requests */
	NO_RECONNECT = 24 * 60 * 60 * 1000, /* failover.c reconnects */
};

struct transport {
	struct transport_options options;
	void *context;
	void *dealer, *monitor; /* NULL while there is no connection */
	int poll;
	enum transport_state state;
	unsigned connections; /* made so far */
	zmq_msg_t body;
};

enum study_status transport_open(struct transport **out, const struct transport_options *options)
{
	struct transport *t = calloc(1, sizeof *t);
	if (!t)
		return STUDY_NO_MEMORY;
	t->options = *options;
	zmq_msg_init(&t->body);
	t->poll = epoll_create1(EPOLL_CLOEXEC);
	t->context = zmq_ctx_new();
	if (t->poll < 0 || !t->context) {
		transport_close(&t);
		return STUDY_NO_MEMORY;
	}
	*out = t;
	return STUDY_OK;
}

void transport_close(struct transport **transport)
{
	struct transport *t = *transport;
	*transport = NULL;
	if (!t)
		return;
	transport_disconnect(t);
	zmq_msg_close(&t->body);
	while (t->context && zmq_ctx_term(t->context) != 0 && errno == EINTR)
		;
	if (t->poll >= 0)
		close(t->poll);
	free(t);
}

bool transport_is_key(const char *text)
{
	uint8_t bytes[KEY_BYTES];
	return strlen(text) == KEY_LENGTH && zmq_z85_decode(bytes, text);
}

int transport_fd(const struct transport *t)
{
	return t->poll;
}

static bool get_int(void *socket, int option, int *out)
{
	size_t size = sizeof *out;
	while (zmq_getsockopt(socket, option, out, &size) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* -1 on failure, which epoll_ctl refuses. */
static int fd_of(void *socket)
{
	int fd = -1;
	return get_int(socket, ZMQ_FD, &fd) ? fd : -1;
}

static bool watch(struct transport *t, void *socket)
{
	struct epoll_event readable = { .events = EPOLLIN };
	return epoll_ctl(t->poll, EPOLL_CTL_ADD, fd_of(socket), &readable) == 0;
}

/* Removes the descriptor before the close: its number may be reused afterwards. */
static void drop(struct transport *t, void **socket)
{
	if (!*socket)
		return;
	epoll_ctl(t->poll, EPOLL_CTL_DEL, fd_of(*socket), NULL);
	zmq_close(*socket);
	*socket = NULL;
}

void transport_disconnect(struct transport *t)
{
	if (t->dealer)
		zmq_socket_monitor(t->dealer, NULL, 0);
	drop(t, &t->dealer);
	drop(t, &t->monitor);
	t->state = TRANSPORT_DOWN;
}

static bool set_ints(struct transport *t, const char *endpoint)
{
	const struct {
		int option, value;
	} ints[] = {
		{ ZMQ_LINGER, 0 },
		{ ZMQ_SNDHWM, HIGH_WATER },
		{ ZMQ_RCVHWM, HIGH_WATER },
		{ ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS },
		{ ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS },
		{ ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
		{ ZMQ_CONNECT_TIMEOUT, CONNECT_MS },
		/* with RECONNECT_IVL -1 or IMMEDIATE 1, a loss would drop what came before it */
		{ ZMQ_RECONNECT_IVL, NO_RECONNECT },
		{ ZMQ_IMMEDIATE, 0 },
		{ ZMQ_IPV6, strchr(endpoint, '[') != NULL },
	};
	for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
		if (zmq_setsockopt(t->dealer, ints[i].option, &ints[i].value, sizeof ints[i].value)
			!= 0)
			return false;
	return true;
}

static bool set_options(struct transport *t, const char *endpoint)
{
	int64_t frame_max = (int64_t)t->options.max_reply_bytes;
	if (!set_ints(t, endpoint)
		|| zmq_setsockopt(t->dealer, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max) != 0)
		return false;
	if (!t->options.server_key)
		return true;
	const struct {
		int option;
		const char *key;
	} keys[] = {
		{ ZMQ_CURVE_SERVERKEY, t->options.server_key },
		{ ZMQ_CURVE_PUBLICKEY, t->options.public_key },
		{ ZMQ_CURVE_SECRETKEY, t->options.secret_key },
	};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (zmq_setsockopt(t->dealer, keys[i].option, keys[i].key, strlen(keys[i].key) + 1)
			!= 0)
			return false;
	return true;
}

static bool make_sockets(struct transport *t, const char *endpoint)
{
	static const int event_mask =
		ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED
		| ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
		| ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
	/* a new name each time: the I/O thread frees the former name later */
	char events_endpoint[40];
	(void)snprintf(
		events_endpoint, sizeof events_endpoint, "inproc://monitor-%u", t->connections++);
	t->dealer = zmq_socket(t->context, ZMQ_DEALER);
	t->monitor = zmq_socket(t->context, ZMQ_PAIR);
	return t->dealer && t->monitor && set_options(t, endpoint)
	       && zmq_socket_monitor(t->dealer, events_endpoint, event_mask) == 0
	       && zmq_connect(t->monitor, events_endpoint) == 0 && watch(t, t->dealer)
	       && watch(t, t->monitor);
}

enum study_status transport_connect(struct transport *t, const char *endpoint)
{
	transport_disconnect(t);
	if (!make_sockets(t, endpoint)) {
		transport_disconnect(t);
		return STUDY_NO_MEMORY;
	}
	if (zmq_connect(t->dealer, endpoint) != 0) {
		transport_disconnect(t);
		return STUDY_INVALID_ARGUMENT;
	}
	t->state = TRANSPORT_CONNECTING;
	return STUDY_OK;
}

static int receive_frame(void *socket, zmq_msg_t *frame)
{
	int got;
	do
		got = zmq_msg_recv(frame, socket, ZMQ_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got;
}

/* The event of the first of its two frames, which holds 16 bits of event and a value. 0: there is
 * no event. */
static unsigned next_event(struct transport *t)
{
	uint16_t event = 0;
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	if (receive_frame(t->monitor, &frame) >= (int)sizeof event)
		memcpy(&event, zmq_msg_data(&frame), sizeof event);
	while (event && zmq_msg_more(&frame) && receive_frame(t->monitor, &frame) >= 0)
		;
	zmq_msg_close(&frame);
	return event;
}

enum transport_state transport_state(struct transport *t)
{
	unsigned event;
	while (t->state != TRANSPORT_DOWN && (event = next_event(t)) != 0)
		t->state = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? TRANSPORT_UP : TRANSPORT_DOWN;
	return t->state;
}

bool transport_has_input(struct transport *t)
{
	int events;
	return t->dealer && get_int(t->dealer, ZMQ_EVENTS, &events) && events & ZMQ_POLLIN;
}

/* The body is the last frame. A gateway sends at most a delimiter before it; other frames are
 * ignored. */
bool transport_receive(struct transport *t, struct span *body)
{
	if (!transport_has_input(t) || receive_frame(t->dealer, &t->body) < 0)
		return false;
	while (zmq_msg_more(&t->body) && receive_frame(t->dealer, &t->body) >= 0)
		;
	*body = (struct span){ zmq_msg_data(&t->body), zmq_msg_size(&t->body) };
	return true;
}

bool transport_send(struct transport *t, struct span body)
{
	int sent;
	do
		sent = zmq_send(t->dealer, body.bytes, body.len, ZMQ_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}
