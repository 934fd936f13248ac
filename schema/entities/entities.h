/*
 * entities: every entity that has a description.
 */
#ifndef SCHEMA_ENTITIES_ENTITIES_H
#define SCHEMA_ENTITIES_ENTITIES_H

#include "schema/entities/entity.h"

extern const struct entity action_items_entity, energy_checkins_entity, feedback_entity,
	goals_entity, learnings_entity, meetings_entity, milestones_entity, organizations_entity,
	people_entity, projects_entity, sessions_entity, skill_progress_entity,
	skill_projects_entity, skills_entity, tags_entity, tasks_entity, topics_entity;

/* What meetings and feedback show of each of their action items. */
enum { ACTION_SUMMARY_FIELDS = 6 };
extern const struct field action_summary[ACTION_SUMMARY_FIELDS];

/* In a fixed order; NULL past the end. */
const struct entity *entity_at(size_t index);

#endif
