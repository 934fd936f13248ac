#include "schema/entities/entities.h"

static const char *const categories[] = { "learning", "feedback", "general", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "name", FIELD_TEXT, FIELD_NEEDED, 1, 100, .example = "\"aws\"" },
	{ "category", FIELD_CHOICE, FIELD_GIVEN, .choices = categories, .fallback = "general", .example = "\"general\"" },
	{ "learnings", FIELD_INT, FIELD_COMPUTED, .value = "tag_count(e.account_id, e.id, 'learning')", .example = "2" },
	{ "feedback", FIELD_INT, FIELD_COMPUTED, .value = "tag_count(e.account_id, e.id, 'feedback')", .example = "0" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "category" },
};
/* clang-format on */

const struct entity tags_entity = {
	.name = "tags",
	.one = "tag",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.unique = { "name", "NAME_TAKEN", { { "name_key", "text_key(e.name)" } } },
	.change_example = "\"category\": \"learning\"",
	.shown = ENTITY_CHOICES("name", "category", "learnings", "feedback"),
};
