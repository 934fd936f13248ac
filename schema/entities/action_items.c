#include "schema/entities/entities.h"

static const char *const priorities[] = { "high", "medium", "low", NULL };
static const char *const statuses[] = { "todo", "in_progress", "done", NULL };
static const char *const source_types[] = { "feedback", "meeting", NULL };

/* clang-format off */
const struct field action_summary[ACTION_SUMMARY_FIELDS] = {
	{ "id", FIELD_REFERENCE, FIELD_REQUIRED, .of = "action_items" },
	{ "description", FIELD_TEXT, FIELD_REQUIRED, 1, 1000 },
	{ "due_date", FIELD_DATE },
	{ "status", FIELD_CHOICE, FIELD_REQUIRED, .choices = statuses },
	{ "priority", FIELD_CHOICE, FIELD_REQUIRED, .choices = priorities },
	{ "completed_at", FIELD_INSTANT },
};

static const struct field fields[] = {
	{ "description", FIELD_TEXT, FIELD_NEEDED, 1, 1000, .example = "\"Send the notes\"" },
	{ "due_date", FIELD_DATE, FIELD_OPTIONAL, .example = "\"2026-11-25\"" },
	{ "status", FIELD_CHOICE, FIELD_GIVEN, .choices = statuses, .fallback = "todo", .example = "\"todo\"" },
	{ "priority", FIELD_CHOICE, FIELD_GIVEN, .choices = priorities, .fallback = "medium", .example = "\"medium\"" },
	{ "source_type", FIELD_CHOICE, FIELD_OPTIONAL, .choices = source_types, .example = "\"meeting\"" },
	{ "source_id", FIELD_INT, FIELD_OPTIONAL, 1, INT64_MAX, .example = "6" },
	{ "completed_at", FIELD_INSTANT, FIELD_EMPTIES | FIELD_DERIVED, .value = "case when e.status = 'done' then coalesce(e.completed_at, now()) end", .example = "null" },
	{ "created_at", FIELD_INSTANT, .example = "\"2026-11-21T08:04:00.000001Z\"" },
	{ "updated_at", FIELD_INSTANT, FIELD_VERSION, .example = "\"2026-11-21T08:04:00.000001Z\"" },
};

static const struct filter filters[] = {
	{ "status" },
	{ "priority" },
	{ "source_type" },
	{ "source_id", .flags = FILTER_INDEXED },
	{ "due", "e.due_date <= r.due", FIELD_DATE },
	{ "overdue", "(coalesce(e.due_date < r.current_day, false) and e.status <> 'done') = r.overdue", FIELD_BOOL, .flags = FILTER_NEEDS_TODAY },
};

static const struct check checks[] = {
	{ "num_nonnulls(e.source_type, e.source_id) = 1",
	  "INVALID_INPUT source_id: source_type and source_id must be given together" },
	{ "e.source_id is not null and not source_exists_held(e.account_id, e.source_type, e.source_id)",
	  "INVALID_INPUT source_id: source_id names no row of source_type" },
};
/* clang-format on */

const struct entity action_items_entity = {
	.name = "action_items",
	.one = "action_item",
	.verbs = VERBS_ALL,
	.is_in_system_c = true,
	.fields = ENTITY_ITEMS(fields),
	.orders = ENTITY_CHOICES("created_at"),
	.has_search = true,
	.filters = ENTITY_ITEMS(filters),
	.checks = ENTITY_ITEMS(checks),
	.change_example = "\"status\": \"done\"",
	.shown = ENTITY_CHOICES("due_date", "status", "priority", "description"),
	.command = "action",
};
