/*
 * rpc_about: what the gateway itself answers to RPC clients: rpc.methods and rpc.status.
 *
 * Pure: one MessagePack value appended to a struct buf.
 *
 *	const struct rpc_local *local = rpc_local_find(request.method);
 *	if (local && params_decode(&local->method, request.params, values, &why) == ST_OK)
 *		local->put(&result, &source);
 */
#ifndef GATEWAY_RPC_INTROSPECTION_H
#define GATEWAY_RPC_INTROSPECTION_H

#include "common/counter.h"
#include "common/method.h"
#include "gateway/workers.h"

/* The table says what each number means. */
struct rpc_counts {
	uint64_t peers, in_flight, bytes; /* now */
	uint64_t requests, answered, refused, dropped, malformed, ignored;
};

extern const struct counter_table rpc_counter_table;

/* What rpc.status shows. */
struct rpc_status_source {
	const struct workers *workers;
	const struct counter_sources *counters; /* NULL: none */
	uint64_t uptime_ms;
};

struct rpc_local {
	struct method method;
	bool is_constant; /* the same result each time */
	void (*put)(struct buf *out, const struct rpc_status_source *source);
};

const struct rpc_local *rpc_local_find(struct span name); /* NULL: no method of the gateway */
const struct rpc_local *rpc_local_at(size_t index);       /* NULL past the end */

/* "integer", "text", …: a kind's name in rpc.methods. */
const char *param_kind_name(enum param_kind kind);
bool param_has_bounds(const struct param *p);

#endif
