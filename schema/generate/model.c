#include "schema/generate/model.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/model_field.h"
#include "schema/generate/model_list.h"

const struct verb_row model_verbs[] = {
	{ VERB_GET, "get", false },
	{ VERB_LIST, "list", false },
	{ VERB_CREATE, "create", true },
	{ VERB_UPDATE, "update", true },
	{ VERB_DELETE, "delete", false },
	{ VERB_RESTORE, "restore", true },
	{ 0, NULL, false },
};

const struct entity *model_entity(struct span name)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		if (span_is(name, e->name))
			return e;
	return NULL;
}

/* Names. */

static const char *label_of(struct record *r, const struct entity *e)
{
	return e->label ? e->label : model_words(r, span_of(e->one), ' ');
}

static const char *path_of(struct record *r, const struct entity *e)
{
	return model_words(r, span_of(e->path ? e->path : e->name), '-');
}

/* The label of several, if the table is `one` with an s; else the name of the table. */
static void put_plural(struct record *root, const struct entity *e)
{
	char ones[NAME_MAX];
	(void)snprintf(ones, sizeof ones, "%ss", e->one);
	if (e->label && strcmp(ones, e->name) == 0)
		record_set(root, "plural", "%ss", e->label);
	else
		record_set(root, "plural", "%s", model_words(root, span_of(e->name), ' '));
}

static void put_names(struct record *root, const struct entity *e)
{
	record_set(root, "table", "%s", e->name);
	record_set(root, "entity", "%s", e->one);
	record_set(root, "label", "%s", label_of(root, e));
	record_set(root, "labels", "%s", model_words(root, span_of(e->name), ' '));
	put_plural(root, e);
	record_set(root, "key", "%s_id", e->one);
	record_set(root, "key_type", "%s", e->key == KEY_UUID ? "uuid" : "int8");
	record_flag(root, "is_uuid", e->key == KEY_UUID);
	record_set(root, "id_example", "%s", e->id_example ? e->id_example : "7");
	record_set(root, "change_example", "%s", e->change_example ? e->change_example : "");
	record_set(root, "path", "%s", path_of(root, e));
	record_set(root, "path_key", "{%s_id}", e->one);
	record_set(root, "collection", "%s", path_of(root, e));
	record_flag(root, "in_system_c", e->is_in_system_c);
	record_flag(root, "has_command", e->shown && e->verbs);
	record_set(root, "command", "%s",
		model_words(root, span_of(e->command ? e->command : e->one), '-'));
}

static void put_parent(struct record *root, const struct entity *e, const struct field *f)
{
	const struct entity *other = model_entity(span_of(f->of));
	struct record *parent = record_add(root, "parent");
	const char *path = path_of(root, other),
		   *nested = e->nested_path ? e->nested_path : e->name;
	model_field_describe(parent, f);
	record_set(parent, "parent", "%s", other->one);
	record_set(parent, "parent_table", "%s", other->name);
	record_set(parent, "parent_label", "%s", label_of(root, other));
	record_set(parent, "parent_path", "%s", path);
	record_set(parent, "nested_path", "%s", nested);
	record_set(root, "collection", "%s/{%s}/%s", path, f->name, nested);
}

/* Verbs. */

/* A record with a flag for every verb. */
static void add_operation(struct record *root, const char *list, const struct verb_row *verb)
{
	struct record *operation = record_add(root, list);
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "is_%s", row->name);
		record_flag(operation, name, row == verb);
	}
}

static void put_verbs(struct record *root, const struct entity *e)
{
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		char name[NAME_MAX];
		bool has = e->verbs & row->verb;
		(void)snprintf(name, sizeof name, "has_%s", row->name);
		record_flag(root, name, has);
		if (has)
			record_set(record_add(root, "verbs"), "verb", "%s", row->name);
		if (has && (row->verb & (VERB_LIST | VERB_CREATE)))
			add_operation(root, "list_operations", row);
		if (has && (row->verb & (VERB_GET | VERB_UPDATE | VERB_DELETE)))
			add_operation(root, "row_operations", row);
	}
}

/* Whether the row is deleted and restored with the row that the field names. */
static bool goes_along(const struct field *f)
{
	return f->kind == FIELD_REFERENCE
	       && (f->flags & (FIELD_REQUIRED | FIELD_CHANGES)) == FIELD_REQUIRED;
}

