#include <inttypes.h>
#include <stdio.h>

#include "schema/generate/model.h"

/* What holds of a field, as bits: its flags, its kind, and what the entity says of it. */
#define KIND(kind) (UINT64_C(1) << (16 + (kind)))
#define LISTS      (KIND(FIELD_IDS) | KIND(FIELD_TAGS) | KIND(FIELD_OBJECTS))
#define NUMBERS    (KIND(FIELD_INT) | KIND(FIELD_REAL) | KIND(FIELD_REFERENCE))
#define RANGE      (UINT64_C(1) << 40) /* the column of the params `from` and `to` */
#define ORDER      (UINT64_C(1) << 41) /* the column of an order */
#define ID         (UINT64_C(1) << 42) /* as an order, it is that of the ids */
#define OWNER      (UINT64_C(1) << 43) /* the row is deleted and restored with the row that it names */
#define ANY        UINT64_MAX

struct set {
	const char *name;
	uint64_t all, any, none; /* which bits its fields have; any, 0: it does not matter */
	uint64_t null, no_null;  /* in the list, null is taken: which bits this needs; unless */
	bool has_default;        /* the list shows defaults */
};

/* Sets of fields: each is a list of its name, and is_NAME is a text of its fields. */
static const struct set set_table[] = {
	{ "fields" },
	{ "columns", .null = FIELD_CLEARS | FIELD_EMPTIES, .has_default = true }, /* of a response */
	{ "examples", .none = FIELD_WRITES_ONLY },
	/* what a create may give, and what its body must give */
	{ "created", .all = FIELD_CREATES, .null = ANY, .no_null = FIELD_REQUIRED | FIELD_NO_NULL, .has_default = true },
	{ "needed", .all = FIELD_REQUIRED, .none = FIELD_PARENT },
	/* of the objects of a list: what they may have and must have */
	{ "items", .null = ANY, .no_null = FIELD_REQUIRED | FIELD_NO_NULL },
	{ "needed_items", .all = FIELD_REQUIRED },
	/* what an update may change, and what `study` --clear may clear */
	{ "changed", .all = FIELD_CHANGES, .null = FIELD_CLEARS },
	{ "cleared", .all = FIELD_CHANGES, .any = FIELD_CLEARS | LISTS },
	/* the columns of the table but id and the times of rows */
	{ "stored", .any = FIELD_GIVEN | FIELD_DERIVED },
	{ "inserted", .any = FIELD_CREATES | FIELD_DERIVED },
	{ "derived", .all = FIELD_DERIVED },
	/* never null, or derived: a row with these fulfils the table's constraints */
	{ "constrained", .any = FIELD_GIVEN | FIELD_DERIVED, .none = FIELD_CLEARS },
	/* references that a write newly names, that each change holds, and that a restore holds */
	{ "links", .all = KIND(FIELD_REFERENCE), .any = FIELD_GIVEN, .none = FIELD_HELD },
	{ "held", .all = FIELD_HELD },
	{ "anchors", .any = OWNER | FIELD_HELD },
	{ "owners", .all = OWNER },
	{ "references", .any = KIND(FIELD_REFERENCE) | KIND(FIELD_IDS) },
	{ "lookups", .all = FIELD_LOOKUP }, /* of a reference: what a response shows of its row */
	{ "tag_fields", .all = KIND(FIELD_TAGS) },
	{ "captions", .all = KIND(FIELD_TEXT) | FIELD_REQUIRED }, /* the first one tells rows apart */
	{ "order_columns", .all = ORDER, .none = ID },
	{ "parent", .all = FIELD_PARENT }, /* one or none */
	{ "range", .all = RANGE },         /* one or none */
	{ "id", .all = ID },
	{ "nullable", .all = FIELD_CLEARS },
	{ "maybe_null", .any = FIELD_CLEARS | FIELD_EMPTIES },
	{ "never_null", .all = FIELD_NO_NULL },
	{ "required", .all = FIELD_REQUIRED },
	{ "version", .all = FIELD_VERSION },
	{ "copy", .all = FIELD_COPY },
	{ "lookup", .all = FIELD_LOOKUP },
	{ "computed", .all = FIELD_COMPUTED },
	{ "shown_only", .any = FIELD_SHOWN_ONLY },
	{ "writes_only", .all = FIELD_WRITES_ONLY },
	{ "list", .any = LISTS },
	{ "number", .any = NUMBERS },
	{ 0 },
};

