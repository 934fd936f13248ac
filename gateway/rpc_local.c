#include "gateway/rpc_local.h"

#include "common/params.h"
#include "common/service.h"

/* A constant result is long, so it is kept in r->constant. Any other result is built in `made`. */
static enum status find_result(struct rpc_local_results *r, const struct rpc_local *local,
	struct buf *made, struct span *result)
{
	struct rpc_status_source source = { .workers = r->options->workers,
		.counters = r->options->counters,
		.http_requests = r->options->http_requests,
		.uptime_ms = service_now_ms() - r->opened_ms };
	struct buf *out = local->is_constant ? &r->constant : made;
	if (!local->is_constant || r->constant_of != local) {
		buf_clear(out);
		local->put(out, &source);
		if (local->is_constant)
			r->constant_of = out->failed ? NULL : local;
	}
	*result = buf_view(out);
	return out->failed ? ST_NO_MEMORY : ST_OK;
}

void rpc_local_begin_body(struct rpc_local_results *r)
{
	r->bytes = 0;
}

enum status rpc_local_respond(struct rpc_local_results *r, struct rpc_peer *p,
	const struct envelope *e, const struct rpc_local *local, struct fail *why)
{
	struct buf made = { 0 };
	/* Methods of the gateway have no params, so they need no room for values. */
	enum status st = params_decode(&local->method, e->params, NULL, &made, why);
	struct span result;
	if (st == ST_OK && r->bytes >= RPC_LOCAL_BYTES_MAX)
		st = ST_OVERLOADED;
	if (st == ST_OK)
		st = find_result(r, local, &made, &result);
	if (st == ST_OK) {
		r->bytes += result.len;
		rpc_peer_respond(p, e->msgid, result);
	}
	buf_fini(&made);
	return st;
}

void rpc_local_fini(struct rpc_local_results *r)
{
	buf_fini(&r->constant);
}
