#include "gateway/workers_call.h"

#include <stdlib.h>
#include <string.h>

struct call *workers_call_new(
	const struct method *method, const struct context *context, struct span params)
{
	struct call *call = malloc(sizeof *call + context->request_id.len + params.len);
	if (!call)
		return NULL;
	char *texts = (char *)(call + 1);
	memset(call, 0, sizeof *call);
	memcpy(texts, context->request_id.bytes, context->request_id.len);
	memcpy(texts + context->request_id.len, params.bytes, params.len);
	call->method = method;
	call->account = context->account;
	call->request_id = (struct span){ texts, context->request_id.len };
	call->params = (struct span){ texts + context->request_id.len, params.len };
	call->pooled.method = method_index(method);
	call->pooled.is_write = method->is_write;
	call->pooled.is_slow = method_lane(method, params) == LANE_SLOW;
	call->pooled.is_alone = method->passwords != NULL;
	call->pooled.rows = (uint32_t)method_rows(method, params);
	call->pooled.safe_to_repeat = method_may_repeat(method, params);
	return call;
}

static struct call *call_of(struct pool_call *pooled)
{
	return (struct call *)(void *)((char *)pooled - offsetof(struct call, pooled));
}

void workers_call_put(struct pool_call *pooled, uint64_t now_ms, struct buf *out)
{
	const struct call *call = call_of(pooled);
	uint64_t deadline_ms = pooled->deadline_ms;
	struct context context = {
		.account = call->account,
		.request_id = call->request_id,
		.deadline_ms = deadline_ms > now_ms ? (int64_t)(deadline_ms - now_ms) : 1,
	};
	envelope_put_request(
		out, pooled->msgid, span_of(call->method->name), &context, call->params);
}

void workers_call_end(struct pool_call *pooled, struct span error, struct span result)
{
	static const struct span nothing = { 0 };
	struct call *call = call_of(pooled);
	bool is_valid = pooled->outcome == ST_OK;
	call->done(call->arg, pooled->outcome, is_valid ? error : nothing,
		is_valid ? result : nothing);
	free(call);
}
