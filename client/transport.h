/*
 * transport: one connection at a time to one gateway. Only this file of the library uses zmq.h.
 *
 * common/socket.c needs libevent, which a library for any event loop must not require. Each
 * connection has a new socket. So messages queued for one gateway are never sent to the next one,
 * and a request that was sent before a loss gets no response after it.
 *
 * One epoll descriptor, which never changes, covers all descriptors of ZeroMQ. These signal changes
 * only, and a send may consume a signal: call transport_receive again after every send.
 */
#ifndef CLIENT_TRANSPORT_H
#define CLIENT_TRANSPORT_H

#include "client/studytracker.h"
#include "common/buf.h"
#include "common/status.h"

struct transport;

struct transport_options {
	size_t max_reply_bytes;
	const char *server_key, *public_key, *secret_key; /* NULL: no CURVE */
};

enum transport_state {
	TRANSPORT_DOWN,       /* lost, refused, or never connected */
	TRANSPORT_CONNECTING, /* may last for any time: the caller must limit it */
	TRANSPORT_UP,         /* the handshake is complete */
};

/* True if the text is Z85 (ZeroMQ RFC 32) of 32 bytes. */
bool transport_is_key(const char *text);

/* Borrows the keys of the options until transport_close. */
enum study_status transport_open(
	struct transport **out, const struct transport_options *options) MUST_CHECK;
void transport_close(struct transport **t);

int transport_fd(const struct transport *t);

/* Starts a new connection; drops what the former one has queued or received. The state may be
 * TRANSPORT_DOWN at once. INVALID_ARGUMENT: not a valid endpoint. NO_MEMORY. */
enum study_status transport_connect(struct transport *t, const char *endpoint) MUST_CHECK;
void transport_disconnect(struct transport *t);

/* Reads the events since the last call. After TRANSPORT_DOWN, transport_receive still returns what
 * came before the loss. */
enum transport_state transport_state(struct transport *t);

/* Gets the next body, valid until the next call; false if there is none. */
bool transport_receive(struct transport *t, struct span *body);

/* True if transport_receive would find a body. */
bool transport_has_input(struct transport *t);

/* Copies the body and never blocks. False if there is no room now; the descriptor signals when
 * there is. */
bool transport_send(struct transport *t, struct span body);

#endif
