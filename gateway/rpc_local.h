/*
 * rpc_local: responds to the methods that the gateway itself runs (gateway/rpc_introspection.h).
 *
 * The results for the requests of one body are bounded by RPC_LOCAL_BYTES_MAX. A constant result is
 * made once and kept.
 *
 *	struct rpc_local_results results = { .options = options, .opened_ms = service_now_ms() };
 *	rpc_local_begin_body(&results);
 *	st = rpc_local_respond(&results, peer, &envelope, rpc_local_find(envelope.method), &why);
 *	rpc_local_fini(&results);
 */
#ifndef GATEWAY_RPC_LOCAL_H
#define GATEWAY_RPC_LOCAL_H

#include "common/envelope.h"
#include "gateway/rpc.h"
#include "gateway/rpc_peer.h"

/* Set the first two fields, zero the rest. */
struct rpc_local_results {
	const struct rpc_options *options; /* borrowed */
	uint64_t opened_ms;
	size_t bytes;        /* of the results for this body */
	struct buf constant; /* the result of constant_of */
	const struct rpc_local *constant_of;
};

/* Before the requests of each body. */
void rpc_local_begin_body(struct rpc_local_results *r);

/* ST_OK: the peer gets the result. ST_INVALID_INPUT and the like: the params are wrong.
 * ST_OVERLOADED: the body has had its bytes. ST_NO_MEMORY. */
enum status rpc_local_respond(struct rpc_local_results *r, struct rpc_peer *p,
	const struct envelope *e, const struct rpc_local *local, struct fail *why) MUST_CHECK;

void rpc_local_fini(struct rpc_local_results *r); /* accepts a zeroed struct */

#endif
