/*
 * socket_inside: a socket's struct, shared by socket.c (open and close), socket_receive.c and
 * socket_send.c.
 */
#ifndef COMMON_SOCKET_INSIDE_H
#define COMMON_SOCKET_INSIDE_H

#include "common/socket.h"

struct event;

/* The last byte of a ROUTER's `peer`: whether the peer puts a delimiter before its body. */
enum { PEER_PLAIN, PEER_DELIMITS };

struct socket {
	struct socket_options options;
	const struct curve *guard; /* checks the sender of each message; NULL: no check */
	int64_t sender_account;    /* of the message that is passed on */
	size_t max_body;
	void *zmq;
	struct monitor *monitor;    /* NULL: there is no on_lost */
	struct socket_peers *peers; /* NULL: not bound */
	struct event *readable;     /* ZMQ_FD, which is edge-triggered even without EV_ET */
	struct event *again;        /* a zero timer: reads ZMQ_EVENTS in the next turn */
	void *delivered;            /* within on_message: the zmq_msg_t of the body */
	bool is_skipping;           /* inside a message of too many frames */
	char endpoint[256];
	struct socket_counts counts;
};

/* The event callback of `readable` and `again`: delivers messages until the turn's budget ends. */
void socket_on_readable(int fd, short what, void *socket);

/* Reads again in the next turn. */
void socket_read_again(struct socket *s);

#endif
