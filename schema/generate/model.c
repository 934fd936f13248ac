#include "schema/generate/model.h"

const struct verb_row model_verbs[] = {
	{ VERB_GET, "get", "has_get", false },
	{ VERB_LIST, "list", "has_list", false },
	{ VERB_CREATE, "create", "has_create", true },
	{ VERB_UPDATE, "update", "has_update", true },
	{ VERB_DELETE, "delete", "has_delete", false },
	{ VERB_RESTORE, "restore", "has_restore", true },
	{ 0, NULL, NULL, false },
};

const struct entity *model_entity(struct span name)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		if (span_is(name, e->name))
			return e;
	return NULL;
}

const struct verb_row *model_verb(const struct entity *e, struct span name)
{
	for (const struct verb_row *row = model_verbs; row->name; row++)
		if ((e->verbs & row->verb) && span_is(name, row->name))
			return row;
	return NULL;
}

/* The entity itself. */

static void put_names(struct record *root, const struct entity *e)
{
	record_set(root, "table", e->name);
	record_set(root, "entity", e->one);
	model_words(root, "label", e->label ? e->label : e->one, ' ');
	model_words(root, "labels", e->name, ' ');
	model_words(root, "plural", e->plural ? e->plural : e->name, ' ');
	record_set(root, "key_type", e->key == KEY_UUID ? "uuid" : "int8");
	record_flag(root, "is_uuid", e->key == KEY_UUID);
	model_words(root, "path", e->path ? e->path : e->name, '-');
	record_flag(root, "in_system_c", e->is_in_system_c);
	model_words(root, "command", e->command ? e->command : e->one, '-'); /* of `study` */
	record_set(root, "id_example", e->id_example ? e->id_example : "7");
	record_set(root, "change_example", e->change_example);
}

static void put_verbs(struct record *root, const struct entity *e)
{
	for (const struct verb_row *row = model_verbs; row->name; row++) {
		record_flag(root, row->flag, e->verbs & row->verb);
		if (e->verbs & row->verb)
			record_set(record_add(root, "verbs", NULL), "verb", row->name);
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

/* Lists of fields. */

/* NULL: it has no such field. */
static struct record *find_field(struct record *root, const char *name)
{
	struct record *r = record_own(root, "fields")->first;
	while (r && strcmp(record_own(r, "name")->text, name) != 0)
		r = r->next;
	return r;
}

static void add_filter(struct record *root, const struct filter *filter)
{
	struct record *r = record_add(root, "filters", find_field(root, filter->name));
	if (filter->kind != FIELD_SAME)
		model_field_describe(r, &(struct field){ filter->name, filter->kind, 0, filter->min,
						filter->max, .choices = filter->choices });
	record_set(r, "condition", filter->condition); /* or e.NAME = r.NAME */
	record_set(r, "day", filter->day);             /* of the range's column, an expression */
	if (filter->is_indexed || (!filter->condition && record_has(r, "is_reference")))
		(void)record_add(root, "sources", r);
}

static void add_parent(struct record *root, const struct entity *e, const struct field *f)
{
	const struct entity *other = model_entity(span_of(f->of));
	struct record *parent = record_add(root, "parent", find_field(root, f->name));
	model_words(parent, "parent_path", other->path ? other->path : other->name, '-');
	record_set(parent, "nested_path", e->nested_path);
	add_filter(root, &(struct filter){ f->name });
}

/* Adds a field to its lists, with what holds of it there. */
static void add_field(
	struct record *root, const struct field *f, const struct record *field, bool is_shown)
{
	bool is_given = f->flags & FIELD_GIVEN, is_derived = f->flags & FIELD_DERIVED;
	bool is_created = f->flags & FIELD_CREATES, is_changed = f->flags & FIELD_CHANGES;
	bool is_nullable = f->flags & FIELD_CLEARS, is_held = f->flags & FIELD_HELD;
	bool is_needed = (f->flags & (FIELD_REQUIRED | FIELD_PARENT)) == FIELD_REQUIRED;
	const struct {
		const char *list;
		bool has, takes_null;
		const char *fallback, *computed; /* a constant or an expression */
	} lists[] = {
		{ "columns", is_shown, is_nullable || (f->flags & FIELD_EMPTIES), f->fallback },
		{ "creates", is_created, !(f->flags & (FIELD_REQUIRED | FIELD_NO_NULL)),
			f->fallback, f->computed_fallback },
		{ "needed", is_created && is_needed },
		{ "changes", is_changed, is_nullable },
		{ "clears", is_changed && (is_nullable || record_has(field, "is_list")) },
		{ "stored", is_given || is_derived },
		{ "required", (is_given && !is_nullable) || is_derived },
		{ "derived", is_derived },
		{ "tag_fields", f->kind == FIELD_TAGS },
		{ "examples", f->example },
		{ "links", f->kind == FIELD_REFERENCE && is_given && !is_held },
		{ "held", is_held },
		{ "anchors", is_held || goes_along(f) },
	};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		record_own(root, lists[i].list);
		if (!lists[i].has)
			continue;
		struct record *r = record_add(root, lists[i].list, field);
		record_flag(r, "takes_null", lists[i].takes_null);
		record_set(r, "fallback", lists[i].fallback);
		record_set(r, "computed", lists[i].computed);
	}
}

static void put_fields(struct record *root, const struct entity *e, bool is_change)
{
	const char *caption = "";
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *f = &e->fields[i];
		struct record *field = record_add(root, "fields", NULL);
		bool is_shown = is_change || !(f->flags & FIELD_WRITES_ONLY);
		bool is_id = e->key == KEY_INT && strcmp(f->name, "created_at") == 0;
		model_field_describe(field, f);
		record_own(field, "lookups");
		record_flag(field, "is_range", e->range && strcmp(e->range, f->name) == 0);
		record_flag(field, "is_id", is_id); /* as an order */
		add_field(root, f, field, is_shown);
		if (f->flags & FIELD_PARENT)
			add_parent(root, e, f);
		if (is_shown && (f->flags & FIELD_LOOKUP))
			(void)record_add(find_field(root, f->of), "lookups", field);
		if (!*caption && f->kind == FIELD_TEXT && (f->flags & FIELD_REQUIRED))
			caption = f->name;
	}
	record_set(root, "caption", caption); /* what tells rows apart */
	for (const char *const *name = e->shown; name && *name; name++)
		(void)record_add(root, "shown", find_field(root, *name));
	if (e->range)
		(void)record_add(root, "range", find_field(root, e->range));
}

