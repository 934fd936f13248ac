/*
 * transport: one connection at a time to one gateway; the client's one room of zmq.h.
 *
 * common/socket.c is the other: it lives on libevent, which a library for any loop must not ask
 * for. A new socket for every connection, so that nothing queued for one gateway is ever sent to
 * the next, and nothing that was sent before a loss is answered after it.
 *
 * All descriptors of ZeroMQ stand behind one epoll descriptor that stays the same. They tell of
 * changes only, and a send may swallow one: after every send look at transport_receive again.
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
	TRANSPORT_CONNECTING, /* ends as one of the others, but for how long is nobody's promise */
	TRANSPORT_UP,         /* the handshake is done */
};

/* Z85 (ZeroMQ RFC 32) of 32 bytes. */
bool transport_is_key(const char *text);

/* Borrows the options' keys for its life. */
enum study_status transport_open(
	struct transport **out, const struct transport_options *options) MUST_CHECK;
void transport_close(struct transport **t);

int transport_fd(const struct transport *t);

/* Begins anew; what the connection before had queued or received is dropped. The state may be
 * TRANSPORT_DOWN at once. INVALID_ARGUMENT: no such kind of endpoint. NO_MEMORY. */
enum study_status transport_connect(struct transport *t, const char *endpoint) MUST_CHECK;
void transport_disconnect(struct transport *t);

/* Looks at what happened since. After TRANSPORT_DOWN what came before the loss is still received. */
enum transport_state transport_state(struct transport *t);

/* The next body, valid until the next call; false where there is none. */
bool transport_receive(struct transport *t, struct span *body);

/* Whether transport_receive would find one. */
bool transport_has_input(struct transport *t);

/* Copies the body and never blocks; false where there is no room now: the descriptor will tell. */
bool transport_send(struct transport *t, struct span body);

#endif
