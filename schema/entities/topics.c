#include "schema/entities/entities.h"

static const struct field fields[] = {
	{ "name", FIELD_NAME },
	{ "description", FIELD_TEXT },
	{ "created_at", FIELD_INSTANT },
	{ "updated_at", FIELD_VERSION },
	{ "archived_at", FIELD_INSTANT },
};

static const struct order orders[] = { { "created_at", NULL } }; /* ids rise */

const struct entity topics_entity = {
	.name = "topics",
	.one = "topic",
	.key = KEY_INT,
	.verbs = VERB_GET,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_ITEMS(orders),
};
