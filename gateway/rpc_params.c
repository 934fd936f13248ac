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
			"context.account must be %" PRId64 ": there are no other accounts yet",
			account);
	return ST_OK;
}

static const struct param *generated_param(const struct method *method)
{
	for (size_t i = 0; i < method->param_count; i++)
		if (method->params[i].flags & PARAM_GENERATED)
			return &method->params[i];
	return NULL;
}

static void put_id(struct buf *out, const char *name, struct uuid_source *ids)
{
	char text[UUID_TEXT_LEN];
	unsigned char uuid[16];
	uuid_v7(ids, uuid);
	uuid_format(uuid, text);
	msg_put_key(out, name);
	msg_put_text(out, (struct span){ text, sizeof text });
}

/* Copies one pair, but skips a nil with that name. False: there is no further pair. */
static bool copy_pair(struct msg_reader *in, const char *name, struct buf *out, uint32_t *pairs)
{
	struct msg_reader peek = *in;
	struct msg_token key;
	struct span key_bytes, value;
	if (msg_read(&peek, &key) != ST_OK || msg_skip(in, &key_bytes) != ST_OK
		|| msg_skip(in, &value) != ST_OK)
		return false;
	if (key.type == MSG_TEXT && span_is(key.text, name) && msg_is_nil(value))
		return true;
	buf_span(out, key_bytes);
	buf_span(out, value);
	++*pairs;
	return true;
}

bool rpc_params_generate_id(
	struct buf *out, const struct method *method, struct span params, struct uuid_source *ids)
{
	const struct param *p = generated_param(method);
	struct msg_reader in = msg_reader(params);
	struct msg_token map;
	struct span given;
	uint32_t pairs = 1;
	if (!p || (msg_find(params, p->name, &given) == ST_OK && !msg_is_nil(given))
		|| msg_read(&in, &map) != ST_OK)
		return false;
	size_t mark = msg_open_map(out);
	put_id(out, p->name, ids);
	while (in.at < in.end && copy_pair(&in, p->name, out, &pairs))
		;
	msg_close(out, mark, pairs);
	return true;
}
