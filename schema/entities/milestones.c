#include "schema/entities/entities.h"

/* clang-format off */
static const struct field fields[] = {
	{ "goal_id", FIELD_REFERENCE, FIELD_CREATES | FIELD_REQUIRED | FIELD_PARENT, .of = "goals", .example = "3" },
	{ "description", FIELD_TEXT, FIELD_NEEDED, 1, 1000, .example = "\"First practice exam\"" },
	{ "target_date", FIELD_DATE, FIELD_OPTIONAL, .example = "\"2026-11-28\"" },
	{ "completed", FIELD_BOOL, FIELD_GIVEN, .fallback = "false", .example = "false" },
	{ "completed_at", FIELD_INSTANT, FIELD_EMPTIES | FIELD_DERIVED, .value = "case when e.completed then coalesce(e.completed_at, now()) end", .example = "null" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "goal_id" },
	{ "completed" },
};
/* clang-format on */

const struct entity milestones_entity = {
	.name = "milestones",
	.one = "milestone",
	.verbs = VERBS_ALL,
	.nested_path = "milestones",
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"completed\": true",
	.shown = ENTITY_CHOICES("goal_id", "target_date", "completed", "description"),
};
