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

/* A write of these methods may change what other accounts read. */
static bool concerns_every_account(const struct method *m)
{
	return m->is_open || m->audience != AUDIENCE_CLIENTS || method_scope(m) == SCOPE_ADMIN;
}

void workers_call_start(struct call *call, struct positions *positions, struct position asked)
{
	call->positions = positions;
	if (call->method->is_write)
		call->number = positions_start_write(positions);
	else if (method_may_read_standby(call->method))
		call->position = positions_of_read(positions, call->account, asked);
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
		.position = call->position,
	};
	envelope_put_request(
		out, pooled->msgid, span_of(call->method->name), &context, call->params);
}

void workers_call_note_end(const struct call *call, enum status st, struct position committed)
{
	if (!call->positions || !call->method->is_write)
		return;
	/* After such an error it may have been committed later than the position. */
	bool is_certain = st == ST_OK || status_info(st)->http_status < 500;
	positions_end_write(call->positions,
		&(struct positions_write){
			.number = call->number,
			.account = concerns_every_account(call->method) ? 0 : call->account,
			.succeeded = st == ST_OK,
			.position = is_certain ? committed : (struct position){ 0 },
		});
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

void workers_call_respond(struct pool_call *pooled, const struct worker_response *response)
{
	enum status st = pooled->outcome == ST_OK ? response->status : pooled->outcome;
	workers_call_note_end(call_of(pooled), st, response->committed);
	workers_call_end(pooled, response->error, response->result);
}
