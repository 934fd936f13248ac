/*
 * socket: ZeroMQ ROUTER and DEALER sockets inside a libevent loop; the one room of zmq.h.
 *
 * A message is one body frame (schema/rpc.md); a peer that puts an empty delimiter frame
 * before it (REQ) is accepted and gets one back. Everything else is dropped and counted.
 * on_message runs from the loop, never inside socket_send; its spans live for the call only;
 * it may send on any socket but must not free the one it was called for.
 * A turn of the loop reads a bounded number of messages and bytes and ends after a few ms.
 * `peer` is opaque: at most SOCKET_PEER_MAX bytes, the same for every message of one connection and
 * never used again for another; a DEALER's is empty. Connecting sockets reconnect by themselves.
 *
 *	struct socket_hub *hub = NULL;
 *	enum status st = socket_hub_open(&hub, service_base(service), &why);
 *	struct socket_options options = { .endpoint = "ipc:///run/studytracker/workers/workers-1.sock",
 *		.bind = true, .router = true, .on_message = on_message, .arg = workers };
 *	st = socket_open(hub, &options, &workers->socket, &why);
 *	...
 *	socket_free(&workers->socket);
 *	socket_hub_free(&hub);
 */
#ifndef COMMON_SOCKET_H
#define COMMON_SOCKET_H

#include "common/buf.h"
#include "common/curve.h"
#include "common/status.h"
#include "common/byte_gauge.h"

struct event_base;
struct socket_hub;
struct socket;

enum {
	SOCKET_PEER_MAX = 256,
	SOCKET_HIGH_WATER = 8192,            /* messages a peer and direction, where 0 is given */
	SOCKET_BODY_MAX = 1 << 20,           /* what untrusted peers may send, where 0 is given */
	SOCKET_RESPONSE_BODY_MAX = 32 << 20, /* what a worker may */
};

struct socket_options {
	const char *endpoint; /* ipc://, tcp:// (with a numeric address or `*`) or inproc:// */
	bool bind;            /* else connect */
	bool router;          /* else DEALER */
	int high_water;
	/* Where peers may reach it: how many messages ZeroMQ reads ahead for a peer. Heartbeats are
	 * off then and TCP keepalive takes their place: ZeroMQ 4.3 sends a heartbeat also on a
	 * connection that has ended while it waited at this mark, and then aborts the process. */
	int receive_high_water;
	size_t max_body;
	size_t peers_max;     /* bind: connections; past it others are refused; 0: no bound */
	enum curve_role role; /* bind: of who connects */
	void (*on_message)(struct socket *s, struct span peer, struct span body, void *arg);
	/* connect: a connection has ended, the next may be there; may be NULL. What it brought may
	 * still be read after this. */
	void (*on_lost)(struct socket *s, void *arg);
	void *arg;
};

/* Since socket_open. */
struct socket_counts {
	uint64_t received, sent;
	uint64_t oversize;   /* dropped: a body a little over max_body (more ends the connection) */
	uint64_t revoked;    /* dropped: its key was taken out of the clients file */
	uint64_t malformed;  /* dropped: not [delimiter] body */
	uint64_t overloaded; /* refused sends: the high-water mark */
	uint64_t unroutable; /* refused sends: the peer is gone */
};

enum status socket_hub_open(
	struct socket_hub **out, struct event_base *base, struct fail *why) MUST_CHECK;

struct socket_security {
	const struct curve *curve; /* as long as the hub; curve_reload counts at once */
	/* A connection's key isn't allowed; Z85 text and an address. May be NULL. */
	void (*on_refused)(void *arg, const char *key, const char *address);
	void *arg;
};

/* Before its sockets: tcp:// endpoints use the keys, where there are any, from now on. */
enum status socket_hub_secure(struct socket_hub *hub, const struct socket_security *security,
	struct fail *why) MUST_CHECK;

/* After its sockets; waits for what socket_free_lingering left. */
void socket_hub_free(struct socket_hub **hub);

/* ST_SYSTEM with the reason: the endpoint is malformed, in use, not permitted. An ipc path is
 * "in use" while a live process listens there; a dead one's file is replaced. ST_BAD_SETTING:
 * the endpoint reaches other machines and there are no keys (common/curve.h). */
enum status socket_open(struct socket_hub *hub, const struct socket_options *options,
	struct socket **out, struct fail *why) MUST_CHECK;

/* Copies the body and never blocks. ST_OVERLOADED: over the high-water mark, or a DEALER that
 * has no connection now. ST_NO_WORKER: a ROUTER's peer is gone. ST_NO_MEMORY, ST_SYSTEM. */
enum status socket_send(struct socket *s, struct span peer, struct span body) MUST_CHECK;

/* The same without a copy: takes the body's memory, whatever the outcome, and counts its bytes
 * until they have left the process or are given up. */
enum status socket_send_buf(
	struct socket *s, struct span peer, struct buf *body, struct byte_gauge *gauge) MUST_CHECK;

/* Calls on_lost now where it is due, instead of later in the loop's turn. */
void socket_check_lost(struct socket *s);

/* Does the peer wait for one message for each that it sends, as REQ sockets do? */
bool socket_peer_delimits(struct span peer);

struct socket_counts socket_counts(const struct socket *s);

/* How many connections it has, where it is bound. */
size_t socket_connection_count(const struct socket *s);

/* The endpoint it is bound to, with the port that `tcp://127.0.0.1:*` was given. */
const char *socket_endpoint(const struct socket *s);

void socket_free(struct socket **s);                          /* drops what is not sent yet */
void socket_free_lingering(struct socket **s, int linger_ms); /* after a drain */

#endif
