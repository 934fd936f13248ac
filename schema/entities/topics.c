#include "schema/entities/entities.h"

static const struct field fields[] = {
	{ "name", FIELD_NAME, FIELD_CHANGES, .example = "\"aws\"" },
	{ "description", FIELD_TEXT, FIELD_EMPTIES, .example = "\"Solutions Architect\"" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:03:40.123456Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:03:40.123456Z\"" },
	{ "archived_at", FIELD_INSTANT, FIELD_EMPTIES, .example = "null" },
};

const struct entity topics_entity = {
	.name = "topics",
	.one = "topic",
	.key = KEY_INT,
	.verbs = ENTITY_CHOICES("get", "delete"),
	.fields = ENTITY_ITEMS(fields),
	.kept = "kept_topic",
	.id_example = "7",
};
