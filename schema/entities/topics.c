#include "schema/entities/entities.h"

static const struct field fields[] = {
	{ "name", FIELD_NAME, FIELD_CHANGES, .example = "\"aws\"" },
	{ "description", FIELD_TEXT, FIELD_CHANGES | FIELD_CLEARS, 0, 10000, .example = "\"Solutions Architect\"" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:03:40.123456Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:03:40.123456Z\"" },
	{ "archived_at", FIELD_INSTANT, FIELD_EMPTIES, .example = "null" },
};

static const struct filter filters[] = {
	{ "q", "strpos(e.search_key, r.q_key) > 0", FIELD_TEXT },
	{ "archived", "r.archived = (e.archived_at is not null)", FIELD_BOOL, .flags = FILTER_IN_SCAN },
};

const struct entity topics_entity = {
	.name = "topics",
	.one = "topic",
	.key = KEY_INT,
	.verbs = ENTITY_CHOICES("get", "delete"),
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.filters = ENTITY_ITEMS(filters),
	.unique = { "name", "NAME_TAKEN", { { "name_key", "text_key(e.name)" } } },
	.is_kept = true,
	.id_example = "7",
};
