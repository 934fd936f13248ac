#include "schema/entities/entities.h"

static const char *const proficiencies[] = { "beginner", "intermediate", "advanced", "expert",
	NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "skill_id", FIELD_REFERENCE, FIELD_CREATES | FIELD_REQUIRED | FIELD_PARENT, .of = "skills", .example = "5" },
	{ "project_id", FIELD_REFERENCE, FIELD_CREATES | FIELD_REQUIRED, .of = "projects", .example = "2" },
	{ "proficiency_used", FIELD_CHOICE, FIELD_OPTIONAL, .choices = proficiencies, .example = "\"intermediate\"" },
	{ "is_primary_skill", FIELD_BOOL, FIELD_GIVEN, .fallback = "false", .example = "false" },
	{ "hours_spent", FIELD_REAL, FIELD_GIVEN, 0, 100000, .fallback = "0", .example = "12.5" },
	{ "notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "skill_id" },
	{ "project_id" },
};
/* clang-format on */

const struct entity skill_projects_entity = {
	.name = "skill_projects",
	.one = "skill_project",
	.verbs = VERBS_ALL,
	.nested_path = "projects",
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.filters = ENTITY_ITEMS(filters),
	.unique = { "project_id", "SKILL_PROJECT_EXISTS",
		{ { "skill_id", "e.skill_id" }, { "project_id", "e.project_id" } } },
	.change_example = "\"hours_spent\": 14",
	.shown = ENTITY_CHOICES("skill_id", "project_id", "proficiency_used", "hours_spent", "notes"),
};
