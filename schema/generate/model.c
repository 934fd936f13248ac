#include "schema/generate/model.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

const struct verb_row model_verbs[] = {
	{ VERB_GET, "get", false },
	{ VERB_UPDATE, "update", true },
	{ VERB_DELETE, "delete", false },
	{ VERB_RESTORE, "restore", true },
	{ 0, NULL, false },
};

/* By the kind of a field: its column, and what a param of it is in requests and in statements. */
static const struct {
	const char *column, *kind, *type;
	const char *min, *max; /* where the field has no limits */
} type_table[] = {
	[FIELD_NAME] = { "text", "PARAM_NAME", "text", "0", "0" },
	[FIELD_TEXT] = { "text", "PARAM_TEXT", "text", "0", "0" },
	[FIELD_INT] = { "integer", "PARAM_INT", "int8", "0", "0" },
	[FIELD_DATE] = { "date", "PARAM_DATE", "date", "0", "0" },
	[FIELD_INSTANT] = { "timestamptz", "PARAM_INSTANT", "timestamptz", "0", "0" },
	[FIELD_REFERENCE] = { "int8", "PARAM_INT", "int8", "1", "INT64_MAX" },
	[FIELD_VERSION] = { "timestamptz" },
};

const struct entity *model_entity(struct span name)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		if (span_is(name, e->name))
			return e;
	return NULL;
}

/* action_item: ACTION_ITEM */
static void set_upper(struct record *r, const char *name, const char *text)
{
	char upper[NAME_MAX] = { 0 };
	for (size_t i = 0; text[i] && i < sizeof upper - 1; i++)
		upper[i] = (char)toupper((unsigned char)text[i]);
	record_set(r, name, "%s", upper);
}

/* action_item: ActionItem */
static void set_camel(struct record *r, const char *name, const char *text)
{
	char camel[NAME_MAX] = { 0 };
	bool is_start = true;
	for (size_t len = 0; *text && len < sizeof camel - 1; text++) {
		if (*text != '_')
			camel[len++] = is_start ? (char)toupper((unsigned char)*text) : *text;
		is_start = *text == '_';
	}
	record_set(r, name, "%s", camel);
}

static void describe_other(struct record *r, const struct field *reference)
{
	const struct entity *other = model_entity(span_of(reference->of));
	record_set(r, "name", "%s", reference->name);
	record_set(r, "table", "%s", reference->of);
	record_set(r, "one", "%s", other->one);
	set_upper(r, "ONE", other->one);
	set_camel(r, "One", other->one);
}

static const struct field *field_of(const struct entity *e, const char *name)
{
	for (size_t i = 0; i < e->field_count; i++)
		if (strcmp(e->fields[i].name, name) == 0)
			return &e->fields[i];
	return NULL;
}

static const char *column_type(const struct entity *e, const struct field *f)
{
	if (f->kind == FIELD_LOOKUP)
		return f->type;
	return type_table[f->kind == FIELD_COPY ? field_of(e, f->of)->kind : f->kind].column;
}

static void add_column(struct record *root, const struct entity *e, const struct field *f)
{
	struct record *column = record_add(root, "columns");
	record_set(column, "name", "%s", f->name);
	record_set(column, "type", "%s", column_type(e, f));
	record_flag(column, "is_version", f->kind == FIELD_VERSION);
	if (f->kind == FIELD_LOOKUP)
		record_set(column, "value", "%s_row.%s", f->of, f->name);
	else
		record_set(column, "value", "e.%s", f->kind == FIELD_COPY ? f->of : f->name);
}

/* What a response shows of the row that a reference names. */
static void add_lookups(
	struct record *reference, const struct entity *e, const struct field *f, unsigned hidden)
{
	record_flag(reference, "lookups", false);
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *shown = &e->fields[i];
		if (shown->kind != FIELD_LOOKUP || (shown->flags & hidden)
			|| strcmp(shown->of, f->name) != 0)
			continue;
		struct record *lookup = record_add(reference, "lookups");
		record_set(lookup, "name", "%s", shown->name);
		record_set(lookup, "value", "%s", shown->value);
	}
}

static void add_reference(
	struct record *root, const struct entity *e, const struct field *f, unsigned hidden)
{
	struct record *reference = record_add(root, "references");
	describe_other(reference, f);
	add_lookups(reference, e, f, hidden);
}

