#include "schema/generate/model_field.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/model.h"

/* By the kind of a field: its column, what a response shows, and what a param of it is in requests
 * and in statements. */
static const struct {
	const char *column, *response, *kind, *type;
	const char *min, *max; /* where the field has no limits */
} type_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "text", "text", "PARAM_NAME", "text", "0", "0" },
	[FIELD_TEXT] = { "text", "text", "PARAM_TEXT", "text", "0", "0" },
	[FIELD_INT] = { "integer", "integer", "PARAM_INT", "int8", "0", "0" },
	[FIELD_REAL] = { "float8", "float8", "PARAM_REAL", "float8", "0", "0" },
	[FIELD_BOOL] = { "boolean", "boolean", "PARAM_BOOL", "bool", "0", "0" },
	[FIELD_CHOICE] = { "text", "text", "PARAM_CHOICE", "text", "0", "0" },
	[FIELD_DATE] = { "date", "date", "PARAM_DATE", "date", "0", "0" },
	[FIELD_TIME] = { "time", "time", "PARAM_TIME", "time", "0", "0" },
	[FIELD_INSTANT] = { "timestamptz", "timestamptz", "PARAM_INSTANT", "timestamptz", "0",
		"0" },
	[FIELD_REFERENCE] = { "int8", "int8", "PARAM_INT", "int8", "1", "INT64_MAX" },
	[FIELD_IDS] = { "int8[]", "int8[]", "PARAM_IDS", "jsonb", "0", "100" },
	[FIELD_TAGS] = { "int8[]", "text[]", "PARAM_TEXTS", "jsonb", "0", "100" },
	[FIELD_OBJECTS] = { "jsonb", "jsonb", "PARAM_OBJECTS", "jsonb", "0", "100" },
	[FIELD_VERSION] = { "timestamptz", "timestamptz" },
};

/* The elements of a list. */
static const struct field id_item = { "id", FIELD_REFERENCE, .of = NULL };
static const struct field tag_item = { "tag", FIELD_TEXT, 0, 1, 100 };

void model_set_upper(struct record *r, const char *name, const char *text)
{
	char upper[NAME_MAX] = { 0 };
	for (size_t i = 0; text[i] && i < sizeof upper - 1; i++)
		upper[i] = (char)toupper((unsigned char)text[i]);
	record_set(r, name, "%s", upper);
}

void model_set_camel(struct record *r, const char *name, const char *text)
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

void model_set_label(struct record *r, const char *name, const struct entity *e)
{
	char label[NAME_MAX] = { 0 };
	const char *text = e->label ? e->label : e->one;
	for (size_t i = 0; text[i] && i < sizeof label - 1; i++)
		label[i] = text[i] == '_' ? ' ' : text[i];
	record_set(r, name, "%s", label);
}

const struct field *model_field_find(const struct entity *e, const char *name)
{
	for (size_t i = 0; i < e->field_count; i++)
		if (strcmp(e->fields[i].name, name) == 0)
			return &e->fields[i];
	return NULL;
}

bool model_field_is_stored(const struct field *f)
{
	return f->kind >= FIELD_NAME && f->kind <= FIELD_DERIVED;
}

const char *model_field_param_type(const struct field *f)
{
	return type_table[f->kind].type;
}

const char *model_field_response_type(const struct entity *e, const struct field *f)
{
	if (f->type)
		return f->type;
	return type_table[f->kind == FIELD_COPY ? model_field_find(e, f->of)->kind : f->kind]
		.response;
}

static const char *column_of(const struct field *f)
{
	return f->kind == FIELD_TAGS ? "tag_ids" : f->name;
}

void model_field_put_value(struct record *r, const struct field *f, bool is_change)
{
	switch (f->kind) {
	case FIELD_LOOKUP:
		record_set(r, "value", "%s_row.%s", f->of, f->name);
		break;
	case FIELD_COMPUTED:
		record_set(r, "value", "%s", f->value);
		break;
	case FIELD_TAGS:
		record_set(r, "value", "tag_names%s(e.account_id, e.tag_ids)",
			is_change ? "_now" : "");
		break;
	default:
		record_set(r, "value", "e.%s", f->kind == FIELD_COPY ? f->of : f->name);
	}
}

