#include "common/socket_inside.h"

#include <errno.h>
#include <zmq.h>

bool socket_peer_delimits(struct span peer)
{
	return peer.len > 0 && peer.bytes[peer.len - 1] == PEER_DELIMITS;
}

bool socket_peer_is_generated(struct span peer)
{
	enum { GENERATED_LEN = 5 }; /* a zero byte and a counter (ZeroMQ: router.cpp) */
	return peer.len == GENERATED_LEN + 1 && peer.bytes[0] == '\0';
}

static int send_frame(struct socket *s, struct span frame, int flags)
{
	int sent;
	do
		sent = zmq_send(s->zmq, frame.bytes, frame.len, ZMQ_DONTWAIT | flags);
	while (sent < 0 && errno == EINTR);
	return sent;
}

/* Sends the frames before the body. ZeroMQ refuses only the first frame of a message for lack of
 * room or of the peer. */
static int send_head(struct socket *s, struct span peer)
{
	if (!s->options.router)
		return 0;
	if (peer.len == 0) {
		errno = EHOSTUNREACH;
		return -1;
	}
	if (send_frame(s, (struct span){ peer.bytes, peer.len - 1 }, ZMQ_SNDMORE) < 0)
		return -1;
	return socket_peer_delimits(peer) ? send_frame(s, SPAN(""), ZMQ_SNDMORE) : 0;
}

static enum status note_sent(struct socket *s, bool is_sent, int error)
{
	socket_read_again(s); /* a send can consume the edge of a received message */
	if (is_sent) {
		s->counts.sent++;
		return ST_OK;
	}
	switch (error) {
	case EAGAIN:
		s->counts.overloaded++;
		return ST_OVERLOADED;
	case EHOSTUNREACH:
		s->counts.unroutable++;
		return ST_NO_WORKER;
	case ENOMEM:
		return ST_NO_MEMORY;
	default:
		return ST_SYSTEM;
	}
}

enum status socket_send(struct socket *s, struct span peer, struct span body)
{
	bool is_sent = send_head(s, peer) >= 0 && send_frame(s, body, 0) >= 0;
	return note_sent(s, is_sent, errno);
}

static int send_message(struct socket *s, zmq_msg_t *message)
{
	int sent;
	do
		sent = zmq_msg_send(message, s->zmq, ZMQ_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent;
}

enum status socket_send_buf(
	struct socket *s, struct span peer, struct buf *body, struct byte_gauge *gauge)
{
	zmq_msg_t message;
	struct gauged_bytes *gauged = byte_gauge_begin(gauge, body->len);
	if (!gauged
		|| zmq_msg_init_data(&message, body->bytes, body->len, byte_gauge_done, gauged)
			   != 0) {
		byte_gauge_done(NULL, gauged);
		buf_fini(body);
		return ST_NO_MEMORY;
	}
	*body = (struct buf){ .limit = body->limit };
	bool is_sent = send_head(s, peer) >= 0 && send_message(s, &message) >= 0;
	int error = errno;
	zmq_msg_close(&message); /* empty if it was sent */
	return note_sent(s, is_sent, error);
}