/* Whether a field of any entity names rows of `e`; by_owned: whose row goes along. */
static bool is_named(const struct entity *e, bool by_owned)
{
	const struct entity *other;
	for (size_t i = 0; (other = entity_at(i)) != NULL; i++)
		for (size_t k = 0; k < other->field_count; k++) {
			const struct field *f = &other->fields[k];
			bool is_id = f->kind == FIELD_REFERENCE || f->kind == FIELD_IDS;
			if (is_id && strcmp(f->of, e->name) == 0 && (!by_owned || goes_along(f)))
				return true;
		}
	return false;
}

/* Fields. */

/* What a response shows of the row that a reference names. */
static bool put_lookups(
	struct record *reference, const struct entity *e, const struct field *f, unsigned hidden)
{
	record_list(reference, "lookups");
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *shown = &e->fields[i];
		if (shown->kind != FIELD_LOOKUP || (shown->flags & hidden)
			|| strcmp(shown->of, f->name) != 0)
			continue;
		struct record *lookup = record_add(reference, "lookups");
		record_set(lookup, "name", "%s", shown->name);
		record_set(lookup, "value", "%s", shown->value);
	}
	return record_has(reference, "lookups");
}

/* Adds a reference to each of its lists. */
static void add_references(
	struct record *root, const struct entity *e, const struct field *f, unsigned hidden)
{
	struct record *probe = record_new(root->tree);
	bool is_held = f->flags & FIELD_HELD, is_given = f->flags & FIELD_GIVEN;
	const struct {
		const char *list;
		bool has;
		unsigned hidden;
	} lists[] = {
		{ "references", put_lookups(probe, e, f, hidden), hidden },
		{ "held", is_held, FIELD_WRITES_ONLY },
		{ "anchors", is_held || goes_along(f), FIELD_WRITES_ONLY },
		{ "links", is_given && !is_held, hidden },
	};
	const struct entity *other = model_entity(span_of(f->of));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (!lists[i].has)
			continue;
		struct record *reference = record_add(root, lists[i].list);
		model_field_describe(reference, f);
		record_set(reference, "table", "%s", other->name);
		record_set(reference, "one", "%s", other->one);
		record_set(reference, "of_label", "%s", label_of(root, other));
		(void)put_lookups(reference, e, f, lists[i].hidden);
	}
}

/* Adds a field to each of its lists. */
static void add_field(struct record *root, const struct field *f)
{
	unsigned given = f->flags & FIELD_GIVEN;
	bool is_stored = model_field_is_stored(f), is_derived = f->kind == FIELD_DERIVED;
	bool is_create = f->flags & FIELD_CREATES, is_change = f->flags & FIELD_CHANGES;
	bool is_needed = (f->flags & (FIELD_REQUIRED | FIELD_PARENT)) == FIELD_REQUIRED;
	bool is_cleared = (f->flags & FIELD_CLEARS) || (model_field_is_list(f) && is_change);
	const struct {
		const char *list;
		bool has;
		const char *flags; /* of the param */
		bool has_default;
	} lists[] = {
		{ "examples", f->example },
		{ "stored", is_stored && (given || is_derived) },
		{ "required", is_stored && ((given && !(f->flags & FIELD_CLEARS)) || is_derived) },
		{ "derived", is_derived },
		{ "tag_fields", f->kind == FIELD_TAGS },
		{ "changes", is_change, f->flags & FIELD_CLEARS ? "PARAM_PRESENCE" : "0" },
		{ "creates", is_create,
			f->flags & FIELD_REQUIRED  ? "PARAM_REQUIRED"
			: f->flags & FIELD_NO_NULL ? "0"
						   : "PARAM_NULLABLE",
			.has_default = true },
		{ "needed", is_create && is_needed },
		{ "clears", is_cleared },
	};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (!lists[i].has)
			continue;
		struct record *r = record_add(root, lists[i].list);
		model_field_describe(r, f);
		record_set(r, "flags", "%s", lists[i].flags ? lists[i].flags : "");
		if (!lists[i].has_default)
			record_set(r, "fallback", "%s", "");
	}
}

