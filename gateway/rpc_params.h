/*
 * rpc_params: completes the context and the params of RPC requests.
 *
 * Pure. The id of a session identifies what a request creates, so that a repeated request finds its
 * session. If a client sends no id, the gateway generates one (PARAM_GENERATED), as it does over
 * HTTP.
 *
 *	if (rpc_params_generate_id(&generated, method, params, &ids))
 *		params = buf_view(&generated);
 */
#ifndef GATEWAY_RPC_PARAMS_H
#define GATEWAY_RPC_PARAMS_H

#include "common/envelope.h"
#include "common/method.h"
#include "common/uuid.h"

enum { RPC_DEADLINE_MAX_MS = 60000 }; /* or the default, if that is more */

/* Reads the client's context into `context`, which holds the defaults and the principal's account.
 * ST_INVALID_INPUT with the field, also for any other account. */
enum status rpc_params_context(
	struct context *context, struct span map, struct fail *why) MUST_CHECK;

/* Appends the params with a new id to `out`. False, and appends nothing: the method takes no
 * such id, or the params have one. A nil counts as none. */
bool rpc_params_generate_id(
	struct buf *out, const struct method *method, struct span params, struct uuid_source *ids);

#endif
