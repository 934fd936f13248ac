#include "schema/generate/model.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/model_command.h"
#include "schema/generate/model_field.h"
#include "schema/generate/model_http.h"
#include "schema/generate/model_list.h"
#include "schema/generate/model_name.h"
#include "schema/generate/model_rules.h"
#include "schema/generate/model_schema.h"
#include "schema/generate/model_words.h"

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

static void put_names(struct record *root, const struct entity *e)
{
	record_set(root, "table", "%s", e->name);
	record_set(root, "entity", "%s", e->one);
	model_set_upper(root, "ENTITY", e->one);
	model_set_camel(root, "Entity", e->one);
	model_set_camel(root, "Entities", e->name);
	model_set_label(root, "label", e);
	model_set_title(root, "Label", record_text_of(root, "label"));
	model_set_title(root, "Labels", e->name);
	record_set(root, "key", "%s_id", e->one);
	record_set(root, "key_type", "%s", e->key == KEY_UUID ? "uuid" : "int8");
	record_flag(root, "is_uuid", e->key == KEY_UUID);
	record_set(root, "id_example", "%s", e->id_example ? e->id_example : "7");
	record_set(root, "change_example", "%s", e->change_example ? e->change_example : "");
}

static void set_path(struct record *r, const char *name, const struct entity *e)
{
	model_set_words(r, name, span_of(e->path ? e->path : e->name), '-');
}

static void put_paths(struct record *root, const struct entity *e)
{
	set_path(root, "path", e);
	record_set(root, "path_key", "{%s_id}", e->one);
	record_flag(root, "in_system_c", e->is_in_system_c);
}

static const struct field *parent_of(const struct entity *e)
{
	for (size_t i = 0; i < e->field_count; i++)
		if (e->fields[i].flags & FIELD_PARENT)
			return &e->fields[i];
	return NULL;
}

static void put_parent(struct record *root, const struct entity *e)
{
	const struct field *f = parent_of(e);
	record_flag(root, "parent", false);
	if (!f)
		return;
	struct record *parent = record_add(root, "parent");
	const struct entity *other = model_entity(span_of(f->of));
	model_field_describe(parent, f);
	record_set(parent, "parent_one", "%s", other->one);
	record_set(parent, "parent_table", "%s", other->name);
	record_set(parent, "path_param", "{%s}", f->name);
	model_set_upper(parent, "PARENT", other->one);
	model_set_camel(parent, "Parent", other->one);
	model_set_label(parent, "parent_label", other);
	set_path(parent, "parent_path", other);
	record_set(parent, "nested_path", "%s", e->nested_path ? e->nested_path : e->name);
}

static void put_verbs(struct record *root, const struct entity *e)
{
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "has_%s", row->name);
		record_flag(root, name, e->verbs & row->verb);
		if (e->verbs & row->verb)
			record_set(record_add(root, "verbs"), "verb", "%s", row->name);
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

