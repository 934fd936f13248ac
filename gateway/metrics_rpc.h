/*
 * metrics_rpc: counts the requests of RPC clients by method and code; pure.
 *
 * Each request counts once, at its end. The method is a name of the table, never the bytes of a
 * request, so the number of series is bounded. Requests for other names, and those whose name
 * cannot be read, count together as the method "none".
 *
 *	if (metrics_rpc_init(&counts) != ST_OK) ...
 *	metrics_rpc_add(&counts, method, ST_OK);
 *	...
 *	metrics_rpc_put(&counts, &text);
 */
#ifndef GATEWAY_METRICS_RPC_H
#define GATEWAY_METRICS_RPC_H

#include "common/method.h"
#include "gateway/metrics_text.h"

struct metrics_rpc_method;

struct metrics_rpc {
	struct metrics_rpc_method *methods; /* of the table, then of the gateway, then "none" */
};

enum status metrics_rpc_init(struct metrics_rpc *counts) MUST_CHECK; /* ST_NO_MEMORY */
void metrics_rpc_fini(struct metrics_rpc *counts);                   /* accepts a zeroed struct */

/* `method`: for clients; NULL: there is no such method. */
void metrics_rpc_add(struct metrics_rpc *counts, const struct method *method, enum status st);

/* The client left before the response. */
void metrics_rpc_add_gone(struct metrics_rpc *counts, const struct method *method);

void metrics_rpc_put(const struct metrics_rpc *counts, struct metrics_text *text);

#endif
