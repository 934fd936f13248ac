#include "schema/entities/entities.h"

static const char *const roles[] = { "manager", "coach", "colleague", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "name", FIELD_TEXT, FIELD_NEEDED, 1, 100, .example = "\"Ada\"" },
	{ "role", FIELD_CHOICE, FIELD_OPTIONAL, .choices = roles, .example = "\"coach\"" },
	{ "organization_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "organizations", .example = "1" },
	{ "organization", FIELD_TEXT, FIELD_EMPTIES | FIELD_LOOKUP, .of = "organization_id", .value = "name", .example = "\"Cloud Corp\"" },
	{ "email", FIELD_TEXT, FIELD_OPTIONAL, 0, 120, .example = "\"ada@example.com\"" },
	{ "notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "every_days", FIELD_INT, FIELD_OPTIONAL, 1, 3650, .example = "14" },
	{ "last_met_on", FIELD_DATE, FIELD_EMPTIES | FIELD_COMPUTED, .value = "person_last_met(e.account_id, e.id)", .example = "\"2026-11-14\"" },
	{ "days_since_met", FIELD_INT, FIELD_EMPTIES | FIELD_COMPUTED, .value = "account_today(e.account_id) - person_last_met(e.account_id, e.id)", .example = "7" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "organization_id" },
	{ "role" },
};
/* clang-format on */

const struct entity people_entity = {
	.name = "people",
	.one = "person",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"role\": \"manager\"",
	.shown = ENTITY_CHOICES("name", "role", "organization", "last_met_on", "days_since_met", "email"),
};
