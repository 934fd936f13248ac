/*
 * entities: every entity that has a description.
 */
#ifndef SCHEMA_ENTITIES_ENTITIES_H
#define SCHEMA_ENTITIES_ENTITIES_H

#include "schema/entities/entity.h"

extern const struct entity topics_entity, sessions_entity;

/* In a fixed order; NULL past the end. */
const struct entity *entity_at(size_t index);

#endif
