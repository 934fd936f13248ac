#include "schema/entities/entities.h"

static const char *const categories[] = { "technical", "soft_skill", "programming_language", NULL };
static const char *const relevances[] = { "high", "medium", "low", NULL };

static const struct field team_fields[] = {
	{ "team_name", FIELD_TEXT, FIELD_REQUIRED, 1, 100 },
	{ "relevance", FIELD_CHOICE, .choices = relevances },
};

/* clang-format off */
static const struct field fields[] = {
	{ "name", FIELD_TEXT, FIELD_NEEDED, 1, 100, .example = "\"PostgreSQL\"" },
	{ "category", FIELD_CHOICE, FIELD_OPTIONAL, .choices = categories, .example = "\"technical\"" },
	{ "confidence_level", FIELD_INT, FIELD_GIVEN, 1, 5, .fallback = "1", .example = "3" },
	{ "last_used_date", FIELD_DATE, FIELD_OPTIONAL, .example = "\"2026-11-20\"" },
	{ "notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "teams", FIELD_OBJECTS, FIELD_GIVEN, 0, 50, .items = team_fields, .item_count = sizeof team_fields / sizeof *team_fields, .fallback = "[]", .example = "[{\"team_name\": \"Platform\", \"relevance\": \"high\"}]" },
	{ "project_count", FIELD_INT, FIELD_COMPUTED, .value = "skill_project_count(e.account_id, e.id)", .example = "0" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "category" },
};
/* clang-format on */

const struct entity skills_entity = {
	.name = "skills",
	.one = "skill",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.unique = { "name", "NAME_TAKEN", { { "name_key", "text_key(e.name)" } } },
	.change_example = "\"confidence_level\": 4",
	.shown = ENTITY_CHOICES("name", "category", "confidence_level", "last_used_date", "project_count"),
};