static void add_param(struct record *root, int *number, const char *type, const char *prefix,
	const struct field *f)
{
	struct record *param = record_add(root, "params");
	record_set(param, "number", "%d", (*number)++);
	record_set(param, "type", "%s", type);
	record_set(param, "name", "%s%s", prefix, f->name);
}

static void add_limits(struct record *r, const struct field *f)
{
	if (f->min == 0 && f->max == 0) {
		record_set(r, "min", "%s", type_table[f->kind].min);
		record_set(r, "max", "%s", type_table[f->kind].max);
		return;
	}
	record_set(r, "min", "%" PRId64, f->min);
	record_set(r, "max", "%" PRId64, f->max);
}

static void add_change(
	struct record *root, const struct entity *e, const struct field *f, int *number)
{
	struct record *change = record_add(root, "changes");
	record_set(change, "name", "%s", f->name);
	record_set(change, "column_type", "%s", type_table[f->kind].column);
	record_set(change, "kind", "%s", type_table[f->kind].kind);
	record_flag(change, "is_nullable", f->flags & FIELD_CLEARS);
	add_limits(change, f);
	if (!(f->flags & FIELD_CLEARS))
		record_set(record_add(root, "required"), "name", "%s", f->name);
	add_param(root, number, type_table[f->kind].type, "", f);
	if (f->flags & FIELD_CLEARS)
		add_param(root, number, "bool", "has_", f);
	if (f->flags & FIELD_HELD) {
		struct record *held = record_add(root, "held");
		describe_other(held, f);
		add_lookups(held, e, f, FIELD_WRITES_ONLY);
	}
}

static void add_example(struct record *root, const struct field *f)
{
	struct record *example = record_add(root, "examples");
	record_set(example, "name", "%s", f->name);
	record_set(example, "example", "%s", f->example);
}

static void describe_fields(struct record *root, const struct entity *e, bool is_change)
{
	unsigned hidden = is_change ? 0 : FIELD_WRITES_ONLY;
	int number = 3; /* after the accounts and the ids */
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *f = &e->fields[i];
		if (!(f->flags & hidden))
			add_column(root, e, f);
		if (f->example)
			add_example(root, f);
		if (f->kind == FIELD_REFERENCE)
			add_reference(root, e, f, hidden);
		if (f->flags & FIELD_CHANGES)
			add_change(root, e, f, &number);
	}
	record_set(root, "if_match", "%d", number);
	record_set(root, "if_none_match", "%d", number + 1);
}

static void add_order(
	struct record *root, const struct entity *e, const char *column, bool is_descending)
{
	struct record *order = record_add(root, "orders");
	record_set(order, "sort", "%s%s", is_descending ? "-" : "", column);
	record_set(order, "column", "%s", column);
	record_set(order, "direction", "%s", is_descending ? " desc" : "");
	record_set(order, "after", "%s", is_descending ? "<" : ">");
	record_flag(order, "is_descending", is_descending);
	for (const char *const *other = e->orders; *other; other++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "by_%s", *other);
		record_flag(order, name, *other == column);
	}
}

void model_describe(struct record *root, const struct entity *e, bool is_change)
{
	static const char *const lists[] = { "columns", "references", "params", "changes",
		"required", "held", "orders" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		record_flag(root, lists[i], false);
	record_set(root, "table", "%s", e->name);
	record_set(root, "entity", "%s", e->one);
	set_upper(root, "ENTITY", e->one);
	set_camel(root, "Entity", e->one);
	set_camel(root, "Entities", e->name);
	record_set(root, "id_example", "%s", e->id_example);
	record_set(root, "change_example", "%s", e->change_example ? e->change_example : "");
	record_set(root, "key", "%s_id", e->one);
	record_set(root, "path_key", "{%s_id}", e->one);
	record_set(root, "key_type", "%s", e->key == KEY_UUID ? "uuid" : "int8");
	record_flag(root, "is_uuid", e->key == KEY_UUID);
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "has_%s", row->name);
		record_flag(root, name, e->verbs & row->verb);
	}
	describe_fields(root, e, is_change);
	record_flag(root, "is_holding", record_list(record_find(root, SPAN("held"))) != NULL);
	for (const char *const *column = e->orders; column && *column; column++) {
		add_order(root, e, *column, false);
		add_order(root, e, *column, true);
	}
}

void model_describe_all(struct record *root)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++) {
		model_describe(record_add(root, "entities"), e, true);
		model_describe(record_add(root, e->name), e, true);
	}
}
