#include "schema/entities/entities.h"

static const char *const types[] = { "aha_moment", "concept", "insight", NULL };
static const char *const sources[] = { "meeting", "self_study", "project", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "title", FIELD_TEXT, FIELD_NEEDED, 1, 200, .example = "\"Subnets are per zone\"" },
	{ "content", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "\"A subnet never spans zones.\"" },
	{ "type", FIELD_CHOICE, FIELD_OPTIONAL, .choices = types, .example = "\"aha_moment\"" },
	{ "date", FIELD_DATE, FIELD_GIVEN, .computed_fallback = "account_today(r.account_id)", .example = "\"2026-11-21\"" },
	{ "source", FIELD_CHOICE, FIELD_OPTIONAL, .choices = sources, .example = "\"self_study\"" },
	{ "meeting_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "meetings", .example = "null" },
	{ "project_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "projects", .example = "null" },
	{ "tags", FIELD_TAGS, FIELD_GIVEN, 0, 100, .fallback = "[]", .example = "[\"aws\", \"networking\"]" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "type" },
	{ "source" },
	{ "meeting_id" },
	{ "project_id" },
	{ "tag", "e.tag_ids @> r.tag_ids", FIELD_TEXT, 1, 100, .flags = FILTER_NEEDS_TAG | FILTER_INDEXED },
};
/* clang-format on */

const struct entity learnings_entity = {
	.name = "learnings",
	.one = "learning",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at", "date"),
	.default_order = "-date",
	.range = "date",
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"tags\": [\"aws\"]",
	.shown = ENTITY_CHOICES("date", "type", "tags", "title"),
};
