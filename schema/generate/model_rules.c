#include "schema/generate/model_rules.h"

#include <string.h>

static void put_checks(struct record *root, const struct entity *e)
{
	for (size_t i = 0; i < e->check_count; i++) {
		struct record *check = record_add(root, "checks");
		record_set(check, "condition", "%s", e->checks[i].condition);
		record_set(check, "outcome", "%s", e->checks[i].outcome);
	}
}

/* name_key: text_key(e.name) */
static void add_unique_column(struct record *unique, const struct unique *rule, const char *name)
{
	size_t len = strlen(name), end = strlen("_key");
	bool is_key = len > end && strcmp(name + len - end, "_key") == 0;
	struct record *column = record_add(unique, "columns");
	record_set(column, "name", "%s", name);
	if (is_key)
		record_set(column, "value", "%s(e.%.*s)", rule->key ? rule->key : "text_key",
			(int)(len - end), name);
	else
		record_set(column, "value", "e.%s", name);
}

static void put_unique(struct record *root, const struct entity *e)
{
	const struct unique *rule = &e->unique;
	if (!rule->columns)
		return;
	struct record *unique = record_add(root, "unique");
	record_set(unique, "field", "%s", rule->field);
	record_set(unique, "code", "%s", rule->code);
	record_set(unique, "message", "%s with this %s already exists",
		record_text_of(root, "Label"), rule->field);
	record_set(unique, "taken", "%s: %s", rule->code, record_text_of(unique, "message"));
	for (const char *const *column = rule->columns; *column; column++)
		add_unique_column(unique, rule, *column);
}

static bool has(const struct record *root, const char *list)
{
	return record_list_of(root, list) != NULL;
}

void model_rules_describe(struct record *root, const struct entity *e)
{
	put_checks(root, e);
	put_unique(root, e);
	bool is_judged = has(root, "checks") || has(root, "unique") || has(root, "derived")
			 || has(root, "tag_fields");
	record_flag(root, "is_judged", is_judged);
	record_set(root, "judged", "%s",
		has(root, "tag_fields") ? "tagged"
		: is_judged             ? "verdict"
					: "locked");
}
