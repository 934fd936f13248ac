/*
 * method_map: finds a method by its name in constant time.
 *
 * A hash table over the method table. Build it once at start; it never changes afterwards.
 *
 *	struct method_map map;
 *	if (method_map_init(&map) != ST_OK) ...
 *	const struct method *m = method_map_find(&map, request.method);
 *	method_map_fini(&map);
 */
#ifndef COMMON_METHOD_MAP_H
#define COMMON_METHOD_MAP_H

#include "common/method.h"

struct method_map {
	const struct method **slots;
	size_t mask; /* the number of slots is a power of two; mask is that number minus one */
};

enum status method_map_init(struct method_map *map) MUST_CHECK; /* ST_NO_MEMORY */
void method_map_fini(struct method_map *map);                   /* accepts a zeroed struct */

/* NULL if there is no such method. */
const struct method *method_map_find(const struct method_map *map, struct span name);

/* The same for clients: NULL, too, if the method is not for AUDIENCE_CLIENTS. */
const struct method *method_map_find_public(const struct method_map *map, struct span name);

#endif
