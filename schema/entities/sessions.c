#include "schema/entities/entities.h"

#define INSTANT "\"2026-11-21T08:04:00.000001Z\""

/* clang-format off */
static const struct field fields[] = {
	{ "topic_id",         FIELD_REFERENCE, FIELD_CHANGES | FIELD_HELD, .of = "topics", .example = "7" },
	{ "tag",              FIELD_TEXT, FIELD_LOOKUP, .of = "topic_id", .value = "name", .example = "\"aws\"" },
	{ "study_date",       FIELD_DATE, FIELD_CHANGES, .example = "\"2026-11-21\"" },
	{ "duration_minutes", FIELD_INT, FIELD_CHANGES, 1, 1440, .example = "45" },
	{ "minutes",          FIELD_INT, FIELD_COPY, 1, 1440, .of = "duration_minutes", .example = "45" },
	{ "notes",            FIELD_TEXT, FIELD_CHANGES | FIELD_CLEARS, 0, 10000, .example = "\"VPC peering\"" },
	{ "task_id",          FIELD_REFERENCE, FIELD_OPTIONAL, .of = "tasks", .example = "12" },
	{ "goal_id",          FIELD_REFERENCE, FIELD_OPTIONAL, .of = "goals", .example = "3" },
	{ "skill_id",         FIELD_REFERENCE, FIELD_OPTIONAL, .of = "skills", .example = "null" },
	{ "project_id",       FIELD_REFERENCE, FIELD_OPTIONAL, .of = "projects", .example = "null" },
	{ "created_at",       FIELD_INSTANT, .example = INSTANT },
	{ "updated_at",       FIELD_INSTANT, FIELD_VERSION, .example = INSTANT },
	{ "timestamp",        FIELD_INSTANT, FIELD_COPY, .of = "created_at", .example = INSTANT },
	{ "topic_archived",   FIELD_BOOL, FIELD_WRITES_ONLY | FIELD_LOOKUP, .of = "topic_id",
	  .value = "archived_at is not null" },
};
/* clang-format on */

static const char *const orders[] = { "created_at", "study_date", NULL };

const struct entity sessions_entity = {
	.name = "sessions",
	.one = "session",
	.key = KEY_UUID,
	.verbs = ENTITY_CHOICES("get", "update", "delete", "restore"),
	.fields = ENTITY_ITEMS(fields),
	.orders = orders,
	.range = "study_date",
	.id_example = "\"01934f2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f\"",
	.change_example = "\"duration_minutes\": 50",
};