static void add_column(
	struct record *root, const struct entity *e, const struct field *f, bool is_change)
{
	struct record *column = record_add(root, "columns");
	model_field_describe(column, f);
	record_set(column, "response_type", "%s", model_field_response_type(e, f));
	model_field_put_value(column, f, is_change);
	model_schema_put_response(column, e, f);
	model_words_put_response(column, e, f);
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

static void add_reference(struct record *root, const char *list, const struct entity *e,
	const struct field *f, unsigned hidden)
{
	const struct entity *other = model_entity(span_of(f->of));
	struct record *reference = record_add(root, list);
	model_field_describe(reference, f);
	record_set(reference, "table", "%s", other->name);
	record_set(reference, "one", "%s", other->one);
	model_set_upper(reference, "ONE", other->one);
	model_set_camel(reference, "One", other->one);
	model_set_label(reference, "of_label", other);
	add_lookups(reference, e, f, hidden);
}

static bool has_lookup(const struct entity *e, const struct field *f, unsigned hidden)
{
	for (size_t i = 0; i < e->field_count; i++)
		if (e->fields[i].kind == FIELD_LOOKUP && !(e->fields[i].flags & hidden)
			&& strcmp(e->fields[i].of, f->name) == 0)
			return true;
	return false;
}

static void add_references(
	struct record *root, const struct entity *e, const struct field *f, unsigned hidden)
{
	bool is_link = (f->flags & (FIELD_CREATES | FIELD_CHANGES)) && !(f->flags & FIELD_HELD);
	if (has_lookup(e, f, hidden))
		add_reference(root, "references", e, f, hidden);
	if (f->flags & FIELD_HELD)
		add_reference(root, "held", e, f, FIELD_WRITES_ONLY);
	if ((f->flags & FIELD_HELD) || goes_along(f))
		add_reference(root, "anchors", e, f, FIELD_WRITES_ONLY);
	if (is_link)
		add_reference(root, "links", e, f, hidden);
}

static void add_stored(struct record *root, const struct field *f)
{
	unsigned given = f->flags & (FIELD_CREATES | FIELD_CHANGES);
	bool is_required = given && !(f->flags & FIELD_CLEARS);
	bool is_derived = f->kind == FIELD_DERIVED;
	if (given || is_derived) {
		struct record *stored = record_add(root, "stored");
		model_field_describe(stored, f);
		record_set(stored, "value", "%s", is_derived ? f->value : "");
	}
	if (is_required || is_derived)
		model_field_describe(record_add(root, "required"), f);
	if (f->kind == FIELD_TAGS)
		model_field_describe(record_add(root, "tag_fields"), f);
	if (f->kind != FIELD_DERIVED)
		return;
	struct record *derived = record_add(root, "derived");
	model_field_describe(derived, f);
	record_set(derived, "value", "%s", f->value);
}

static void add_change(struct record *root, const struct field *f, struct numbering *params)
{
	if (!(f->flags & FIELD_CHANGES))
		return;
	struct record *change = record_add(root, "changes");
	model_field_describe(change, f);
	record_set(change, "flags", f->flags & FIELD_CLEARS ? "PARAM_PRESENCE" : "0");
	record_flag(change, "fallback", false); /* absent keeps */
	numbering_add(params, model_field_param_type(f), "%s", f->name);
	if (f->flags & FIELD_CLEARS)
		numbering_add(params, "bool", "has_%s", f->name);
}

static const char *create_flags(const struct field *f)
{
	if (f->flags & FIELD_REQUIRED)
		return "PARAM_REQUIRED";
	return f->flags & FIELD_NO_NULL ? "0" : "PARAM_NULLABLE";
}

static void add_create(struct record *root, const struct field *f, struct numbering *params)
{
	if (!(f->flags & FIELD_CREATES))
		return;
	struct record *create = record_add(root, "creates");
	model_field_describe(create, f);
	record_set(create, "flags", "%s", create_flags(f));
	record_flag(create, "computed", false);
	if (f->computed_fallback)
		record_set(record_add(create, "computed"), "sql", "%s", f->computed_fallback);
	numbering_add(params, model_field_param_type(f), "%s", f->name);
	if ((f->flags & (FIELD_REQUIRED | FIELD_PARENT)) == FIELD_REQUIRED)
		record_set(record_add(root, "needed"), "name", "%s", f->name);
}

static void put_fields(struct record *root, const struct entity *e, bool is_change)
{
	unsigned hidden = is_change ? 0 : FIELD_WRITES_ONLY;
	struct numbering updates = { root, "params", 3 }, creates = { root, "create_params", 2 };
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *f = &e->fields[i];
		if (!(f->flags & hidden))
			add_column(root, e, f, is_change);
		if (f->example)
			model_field_describe(record_add(root, "examples"), f);
		if (f->kind == FIELD_REFERENCE)
			add_references(root, e, f, hidden);
		if (model_field_is_stored(f))
			add_stored(root, f);
		add_change(root, f, &updates);
		add_create(root, f, &creates);
	}
	record_set(root, "if_match", "%d", updates.next);
	record_set(root, "if_none_match", "%d", updates.next + 1);
	record_set(root, "idempotency_key", "%d", creates.next);
	record_flag(root, "is_holding", record_list_of(root, "held") != NULL);
	record_flag(root, "is_anchored", record_list_of(root, "anchors") != NULL);
}

void model_describe(struct record *root, const struct entity *e, bool is_change)
{
	static const char *const lists[] = { "columns", "stored", "required", "derived",
		"references", "links", "changes", "held", "creates", "params", "create_params",
		"filters", "list_params", "checks", "unique", "tag_fields", "orders", "examples",
		"verbs", "order_columns", "sources", "anchors", "needed" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		record_flag(root, lists[i], false);
	put_names(root, e);
	put_paths(root, e);
	put_parent(root, e);
	put_verbs(root, e);
	put_fields(root, e, is_change);
	model_rules_describe(root, e);
	model_list_describe(root, e);
	model_http_describe(root, e);
	model_command_describe(root, e);
	record_flag(root, "is_referenced", is_named(e, false));
	record_flag(root, "has_children", is_named(e, true));
}

void model_describe_all(struct record *root)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++) {
		model_describe(record_add(root, "entities"), e, true);
		model_describe(record_add(root, e->name), e, true);
	}
}
