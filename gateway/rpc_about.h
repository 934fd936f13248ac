/*
 * rpc_about: what the gateway itself answers to RPC clients: rpc.methods and rpc.status.
 *
 * Pure: one MessagePack value appended to a struct buf.
 *
 *	const struct rpc_local *local = rpc_local_find(request.method);
 *	if (local && params_decode(&local->method, request.params, values, &why) == ST_OK)
 *		local->put(&result, &about);
 */
#ifndef GATEWAY_RPC_ABOUT_H
#define GATEWAY_RPC_ABOUT_H

#include "common/method.h"
#include "gateway/workers.h"

struct rpc_counts {
	uint64_t requests;              /* that could be told apart */
	uint64_t answered;              /* results and refusals, put into messages */
	uint64_t refused;               /* of these: not taken */
	uint64_t dropped;               /* answers that found no reader, no room or no memory */
	uint64_t malformed;             /* bodies not read to their end */
	uint64_t ignored;               /* notifications and responses */
	size_t in_flight, bytes, peers; /* now */
};

/* What rpc.status tells of. */
struct rpc_about {
	const struct workers *workers;
	struct rpc_counts counts;
	uint64_t uptime_ms;
};

struct rpc_local {
	struct method method;
	bool is_constant; /* the same result each time */
	void (*put)(struct buf *out, const struct rpc_about *about);
};

const struct rpc_local *rpc_local_find(struct span name); /* NULL: no method of the gateway */
const struct rpc_local *rpc_local_at(size_t index);       /* NULL past the end */

/* "integer", "text", …: a kind's name in rpc.methods. */
const char *param_kind_name(enum param_kind kind);
bool param_has_bounds(const struct param *p);

#endif
