#include "schema/entities/entities.h"

static const struct entity *const entity_table[] = {
	&topics_entity,
	&sessions_entity,
};

const struct entity *entity_at(size_t index)
{
	return index < sizeof entity_table / sizeof *entity_table ? entity_table[index] : NULL;
}
