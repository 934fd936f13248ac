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
	const struct param *p = route->method ? method_client_param(route->method, name) : NULL;
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

enum { ANY_KIND = -1 };

/* `name` may be NULL: there is none. */
static enum status check_param(
	const struct route *route, const char *name, int kind, struct fail *why)
{
	const struct param *p = name ? method_client_param(route->method, span_of(name)) : NULL;
	if (!name || (p && (kind == ANY_KIND || (int)p->kind == kind)))
		return ST_OK;
	return refuse_name(route->row, why, "its rules name no such param", span_of(name));
}

static enum status check_params(
	const struct route *route, const char *const *names, int kind, struct fail *why)
{
	enum status st = ST_OK;
	for (; st == ST_OK && names && *names; names++)
		st = check_param(route, *names, kind, why);
	return st;
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
	enum status st = check_param(route, body->param, ANY_KIND, why);
	return st == ST_OK ? check_params(route, body->ignored, ANY_KIND, why) : st;
}

static enum status check_query(const struct route *route, struct fail *why)
{
	const struct route_query *query = route->row->query;
	if (!query)
		return ST_OK;
	if (!route->method || route->method->is_write)
		return refuse(route->row, why, "rules for a query that it does not take");
	enum status st = check_param(route, query->param, ANY_KIND, why);
	if (st == ST_OK)
		st = check_params(route, query->lenient, PARAM_CHOICE, why);
	if (st == ST_OK)
		st = check_param(route, query->fallback, PARAM_BOOL, why);
	return st == ST_OK ? check_params(route, query->narrowing, ANY_KIND, why) : st;
}

static enum status check_fixed(const struct route *route, struct fail *why)
{
	const struct route_fixed *fixed = route->row->fixed;
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && fixed && fixed[i].param; i++) {
		if (!route->method || i == ROUTE_FIXED_MAX)
			return refuse(route->row, why, "too many fixed params");
		st = check_param(route, fixed[i].param, ANY_KIND, why);
	}
	return st;
}

static enum status check_rules(const struct route *route, struct fail *why)
{
	enum status st = check_body(route, why);
	if (st == ST_OK)
		st = check_query(route, why);
	return st == ST_OK ? check_fixed(route, why) : st;
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
		.method = row->rpc ? method_find(span_of(row->rpc)) : row->form,
		.status = row->status ? row->status : 200 };
	if (row->rpc && !route.method)
		return refuse_name(row, why, "no RPC method", span_of(row->rpc));
	if (!row->rpc && !row->start)
		return refuse(row, why, "neither an RPC method nor a start function");
	if (row->form && (row->rpc || !row->start))
		return refuse(row, why, "a form is for a start function without an RPC method");
	if (route.method && route.method->param_count > ROUTE_METHOD_PARAMS_MAX)
		return refuse(row, why, "its method has too many params");
	enum status st = resolve_path(&route, why);
	if (st == ST_OK)
		st = check_rules(&route, why);
	if (st != ST_OK)
		return st;
	bool creates = strcmp(row->method, "POST") == 0;
	route.is_open = row->is_open || (route.method && route.method->is_open);
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
	       && (route->row->is_whole || route->dialect->list_shape != LIST_PAGE);
}

bool route_drops_nulls(const struct route *route)
{
	return route->dialect->unknown_names == NAMES_IGNORED
	       && strcmp(route->row->method, "POST") == 0;
}

bool route_fixes(const struct route *route, const struct param *p)
{
	const struct route_fixed *fixed = route->row->fixed;
	for (; fixed && fixed->param; fixed++)
		if (strcmp(fixed->param, p->name) == 0)
			return true;
	return false;
}

void route_describe_error(const struct route *route, struct error_info *error)
{
	if (!route)
		return;
	const struct route_query *query = route->row->query;
	error->texts = route->row->texts;
	if (route->method)
		error->param = method_param(route->method, error->field);
	if (query && query->alias && span_is(error->field, query->param))
		error->alias = query->alias;
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
	bool is_told = route->dialect->has_location && route->param_count == 0;
	const char *path = route->row->location;
	if (!path && is_told)
		path = route->row->path;
	if (id.len == 0 || !path)
		return;
	buf_text(out, path);
	buf_byte(out, '/');
	http_percent_encode(id, out);
}
