#include "schema/generate/model_field.h"

#include <inttypes.h>
#include <string.h>

#include "schema/generate/model.h"
#include "schema/generate/model_command.h"
#include "schema/generate/model_name.h"
#include "schema/generate/model_schema.h"
#include "schema/generate/model_words.h"

/* By the kind of a field: its column, what a response shows, and what a param of it is in requests
 * and in statements. */
static const struct {
	const char *column, *response, *kind, *type;
	int64_t min, max; /* where the field has no limits */
} type_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "text", "text", "PARAM_NAME", "text" },
	[FIELD_TEXT] = { "text", "text", "PARAM_TEXT", "text" },
	[FIELD_INT] = { "integer", "integer", "PARAM_INT", "int8" },
	[FIELD_REAL] = { "float8", "float8", "PARAM_REAL", "float8" },
	[FIELD_BOOL] = { "boolean", "boolean", "PARAM_BOOL", "bool" },
	[FIELD_CHOICE] = { "text", "text", "PARAM_CHOICE", "text" },
	[FIELD_DATE] = { "date", "date", "PARAM_DATE", "date" },
	[FIELD_TIME] = { "time", "time", "PARAM_TIME", "time" },
	[FIELD_INSTANT] = { "timestamptz", "timestamptz", "PARAM_LOCAL_INSTANT", "text" },
	[FIELD_REFERENCE] = { "int8", "int8", "PARAM_INT", "int8", 1, INT64_MAX },
	[FIELD_IDS] = { "int8[]", "int8[]", "PARAM_IDS", "jsonb", 0, 100 },
	[FIELD_TAGS] = { "int8[]", "text[]", "PARAM_TEXTS", "jsonb", 0, 100 },
	[FIELD_OBJECTS] = { "jsonb", "jsonb", "PARAM_OBJECTS", "jsonb", 0, 100 },
	[FIELD_VERSION] = { "timestamptz", "timestamptz" },
};

/* The elements of a list. They have no name, as opposed to the fields of objects. */
static const struct field id_item = { .kind = FIELD_REFERENCE };
static const struct field tag_item = { .kind = FIELD_TEXT, .min = 1, .max = 100 };

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

bool model_field_is_list(const struct field *f)
{
	return f->kind == FIELD_IDS || f->kind == FIELD_TAGS || f->kind == FIELD_OBJECTS;
}

/* An integer takes four bytes, unless its limits need eight. */
static const char *number_type(const struct field *f)
{
	bool is_large = f->max > INT32_MAX || f->min < INT32_MIN;
	return f->kind == FIELD_INT && is_large ? "int8" : NULL;
}

const char *model_field_param_type(const struct field *f)
{
	return type_table[f->kind].type;
}

const char *model_field_response_type(const struct entity *e, const struct field *f)
{
	const struct field *shown = f->kind == FIELD_COPY ? model_field_find(e, f->of) : f;
	const char *number = number_type(shown);
	return f->type ? f->type : number ? number : type_table[shown->kind].response;
}

