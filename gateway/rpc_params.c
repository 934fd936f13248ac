#include "gateway/rpc_params.h"

#include <inttypes.h>

enum status rpc_params_context(struct context *context, struct span map, struct fail *why)
{
	int64_t max_ms = context->deadline_ms, account = context->account;
	if (max_ms < RPC_DEADLINE_MAX_MS)
		max_ms = RPC_DEADLINE_MAX_MS;
	enum status st = context_read(map, context, why);
	if (st != ST_OK)
		return st;
	if (context->deadline_ms > max_ms)
		context->deadline_ms = max_ms;
	if (context->account != account)
		return fail_field(why, ST_INVALID_INPUT, "account",
			"context.account must be absent, or %" PRId64 " as the credentials say",
			account);
	return ST_OK;
}

/* NULL: the method takes no such id, or the params have one. */
static const struct param *absent_id(const struct method *method, struct span params)
{
	struct span given;
	for (size_t i = 0; i < method->param_count; i++) {
		const struct param *p = &method->params[i];
		if (p->flags & PARAM_GENERATED)
			return msg_find(params, p->name, &given) == ST_OK && !msg_is_nil(given)
				       ? NULL
				       : p;
	}
	return NULL;
}

static void put_id(struct param_writer *w, const char *name, struct uuid_source *ids)
{
	char text[UUID_TEXT_LEN];
	unsigned char uuid[16];
	uuid_v7(ids, uuid);
	uuid_format(uuid, text);
	param_writer_text(w, name, (struct span){ text, sizeof text });
}

/* Copies what the client sends. Skips the param `id`, which may be NULL: it is a nil. */
static enum status copy_pairs(struct msg_reader *in, const struct rpc_additions *additions,
	const struct param *id, struct param_writer *w)
{
	struct msg_token key;
	struct span key_bytes, value;
	while (in->at < in->end) {
		struct msg_reader peek = *in;
		if (msg_read(&peek, &key) != ST_OK || msg_skip(in, &key_bytes) != ST_OK
			|| msg_skip(in, &value) != ST_OK)
			break;
		const struct param *p =
			key.type == MSG_TEXT ? method_param(additions->method, key.text) : NULL;
		if (p && (p->flags & PARAM_CALLER))
			return fail_field(
				w->why, ST_INVALID_INPUT, p->name, "unknown field \"%s\"", p->name);
		if (p && p == id)
			continue;
		buf_span(w->out, key_bytes);
		buf_span(w->out, value);
		w->count++;
	}
	return ST_OK;
}

enum status rpc_params_complete(const struct rpc_additions *additions, struct span *params,
	struct buf *out, struct fail *why)
{
	const struct method *method = additions->method;
	const struct param *id = absent_id(method, *params);
	struct msg_reader in = msg_reader(*params);
	struct msg_token map;
	if ((!id && !caller_is_asked(method)) || msg_read(&in, &map) != ST_OK)
		return ST_OK;
	struct param_writer w = param_writer_open(out, why);
	if (id)
		put_id(&w, id->name, additions->ids);
	caller_put(&additions->caller, method, &w);
	enum status st = copy_pairs(&in, additions, id, &w);
	param_writer_close(&w);
	if (out->failed)
		return ST_NO_MEMORY;
	if (st == ST_OK)
		*params = buf_view(out);
	return st;
}
