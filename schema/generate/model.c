#include "schema/generate/model.h"

/* Of which parts a list consists. */
enum source {
	ENTITIES,
	FIELDS, /* a set of model_field.c */
	ITEMS,
	ORDERS, /* each column up and down */
	SHOWN,  /* in the tables of `study` */
	FILTERS,
	CHECKS,
	UNIQUE, /* one or none */
	KEY,    /* the columns of `unique` */
	VERBS,
	CHOICES,
	ONCE, /* a view without a part */
};

struct list_row {
	const char *name;
	enum source source;
};

static const struct list_row list_table[] = {
	{ "entities", ENTITIES },  /* each; one alone is the list of its table's name */
	{ "referrers", ENTITIES }, /* which have a field that names rows of this one */
	{ "children", ENTITIES },  /* whose rows are deleted and restored with such a row */
	{ "items", ITEMS },
	{ "needed_items", ITEMS },
	{ "orders", ORDERS },
	{ "shown", SHOWN },
	{ "filters", FILTERS },
	{ "sources", FILTERS }, /* by which an index finds rows */
	{ "checks", CHECKS },
	{ "unique", UNIQUE },
	{ "key", KEY },
	{ "verbs", VERBS },
	{ "choices", CHOICES },
	{ "strictly", ONCE }, /* in a schema that refuses unknown names */
};

const struct entity *model_entity(struct span name)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		if (span_is(name, e->name))
			return e;
	return NULL;
}

const struct field *view_field(const struct view *v)
{
	while (v && !v->field.kind)
		v = v->outer;
	return v ? &v->field : NULL;
}

/* Lists. These functions return whether there is such a part. */

static bool set_text(struct view *v, size_t place, const char *name, const char *text)
{
	v->texts[place] = (struct text){ name, text };
	return true;
}

static bool set_field(struct view *v, const struct field *fields, size_t count, size_t index)
{
	if (index < count)
		v->field = fields[index];
	return index < count;
}

static bool set_named(struct view *v, const char *name)
{
	size_t i = 0;
	while (name && i < v->entity->field_count && strcmp(v->entity->fields[i].name, name) != 0)
		i++;
	return name && set_field(v, v->entity->fields, v->entity->field_count, i);
}

static bool set_filter(struct view *v, const struct filter *f)
{
	v->field = (struct field){ f->name, f->kind, 0, f->min, f->max, .choices = f->choices };
	bool is_set = f->kind != FIELD_SAME || set_named(v, f->name);
	v->is_source = f->is_indexed || (!f->condition && v->field.kind == FIELD_REFERENCE);
	return is_set && set_text(v, 0, "condition", f->condition) /* empty: e.NAME = r.NAME */
	       && set_text(v, 1, "day", f->day) && set_text(v, 2, "in_scan", yes(f->is_in_scan));
}

/* The elements of ids and tags have no name, as opposed to the fields of objects. */
static bool set_item(struct view *v, const struct field *list, size_t index)
{
	static const struct field id = { .kind = FIELD_REFERENCE, .flags = FIELD_NO_NULL };
	static const struct field tag = { NULL, FIELD_TEXT, FIELD_NO_NULL, 1, 100 };
	if (list->kind == FIELD_IDS || list->kind == FIELD_TAGS)
		return set_field(v, list->kind == FIELD_IDS ? &id : &tag, 1, index);
	return set_field(v, list->items, list->item_count, index);
}

static bool set_part(struct view *v, size_t index)
{
	const struct entity *e = v->entity;
	const struct unique *unique = e ? &e->unique : NULL;
	const struct field *outer = view_field(v->outer);
	switch (v->row->source) {
	case ENTITIES:
		v->entity = entity_at(index);
		return v->entity != NULL;
	case FIELDS:
		if (span_is(v->list, "columns"))
			(void)set_text(v, 0, "is_response", "yes");
		return set_field(v, e->fields, e->field_count, index);
	case ITEMS:
		return set_item(v, outer, index);
	case ORDERS:
		v->is_descending = index % 2 == 1;
		return e->orders && set_named(v, e->orders[index / 2]);
	case SHOWN:
		return e->shown && set_named(v, e->shown[index]);
	case FILTERS:
		return index < e->filter_count && set_filter(v, &e->filters[index]);
	case CHECKS:
		return index < e->check_count
		       && set_text(v, 0, "condition", e->checks[index].condition)
		       && set_text(v, 1, "outcome", e->checks[index].outcome);
	case UNIQUE:
		return index == 0 && unique->field && set_text(v, 0, "field", unique->field)
		       && set_text(v, 1, "code", unique->code);
	case KEY:
		return unique->columns[index].name
		       && set_text(v, 0, "name", unique->columns[index].name)
		       && set_text(v, 1, "value", unique->columns[index].value);
	case VERBS:
		return e->verbs[index] && set_text(v, 0, "verb", e->verbs[index]);
	case CHOICES:
		return outer->choices && outer->choices[index]
		       && set_text(v, 0, "choice", outer->choices[index]);
	case ONCE:
		return index == 0 && set_text(v, 0, "is_strict", "yes");
	}
	return false;
}

/* NULL: there is no list of that name. */
static const struct list_row *row_of(struct span list)
{
	static const struct list_row fields = { "", FIELDS }, one_entity = { "", ENTITIES };
	for (size_t i = 0; i < sizeof list_table / sizeof *list_table; i++)
		if (span_is(list, list_table[i].name))
			return &list_table[i];
	return field_is_list(list) ? &fields : model_entity(list) ? &one_entity : NULL;
}

