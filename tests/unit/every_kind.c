#include "tests/unit/every_kind.h"

static const char *const levels[] = { "low", "high", NULL };

/* clang-format off */
const struct method every_kind = {
	.name = "test.every_kind", .summary = "For tests.", .is_write = true, .shape = RESULT_ROW,
	METHOD_PARAMS(
		{ .name = "text", .kind = PARAM_TEXT, .flags = PARAM_REQUIRED, .min = 1, .max = 10 },
		{ .name = "real", .kind = PARAM_REAL, .min = -5, .max = 100, .fallback = "0.5" },
		{ .name = "tags", .kind = PARAM_TEXTS, .max = 3, .fallback = "[]", .flags = PARAM_NULLABLE,
		  PARAM_ITEMS({ .kind = PARAM_TEXT, .min = 1, .max = 8 }) },
		{ .name = "labels", .kind = PARAM_TEXTS, .max = 3, .flags = PARAM_PRESENCE,
		  PARAM_ITEMS({ .kind = PARAM_NAME, .min = 1, .max = 8 }) },
		{ .name = "goals", .kind = PARAM_IDS, .min = 1, .max = 4,
		  PARAM_ITEMS({ .kind = PARAM_INT, .min = 1, .max = INT64_MAX }) },
		{ .name = "files", .kind = PARAM_IDS, .max = 2, PARAM_ITEMS({ .kind = PARAM_UUID }) },
		{ .name = "teams", .kind = PARAM_OBJECTS, .max = 3, PARAM_ITEMS(
			{ .name = "name", .kind = PARAM_NAME, .flags = PARAM_REQUIRED, .min = 1, .max = 20 },
			{ .name = "relevance", .kind = PARAM_INT, .min = 1, .max = 5, .fallback = "3" },
			{ .name = "weight", .kind = PARAM_REAL, .min = 0, .max = 1, .flags = PARAM_NULLABLE },
			{ .name = "level", .kind = PARAM_CHOICE, .choices = levels },
			{ .name = "is_lead", .kind = PARAM_BOOL },
			{ .name = "since", .kind = PARAM_DATE },
			{ .name = "seen_at", .kind = PARAM_INSTANT },
			{ .name = "met_at", .kind = PARAM_LOCAL_INSTANT },
			{ .name = "starts_at", .kind = PARAM_TIME },
			{ .name = "file", .kind = PARAM_UUID },
			{ .name = "note", .kind = PARAM_TEXT, .max = 20 }) },
		{ .name = "after", .kind = PARAM_CURSOR_INT, .flags = PARAM_NULLABLE },
		{ .name = "at", .kind = PARAM_LOCAL_INSTANT, .flags = PARAM_NULLABLE },
		{ .name = "things", .kind = PARAM_VALUES, .max = 4, .flags = PARAM_NULLABLE },
		{ .name = "behind", .kind = PARAM_CURSOR_TEXT, .max = 8, .flags = PARAM_NULLABLE })
};
/* clang-format on */
