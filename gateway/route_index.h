/*
 * route_index: finds the route of a request in a time that does not depend on how many there are.
 *
 * A tree of path segments. A node has a child for each literal segment, found by hash, and one for
 * a param; a literal goes before a param. The tree is built once, at start.
 *
 *	struct route_index index;
 *	if (route_index_init(&index, &route_table, &why) != ST_OK) ...
 *	enum status st = route_find(&index, SPAN("GET"), SPAN("/topics/7"), &match);
 *	// ST_OK: match.route, match.values[0] is "7"
 *	route_index_fini(&index);
 */
#ifndef GATEWAY_ROUTE_INDEX_H
#define GATEWAY_ROUTE_INDEX_H

#include "gateway/route.h"

struct route_node;

struct route_index {
	struct route *routes; /* in the order of the table */
	size_t count;
	struct route *variants;
	struct route_node *nodes; /* the first is the root */
	size_t node_count;
	struct route_node **slots; /* of nodes for literals, by their parent and literal */
	size_t mask; /* the number of slots minus one; that number is a power of two */
};

struct route_match {
	const struct route *route;
	struct span values[ROUTE_PARAMS_MAX]; /* of the path's params; still percent-encoded */
};

/* ST_NO_MEMORY, or ST_INTERNAL if a row is wrong (route_resolve) or comes twice. */
enum status route_index_init(
	struct route_index *index, const struct route_table *table, struct fail *why) MUST_CHECK;
void route_index_fini(struct route_index *index); /* accepts a zeroed struct */

/* ST_OK, ST_NOT_FOUND, or ST_METHOD_NOT_ALLOWED. HEAD takes the GET route. A slash at the end
 * of a path makes no difference. See gateway/path.h for escapes. */
enum status route_find(const struct route_index *index, struct span method, struct span path,
	struct route_match *out) MUST_CHECK;

/* "GET, HEAD, POST, OPTIONS": the methods of a path; empty if it is unknown. The path "*" has all
 * methods of all routes. */
void route_put_allow(const struct route_index *index, struct span path, struct buf *out);

#endif
