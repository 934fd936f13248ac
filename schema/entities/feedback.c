#include "schema/entities/entities.h"

static const char *const categories[] = { "technical", "behavioral", "general", NULL };
static const char *const sentiments[] = { "positive", "constructive", "neutral", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "content", FIELD_TEXT, FIELD_NEEDED, 1, 10000, .example = "\"Clear explanations\"" },
	{ "from_person_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "people", .example = "4" },
	{ "from_person", FIELD_TEXT, FIELD_EMPTIES | FIELD_LOOKUP, .of = "from_person_id", .value = "name", .example = "\"Ada\"" },
	{ "feedback_date", FIELD_DATE, FIELD_GIVEN, .computed_fallback = "account_today(r.account_id)", .example = "\"2026-11-21\"" },
	{ "category", FIELD_CHOICE, FIELD_OPTIONAL, .choices = categories, .example = "\"behavioral\"" },
	{ "sentiment", FIELD_CHOICE, FIELD_OPTIONAL, .choices = sentiments, .example = "\"positive\"" },
	{ "tags", FIELD_TAGS, FIELD_GIVEN, 0, 100, .fallback = "[]", .example = "[\"teaching\"]" },
	{ "action_items", FIELD_OBJECTS, FIELD_COMPUTED, .value = "actions_of(e.account_id, 'feedback', e.id)", .items = action_summary, .item_count = ACTION_SUMMARY_FIELDS, .example = "[]" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "from_person_id" },
	{ "category" },
	{ "sentiment" },
	{ "tag", "e.tag_ids @> r.tag_ids", FIELD_TEXT, 1, 100, .flags = FILTER_NEEDS_TAG | FILTER_INDEXED },
};
/* clang-format on */

const struct entity feedback_entity = {
	.name = "feedback",
	.one = "feedback",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at", "feedback_date"),
	.default_order = "-feedback_date",
	.range = "feedback_date",
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"sentiment\": \"constructive\"",
	.shown = ENTITY_CHOICES("feedback_date", "from_person", "sentiment", "category", "content"),
};
