#include <inttypes.h>
#include <stdio.h>

#include "schema/generate/model.h"

/* Appends the text of that name, in any case. False: no row has it. */
static bool text_find(const struct text *rows, size_t count, struct span name, struct buf *text)
{
	size_t i = 0;
	while (i < count && !(rows[i].name && span_is_nocase(name, rows[i].name)))
		i++;
	for (const char *c = i < count ? rows[i].text : NULL; c && *c; c++)
		buf_byte(text, rows[i].blank && *c == '_' ? rows[i].blank : *c);
	return i < count;
}

/* What follows the beginning in a name, in any case; empty: the name does not begin so. */
static struct span text_behind(struct span name, struct span begin)
{
	bool begins =
		name.len > begin.len && span_equals_nocase(span_first(name, begin.len), begin);
	return begins ? span_drop(name, begin.len) : SPAN("");
}

static bool entity_text(const struct view *v, struct span name, struct buf *text)
{
	const struct entity *e = v->entity;
	struct span verb = text_behind(name, SPAN("has_"));
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
		{ "tells_location", yes(e->tells_location) },
		{ "command", e->command ? e->command : e->one, '-' }, /* of `study` */
		{ "id_example", e->id_example ? e->id_example : "7" },
		{ "change_example", e->change_example },
		{ "caption", has_caption ? caption.field.name : "" },
		{ "default_order", e->default_order ? e->default_order : "created_at" },
		{ "search", yes(e->has_search) },
		{ "search_alias", e->search_alias },
		{ "kept", yes(e->is_kept) },
	};
	bool is_verb = span_is_any(verb, VERBS_ALL);
	buf_text(text, yes(is_verb && span_is_any(verb, e->verbs)));
	return is_verb || text_find(ENTITY_ITEMS(rows), name, text);
}

/* is_LIST, and is_KIND */
static bool condition_text(const struct view *v, struct span name, struct buf *text)
{
	struct span condition = text_behind(name, SPAN("is_"));
	const struct list *list = model_list(condition);
	bool holds = list && model_has(list, v->facts), is_kind = false;
	for (size_t i = FIELD_NAME; i < FIELD_KINDS && !list && !is_kind; i++) {
		is_kind = span_is(condition, entity_kinds[i].name);
		holds = is_kind && i == v->field.kind;
	}
	buf_text(text, yes(holds));
	return list || is_kind;
}

/* The option of goal_id is goal, that of attendee_ids attendee, that of tags tag. */
static struct span option_of(const struct field *f)
{
	struct span name = span_of(f->name), end = span_of(entity_kinds[f->kind].end);
	size_t len = name.len > end.len ? name.len - end.len : name.len;
	return span_equals(span_drop(name, len), end) ? span_first(name, len) : name;
}

static bool field_text(const struct view *v, struct span name, struct buf *text)
{
	const struct field *f = &v->field;
	const struct kind *kind = &entity_kinds[f->kind];
	const struct list *list = v->list;
	const struct view other = { .entity = f->of ? model_entity(span_of(f->of)) : NULL };
	bool is_id = f->kind == FIELD_REFERENCE, has_limits = is_id || f->min != 0 || f->max != 0;
	bool has_lower = has_limits && (f->min != 0 || (v->facts & FACT_NUMBERS));
	bool is_endless = is_id || f->max == INT64_MAX;
	bool is_large = f->kind == FIELD_INT && (f->max > INT32_MAX || f->min < INT32_MIN);
	bool takes_null = (v->facts & list->null) && !(v->facts & list->no_null);
	char least[24], most[24], option[64];
	(void)snprintf(least, sizeof least, "%" PRId64, is_id ? 1 : f->min);
	(void)snprintf(most, sizeof most, "%" PRId64, f->max);
	(void)snprintf(option, sizeof option, "%.*s", (int)option_of(f).len, option_of(f).bytes);
	const struct text rows[] = {
		{ "name", f->name },
		{ "column", f->kind == FIELD_TAGS ? "tag_ids" : f->name },
		{ "title", f->name, ' ' },
		{ "option", option, '-' },
		{ "expression", f->value },
		{ "takes_null", yes(takes_null) },
		{ "fallback", list->has_default ? f->fallback : "" },
		{ "computed_fallback", list->has_default ? f->computed_fallback : "" },
		{ "example", f->example ? f->example : "null" },
		{ "told", f->help },
		{ "of", f->of },  /* its table; also the other field of a copy or a lookup */
		{ "min", least }, /* of the param, in C */
		{ "max", is_endless ? "INT64_MAX" : most },
		{ "lower", has_lower ? least : "" }, /* which people see */
		{ "upper", has_limits && !is_endless ? most : "" },
		{ "column_type", is_large ? "int8" : kind->column },
		{ "type", kind->array },
		{ "kind", kind->param },
		{ "json_type", kind->json },
		{ "quote", strcmp(kind->json, "string") == 0 ? "\"" : "" },
		{ "limits", kind->limits },
		{ "option_kind", kind->option },
		{ "argument", kind->argument },
		{ "minus", v->is_descending ? "-" : "" }, /* of an order */
		{ "direction", v->is_descending ? " desc" : "" },
		{ "after", v->is_descending ? "<" : ">" },
		{ "is_descending", yes(v->is_descending) },
	};
	struct span of = text_behind(name, SPAN("of_"));
	return text_find(ENTITY_ITEMS(rows), name, text) || condition_text(v, name, text)
	       || (other.entity && of.len > 0 && view_text(&other, of, text));
}

bool view_text(const struct view *v, struct span name, struct buf *text)
{
	static const struct text outermost[] = { { "of_entity", "" }, { "is_response", "" },
		{ "is_read", "" } };
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
