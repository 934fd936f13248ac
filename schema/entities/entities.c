#include "schema/entities/entities.h"

static const struct entity *const entity_table[] = {
	&topics_entity,
	&sessions_entity,
	&tags_entity,
	&organizations_entity,
	&people_entity,
	&projects_entity,
	&goals_entity,
	&milestones_entity,
	&tasks_entity,
	&meetings_entity,
	&learnings_entity,
	&skills_entity,
	&skill_progress_entity,
	&skill_projects_entity,
	&feedback_entity,
	&action_items_entity,
	&energy_checkins_entity,
};

const struct entity *entity_at(size_t index)
{
	return index < sizeof entity_table / sizeof *entity_table ? entity_table[index] : NULL;
}