bool view_open(const struct view *v, struct span list, struct view *item)
{
	const struct list_row *row = row_of(list);
	*item = (struct view){ v, v->entity, .is_change = v->is_change, .list = list, .row = row };
	if (!row || (row->source != ENTITIES && !v->entity))
		return false;
	bool is_of_field =
		row->source == ITEMS || row->source == CHOICES || span_is(list, "lookups");
	return view_field(v) || !is_of_field;
}

/* Whether a field of that list of `e` names rows of the other. */
static bool is_naming(const struct entity *e, struct span list, const struct entity *other)
{
	const struct view v = { .entity = e };
	struct view field;
	for (bool has = view_open(&v, list, &field); has && view_next(&field);)
		if (strcmp(field.field.of, other->name) == 0)
			return true;
	return false;
}

static bool is_in_list(const struct view *v)
{
	bool is_shown = v->is_change || !(v->field.flags & FIELD_WRITES_ONLY);
	struct span of = span_of(v->field.of);
	if (span_is(v->list, "referrers"))
		return is_naming(v->entity, SPAN("references"), v->outer->entity);
	if (span_is(v->list, "children"))
		return is_naming(v->entity, SPAN("owners"), v->outer->entity);
	if (span_is(v->list, "sources"))
		return v->is_source;
	if (span_is(v->list, "lookups") && !span_is(of, view_field(v->outer)->name))
		return false;
	if (v->row->source == ENTITIES)
		return span_is(v->list, "entities") || span_is(v->list, v->entity->name);
	bool is_field = v->row->source == FIELDS || v->row->source == ITEMS;
	return !is_field || (is_shown && field_is_in(v, v->list));
}

bool view_next(struct view *item)
{
	bool is_there = set_part(item, item->index++);
	while (is_there && !is_in_list(item))
		is_there = set_part(item, item->index++);
	return is_there;
}

/* Texts. */

static bool entity_text(const struct view *v, struct span name, struct buf *text)
{
	const char *const *verbs = VERBS_ALL;
	const struct entity *e = v->entity;
	struct span verb = text_behind(name, SPAN("has_"));
	unsigned needs = 0;
	for (size_t i = 0; i < e->filter_count; i++)
		needs |= e->filters[i].needs;
	struct view caption;
	bool has_caption = view_open(v, SPAN("captions"), &caption) && view_next(&caption);
	const struct text rows[] = {
		{ "table", e->name },
		{ "entity", e->one },
		{ "article", strchr("aeiou", *e->one) ? "an" : "a" },
		{ "label", e->label ? e->label : e->one, ' ' },
		{ "labels", e->name, ' ' },
		{ "plural", e->plural ? e->plural : e->name, ' ' },
		{ "key_type", e->key == KEY_UUID ? "uuid" : "int8" },
		{ "is_uuid", yes(e->key == KEY_UUID) },
		{ "path", e->path ? e->path : e->name, '-' },
		{ "nested_path", e->nested_path },
		{ "in_system_c", yes(e->is_in_system_c) },
		{ "command", e->command ? e->command : e->one, '-' }, /* of `study` */
		{ "id_example", e->id_example ? e->id_example : "7" },
		{ "change_example", e->change_example },
		{ "caption", has_caption ? caption.field.name : "" },
		{ "default_order", e->default_order ? e->default_order : "created_at" },
		{ "search", yes(e->has_search) },
		{ "search_alias", e->search_alias },
		{ "kept", yes(e->is_kept) },
		{ "uses_today", yes(needs & FILTER_NEEDS_TODAY) },
		{ "uses_tag", yes(needs & FILTER_NEEDS_TAG) },
		{ "is_change", yes(v->is_change) },
	};
	bool is_verb = span_is_any(verb, verbs);
	if (is_verb)
		buf_text(text, yes(span_is_any(verb, e->verbs)));
	return is_verb || text_find(ENTITY_ITEMS(rows), name, text);
}

struct span text_behind(struct span name, struct span begin)
{
	bool begins =
		name.len > begin.len && span_equals_nocase(span_first(name, begin.len), begin);
	return begins ? span_drop(name, begin.len) : SPAN("");
}

bool text_find(const struct text *rows, size_t count, struct span name, struct buf *text)
{
	size_t i = 0;
	while (i < count && !(rows[i].name && span_is_nocase(name, rows[i].name)))
		i++;
	for (const char *c = i < count ? rows[i].text : NULL; c && *c; c++)
		buf_byte(text, rows[i].blank && *c == '_' ? rows[i].blank : *c);
	return i < count;
}

bool view_text(const struct view *v, struct span name, struct buf *text)
{
	static const struct text outermost[] = { { "of_entity", "" }, { "is_response", "" },
		{ "is_strict", "" } };
	for (const struct view *at = v; at; at = at->outer) {
		const struct text place[] = { { "is_first", yes(at->index == 1) },
			{ "is_last", yes(at->is_last) } };
		if (text_find(ENTITY_ITEMS(at->texts), name, text)
			|| (at->field.kind && field_text(at, name, text))
			|| text_find(ENTITY_ITEMS(place), name, text))
			return true;
	}
	return (v->entity && entity_text(v, name, text))
	       || text_find(ENTITY_ITEMS(outermost), name, text);
}