struct field model_field_shown(const struct entity *e, const struct field *f)
{
	static const struct {
		const char *type;
		enum field_kind kind;
	} kinds[] = { { "int", FIELD_INT }, { "int8", FIELD_INT }, { "float8", FIELD_REAL },
		{ "boolean", FIELD_BOOL }, { "date", FIELD_DATE }, { "timestamptz", FIELD_INSTANT },
		{ "jsonb", FIELD_OBJECTS } };
	struct field shown = *f;
	if (f->kind == FIELD_COPY)
		shown = *model_field_find(e, f->of);
	else if (f->type)
		shown.kind = FIELD_TEXT;
	for (size_t i = 0; f->type && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(f->type, kinds[i].type) == 0)
			shown.kind = kinds[i].kind;
	shown.name = f->name;
	return shown;
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

struct limits model_field_limits(const struct field *f)
{
	bool has_limits = f->min != 0 || f->max != 0;
	return has_limits ? (struct limits){ f->min, f->max }
			  : (struct limits){ type_table[f->kind].min, type_table[f->kind].max };
}

static void put_limits(struct record *r, const struct field *f)
{
	struct limits limits = model_field_limits(f);
	record_set(r, "min", "%" PRId64, limits.min);
	if (limits.max == INT64_MAX)
		record_set(r, "max", "INT64_MAX");
	else
		record_set(r, "max", "%" PRId64, limits.max);
}

static void put_choices(struct record *r, const struct field *f)
{
	record_flag(r, "choices", false);
	record_flag(r, "has_choices", f->choices != NULL);
	for (const char *const *choice = f->choices; choice && *choice; choice++)
		record_set(record_add(r, "choices"), "choice", "%s", *choice);
}

const struct field *model_field_items(const struct field *f, size_t *count)
{
	bool is_plain = f->kind == FIELD_IDS || f->kind == FIELD_TAGS;
	*count = is_plain ? 1 : f->item_count;
	return f->kind == FIELD_IDS ? &id_item : f->kind == FIELD_TAGS ? &tag_item : f->items;
}

static void put_items(struct record *r, const struct field *f)
{
	size_t count;
	const struct field *items = model_field_items(f, &count);
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
	model_set_label(of, "of_label", other);
	model_set_upper(of, "ONE", other->one);
	model_set_camel(of, "One", other->one);
}

static const struct {
	const char *name;
	enum field_kind kind;
} kind_flags[] = {
	{ "is_ids", FIELD_IDS },
	{ "is_tags", FIELD_TAGS },
	{ "is_objects", FIELD_OBJECTS },
	{ "is_instant", FIELD_INSTANT },
	{ "is_version", FIELD_VERSION },
	{ "is_derived", FIELD_DERIVED },
};

static const struct {
	const char *name;
	unsigned flag; /* or flags: one of them is enough */
} flag_table[] = {
	{ "is_nullable", FIELD_CLEARS },
	{ "is_required", FIELD_REQUIRED },
	{ "is_parent", FIELD_PARENT },
	{ "is_created", FIELD_CREATES },
	{ "is_changed", FIELD_CHANGES },
	{ "refuses_null", FIELD_NO_NULL },
	{ "may_be_null", FIELD_CLEARS | FIELD_EMPTIES },
};

void model_field_describe(struct record *r, const struct field *f)
{
	const char *column = type_table[f->kind].column;
	record_set(r, "name", "%s", f->name ? f->name : "");
	record_flag(r, "has_name", f->name != NULL);
	record_set(r, "column", "%s", f->name ? column_of(f) : "");
	record_set(r, "column_type", "%s", f->type ? f->type : column ? column : "");
	if (number_type(f))
		record_set(r, "column_type", "%s", number_type(f));
	record_set(r, "kind", "%s", type_table[f->kind].kind ? type_table[f->kind].kind : "");
	record_set(r, "type", "%s", type_table[f->kind].type ? type_table[f->kind].type : "");
	record_set(r, "example", "%s", f->example ? f->example : "null");
	model_schema_put_params(r, f);
	model_words_put_params(r, f);
	put_limits(r, f);
	put_choices(r, f);
	put_items(r, f);
	put_other(r, f);
	for (size_t i = 0; i < sizeof kind_flags / sizeof *kind_flags; i++)
		record_flag(r, kind_flags[i].name, f->kind == kind_flags[i].kind);
	for (size_t i = 0; i < sizeof flag_table / sizeof *flag_table; i++)
		record_flag(r, flag_table[i].name, f->flags & flag_table[i].flag);
	record_flag(r, "is_stored", model_field_is_stored(f));
	record_flag(r, "is_plain", !model_field_is_list(f) && f->kind != FIELD_INSTANT);
	record_flag(r, "is_given", f->kind != FIELD_DERIVED && f->kind != FIELD_TAGS);
	record_flag(r, "is_inserted", f->kind == FIELD_DERIVED || (f->flags & FIELD_CREATES));
	record_flag(r, "fallback", false);
	if (f->fallback)
		record_set(record_add(r, "fallback"), "text", "%s", f->fallback);
	model_command_describe_field(r, f);
}
