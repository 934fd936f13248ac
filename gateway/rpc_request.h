/*
 * rpc_request: the requests of RPC clients, from the decoded message to the response.
 *
 * A request first gets its principal, which may need a worker; meanwhile its bytes are kept. Then
 * the gateway responds to it itself (gateway/rpc_local.h), or a worker does. Requests that
 * are authenticating or that workers have are in flight: they are bounded by number and bytes, for
 * each client and for all clients together.
 *
 *	st = rpc_requests_open(&requests, &options, &counts);
 *	...
 *	rpc_requests_begin_body(&requests);
 *	st = rpc_requests_start(&requests, peer, &envelope, message, &why);
 *	if (st != ST_OK) {
 *		rpc_requests_count_refused(&requests, envelope.method, st);
 *		rpc_peer_refuse(peer, envelope.msgid, st, &why);
 *	}
 *	...
 *	rpc_requests_close(&requests);
 */
#ifndef GATEWAY_RPC_REQUEST_H
#define GATEWAY_RPC_REQUEST_H

#include "common/envelope.h"
#include "common/method_map.h"
#include "common/uuid.h"
#include "gateway/metrics_rpc.h"
#include "gateway/rpc.h"
#include "gateway/rpc_local.h"
#include "gateway/rpc_peer.h"

struct rpc_requests {
	const struct rpc_options *options;
	struct rpc_counts *counts;
	struct metrics_rpc ended;
	struct method_map methods;
	struct uuid_source ids;
	struct rpc_call_list calls; /* in flight */
	struct rpc_local_results local;
};

/* Options and counts must outlive the requests. */
enum status rpc_requests_open(struct rpc_requests *r, const struct rpc_options *options,
	struct rpc_counts *counts) MUST_CHECK;   /* ST_NO_MEMORY */
void rpc_requests_close(struct rpc_requests *r); /* after its last call; accepts a zeroed struct */

/* Before the requests of each body. */
void rpc_requests_begin_body(struct rpc_requests *r);

/* ST_OK: the peer gets a response, now or later. Else the caller must refuse the request. `message`
 * holds the bytes of `e`. */
enum status rpc_requests_start(struct rpc_requests *r, struct rpc_peer *p, const struct envelope *e,
	struct span message, struct fail *why) MUST_CHECK;

/* Counts a request that the caller refuses. `method` is the name that it has; it may be empty. */
void rpc_requests_count_refused(struct rpc_requests *r, struct span method, enum status st);

/* The peer is gone: ends its requests without a response. */
void rpc_requests_cancel(struct rpc_peer *p);

/* Refuses all requests in flight. */
void rpc_requests_give_up(struct rpc_requests *r);

#endif
