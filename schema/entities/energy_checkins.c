#include "schema/entities/entities.h"

/* clang-format off */
static const struct field fields[] = {
	{ "checkin_datetime", FIELD_INSTANT, FIELD_GIVEN, .computed_fallback = "now()", .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "energy_level", FIELD_INT, FIELD_NEEDED, 1, 5, .example = "4" },
	{ "engagement_level", FIELD_INT, FIELD_NEEDED, 1, 5, .example = "3" },
	{ "mood", FIELD_TEXT, FIELD_OPTIONAL, 0, 200, .example = "\"calm\"" },
	{ "notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};
/* clang-format on */

const struct entity energy_checkins_entity = {
	.name = "energy_checkins",
	.one = "energy_checkin",
	.verbs = VERBS_ALL,
	.label = "energy check-in",
	.plural = "energy check-ins",
	.path = "energy",
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at", "checkin_datetime"),
	.default_order = "-checkin_datetime",
	.range = "checkin_datetime",
	.change_example = "\"mood\": \"tired\"",
	.shown = ENTITY_CHOICES("checkin_datetime", "energy_level", "engagement_level", "mood"),
	.command = "energy",
};
