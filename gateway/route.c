#include "gateway/route.h"

#include <string.h>

#include "gateway/http_text.h"
#include "gateway/path.h"

static enum status refuse(const struct route_row *row, struct fail *why, const char *what)
{
	return fail_set(why, ST_INTERNAL, "route %s %s: %s", row->method, row->path, what);
}

static enum status refuse_name(
	const struct route_row *row, struct fail *why, const char *what, struct span name)
{
	return fail_set(why, ST_INTERNAL, "route %s %s: %s \"%.*s\"", row->method, row->path, what,
		(int)name.len, name.bytes);
}

static bool is_param(struct span segment)
{
	return segment.len && *segment.bytes == '{';
}

static struct span param_name(struct span segment)
{
	return (struct span){ segment.bytes + 1, segment.len - 2 };
}

static enum status add_param(struct route *route, struct span name, struct fail *why)
{
	const struct param *p = route->method ? method_param(route->method, name) : NULL;
	if (route->param_count == ROUTE_PARAMS_MAX)
		return refuse(route->row, why, "too many params in the path");
	if (route->method && !p)
		return refuse_name(route->row, why, "the RPC method has no param", name);
	route->params[route->param_count++] = p;
	return ST_OK;
}

/* Paths are compared byte by byte with what an escape means, so they have unreserved characters. */
static enum status resolve_path(struct route *route, struct fail *why)
{
	struct span rest = span_of(route->row->path);
	enum status st = ST_OK;
	while (st == ST_OK && path_has_segment(rest)) {
		struct span segment = path_take_segment(&rest);
		bool is_closed = segment.len > 2 && segment.bytes[segment.len - 1] == '}';
		struct span name = is_param(segment) && is_closed ? param_name(segment) : segment;
		if (http_run_of(name, HTTP_UNRESERVED) != name.len)
			return refuse_name(route->row, why, "malformed segment", segment);
		if (is_param(segment))
			st = add_param(route, name, why);
	}
	return st == ST_OK && rest.len ? refuse(route->row, why, "the path must begin with a slash")
				       : st;
}

static enum status check_param(
	const struct route *route, const char *name, bool is_bool, struct fail *why)
{
	const struct param *p = name ? method_param(route->method, span_of(name)) : NULL;
	if (!name || (p && (!is_bool || p->kind == PARAM_BOOL)))
		return ST_OK;
	return refuse_name(route->row, why, "the body's rules name no such param", span_of(name));
}

static enum status check_body(const struct route *route, struct fail *why)
{
	const struct route_body *body = route->row->body;
	if (!body)
		return ST_OK;
	if (!route->method || !route->row->takes_body)
		return refuse(route->row, why, "rules for a body that it does not take");
	if (!body->chooses_variant != !body->variant)
		return refuse(route->row, why, "a choice of variants needs a variant");
	enum status st = check_param(route, body->param, false, why);
	if (st == ST_OK)
		st = check_param(route, body->fixed, true, why);
	for (size_t i = 0; st == ST_OK && body->ignored && body->ignored[i]; i++)
		st = check_param(route, body->ignored[i], false, why);
	return st;
}

static route_respond respond_by_shape(const struct route *route, const struct route_table *table)
{
	switch (route->method->shape) {
	case RESULT_ROW:
		return table->respond_row;
	case RESULT_PAGE:
		return route_is_streamed(route) ? table->respond_array : table->respond_value;
	case RESULT_REPORT:
	case RESULT_TOTALS:
		break;
	}
	return table->respond_value;
}

static const struct param *generated_param(const struct route *route)
{
	const struct method *m = route->method;
	for (size_t i = 0; i < m->param_count; i++)
		if ((m->params[i].flags & PARAM_GENERATED)
			&& !route_has_path_param(route, &m->params[i]))
			return &m->params[i];
	return NULL;
}

enum status route_resolve(const struct route_row *row, const struct route_table *table,
	struct route *out, struct fail *why)
{
	struct route route = { .row = row,
		.dialect = dialect_of(span_of(row->path)),
		.method = row->rpc ? method_find(span_of(row->rpc)) : NULL,
		.status = row->status ? row->status : 200 };
	if (row->rpc && !route.method)
		return refuse_name(row, why, "no RPC method", span_of(row->rpc));
	if (!row->rpc && !row->start)
		return refuse(row, why, "neither an RPC method nor a start function");
	enum status st = resolve_path(&route, why);
	if (st == ST_OK)
		st = check_body(&route, why);
	if (st != ST_OK)
		return st;
	bool creates = strcmp(row->method, "POST") == 0;
	route.is_of_row = route.param_count > 0 || (row->has_etag && !creates);
	route.start = row->start ? row->start : table->start;
	route.respond = row->respond;
	if (route.method) {
		route.generated = generated_param(&route);
		route.respond = row->respond ? row->respond : respond_by_shape(&route, table);
	}
	*out = route;
	return ST_OK;
}

bool route_is_streamed(const struct route *route)
{
	return route->method && route->method->shape == RESULT_PAGE
	       && route->dialect->list_shape == LIST_ARRAY;
}

bool route_has_path_param(const struct route *route, const struct param *p)
{
	for (size_t i = 0; i < route->param_count; i++)
		if (route->params[i] == p)
			return true;
	return false;
}

void route_put_location(const struct route *route, struct span id, struct buf *out)
{
	if (id.len == 0 || route->param_count > 0)
		return;
	buf_text(out, route->row->path);
	buf_byte(out, '/');
	http_percent_encode(id, out);
}
