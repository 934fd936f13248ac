/*
 * rpc_peer: RPC clients that wait for something, and the messages that are made for them.
 *
 * A peer is one connection; it is made by its first message and lives while it has calls in
 * flight, answers in the making or answers that have not left the process. The answers of a
 * loop turn go out as one message; a REQ peer takes one message for each that it sends, so its
 * answers wait until it has no call in flight. That a connection is gone shows when something
 * is sent: on_gone is told, and the peer is freed, at the end of the turn.
 *
 * What waits to be read is bounded, for each peer and for all of them together: over the bound
 * rpc_peer_has_room is false, over twice the bound responses are dropped and counted. The bound of all
 * does not hold for a peer that holds less than a share of it: 1 / RPC_UNREAD_SHARE.
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

#include "common/socket.h"
#include "gateway/rpc_introspection.h"

enum {
	RPC_UNREAD_MAX = 32 << 20, /* bytes of responses */
	RPC_UNREAD_ALL_MAX = 128 << 20,
	RPC_UNREAD_SHARE = 128, /* over it, a peer has room for this part of it still */
};

struct event_base;
struct rpc_call;
struct rpc_peers;

LIST_HEAD(rpc_call_list, rpc_call);

struct rpc_peer {
	struct span name; /* first: the key of the tree; its bytes follow the struct */
	struct rpc_peers *peers;
	/* the caller's */
	size_t calls_count, bytes;
	struct rpc_call_list calls;
	/* ours */
	bool is_gone;
	struct buf out; /* the next message */
	size_t mark;    /* where the response that is being written begins */
	struct byte_gauge *unread;
	struct rpc_peer_list *list; /* in which `link` is */
	TAILQ_ENTRY(rpc_peer) link;
};

TAILQ_HEAD(rpc_peer_list, rpc_peer);

struct rpc_peers_options {
	struct rpc_counts *counts;
	size_t unread_all_max;                          /* 0: RPC_UNREAD_ALL_MAX */
	void (*on_gone)(void *arg, struct rpc_peer *p); /* end its calls, without an answer */
	void (*on_flushed)(void *arg);                  /* all that could be sent is */
	void *arg;
};

enum status rpc_peers_open(struct rpc_peers **out, struct event_base *base,
	const struct rpc_peers_options *options, struct fail *why) MUST_CHECK;

/* Before the first message. */
void rpc_peers_set_socket(struct rpc_peers *peers, struct socket *socket);

/* on_gone is told of each. Accepts NULL inside. */
void rpc_peers_free(struct rpc_peers **peers);

struct rpc_peer *rpc_peer_of(struct rpc_peers *peers, struct span name); /* NULL: no memory */

/* Something of it has changed: looked at at the end of this turn. */
void rpc_peer_schedule(struct rpc_peer *p);
void rpc_peers_schedule(struct rpc_peers *peers);

bool rpc_peer_has_room(const struct rpc_peer *p, size_t bytes);

/* One response more for its next message, counted: answered, or dropped where there is no room, no
 * memory or no reader. Result and error are a MessagePack value each; `why` may be NULL. */
void rpc_peer_respond(struct rpc_peer *p, uint32_t msgid, struct span result);
void rpc_peer_respond_error(struct rpc_peer *p, uint32_t msgid, struct span error);
void rpc_peer_refuse(struct rpc_peer *p, uint32_t msgid, enum status st, const struct fail *why);

#endif
