#include "schema/entities/entities.h"

static const char *const types[] = { "weekly", "monthly", "rotation", NULL };
static const char *const categories[] = { "technical", "soft_skill", "hiring_readiness", NULL };
static const char *const statuses[] = { "not_started", "in_progress", "completed", "cancelled",
	NULL };

/* clang-format off */
static const struct field milestone_fields[] = {
	{ "id", FIELD_REFERENCE, FIELD_REQUIRED, .of = "milestones" },
	{ "description", FIELD_TEXT, FIELD_REQUIRED, 1, 1000 },
	{ "target_date", FIELD_DATE },
	{ "completed", FIELD_BOOL, FIELD_REQUIRED },
	{ "completed_at", FIELD_INSTANT },
};

static const struct field fields[] = {
	{ "title", FIELD_TEXT, FIELD_NEEDED, 1, 200, .example = "\"Pass the exam\"" },
	{ "description", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "null" },
	{ "type", FIELD_CHOICE, FIELD_OPTIONAL, .choices = types, .example = "\"monthly\"" },
	{ "category", FIELD_CHOICE, FIELD_OPTIONAL, .choices = categories, .example = "\"technical\"" },
	{ "start_date", FIELD_DATE, FIELD_OPTIONAL, .example = "\"2026-11-01\"" },
	{ "target_date", FIELD_DATE, FIELD_OPTIONAL, .example = "\"2026-11-30\"" },
	{ "status", FIELD_CHOICE, FIELD_GIVEN, .choices = statuses, .fallback = "not_started", .example = "\"in_progress\"" },
	{ "progress_percentage", FIELD_INT, FIELD_GIVEN, 0, 100, .fallback = "0", .example = "40" },
	{ "parent_goal_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "goals", .example = "null" },
	{ "project_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "projects", .example = "null" },
	{ "target_minutes_per_week", FIELD_INT, FIELD_OPTIONAL, 1, 10080, .example = "300" },
	{ "topic_ids", FIELD_IDS, FIELD_GIVEN, 0, 100, .of = "topics", .fallback = "[]", .example = "[7]" },
	{ "minutes_this_week", FIELD_INT, FIELD_EMPTIES | FIELD_COMPUTED, .value = "goal_minutes_this_week(e.account_id, e.topic_ids)", .example = "120" },
	{ "milestones", FIELD_OBJECTS, FIELD_COMPUTED, .value = "goal_milestones(e.account_id, e.id)", .items = milestone_fields, .item_count = sizeof milestone_fields / sizeof *milestone_fields, .example = "[]" },
	{ "milestones_done", FIELD_INT, FIELD_COMPUTED, .value = "goal_milestone_count(e.account_id, e.id, true)", .example = "0" },
	{ "milestones_total", FIELD_INT, FIELD_COMPUTED, .value = "goal_milestone_count(e.account_id, e.id, null)", .example = "0" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "type" },
	{ "category" },
	{ "status" },
	{ "parent_goal_id" },
	{ "project_id" },
};

static const struct check checks[] = {
	{ "goal_is_at_or_below(e.account_id, e.parent_goal_id, e.id)",
	  "INVALID_INPUT parent_goal_id: parent_goal_id must not be the goal itself or a goal below it" },
};
/* clang-format on */

const struct entity goals_entity = {
	.name = "goals",
	.one = "goal",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.checks = ENTITY_ITEMS(checks),
	.change_example = "\"progress_percentage\": 60",
	.shown = ENTITY_CHOICES("status", "progress_percentage", "target_date", "milestones_done", "milestones_total", "title"),
};
