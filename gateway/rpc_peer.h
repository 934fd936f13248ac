/*
 * rpc_peer: RPC clients that wait for responses, and the messages to them.
 *
 * A peer is one connection. Its first message creates it; it lives as long as it has calls in
 * flight or responses that have not left the process. The responses of a loop turn leave as one
 * message. A REQ peer takes one message for each that it sends, so its responses wait until it has
 * no call in flight. A send shows that a connection is gone; then, at the end of the turn, on_gone
 * is called and the peer is freed.
 *
 * Unread responses are bounded, for each peer and for all peers together. Over the bound
 * rpc_peer_has_room is false. Over twice the bound responses are dropped and counted. The bound for
 * all does not apply to a peer that holds less than its share of it: 1 / RPC_UNREAD_SHARE.
 *
 *	struct rpc_peer *p = rpc_peer_of(peers, name);
 *	if (rpc_peer_has_room(p, result.len))
 *		rpc_peer_respond(p, msgid, result);
 *	else
 *		rpc_peer_refuse(p, msgid, ST_OVERLOADED, NULL);
 */
#ifndef GATEWAY_RPC_PEER_H
#define GATEWAY_RPC_PEER_H

#include <sys/queue.h>

#include "common/position.h"
#include "common/socket.h"
#include "gateway/rpc_introspection.h"

enum {
	RPC_UNREAD_MAX = 32 << 20, /* bytes of responses */
	RPC_UNREAD_ALL_MAX = 128 << 20,
	RPC_UNREAD_SHARE = 128, /* the part of the bound for all that each peer may always use */
};

struct event_base;
struct rpc_call;
struct rpc_peers;

LIST_HEAD(rpc_call_list, rpc_call);

struct rpc_peer {
	struct span name; /* must be first: the key of the tree; its bytes follow the struct */
	struct rpc_peers *peers;
	struct span address; /* see rpc_peer_address; empty: not read yet, or not known */
	/* the caller sets these */
	int64_t key_account; /* of the CURVE key of its last message; 0: none */
	size_t calls_count, bytes;
	struct rpc_call_list calls;
	/* only gateway/rpc_peer.c uses these */
	bool is_gone;
	char address_room[SOCKET_ADDRESS_SIZE];
	struct buf out;       /* the next message */
	size_t mark;          /* of the response or notification in it that is being written */
	struct position told; /* by gateway.position */
	struct byte_gauge *unread;
	struct rpc_peer_list *list; /* the list that `link` is in */
	TAILQ_ENTRY(rpc_peer) link;
};

TAILQ_HEAD(rpc_peer_list, rpc_peer);

struct rpc_peers_options {
	struct rpc_counts *counts;
	size_t unread_all_max;                          /* 0: RPC_UNREAD_ALL_MAX */
	void (*on_gone)(void *arg, struct rpc_peer *p); /* must end its calls, without responses */
	void (*on_flushed)(void *arg);                  /* the messages of a turn were sent */
	void *arg;
};

enum status rpc_peers_open(struct rpc_peers **out, struct event_base *base,
	const struct rpc_peers_options *options, struct fail *why) MUST_CHECK;

/* Before the first message. */
void rpc_peers_set_socket(struct rpc_peers *peers, struct socket *socket);

/* Calls on_gone for each peer. Accepts NULL inside. */
void rpc_peers_free(struct rpc_peers **peers);

struct rpc_peer *rpc_peer_of(struct rpc_peers *peers, struct span name); /* NULL: no memory */

/* While a message of the peer is read: the address of its sender (common/socket.h), which stays in
 * p->address. */
struct span rpc_peer_address(struct rpc_peer *p);

/* Sends, idles or frees the peer at the end of this turn. Needed after each change of the peer. */
void rpc_peer_schedule(struct rpc_peer *p);
void rpc_peers_schedule(struct rpc_peers *peers); /* on_flushed, even if no peer changed */

bool rpc_peer_has_room(const struct rpc_peer *p, size_t bytes);

/* Adds gateway.position to the next message, unless the peer knows this position. Call it before
 * the response to a write. */
void rpc_peer_tell_position(struct rpc_peer *p, struct position position);

/* Adds a response to the next message of the peer and counts it: as answered, or as dropped if
 * there is no room, no memory or no reader. Result and error are one MessagePack value; `why`
 * may be NULL. */
void rpc_peer_respond(struct rpc_peer *p, uint32_t msgid, struct span result);
void rpc_peer_respond_error(struct rpc_peer *p, uint32_t msgid, struct span error);
void rpc_peer_refuse(struct rpc_peer *p, uint32_t msgid, enum status st, const struct fail *why);

#endif
