/*
 * rpc: the gateway's front for internal clients: MessagePack-RPC over ZeroMQ (schema/rpc.md).
 *
 * One ROUTER that DEALER and REQ sockets connect to. Every request that can be told apart gets
 * exactly one answer: the worker's, the pool's outcome, or a refusal with the same codes and
 * fields as over HTTP. Invariants:
 *
 * - Bytes that are no message are dropped, with what follows them in their body, and counted;
 *   no other client sees anything of it.
 * - The calls of a client that is gone are cancelled; that it is shows when it is sent something.
 * - A body has at most ENVELOPE_COUNT_MAX messages: a request past them is refused with
 *   INVALID_INPUT, and what follows it is dropped and counted. So one body takes a few ms at most,
 *   and the socket reads a body of each client in turn.
 * - What a client may have in flight is bounded by number and bytes, so is what waits for it to
 *   read (gateway/rpc_peer.h): requests past it are refused with OVERLOADED, the result of one
 *   that was sent becomes OVERLOADED or, where it is a write, OUTCOME_UNKNOWN.
 *
 *	struct rpc_options options = { .endpoint = "ipc:///run/studytracker/rpc/rpc-1.sock",
 *		.workers = g->workers, .deadline_ms = 5000 };
 *	if (rpc_open(&rpc, hub, base, &options, &why) != ST_OK) ...
 *	rpc_drain(rpc, on_drained, g);
 *	...
 *	rpc_free(&rpc);
 */
#ifndef GATEWAY_RPC_H
#define GATEWAY_RPC_H

#include "gateway/rpc_introspection.h"

struct event_base;
struct socket_hub;
struct rpc;

enum {
	RPC_PEER_CALLS_MAX = 1024,
	RPC_CALLS_MAX = 65536,
	RPC_PEER_BYTES_MAX = 32 << 20, /* of params in flight */
	RPC_BYTES_MAX = 256 << 20,
	RPC_DRAIN_MS = 10000,
	RPC_RECEIVE_MAX = 32, /* bodies that ZeroMQ reads ahead for a client */
	RPC_GRACE_MS = 300,   /* of a drain: who asks in it is told to ask another gateway */
	RPC_LINGER_MS = 1000, /* for the last answers to leave the machine */
};

struct rpc_options {
	const char *endpoint;                      /* bound */
	struct workers *workers;                   /* outlives it */
	const struct authenticator *authenticator; /* NULL: authenticator_open */
	const struct counter_sources *counters; /* rpc.status shows them; outlive it; may be NULL */
	int64_t deadline_ms;                    /* of requests that say none */
	size_t peers_max;                       /* clients that may be connected; 0: no bound */
	size_t unread_all_max;                  /* of responses; 0: RPC_UNREAD_ALL_MAX */
};

enum status rpc_open(struct rpc **out, struct socket_hub *hub, struct event_base *base,
	const struct rpc_options *options, struct fail *why) MUST_CHECK;

/* The endpoint it is bound to, with the port that was given. */
const char *rpc_endpoint(const struct rpc *rpc);
struct rpc_counts rpc_counts(const struct rpc *rpc);
void rpc_add_counters(const struct rpc *rpc, struct counter_sources *sources);

/* New requests are refused with SHUTTING_DOWN; calls back, from the loop, once what is in flight
 * is answered, given up after RPC_DRAIN_MS, and not before RPC_GRACE_MS: what was on its way
 * would be lost without an answer. */
void rpc_drain(struct rpc *rpc, void (*on_drained)(void *arg), void *arg);

/* Cancels what is in flight; answers that were sent leave within socket_hub_free. Accepts NULL
 * inside. */
void rpc_free(struct rpc **rpc);

#endif
