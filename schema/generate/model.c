#include "schema/generate/model.h"

const struct entity *model_entity(struct span name)
{
	const struct entity *e;
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		if (span_is(name, e->name))
			return e;
	return NULL;
}

const struct list *model_list(struct span name)
{
	for (const struct list *list = list_table; list->name; list++)
		if (span_is(name, list->name))
			return list;
	return NULL;
}

bool model_has(const struct list *list, uint64_t facts)
{
	return (facts & list->all) == list->all && (!list->any || (facts & list->any))
	       && !(facts & list->none);
}

/* The innermost field from here outwards; NULL: none. */
static const struct field *field_of(const struct view *v)
{
	while (v && !v->field.kind)
		v = v->outer;
	return v ? &v->field : NULL;
}

static uint64_t facts_of(const struct view *v)
{
	const struct entity *e = v->entity;
	const struct field *f = &v->field, *outer = field_of(v->outer);
	struct span name = span_of(f->name);
	bool is_range = e->range && span_is(name, e->range);
	bool is_id = e->key == KEY_INT && span_is(name, "created_at");
	bool is_owner = f->kind == FIELD_REFERENCE
			&& (f->flags & (FIELD_REQUIRED | FIELD_CHANGES)) == FIELD_REQUIRED;
	bool is_of_outer = outer && span_equals(span_of(f->of), span_of(outer->name));
	return f->flags | FACT_KIND(f->kind) | (is_range ? FACT_RANGE : 0) | (is_id ? FACT_ID : 0)
	       | (span_is_any(name, e->orders) ? FACT_ORDER : 0) | (is_owner ? FACT_OWNER : 0)
	       | (is_of_outer ? FACT_OF_OUTER : 0);
}

/* These functions return whether there is such a part. */

static bool set_text(struct view *v, size_t place, const char *name, const char *text)
{
	v->texts[place] = (struct text){ name, text };
	return text != NULL;
}

static bool set_field(struct view *v, const struct field *fields, size_t count, size_t index)
{
	if (index >= count)
		return false;
	v->field = fields[index];
	v->facts = facts_of(v);
	return true;
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
	const struct field param = { f->name, f->kind, 0, f->min, f->max, .choices = f->choices };
	bool is_set = f->kind == FIELD_SAME ? set_named(v, f->name) : set_field(v, &param, 1, 0);
	bool is_reference = !f->condition && v->field.kind == FIELD_REFERENCE;
	v->facts |= FACT_FILTER(f->flags) | (is_reference ? FACT_FILTER(FILTER_INDEXED) : 0);
	(void)set_text(v, 0, "condition", f->condition); /* empty: e.NAME = r.NAME */
	(void)set_text(v, 1, "day", f->day);
	return is_set;
}

static bool set_item(struct view *v, const struct field *list, size_t index)
{
	const struct field *item = entity_kinds[list->kind].item;
	return item ? set_field(v, item, 1, index)
		    : set_field(v, list->items, list->item_count, index);
}

static bool set_part(struct view *v, size_t index)
{
	const struct entity *e = v->entity;
	const struct field *outer = field_of(v->outer);
	switch (v->list->source) {
	case LIST_FIELDS:
		(void)set_text(v, 0, v->list->mark, "yes");
		return set_field(v, e->fields, e->field_count, index);
	case LIST_ITEMS:
		return set_item(v, outer, index);
	case LIST_ORDERS:
		v->is_descending = index % 2 == 1;
		return e->orders && set_named(v, e->orders[index / 2]);
	case LIST_SHOWN:
		return e->shown && set_named(v, e->shown[index]);
	case LIST_FILTERS:
		return index < e->filter_count && set_filter(v, &e->filters[index]);
	case LIST_ENTITIES:
		v->entity = entity_at(index);
		return v->entity != NULL;
	case LIST_ONE:
		return index == 0;
	case LIST_CHECKS:
		return index < e->check_count
		       && set_text(v, 0, "condition", e->checks[index].condition)
		       && set_text(v, 1, "outcome", e->checks[index].outcome);
	case LIST_UNIQUE:
		return index == 0 && set_text(v, 0, "field", e->unique.field)
		       && set_text(v, 1, "code", e->unique.code);
	case LIST_KEY:
		return set_text(v, 0, "name", e->unique.columns[index].name)
		       && set_text(v, 1, "value", e->unique.columns[index].value);
	case LIST_VERBS:
		return set_text(v, 0, "verb", e->verbs[index]);
	case LIST_CHOICES:
		return outer->choices && set_text(v, 0, "choice", outer->choices[index]);
	}
	return false;
}

bool view_open(const struct view *v, struct span name, struct view *item)
{
	static const struct list one = { .source = LIST_ONE };
	const struct list *list = model_list(name);
	const struct entity *alone = list ? NULL : model_entity(name);
	*item = (struct view){ v, alone ? alone : v->entity, .list = alone ? &one : list };
	if (!item->list || (!item->entity && list->source != LIST_ENTITIES))
		return false;
	bool is_of_field = item->list->source == LIST_ITEMS || item->list->source == LIST_CHOICES;
	return field_of(v) || !is_of_field;
}

/* Whether a field of that list of `e` names rows of the other. */
static bool is_naming(const struct entity *e, const char *list, const struct entity *other)
{
	const struct view v = { .entity = e };
	struct view field;
	for (bool has = view_open(&v, span_of(list), &field); has && view_next(&field);)
		if (strcmp(field.field.of, other->name) == 0)
			return true;
	return false;
}

bool view_next(struct view *item)
{
	const struct list *list = item->list;
	while (set_part(item, item->index++)) {
		bool is_named = !list->by || is_naming(item->entity, list->by, item->outer->entity);
		if (is_named && model_has(list, item->facts))
			return true;
	}
	return false;
}
