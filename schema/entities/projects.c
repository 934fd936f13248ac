#include "schema/entities/entities.h"

static const char *const classifications[] = { "primary", "secondary", "archive", "maintenance",
	NULL };
static const char *const project_types[] = { "Work", "Personal", "Learning", "Inactive", NULL };
static const char *const statuses[] = { "active", "paused", "completed", "cancelled", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "name", FIELD_TEXT, FIELD_NEEDED, 1, 1000, .example = "\"work-prod\"" },
	{ "path", FIELD_TEXT, FIELD_OPTIONAL, 0, 1000, .example = "\"/home/ada/work-prod\"" },
	{ "organization", FIELD_TEXT, FIELD_OPTIONAL, 0, 1000, .example = "\"grimm00\"" },
	{ "classification", FIELD_CHOICE, FIELD_OPTIONAL, .choices = classifications, .example = "\"primary\"" },
	{ "project_type", FIELD_CHOICE, FIELD_OPTIONAL, .choices = project_types, .example = "\"Work\"" },
	{ "status", FIELD_CHOICE, FIELD_GIVEN | FIELD_NO_NULL, .choices = statuses, .fallback = "active", .example = "\"active\"" },
	{ "description", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "remote_url", FIELD_TEXT, FIELD_OPTIONAL, 0, 1000, .example = "\"https://example.com/work-prod.git\"" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "status" },
	{ "organization" },
	{ "classification" },
	{ "project_type" },
};
/* clang-format on */

const struct entity projects_entity = {
	.name = "projects",
	.one = "project",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.tells_location = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.search_alias = "search",
	.filters = ENTITY_ITEMS(filters),
	.unique = { "path", "PATH_TAKEN", { { "path_key", "path_key(e.path)" } } },
	.change_example = "\"status\": \"paused\"",
	.shown = ENTITY_CHOICES("name", "status", "classification", "organization", "path"),
};
