/*
 * rpc_params: what a client may leave out of its request and the gateway puts in.
 *
 * Pure. A session's id names what is made, so that a repeated request finds itself done: the
 * gateway makes one (PARAM_GENERATED) where a client gives none, as it does over HTTP.
 *
 *	if (rpc_params_generate_id(&made, method, params, &ids))
 *		params = buf_view(&made);
 */
#ifndef GATEWAY_RPC_PARAMS_H
#define GATEWAY_RPC_PARAMS_H

#include "common/envelope.h"
#include "common/method.h"
#include "common/uuid.h"

enum { RPC_DEADLINE_MAX_MS = 60000 }; /* or the default, where that is more */

/* `context` holds the defaults and the principal's account, which the client may name.
 * ST_INVALID_INPUT with the field. */
enum status rpc_params_context(
	struct context *context, struct span map, struct fail *why) MUST_CHECK;

/* Appends the map with what was missing to `out`; false: nothing is, and nothing is appended.
 * A nil in its place counts as missing. */
bool rpc_params_generate_id(
	struct buf *out, const struct method *method, struct span params, struct uuid_source *ids);

#endif
