/*
 * rpc_introspection: the methods that the gateway itself runs for RPC clients: rpc.methods and
 * rpc.status.
 *
 * Pure: appends one MessagePack value to a struct buf.
 *
 *	const struct rpc_local *local = rpc_local_find(request.method);
 *	if (local && params_decode(&local->method, request.params, NULL, &names, &why) == ST_OK)
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

struct metrics_requests;

/* What rpc.status shows. */
struct rpc_status_source {
	const struct workers *workers;
	const struct counter_sources *counters;       /* NULL: none */
	const struct metrics_requests *http_requests; /* NULL: none */
	uint64_t uptime_ms;
};

struct rpc_local {
	struct method method;
	bool is_constant; /* the result never changes */
	void (*put)(struct buf *out, const struct rpc_status_source *source);
};

const struct rpc_local *rpc_local_find(struct span name); /* NULL: the gateway has no such method */
const struct rpc_local *rpc_local_at(size_t index);       /* NULL past the end */

/* The name of a kind in rpc.methods: "integer", "text", … */
const char *param_kind_name(enum param_kind kind);
bool param_has_bounds(const struct param *p);

/* Appends the description of a param in rpc.methods. */
void param_describe(struct buf *out, const struct param *p);

#endif
