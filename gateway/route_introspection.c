#include "gateway/route_introspection.h"

#include <inttypes.h>

#include "common/json_out.h"
#include "common/param_value.h"
#include "gateway/request_params.h"
#include "gateway/rpc_introspection.h"

static void put_text(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "\"%s\":", key);
	json_out_text(out, span_of(text));
}

static void put_bool(struct buf *out, const char *key, bool value)
{
	buf_printf(out, ",\"%s\":%s", key, value ? "true" : "false");
}

static void put_bounds(struct buf *out, const struct param *p)
{
	if (!param_has_bounds(p))
		return;
	buf_printf(out, ",\"min\":%" PRId64, p->min);
	if (p->max != INT64_MAX)
		buf_printf(out, ",\"max\":%" PRId64, p->max);
}

static void put_choices(struct buf *out, const char *const *choices)
{
	buf_text(out, ",\"choices\":[");
	for (size_t i = 0; choices[i]; i++) {
		buf_text(out, i ? "," : "");
		json_out_text(out, span_of(choices[i]));
	}
	buf_byte(out, ']');
}

static bool is_nullable(const struct param *p)
{
	return param_accepts_nil(p) && !(p->flags & PARAM_REQUIRED);
}

/* A dialect that ignores unknown names ignores the nulls of objects, too. */
static bool is_nullable_item(const struct route *route, const struct param *p)
{
	bool ignores_nulls = route->dialect->unknown_names == NAMES_IGNORED;
	return p->name && (is_nullable(p) || (ignores_nulls && !(p->flags & PARAM_REQUIRED)));
}

static void put_rules(
	struct buf *out, const struct route *route, const struct param *p, bool takes_null);

/* The elements of a list have no name, the fields of its objects have one. */
static void put_items(struct buf *out, const struct route *route, const struct param *list)
{
	buf_text(out, ",\"items\":[");
	for (size_t i = 0; i < list->item_count; i++) {
		const struct param *p = &list->items[i];
		buf_text(out, i ? ",{" : "{");
		if (p->name) {
			put_text(out, "name", p->name);
			buf_byte(out, ',');
		}
		put_rules(out, route, p, is_nullable_item(route, p));
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
}

/* Calls itself through put_items, once: items have none. */
static void put_rules(
	struct buf *out, const struct route *route, const struct param *p, bool takes_null)
{
	put_text(out, "kind", param_kind_name(p->kind));
	put_bool(out, "required", p->flags & PARAM_REQUIRED);
	put_bool(out, "nullable", takes_null);
	put_bounds(out, p);
	if (p->fallback) {
		buf_byte(out, ',');
		put_text(out, "default", p->fallback);
	}
	if (p->choices)
		put_choices(out, p->choices);
	if (p->items)
		put_items(out, route, p);
}

static void put_param(
	struct buf *out, const struct route *route, const struct param *p, enum param_place place)
{
	static const char *const places[] = { [PLACE_PATH] = "path",
		[PLACE_QUERY] = "query",
		[PLACE_BODY] = "body",
		[PLACE_HEADER] = "header" };
	buf_byte(out, '{');
	put_text(out, "name", p->name);
	buf_byte(out, ',');
	put_text(out, "in", places[place]);
	buf_byte(out, ',');
	put_rules(out, route, p, place == PLACE_BODY && is_nullable(p));
	buf_byte(out, '}');
}

/* Never required: its param may be given instead. */
static void put_alias(
	struct buf *out, const struct route *route, const char *name, const char *param)
{
	const struct param *p = method_param(route->method, span_of(param));
	struct param alias = *p;
	alias.name = name;
	alias.flags = PARAM_NULLABLE;
	alias.fallback = NULL;
	buf_byte(out, ',');
	put_param(out, route, &alias, request_params_place(route, p));
}

static void put_params(struct buf *out, const struct route *route)
{
	const struct method *m = route->method;
	const struct route_body *body = route->row->body;
	const struct route_query *query = route->row->query;
	const char *between = "";
	buf_byte(out, '[');
	for (size_t i = 0; m && i < m->param_count; i++) {
		enum param_place place = request_params_place(route, &m->params[i]);
		if (place == PLACE_NONE)
			continue;
		buf_text(out, between);
		put_param(out, route, &m->params[i], place);
		between = ",";
	}
	if (body && body->alias)
		put_alias(out, route, body->alias, body->param);
	if (query && query->alias)
		put_alias(out, route, query->alias, query->param);
	buf_byte(out, ']');
}

static void put_route(struct buf *out, const struct route *route)
{
	const struct route_row *row = route->row;
	buf_byte(out, '{');
	put_text(out, "method", row->method);
	buf_byte(out, ',');
	put_text(out, "path", row->path);
	put_bool(out, "is_strict", route->dialect->unknown_names == NAMES_REFUSED);
	put_bool(out, "is_open", route->is_open);
	put_bool(out, "has_body", row->takes_body);
	put_bool(out, "needs_body", row->takes_body == BODY_REQUIRED);
	put_bool(out, "has_etag", row->has_etag || row->is_asset);
	buf_text(out, ",\"params\":");
	put_params(out, route);
	if (route->variant) {
		buf_text(out, ",\"tagged_params\":");
		put_params(out, route->variant);
	}
	buf_byte(out, '}');
}

void route_introspection_put(const struct route_index *routes, struct buf *out)
{
	buf_byte(out, '[');
	for (size_t i = 0; i < routes->count; i++) {
		buf_text(out, i ? ",\n" : "");
		put_route(out, &routes->routes[i]);
	}
	buf_text(out, "]\n");
}
