#include "gateway/request_query.h"

#include "common/utf8.h"
#include "gateway/http_text.h"

static enum status refuse_unknown(struct fail *why, struct span name)
{
	char shown[48];
	utf8_show(name.bytes, name.len, shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown query parameter \"%s\"", shown);
}

/* NULL if the query can't give it. */
static const struct param *find_param(const struct route *route, struct span name)
{
	const struct param *p = method_param(route->method, name);
	return p && request_params_place(route, p) == PLACE_QUERY ? p : NULL;
}

static enum status put_pair(
	const struct route *route, struct param_writer *w, struct span name, struct span value)
{
	const struct param *p = find_param(route, name);
	bool is_strict = route->dialect->unknown_names == NAMES_REFUSED;
	if (!p && is_strict)
		return refuse_unknown(w->why, name);
	if (!p || (value.len == 0 && !is_strict))
		return ST_OK;
	return param_writer_url_text(w, p, value);
}

enum status request_query_put(const struct request_source *source, struct param_writer *w)
{
	struct span rest = source->http->query;
	struct buf name = { 0 }, value = { 0 };
	enum status st = ST_OK;
	while (st == ST_OK && rest.len > 0) {
		st = http_query_next(&rest, &name, &value);
		if (st == ST_INVALID_INPUT)
			st = fail_set(w->why, st, "the query has a broken percent-escape");
		else if (st == ST_OK)
			st = put_pair(source->route, w, buf_view(&name), buf_view(&value));
	}
	if (st == ST_OK && (name.failed || value.failed))
		st = ST_NO_MEMORY;
	buf_fini(&name);
	buf_fini(&value);
	return st == ST_NOT_FOUND ? ST_OK : st;
}
