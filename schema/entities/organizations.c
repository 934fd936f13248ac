#include "schema/entities/entities.h"

static const char *const types[] = { "employer", "host", "employer_host", "personal", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "name", FIELD_TEXT, FIELD_NEEDED, 1, 100, .example = "\"Cloud Corp\"" },
	{ "type", FIELD_CHOICE, FIELD_NEEDED, .choices = types, .example = "\"host\"" },
	{ "notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "display_name", FIELD_TEXT, FIELD_OPTIONAL, 0, 100, .example = "\"Cloud\"" },
	{ "color", FIELD_TEXT, FIELD_OPTIONAL, 0, 20, .example = "\"#3366ff\"" },
	{ "description", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "type" },
};
/* clang-format on */

const struct entity organizations_entity = {
	.name = "organizations",
	.one = "organization",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.unique = { "name", "NAME_TAKEN", { { "name_key", "text_key(e.name)" } } },
	.change_example = "\"color\": \"#00aa55\"",
	.shown = ENTITY_CHOICES("name", "type", "display_name", "description"),
};