/* Without a set of that name, the last row. */
static const struct set *set_of(struct span name)
{
	const struct set *set = set_table;
	while (set->name && !span_is(name, set->name))
		set++;
	return set;
}

static uint64_t facts_of(const struct view *v)
{
	const struct entity *e = v->entity;
	const struct field *f = &v->field;
	struct span name = span_of(f->name);
	bool is_range = e->range && span_is(name, e->range);
	bool is_id = e->key == KEY_INT && span_is(name, "created_at");
	bool is_owner = f->kind == FIELD_REFERENCE
			&& (f->flags & (FIELD_REQUIRED | FIELD_CHANGES)) == FIELD_REQUIRED;
	return f->flags | KIND(f->kind) | (is_range ? RANGE : 0) | (is_id ? ID : 0)
	       | (span_is_any(name, e->orders) ? ORDER : 0) | (is_owner ? OWNER : 0);
}

bool field_is_list(struct span name)
{
	return set_of(name)->name != NULL;
}

bool field_is_in(const struct view *v, struct span list)
{
	uint64_t facts = facts_of(v);
	const struct set *set = set_of(list);
	return (facts & set->all) == set->all && (!set->any || (facts & set->any))
	       && !(facts & set->none);
}

/* is_SET, and is_KIND */
static bool condition_text(const struct view *v, struct span name, struct buf *text)
{
	struct span set = text_behind(name, SPAN("is_"));
	bool is_known = field_is_list(set), holds = field_is_in(v, set);
	for (size_t i = FIELD_NAME; i < FIELD_KINDS && !is_known; i++) {
		is_known = span_is(set, entity_kinds[i].name);
		holds = i == v->field.kind;
	}
	buf_text(text, yes(is_known && holds));
	return is_known;
}

/* min and max are those of the param, in C; lower and upper those that people see, or empty. */
static bool limits_text(const struct field *f, struct span name, struct buf *text)
{
	char least[24], most[24];
	bool is_id = f->kind == FIELD_REFERENCE, has_limits = is_id || f->min != 0 || f->max != 0;
	bool is_large = is_id || f->max == INT64_MAX;
	bool has_lower = has_limits && (f->min != 0 || (KIND(f->kind) & NUMBERS));
	(void)snprintf(least, sizeof least, "%" PRId64, is_id ? 1 : f->min);
	(void)snprintf(most, sizeof most, "%" PRId64, f->max);
	const struct text rows[] = {
		{ "min", least },
		{ "max", is_large ? "INT64_MAX" : most },
		{ "lower", has_lower ? least : "" },
		{ "upper", has_limits && !is_large ? most : "" },
	};
	return text_find(ENTITY_ITEMS(rows), name, text);
}

/* The option of goal_id is goal, that of attendee_ids attendee, that of tags tag. */
static struct span option_of(const struct field *f)
{
	struct span name = span_of(f->name), end = span_of(entity_kinds[f->kind].end);
	size_t len = name.len > end.len ? name.len - end.len : name.len;
	return span_equals(span_drop(name, len), end) ? span_first(name, len) : name;
}

bool field_text(const struct view *v, struct span name, struct buf *text)
{
	const struct field *f = &v->field;
	const struct kind *kind = &entity_kinds[f->kind];
	const struct set *set = set_of(v->list);
	const struct view other = { .entity = f->of ? model_entity(span_of(f->of)) : NULL };
	bool is_large = f->kind == FIELD_INT && (f->max > INT32_MAX || f->min < INT32_MIN);
	bool takes_null = (facts_of(v) & set->null) && !(facts_of(v) & set->no_null);
	char option[64];
	(void)snprintf(option, sizeof option, "%.*s", (int)option_of(f).len, option_of(f).bytes);
	const struct text rows[] = {
		{ "name", f->name },
		{ "column", f->kind == FIELD_TAGS ? "tag_ids" : f->name },
		{ "title", f->name, ' ' },
		{ "option", option, '-' },
		{ "expression", f->value },
		{ "takes_null", yes(takes_null) },
		{ "fallback", set->has_default ? f->fallback : "" },
		{ "computed_fallback", set->has_default ? f->computed_fallback : "" },
		{ "example", f->example ? f->example : "null" },
		{ "told", f->help },
		{ "of", f->of }, /* its table; also the other field of a copy or a lookup */
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
	       || limits_text(f, name, text)
	       || (other.entity && of.len > 0 && view_text(&other, of, text));
}