static void put_limits(struct record *r, const struct field *f)
{
	bool has_limits = f->min != 0 || f->max != 0;
	const char *min = type_table[f->kind].min, *max = type_table[f->kind].max;
	record_set(r, "min", "%s", min ? min : "0");
	record_set(r, "max", "%s", max ? max : "0");
	if (!has_limits)
		return;
	record_set(r, "min", "%" PRId64, f->min);
	record_set(r, "max", "%" PRId64, f->max);
}

static void put_choices(struct record *r, const struct field *f)
{
	record_flag(r, "choices", false);
	record_flag(r, "has_choices", f->choices != NULL);
	for (const char *const *choice = f->choices; choice && *choice; choice++)
		record_set(record_add(r, "choices"), "choice", "%s", *choice);
}

static void put_items(struct record *r, const struct field *f)
{
	const struct field *items = f->items;
	size_t count = f->item_count;
	if (f->kind == FIELD_IDS || f->kind == FIELD_TAGS) {
		items = f->kind == FIELD_IDS ? &id_item : &tag_item;
		count = 1;
	}
	record_flag(r, "items", false);
	record_flag(r, "has_items", count > 0);
	for (size_t i = 0; i < count; i++)
		model_field_describe(record_add(r, "items"), &items[i]);
}

/* The entity whose rows a field names. */
static void put_other(struct record *r, const struct field *f)
{
	const struct entity *other = f->kind == FIELD_TAGS ? NULL
				     : f->of               ? model_entity(span_of(f->of))
							   : NULL;
	bool has_other = other && (f->kind == FIELD_REFERENCE || f->kind == FIELD_IDS);
	record_flag(r, "of", false);
	if (!has_other)
		return;
	struct record *of = record_add(r, "of");
	record_set(of, "table", "%s", other->name);
	record_set(of, "one", "%s", other->one);
	record_set(of, "of_key", "%s_id", other->one);
	model_set_label(of, "of_label", other);
	model_set_upper(of, "ONE", other->one);
	model_set_camel(of, "One", other->one);
}

static const struct {
	const char *name;
	enum field_kind kind;
} kind_flags[] = {
	{ "is_reference", FIELD_REFERENCE },
	{ "is_ids", FIELD_IDS },
	{ "is_tags", FIELD_TAGS },
	{ "is_objects", FIELD_OBJECTS },
	{ "is_instant", FIELD_INSTANT },
	{ "is_version", FIELD_VERSION },
	{ "is_derived", FIELD_DERIVED },
	{ "is_computed", FIELD_COMPUTED },
	{ "is_lookup", FIELD_LOOKUP },
};

static const struct {
	const char *name;
	unsigned flag;
} flag_table[] = {
	{ "is_nullable", FIELD_CLEARS },
	{ "is_required", FIELD_REQUIRED },
	{ "is_parent", FIELD_PARENT },
	{ "is_created", FIELD_CREATES },
	{ "is_changed", FIELD_CHANGES },
};

void model_field_describe(struct record *r, const struct field *f)
{
	const char *column = type_table[f->kind].column;
	record_set(r, "name", "%s", f->name);
	record_set(r, "column", "%s", column_of(f));
	record_set(r, "column_type", "%s", f->type ? f->type : column ? column : "");
	record_set(r, "kind", "%s", type_table[f->kind].kind ? type_table[f->kind].kind : "");
	record_set(r, "type", "%s", type_table[f->kind].type ? type_table[f->kind].type : "");
	record_set(r, "example", "%s", f->example ? f->example : "null");
	put_limits(r, f);
	put_choices(r, f);
	put_items(r, f);
	put_other(r, f);
	for (size_t i = 0; i < sizeof kind_flags / sizeof *kind_flags; i++)
		record_flag(r, kind_flags[i].name, f->kind == kind_flags[i].kind);
	for (size_t i = 0; i < sizeof flag_table / sizeof *flag_table; i++)
		record_flag(r, flag_table[i].name, f->flags & flag_table[i].flag);
	bool is_list = f->kind == FIELD_IDS || f->kind == FIELD_TAGS;
	record_flag(r, "is_list", is_list);
	record_flag(r, "is_plain", !is_list && f->kind != FIELD_OBJECTS);
	record_flag(r, "is_given", f->kind != FIELD_DERIVED && f->kind != FIELD_TAGS);
	record_flag(r, "is_inserted", f->kind == FIELD_DERIVED || (f->flags & FIELD_CREATES));
	record_flag(r, "fallback", false);
	if (f->fallback)
		record_set(record_add(r, "fallback"), "text", "%s", f->fallback);
}
