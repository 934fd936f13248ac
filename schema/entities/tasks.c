#include "schema/entities/entities.h"

static const char *const priorities[] = { "high", "medium", "low", NULL };
static const char *const statuses[] = { "todo", "in_progress", "done", NULL };

/* clang-format off */
static const struct field fields[] = {
	{ "title", FIELD_TEXT, FIELD_NEEDED, 1, 200, .example = "\"Read chapter 4\"" },
	{ "description", FIELD_TEXT, FIELD_OPTIONAL, 0, 10000, .example = "\"Networks and VPCs\"" },
	{ "priority", FIELD_CHOICE, FIELD_GIVEN, .choices = priorities, .fallback = "medium", .example = "\"medium\"" },
	{ "status", FIELD_CHOICE, FIELD_GIVEN, .choices = statuses, .fallback = "todo", .example = "\"todo\"" },
	{ "date", FIELD_DATE, FIELD_GIVEN, .computed_fallback = "account_today(r.account_id)", .example = "\"2026-11-21\"" },
	{ "estimated_time", FIELD_INT, FIELD_OPTIONAL, 0, 1440, .help = "minutes, 0 to 1440", .example = "45" },
	{ "actual_time", FIELD_INT, FIELD_OPTIONAL, 0, 1440, .help = "minutes, 0 to 1440", .example = "null" },
	{ "goal_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "goals", .example = "3" },
	{ "project_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "projects", .example = "null" },
	{ "organization_id", FIELD_REFERENCE, FIELD_OPTIONAL, .of = "organizations", .example = "null" },
	{ "completed_at", FIELD_INSTANT, FIELD_EMPTIES | FIELD_DERIVED, .value = "case when e.status = 'done' then coalesce(e.completed_at, now()) end", .example = "null" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "status" },
	{ "priority" },
	{ "goal_id" },
	{ "project_id" },
	{ "organization_id" },
	{ "date", .day = "r.date" },
	{ "today", "(e.date = r.current_day) = r.today", FIELD_BOOL, .flags = FILTER_NEEDS_TODAY,
	  .day = "case when r.today then account_today(r.account_id) end" },
	{ "overdue", "(e.date < r.current_day and e.status <> 'done') = r.overdue", FIELD_BOOL, .flags = FILTER_NEEDS_TODAY },
};
/* clang-format on */

const struct entity tasks_entity = {
	.name = "tasks",
	.one = "task",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at", "date"),
	.range = "date",
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.change_example = "\"status\": \"done\"",
	.shown = ENTITY_CHOICES("date", "status", "priority", "estimated_time", "title"),
};