/* Lists of rows. */

static void add_order(struct record *root, const char *column, bool is_descending)
{
	struct record *order = record_add(root, "orders", find_field(root, column));
	record_set(order, "minus", is_descending ? "-" : "");
	record_set(order, "direction", is_descending ? " desc" : "");
	record_set(order, "after", is_descending ? "<" : ">");
	record_flag(order, "is_descending", is_descending);
}

static void put_list(struct record *root, const struct entity *e)
{
	for (const char *const *column = e->orders; column && *column; column++) {
		const struct record *field = find_field(root, *column);
		add_order(root, *column, false);
		add_order(root, *column, true);
		if (!record_has(field, "is_id"))
			(void)record_add(root, "order_columns", field);
	}
	unsigned needs = 0;
	for (size_t i = 0; i < e->filter_count; i++) {
		add_filter(root, &e->filters[i]);
		needs |= e->filters[i].needs;
	}
	record_set(root, "default_order", e->default_order ? e->default_order : "created_at");
	record_flag(root, "uses_today", needs & FILTER_NEEDS_TODAY);
	record_flag(root, "uses_tag", needs & FILTER_NEEDS_TAG);
	record_flag(root, "has_sources", e->range || e->has_search || record_has(root, "sources"));
	record_flag(root, "search", e->has_search);
	record_set(root, "search_alias", e->search_alias);
}

/* Rules. */

static void put_rules(struct record *root, const struct entity *e)
{
	struct record *unique = e->unique.field ? record_add(root, "unique", NULL) : NULL;
	if (unique) {
		record_set(unique, "field", e->unique.field);
		record_set(unique, "code", e->unique.code);
	}
	for (const struct unique_column *c = e->unique.columns; c->name; c++) {
		struct record *column = record_add(unique, "columns", NULL);
		record_set(column, "name", c->name);
		record_set(column, "value", c->value);
	}
	for (size_t i = 0; i < e->check_count; i++) {
		struct record *check = record_add(root, "checks", NULL);
		record_set(check, "condition", e->checks[i].condition);
		record_set(check, "outcome", e->checks[i].outcome);
	}
	bool is_judged = unique || e->check_count || record_has(root, "derived")
			 || record_has(root, "tag_fields");
	record_flag(root, "is_judged", is_judged); /* an update decides by the new values */
	record_set(root, "kept", e->kept);         /* a template */
	record_flag(root, "has_conflict", unique || record_has(root, "parent")); /* status 409 */
	record_flag(root, "is_referenced", is_named(e, false));
	record_flag(root, "has_children", is_named(e, true));
}

void model_describe(struct record *root, const struct entity *e, bool is_change)
{
	static const char *const lists[] = { "parent", "shown", "range", "orders", "order_columns",
		"filters", "sources", "verbs", "unique", "checks" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		record_own(root, lists[i]);
	record_flag(root, "is_change", is_change);
	record_set(root, "of_one", "");
	record_flag(root, "is_response", false);
	record_flag(root, "is_strict", false);
	record_flag(record_add(root, "response", NULL), "is_response", true);
	record_flag(record_add(root, "strictly", NULL), "is_strict", true);
	put_names(root, e);
	put_verbs(root, e);
	put_fields(root, e, is_change);
	put_list(root, e);
	put_rules(root, e);
}

void model_describe_all(struct record *root)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++) {
		struct record *entity = record_add(root, "entities", NULL);
		model_describe(entity, e, true);
		(void)record_add(root, e->name, entity);
	}
}
