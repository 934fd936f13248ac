#include "schema/entities/entities.h"

static const char *const roles[] = { "manager", "coach", "colleague", NULL };

/* clang-format off */
static const struct field attendee_fields[] = {
	{ "id", FIELD_REFERENCE, FIELD_REQUIRED, .of = "people" },
	{ "name", FIELD_TEXT, FIELD_REQUIRED, 1, 100 },
	{ "role", FIELD_CHOICE, .choices = roles },
};

static const struct field fields[] = {
	{ "title", FIELD_TEXT, FIELD_NEEDED, 1, 200, .example = "\"Weekly 1:1\"" },
	{ "meeting_date", FIELD_DATE, FIELD_NEEDED, .example = "\"2026-11-21\"" },
	{ "meeting_time", FIELD_TIME, FIELD_OPTIONAL, .example = "\"09:30\"" },
	{ "duration_minutes", FIELD_INT, FIELD_OPTIONAL, 0, 1440, .example = "30" },
	{ "organization_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "organizations", .example = "null" },
	{ "preparation_notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "\"Ask about the rotation\"" },
	{ "outcome_notes", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "questions_asked", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "attendee_ids", FIELD_IDS, FIELD_GIVEN, 0, 100, .of = "people", .fallback = "[]", .example = "[4]" },
	{ "attendees", FIELD_OBJECTS, FIELD_COMPUTED, .value = "people_of(e.account_id, e.attendee_ids)", .items = attendee_fields, .item_count = sizeof attendee_fields / sizeof *attendee_fields, .example = "[{\"id\": 4, \"name\": \"Ada\", \"role\": \"coach\"}]" },
	{ "action_items", FIELD_OBJECTS, FIELD_COMPUTED, .value = "actions_of(e.account_id, 'meeting', e.id)", .items = action_summary, .item_count = ACTION_SUMMARY_FIELDS, .example = "[]" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "organization_id" },
	{ "attendee_id", "e.attendee_ids @> array[r.attendee_id]", FIELD_REFERENCE, .flags = FILTER_INDEXED },
};
/* clang-format on */

const struct entity meetings_entity = {
	.name = "meetings",
	.one = "meeting",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at", "meeting_date"),
	.default_order = "-meeting_date",
	.range = "meeting_date",
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"outcome_notes\": \"Start on Monday\"",
	.shown = ENTITY_CHOICES("meeting_date", "meeting_time", "duration_minutes", "title"),
};
