/*
 * rpc: the endpoint for internal clients: MessagePack-RPC over ZeroMQ (schema/rpc.md).
 *
 * One ROUTER socket to which DEALER and REQ sockets connect. Every request with a readable msgid
 * gets exactly one response: a worker's, the pool's outcome, or a refusal with the same codes and
 * fields as over HTTP. Invariants:
 *
 * - Malformed bytes are dropped together with the rest of their body, and counted. Other clients do
 *   not notice.
 * - The calls of a client that is gone are cancelled. A send to it shows that it is gone.
 * - A body has at most ENVELOPE_COUNT_MAX messages. The next request is refused with INVALID_INPUT,
 *   and the rest is dropped and counted. Once the gateway's own results for one body have
 *   RPC_LOCAL_BYTES_MAX bytes, its own methods are refused with OVERLOADED. So one body takes a few
 *   ms at most. The socket reads one body of each client in turn.
 * - The requests of a client in flight are bounded by number and bytes, and so are its unread
 *   responses (gateway/rpc_peer.h). More requests are refused with OVERLOADED. A result without
 *   room becomes OVERLOADED or, for a write, OUTCOME_UNKNOWN.
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
struct limits;
struct metrics_rpc;
struct socket_hub;
struct rpc;

enum {
	RPC_PEER_CALLS_MAX = 1024,
	RPC_CALLS_MAX = 65536,
	RPC_PEER_BYTES_MAX = 32 << 20, /* of params in flight */
	RPC_BYTES_MAX = 256 << 20,
	RPC_LOCAL_BYTES_MAX = 2 << 20,
	RPC_DRAIN_MS = 10000,
	RPC_RECEIVE_MAX = 32, /* bodies of a client that ZeroMQ reads ahead */
	RPC_GRACE_MS = 300,   /* at the start of a drain: new requests still get SHUTTING_DOWN */
	RPC_LINGER_MS = 1000, /* for the last responses to leave the machine */
};

struct rpc_options {
	const char *endpoint;                      /* to bind */
	struct workers *workers;                   /* must outlive the rpc */
	const struct authenticator *authenticator; /* NULL: authenticator_open */
	struct limits *limits;                     /* NULL: there are none; borrowed */
	const struct counter_sources
		*counters; /* for rpc.status; must outlive the rpc; may be NULL */
	const struct metrics_requests *http_requests; /* the same */
	const bool *logs_requests;                    /* may change at any time; NULL: no */
	bool is_registration_open;                    /* everybody may call accounts.register */
	int64_t deadline_ms;                          /* for requests without one */
	size_t peers_max;      /* clients that may be connected; 0: no bound */
	size_t unread_all_max; /* bytes of unread responses; 0: RPC_UNREAD_ALL_MAX */
};

enum status rpc_open(struct rpc **out, struct socket_hub *hub, struct event_base *base,
	const struct rpc_options *options, struct fail *why) MUST_CHECK;

/* The bound endpoint, with its actual port. */
const char *rpc_endpoint(const struct rpc *rpc);
struct rpc_counts rpc_counts(const struct rpc *rpc);
void rpc_add_counters(const struct rpc *rpc, struct counter_sources *sources);
const struct metrics_rpc *rpc_metrics(const struct rpc *rpc); /* borrowed */

/* Refuses new requests with SHUTTING_DOWN. Calls on_drained, from the loop, when no request is in
 * flight: not before RPC_GRACE_MS, so that requests on their way get a response, and not after
 * RPC_DRAIN_MS, when the rest is given up. */
void rpc_drain(struct rpc *rpc, void (*on_drained)(void *arg), void *arg);

/* Cancels all requests in flight. Responses that were sent still leave within socket_hub_free.
 * Accepts NULL inside. */
void rpc_free(struct rpc **rpc);

#endif
