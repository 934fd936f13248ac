/*
 * socket: ZeroMQ ROUTER and DEALER sockets in a libevent loop. Only the socket files use zmq.h.
 *
 * A message is one body frame (schema/rpc.md). A peer may put an empty delimiter frame before it,
 * as REQ does, and gets one back. All other messages are dropped and counted.
 *
 * Rules:
 *   - on_message runs from the loop, never inside socket_send. Its spans are valid during the call.
 *   - on_message may send on any socket. It must not free its own socket.
 *   - A turn of the loop reads a bounded number of messages and bytes, for a few milliseconds.
 *   - `peer` is opaque, at most SOCKET_PEER_MAX bytes. It is the same for all messages of a
 *     connection. The peer of a DEALER is empty.
 *   - ZeroMQ never reuses a `peer` that it generated. A remote socket can set its routing id
 *     instead; after its connection has ended, the next one with that id is the same `peer`. See
 *     socket_peer_is_generated.
 *   - Connecting sockets reconnect by themselves.
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
#include "common/socket_counts.h"
#include "common/status.h"
#include "common/byte_gauge.h"

struct event_base;
struct socket_hub;
struct socket;

enum {
	SOCKET_PEER_MAX = 256,
	SOCKET_HIGH_WATER = 8192,            /* default: messages per peer and direction */
	SOCKET_BODY_MAX = 1 << 20,           /* default, for untrusted peers */
	SOCKET_RESPONSE_BODY_MAX = 32 << 20, /* for workers */
};

struct socket_options {
	const char *endpoint; /* ipc://, tcp:// (with a numeric address or `*`) or inproc:// */
	bool bind;            /* else it connects */
	bool router;          /* else it is a DEALER */
	int high_water;       /* 0: SOCKET_HIGH_WATER */
	/* If not 0: how many messages ZeroMQ reads ahead per peer. Set it if peers may reach this
	 * limit. Heartbeats are off then and TCP keepalive replaces them: ZeroMQ 4.3 aborts the
	 * process when it sends a heartbeat on a connection that ended while it waited at the
	 * limit. */
	int receive_high_water;
	size_t max_body;      /* 0: SOCKET_BODY_MAX */
	size_t peers_max;     /* bind: the most connections; 0: no limit */
	enum curve_role role; /* bind: the role of the peers */
	void (*on_message)(struct socket *s, struct span peer, struct span body, void *arg);
	/* connect: a connection has ended, and the next one may exist already; may be NULL.
	 * Messages of the old connection may still arrive after this. */
	void (*on_lost)(struct socket *s, void *arg);
	void *arg;
};

enum status socket_hub_open(
	struct socket_hub **out, struct event_base *base, struct fail *why) MUST_CHECK;

struct socket_security {
	const struct curve *curve; /* must outlive the hub; curve_reload takes effect at once */
	/* The key of a connection is not allowed; the key is Z85 text. May be NULL. */
	void (*on_refused)(void *arg, const char *key, const char *address);
	void *arg;
};

/* Makes tcp:// endpoints use the keys, if there are any. Call it before the sockets are opened. */
enum status socket_hub_secure(struct socket_hub *hub, const struct socket_security *security,
	struct fail *why) MUST_CHECK;

/* Free the sockets before. Waits until the messages of socket_free_lingering are sent. */
void socket_hub_free(struct socket_hub **hub);

/* ST_SYSTEM with the reason: the endpoint is malformed, in use or not permitted. An ipc path is in
 * use while a process listens there; the file of a dead process is replaced. ST_BAD_SETTING: the
 * endpoint connects machines and there are no keys (common/curve.h). */
enum status socket_open(struct socket_hub *hub, const struct socket_options *options,
	struct socket **out, struct fail *why) MUST_CHECK;

/* Copies the body and never blocks. ST_OVERLOADED: over the high-water mark, or a DEALER without a
 * connection. ST_NO_WORKER: the peer of a ROUTER is gone. ST_NO_MEMORY, ST_SYSTEM. */
enum status socket_send(struct socket *s, struct span peer, struct span body) MUST_CHECK;

/* The same without a copy: always takes the memory of the body. The gauge counts its bytes until
 * they are sent or dropped. */
enum status socket_send_buf(
	struct socket *s, struct span peer, struct buf *body, struct byte_gauge *gauge) MUST_CHECK;

enum { SOCKET_ADDRESS_SIZE = 64 };

/* Within on_message: the address of the sender, in `out`: over tcp, of the machine ("192.0.2.1");
 * over ipc, of the user ("uid 1000"). Empty if it is not known. */
struct span socket_sender_address(const struct socket *s, char out[SOCKET_ADDRESS_SIZE]);

/* Calls on_lost now if it is due, instead of later in the turn. */
void socket_check_lost(struct socket *s);

/* True if the peer sends delimiters. Such a peer, a REQ socket, expects one message for each of its
 * own. */
bool socket_peer_delimits(struct span peer);

/* False if the peer has set its routing id. True does not prove the opposite: ZeroMQ also takes an
 * id of the form that it generates (schema/rpc.md, "Who is trusted"). */
bool socket_peer_is_generated(struct span peer);

/* Within on_message: the account that the clients file gives to the key of the sender; 0: none. */
int64_t socket_sender_account(const struct socket *s);

/* Counted since socket_open; valid until socket_free. */
const struct socket_counts *socket_counts(const struct socket *s);

/* The number of connections of a bound socket; 0 for a connecting one. */
size_t socket_connection_count(const struct socket *s);

/* The endpoint. If the socket is bound to `tcp://127.0.0.1:*`, it contains the real port. */
const char *socket_endpoint(const struct socket *s);

void socket_free(struct socket **s);                          /* drops unsent messages */
void socket_free_lingering(struct socket **s, int linger_ms); /* sends for at most linger_ms */

#endif
