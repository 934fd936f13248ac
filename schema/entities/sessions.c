#include "schema/entities/entities.h"

/* clang-format off */
static const struct field fields[] = {
	{ "topic_id",         FIELD_REFERENCE, FIELD_CHANGES | FIELD_HELD, .of = "topics" },
	{ "tag",              FIELD_LOOKUP, .of = "topic_id", .value = "name", .type = "text" },
	{ "study_date",       FIELD_DATE, FIELD_CHANGES },
	{ "duration_minutes", FIELD_INT, FIELD_CHANGES, 1, 1440 },
	{ "minutes",          FIELD_COPY, .of = "duration_minutes" },
	{ "notes",            FIELD_TEXT, FIELD_CHANGES | FIELD_CLEARS, 0, 10000 },
	{ "created_at",       FIELD_INSTANT },
	{ "updated_at",       FIELD_VERSION },
	{ "timestamp",        FIELD_COPY, .of = "created_at" },
	{ "topic_archived",   FIELD_LOOKUP, FIELD_WRITES_ONLY, .of = "topic_id",
	  .value = "archived_at is not null", .type = "boolean" },
};
/* clang-format on */

static const struct order orders[] = {
	{ "created_at", "created_at" },
	{ "study_date", "study_date" },
};

const struct entity sessions_entity = {
	.name = "sessions",
	.one = "session",
	.key = KEY_UUID,
	.verbs = VERB_GET | VERB_UPDATE | VERB_DELETE | VERB_RESTORE,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_ITEMS(orders),
};