static void put_params(struct record *root, const struct entity *e)
{
	struct numbering updates = { root, "params", 3 }, creates = { root, "create_params", 2 };
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *f = &e->fields[i];
		if (f->flags & FIELD_CHANGES)
			numbering_add(&updates, model_field_param_type(f), "", f->name);
		if ((f->flags & FIELD_CHANGES) && (f->flags & FIELD_CLEARS))
			numbering_add(&updates, "bool", "has_", f->name);
		if (f->flags & FIELD_CREATES)
			numbering_add(&creates, model_field_param_type(f), "", f->name);
	}
	record_set(root, "if_match", "%d", updates.next);
	record_set(root, "if_none_match", "%d", updates.next + 1);
	record_set(root, "idempotency_key", "%d", creates.next);
}

static void put_fields(struct record *root, const struct entity *e, bool is_change)
{
	unsigned hidden = is_change ? 0 : FIELD_WRITES_ONLY;
	const char *caption = "";
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *f = &e->fields[i];
		if (!(f->flags & hidden))
			model_field_describe_column(record_add(root, "columns"), e, f, is_change);
		if (f->kind == FIELD_REFERENCE)
			add_references(root, e, f, hidden);
		if (f->flags & FIELD_PARENT)
			put_parent(root, e, f);
		add_field(root, f);
		if (!*caption && f->kind == FIELD_TEXT && (f->flags & FIELD_REQUIRED))
			caption = f->name;
	}
	record_set(root, "caption", "%s", caption);
	for (const char *const *name = e->shown; name && *name; name++)
		model_field_describe(record_add(root, "shown"), model_field_find(e, *name));
}

/* Rules. */

/* name_key: text_key(e.name) */
static void add_unique_column(struct record *unique, const struct unique *rule, const char *name)
{
	size_t len = strlen(name), end = strlen("_key");
	bool is_key = len > end && strcmp(name + len - end, "_key") == 0;
	struct record *column = record_add(unique, "columns");
	record_set(column, "name", "%s", name);
	record_set(column, "value", "e.%s", name);
	if (is_key)
		record_set(column, "value", "%s(e.%.*s)", rule->key ? rule->key : "text_key",
			(int)(len - end), name);
}

static void put_unique(struct record *root, const struct unique *rule)
{
	if (!rule->columns)
		return;
	struct record *unique = record_add(root, "unique");
	record_set(unique, "field", "%s", rule->field);
	record_set(unique, "code", "%s", rule->code);
	for (const char *const *column = rule->columns; *column; column++)
		add_unique_column(unique, rule, *column);
}

static void put_rules(struct record *root, const struct entity *e)
{
	for (size_t i = 0; i < e->check_count; i++) {
		struct record *check = record_add(root, "checks");
		record_set(check, "condition", "%s", e->checks[i].condition);
		record_set(check, "outcome", "%s", e->checks[i].outcome);
	}
	put_unique(root, &e->unique);
	bool has_tags = record_has(root, "tag_fields");
	bool is_judged = has_tags || record_has(root, "checks") || record_has(root, "unique")
			 || record_has(root, "derived");
	record_flag(root, "is_judged", is_judged);
	record_set(root, "judged", "%s", has_tags ? "tagged" : is_judged ? "verdict" : "locked");
	record_flag(root, "has_conflict", record_has(root, "unique") || record_has(root, "parent"));
	record_flag(root, "is_referenced", is_named(e, false));
	record_flag(root, "has_children", is_named(e, true));
}

void model_describe(struct record *root, const struct entity *e, bool is_change)
{
	static const char *const lists[] = { "columns", "stored", "required", "derived",
		"references", "links", "changes", "held", "creates", "params", "create_params",
		"filters", "list_params", "checks", "unique", "tag_fields", "orders", "examples",
		"verbs", "order_columns", "sources", "anchors", "needed", "parent", "range",
		"clears", "shown", "list_operations", "row_operations" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		record_list(root, lists[i]);
	record_flag(root, "is_strict", false); /* some places of a schema set them */
	record_flag(root, "is_response", false);
	put_names(root, e);
	put_verbs(root, e);
	put_fields(root, e, is_change);
	put_params(root, e);
	put_rules(root, e);
	model_list_describe(root, e);
}

void model_describe_all(struct record *root)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++) {
		model_describe(record_add(root, "entities"), e, true);
		model_describe(record_add(root, e->name), e, true);
	}
}
