#include "common/method_map.h"

#include <stdlib.h>

#include "common/fnv.h"

/* The slot that holds the name, or the free slot where it belongs. At least three quarters of the
 * slots are free, so the search ends soon. */
static const struct method **find_slot(const struct method_map *map, struct span name)
{
	size_t at = (size_t)fnv_mix(FNV_START, name.bytes, name.len) & map->mask;
	while (map->slots[at] && !span_is(name, map->slots[at]->name))
		at = (at + 1) & map->mask;
	return &map->slots[at];
}

enum status method_map_init(struct method_map *map)
{
	const struct method *m;
	size_t slots = 2;
	while (slots < 4 * method_count())
		slots *= 2;
	struct method_map made = { calloc(slots, sizeof *made.slots), slots - 1 };
	if (!made.slots)
		return ST_NO_MEMORY;
	for (size_t i = 0; (m = method_at(i)) != NULL; i++)
		*find_slot(&made, span_of(m->name)) = m;
	*map = made;
	return ST_OK;
}

void method_map_fini(struct method_map *map)
{
	free(map->slots);
	*map = (struct method_map){ 0 };
}

const struct method *method_map_find(const struct method_map *map, struct span name)
{
	return *find_slot(map, name);
}

const struct method *method_map_find_public(const struct method_map *map, struct span name)
{
	const struct method *m = method_map_find(map, name);
	return m && m->audience == AUDIENCE_CLIENTS ? m : NULL;
}
