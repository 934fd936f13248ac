#include "common/service.h"
#include "common/socket_inside.h"
#include "common/socket_zap.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES_MAX = 3 /* identity, delimiter, body */ };

/* One turn of the loop reads at most this; then other events run. */
enum { MESSAGES_PER_TURN = 256, FRAMES_PER_TURN = 4096, BYTES_PER_TURN = 4 << 20, TURN_MS = 5 };

struct budget {
	int messages, frames;
	int64_t bytes;
	uint64_t end_ms;
};

/* ZMQ_EVENTS, retried after interrupts; 0 on failure. */
static int events_of(struct socket *s)
{
	int events = 0;
	size_t size = sizeof events;
	while (zmq_getsockopt(s->zmq, ZMQ_EVENTS, &events, &size) != 0)
		if (errno != EINTR)
			return 0;
	return events;
}

/* Not event_active: it would run in the same turn, before the events of others. */
void socket_read_again(struct socket *s)
{
	static const struct timeval now = { 0, 0 };
	if (!evtimer_pending(s->again, NULL))
		evtimer_add(s->again, &now);
}

static bool receive_frame(struct socket *s, zmq_msg_t *frame, struct budget *left)
{
	int got;
	do
		got = zmq_msg_recv(frame, s->zmq, ZMQ_DONTWAIT);
	while (got < 0 && errno == EINTR);
	left->frames--;
	left->bytes -= got > 0 ? got : 0;
	return got >= 0;
}

/* Drops the rest of a message within the budget; a later turn continues. Returns false if ZeroMQ
 * has nothing more to read. */
static bool skip_rest(struct socket *s, struct budget *left)
{
	zmq_msg_t frame;
	bool has_read = true;
	zmq_msg_init(&frame);
	s->is_skipping = true;
	while (s->is_skipping && left->frames > 0 && has_read) {
		has_read = receive_frame(s, &frame, left);
		s->is_skipping = !has_read || zmq_msg_more(&frame);
	}
	zmq_msg_close(&frame);
	return has_read;
}

/* Receives one message and returns its number of frames: 0 if there is none, more than FRAMES_MAX
 * if it has too many. */
static int receive(struct socket *s, zmq_msg_t *frames, struct budget *left)
{
	for (int count = 0; count < FRAMES_MAX;) {
		if (!receive_frame(s, &frames[count], left))
			return count;
		if (!zmq_msg_more(&frames[count++]))
			return count;
	}
	(void)skip_rest(s, left);
	return FRAMES_MAX + 1;
}

static struct span frame_span(zmq_msg_t *frame)
{
	return (struct span){ zmq_msg_data(frame), zmq_msg_size(frame) };
}

/* False if the sender may not connect any more. */
static bool identify_sender(struct socket *s, zmq_msg_t *body)
{
	const struct curve_client *sender =
		s->guard ? zap_find(s->guard, body, s->options.role) : NULL;
	s->sender_account = sender ? sender->account : 0;
	return sender || !s->guard;
}

/* Passes on a message [identity] [delimiter] body. Only a ROUTER has the identity frame. */
static void deliver(struct socket *s, zmq_msg_t *frames, int count)
{
	int body = s->options.router ? 1 : 0;
	bool delimited = count == body + 2 && zmq_msg_size(&frames[body]) == 0;
	if (delimited)
		body++;
	if (count != body + 1) {
		s->counts.malformed++;
		return;
	}
	if (zmq_msg_size(&frames[body]) > s->max_body) {
		s->counts.oversize++;
		return;
	}
	if (!identify_sender(s, &frames[body])) {
		s->counts.revoked++;
		return;
	}
	char peer[SOCKET_PEER_MAX];
	size_t len = 0;
	if (s->options.router) {
		len = zmq_msg_size(&frames[0]); /* at most 255 bytes (RFC 23/ZMTP) */
		if (len >= sizeof peer) {
			s->counts.malformed++;
			return;
		}
		memcpy(peer, zmq_msg_data(&frames[0]), len);
		peer[len++] = delimited ? PEER_DELIMITS : PEER_PLAIN;
	}
	s->counts.received++;
	s->delivered = &frames[body];
	s->options.on_message(
		s, (struct span){ peer, len }, frame_span(&frames[body]), s->options.arg);
	s->delivered = NULL;
}

/* ZeroMQ gives "192.0.2.1" over tcp, and "HOST:UID:GID:PID" over ipc. */
struct span socket_sender_address(const struct socket *s, char out[SOCKET_ADDRESS_SIZE])
{
	const char *text = s->delivered ? zmq_msg_gets(s->delivered, "Peer-Address") : NULL;
	struct span rest = span_of(text);
	if (!text)
		return (struct span){ 0 };
	if (strncmp(s->endpoint, "ipc://", 6) == 0) {
		(void)span_cut(&rest, ':');
		struct span uid = span_cut(&rest, ':');
		(void)snprintf(out, SOCKET_ADDRESS_SIZE, "uid %.*s", (int)uid.len, uid.bytes);
	} else {
		(void)snprintf(out, SOCKET_ADDRESS_SIZE, "%s", text);
	}
	return span_of(out);
}

/* False if there was no message. */
static bool receive_and_deliver(struct socket *s, struct budget *left)
{
	zmq_msg_t frames[FRAMES_MAX];
	for (int f = 0; f < FRAMES_MAX; f++)
		zmq_msg_init(&frames[f]);
	int count = receive(s, frames, left);
	if (count)
		deliver(s, frames, count);
	for (int f = 0; f < FRAMES_MAX; f++)
		zmq_msg_close(&frames[f]);
	left->messages--;
	return count > 0;
}

static bool is_spent(const struct budget *left)
{
	return left->messages <= 0 || left->frames <= 0 || left->bytes <= 0
	       || service_now_ms() >= left->end_ms;
}

/* ZMQ_FD is edge-triggered: it does not signal a message that arrived before ZeroMQ handled its
 * last signals. A read of ZMQ_EVENTS handles them, and so does a receive that finds nothing. So
 * this reads until there is nothing, or again in the next turn. ZeroMQ takes messages from its
 * peers in turn, but a receive that finds one looks for new peers only every 100 messages: hence
 * ZMQ_EVENTS in each turn. */
static void pump(struct socket *s)
{
	struct budget left = { MESSAGES_PER_TURN, FRAMES_PER_TURN, BYTES_PER_TURN,
		service_now_ms() + TURN_MS };
	bool has_read = events_of(s) & ZMQ_POLLIN;
	while (has_read && !is_spent(&left))
		has_read = s->is_skipping ? skip_rest(s, &left) : receive_and_deliver(s, &left);
	if (has_read)
		socket_read_again(s);
}

void socket_on_readable(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	pump(arg);
}
