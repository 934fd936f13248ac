#include "client/study/entity.h"

#include <string.h>

#include "schema/study_entities.inc"

enum { ENTITY_COUNT = sizeof entity_table / sizeof *entity_table };

const struct entity *entity_at(size_t index)
{
	return index < ENTITY_COUNT ? &entity_table[index] : NULL;
}

const struct entity *entity_named(const char *name)
{
	for (size_t i = 0; i < ENTITY_COUNT; i++)
		if (strcmp(entity_table[i].name, name) == 0)
			return &entity_table[i];
	return NULL;
}

const struct entity *entity_of_word(const char *word)
{
	for (size_t i = 0; i < ENTITY_COUNT; i++)
		if (entity_table[i].word && strcmp(entity_table[i].word, word) == 0)
			return &entity_table[i];
	return NULL;
}
