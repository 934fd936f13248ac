#include "schema/entities/entities.h"

/* clang-format off */
static const struct field fields[] = {
	{ "skill_id", FIELD_REFERENCE, FIELD_CREATES | FIELD_REQUIRED | FIELD_PARENT, .of = "skills", .example = "5" },
	{ "confidence_level", FIELD_INT, FIELD_NEEDED, 1, 5, .example = "3" },
	{ "notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "\"after the course\"" },
	{ "recorded_at", FIELD_INSTANT, FIELD_GIVEN, .computed_fallback = "now()", .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "skill_id" },
};
/* clang-format on */

const struct entity skill_progress_entity = {
	.name = "skill_progress",
	.one = "skill_progress",
	.verbs = VERBS_ALL,
	.label = "skill progress",
	.nested_path = "progress",
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at", "recorded_at"),
	.default_order = "-recorded_at",
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"notes\": \"after the exam\"",
	.shown = ENTITY_CHOICES("skill_id", "recorded_at", "confidence_level", "notes"),
	.command = "progress",
};
