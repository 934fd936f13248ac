/*
 * rpc_params: completes the context and the params of RPC requests.
 *
 * Pure. Two kinds of params come from the gateway, as they do over HTTP:
 *   - The id of a new row (PARAM_GENERATED), if the client sends none. It identifies what the
 *     request creates, so that a repeated request finds its session.
 *   - The caller (gateway/caller.h). A client that sends one of these is refused.
 *
 *	struct rpc_additions additions = { .method = method, .caller = caller, .ids = &ids };
 *	st = rpc_params_complete(&additions, &params, &completed, &why);
 *	...
 *	buf_fini(&completed);
 */
#ifndef GATEWAY_RPC_PARAMS_H
#define GATEWAY_RPC_PARAMS_H

#include "common/envelope.h"
#include "common/method.h"
#include "common/uuid.h"
#include "gateway/caller.h"

enum { RPC_DEADLINE_MAX_MS = 60000 }; /* or the default, if that is more */

/* Reads the client's context into `context`, which holds the defaults and the principal's account.
 * ST_INVALID_INPUT with the field, also if it names another account. */
enum status rpc_params_context(
	struct context *context, struct span map, struct fail *why) MUST_CHECK;

/* What the gateway adds to the params of a client. */
struct rpc_additions {
	const struct method *method;
	struct caller caller;
	struct uuid_source *ids;
};

/* If there is something to add: appends the whole params to `out` and sets *params to them. A
 * generated param that is nil counts as absent. ST_INVALID_INPUT with the field: the client sends a
 * PARAM_CALLER. ST_NO_MEMORY. The caller frees `out`. */
enum status rpc_params_complete(const struct rpc_additions *additions, struct span *params,
	struct buf *out, struct fail *why) MUST_CHECK;

#endif
