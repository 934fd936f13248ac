#include "gateway/route_index.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/http_list.h"
#include "gateway/path.h"

struct route_node {
	const struct route_node *parent;
	struct span literal; /* of a param: empty */
	struct route_node *param_child;
	const struct route *first; /* the routes whose paths end here, in the order of the table */
	struct route *last;
};

/* ---- Building ---- */

static size_t count_segments(const struct route_table *table)
{
	size_t count = 0;
	for (size_t i = 0; i < table->count; i++)
		for (const char *at = table->rows[i].path; *at; at++)
			count += *at == '/';
	return count;
}

static bool allocate(struct route_index *index, const struct route_table *table)
{
	size_t nodes = count_segments(table) + 1, slots = 1;
	while (slots < 2 * nodes)
		slots *= 2;
	index->mask = slots - 1;
	index->routes = calloc(table->count, sizeof *index->routes);
	index->variants = calloc(table->count, sizeof *index->variants);
	index->nodes = calloc(nodes, sizeof *index->nodes);
	index->slots = calloc(slots, sizeof(struct route_node *));
	return index->routes && index->variants && index->nodes && index->slots;
}

/* Where the child is, or where it goes. */
static struct route_node **literal_slot(
	const struct route_index *index, const struct route_node *parent, struct span segment)
{
	size_t at = path_segment_hash((uint64_t)(parent - index->nodes), segment) & index->mask;
	struct route_node *node;
	while ((node = index->slots[at])
		&& !(node->parent == parent && path_segment_is(segment, node->literal)))
		at = (at + 1) & index->mask;
	return &index->slots[at];
}

static struct route_node *add_child(
	struct route_index *index, struct route_node *parent, struct span segment)
{
	bool is_param = segment.len && *segment.bytes == '{';
	struct route_node **child =
		is_param ? &parent->param_child : literal_slot(index, parent, segment);
	if (!*child) {
		*child = &index->nodes[index->node_count++];
		(*child)->parent = parent;
		if (!is_param)
			(*child)->literal = segment;
	}
	return *child;
}

static const struct route *find_twin(const struct route_node *node, const struct route_row *row)
{
	const struct route *twin = node->first;
	while (twin && strcmp(twin->row->method, row->method) != 0)
		twin = twin->next;
	return twin;
}

/* Adds the route that was resolved last, unless it gives way to another one. */
static enum status add_route(struct route_index *index, struct route *route, struct fail *why)
{
	const struct route_row *row = route->row;
	struct route_node *node = index->nodes;
	struct span rest = span_of(row->path);
	while (path_has_segment(rest))
		node = add_child(index, node, path_take_segment(&rest));
	const struct route *twin = find_twin(node, row);
	if (twin && row->is_generated && !twin->row->is_generated)
		return ST_OK;
	if (twin)
		return fail_set(why, ST_INTERNAL, "route %s %s: %s leads there already",
			row->method, row->path, twin->row->path);
	*(node->last ? &node->last->next : &node->first) = route;
	node->last = route;
	index->count++;
	return ST_OK;
}

/* A request is admitted before its body chooses the variant. */
static enum status check_variant(
	const struct route *route, const struct route *variant, struct fail *why)
{
	if (variant->method && method_scope(variant->method) == method_scope(route->method)
		&& variant->is_open == route->is_open)
		return ST_OK;
	return fail_set(why, ST_INTERNAL, "route %s %s: its variant needs another scope",
		route->row->method, route->row->path);
}

static enum status resolve(struct route_index *index, const struct route_table *table,
	const struct route_row *row, struct fail *why)
{
	struct route *route = &index->routes[index->count];
	struct route *variant = &index->variants[index->count];
	enum status st = route_resolve(row, table, route, why);
	if (st == ST_OK && row->body && row->body->variant) {
		st = route_resolve(row->body->variant, table, variant, why);
		route->variant = variant;
		if (st == ST_OK)
			st = check_variant(route, variant, why);
	}
	return st == ST_OK ? add_route(index, route, why) : st;
}

enum status route_index_init(
	struct route_index *index, const struct route_table *table, struct fail *why)
{
	*index = (struct route_index){ .node_count = 1 };
	enum status st = allocate(index, table) ? ST_OK : ST_NO_MEMORY;
	for (size_t i = 0; st == ST_OK && i < table->count; i++)
		st = resolve(index, table, &table->rows[i], why);
	if (st != ST_OK)
		route_index_fini(index);
	return st;
}

void route_index_fini(struct route_index *index)
{
	free(index->routes);
	free(index->variants);
	free(index->nodes);
	free(index->slots);
	*index = (struct route_index){ 0 };
}

/* ---- Searching ---- */

/* A walk down the tree. It visits every node that fits the path until a visit returns true. */
struct walk {
	const struct route_index *index;
	bool (*visit)(struct walk *walk, const struct route_node *node);
	size_t depth; /* params so far */
	struct route_match match;
	enum status st;
	struct span method;
	struct buf *allow;
};

static bool descend(struct walk *walk, const struct route_node *node, struct span rest)
{
	if (rest.len == 0)
		return walk->visit(walk, node);
	if (!path_has_segment(rest))
		return false;
	struct span segment = path_take_segment(&rest);
	const struct route_node *child = *literal_slot(walk->index, node, segment);
	if (child && descend(walk, child, rest))
		return true;
	if (!node->param_child || segment.len == 0)
		return false;
	walk->match.values[walk->depth++] = segment; /* route_resolve bounds their number */
	bool is_found = descend(walk, node->param_child, rest);
	walk->depth--;
	return is_found;
}

static bool take_route(struct walk *walk, const struct route_node *node)
{
	for (const struct route *route = node->first; route; route = route->next) {
		walk->st = ST_METHOD_NOT_ALLOWED;
		if (!span_is(walk->method, route->row->method))
			continue;
		walk->match.route = route;
		walk->st = ST_OK;
		return true;
	}
	return false;
}

enum status route_find(const struct route_index *index, struct span method, struct span path,
	struct route_match *out)
{
	struct walk walk = { .index = index,
		.visit = take_route,
		.st = ST_NOT_FOUND,
		.method = span_is(method, "HEAD") ? SPAN("GET") : method };
	(void)descend(&walk, index->nodes, path_without_last_slash(path));
	if (walk.st == ST_OK)
		*out = walk.match;
	return walk.st;
}

static void put_method(struct buf *seen, const char *method)
{
	if (http_list_has(http_list_of_text(buf_view(seen)), span_of(method)))
		return;
	buf_text(seen, method);
	buf_text(seen, strcmp(method, "GET") == 0 ? ", HEAD, " : ", ");
}

static bool put_methods(struct walk *walk, const struct route_node *node)
{
	for (const struct route *route = node->first; route; route = route->next)
		put_method(walk->allow, route->row->method);
	return false;
}

void route_put_allow(const struct route_index *index, struct span path, struct buf *out)
{
	struct buf seen = { 0 };
	struct walk walk = { .index = index, .visit = put_methods, .allow = &seen };
	if (span_is(path, "*"))
		for (size_t i = 0; i < index->count; i++)
			put_method(&seen, index->routes[i].row->method);
	else
		(void)descend(&walk, index->nodes, path_without_last_slash(path));
	buf_span(out, buf_view(&seen));
	if (seen.len)
		buf_text(out, "OPTIONS");
	out->failed |= seen.failed;
	buf_fini(&seen);
}
