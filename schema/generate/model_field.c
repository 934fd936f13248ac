#include "schema/generate/model.h"

/* clang-format off */
static const struct kind {
	const char *flag;
	const char *column, *array;    /* in SQL: the column, the elements of the param's array */
	const char *param;             /* in the method table */
	const char *json, *limits;     /* in openapi.json: the type, minLIMITS and maxLIMITS */
	const char *option, *argument, *end; /* in `study`; what the option's name drops */
} kind_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "is_name", "text", "text", "PARAM_NAME", "string", "Length", "OPTION_TEXT", "TEXT" },
	[FIELD_TEXT] = { "is_text", "text", "text", "PARAM_TEXT", "string", "Length", "OPTION_TEXT", "TEXT" },
	[FIELD_INT] = { "is_int", "integer", "int8", "PARAM_INT", "integer", "imum", "OPTION_INT", "N" },
	[FIELD_REAL] = { "is_real", "float8", "float8", "PARAM_REAL", "number", "imum", "OPTION_REAL", "N" },
	[FIELD_BOOL] = { "is_bool", "boolean", "bool", "PARAM_BOOL", "boolean", "", "OPTION_BOOL", "" },
	[FIELD_CHOICE] = { "is_choice", "text", "text", "PARAM_CHOICE", "string", "", "OPTION_CHOICE", "WORD" },
	[FIELD_DATE] = { "is_date", "date", "date", "PARAM_DATE", "string", "", "OPTION_DATE", "DAY" },
	[FIELD_TIME] = { "is_time", "time", "time", "PARAM_TIME", "string", "", "OPTION_TIME", "TIME" },
	[FIELD_INSTANT] = { "is_instant", "timestamptz", "text", "PARAM_LOCAL_INSTANT", "string", "", "OPTION_TEXT", "TIME" },
	[FIELD_REFERENCE] = { "is_reference", "int8", "int8", "PARAM_INT", "integer", "imum", "OPTION_INT", "ID", "_id" },
	[FIELD_IDS] = { "is_ids", "int8[]", "jsonb", "PARAM_IDS", "array", "Items", "OPTION_IDS", "ID", "_ids" },
	[FIELD_TAGS] = { "is_tags", "int8[]", "jsonb", "PARAM_TEXTS", "array", "Items", "OPTION_TEXTS", "TAG", "s" },
	[FIELD_OBJECTS] = { "is_objects", "jsonb", "jsonb", "PARAM_OBJECTS", "array", "Items", "OPTION_OBJECTS", "", "s" },
};
/* clang-format on */

static const struct {
	const char *name;
	unsigned flags; /* one of them is enough */
} flag_table[] = { { "is_nullable", FIELD_CLEARS }, { "is_required", FIELD_REQUIRED },
	{ "is_parent", FIELD_PARENT }, { "is_created", FIELD_CREATES },
	{ "is_changed", FIELD_CHANGES }, { "is_version", FIELD_VERSION },
	{ "is_derived", FIELD_DERIVED }, { "is_copy", FIELD_COPY }, { "is_lookup", FIELD_LOOKUP },
	{ "is_computed", FIELD_COMPUTED }, { "is_shown_only", FIELD_SHOWN_ONLY },
	{ "is_inserted", FIELD_CREATES | FIELD_DERIVED }, { "is_writes_only", FIELD_WRITES_ONLY },
	{ "may_be_null", FIELD_CLEARS | FIELD_EMPTIES }, { "refuses_null", FIELD_NO_NULL } };

/* The elements of a list. They have no name, as opposed to the fields of objects. */
static const struct field id_item = { .kind = FIELD_REFERENCE, .flags = FIELD_NO_NULL };
static const struct field tag_item = { NULL, FIELD_TEXT, FIELD_NO_NULL, 1, 100 };

void model_words(struct record *r, const char *name, const char *text, char between)
{
	record_set(r, name, text);
	for (char *at = record_own(r, name)->text; (at = strchr(at, '_')) != NULL;)
		*at = between;
}

static void put_kind(struct record *r, const struct field *f)
{
	const struct kind *kind = &kind_table[f->kind];
	bool is_large = f->kind == FIELD_INT && (f->max > INT32_MAX || f->min < INT32_MIN);
	record_set(r, "column_type", is_large ? "int8" : kind->column);
	record_set(r, "type", kind->array);
	record_set(r, "kind", kind->param);
	record_set(r, "json_type", kind->json);
	record_set(r, "quote", strcmp(kind->json, "string") == 0 ? "\"" : "");
	record_set(r, "limits", kind->limits);
	record_set(r, "option_kind", kind->option);
	record_set(r, "argument", kind->argument);
	record_flag(r, "is_number", strcmp(kind->limits, "imum") == 0);
	record_flag(r, "is_list", strcmp(kind->json, "array") == 0);
	for (size_t i = FIELD_NAME; i < FIELD_KINDS; i++)
		record_flag(r, kind_table[i].flag, i == f->kind);
	for (size_t i = 0; i < sizeof flag_table / sizeof *flag_table; i++)
		record_flag(r, flag_table[i].name, f->flags & flag_table[i].flags);
}

/* min and max are those of the param, in C; lower and upper those that people see, or "". */
static void put_limits(struct record *r, const struct field *f)
{
	bool is_id = f->kind == FIELD_REFERENCE, has_limits = is_id || f->min != 0 || f->max != 0;
	bool is_large = is_id || f->max == INT64_MAX;
	bool has_lower = has_limits && (f->min != 0 || record_has(r, "is_number"));
	record_number(r, "min", is_id ? 1 : f->min);
	record_number(r, "max", f->max);
	record_set(r, "lower", has_lower ? record_own(r, "min")->text : "");
	record_set(r, "upper", has_limits && !is_large ? record_own(r, "max")->text : "");
	if (is_large)
		record_set(r, "max", "INT64_MAX");
}

static void put_choices(struct record *r, const struct field *f)
{
	record_own(r, "choices");
	for (size_t i = 0; f->choices && f->choices[i]; i++) {
		struct record *choice = record_add(r, "choices", NULL);
		record_set(choice, "choice", f->choices[i]);
		record_set(choice, "between", i == 0 ? "" : f->choices[i + 1] ? ", " : " or ");
	}
}

/* The fields of each element of a list. */
static void put_items(struct record *r, const struct field *f)
{
	bool is_ids = f->kind == FIELD_IDS, is_tags = f->kind == FIELD_TAGS;
	const struct field *items = is_ids ? &id_item : is_tags ? &tag_item : f->items;
	record_own(r, "items");
	record_own(r, "needed");
	for (size_t i = 0; i < (is_ids || is_tags ? 1 : f->item_count); i++) {
		struct record *item = record_add(r, "items", NULL);
		model_field_describe(item, &items[i]);
		record_flag(item, "is_first", i == 0);
		record_flag(
			item, "takes_null", !(items[i].flags & (FIELD_REQUIRED | FIELD_NO_NULL)));
		if (items[i].flags & FIELD_REQUIRED)
			(void)record_add(r, "needed", item);
	}
}

/* The entity whose rows a field names. The outermost of_one is empty. */
static void put_other(struct record *r, const struct field *f)
{
	const struct entity *other = f->of ? model_entity(span_of(f->of)) : NULL;
	record_set(r, "of", f->of); /* its table; also the other field of a copy or a lookup */
	if (other) {
		record_set(r, "of_one", other->one);
		model_words(r, "of_label", other->label ? other->label : other->one, ' ');
		record_set(r, "article", strchr("aeiou", *other->one) ? "an" : "a");
	}
}

/* The option of goal_id is goal, that of attendee_ids attendee, that of tags tag. */
static void put_option(struct record *r, const struct field *f)
{
	struct span name = span_of(f->name), end = span_of(kind_table[f->kind].end);
	size_t len = name.len > end.len ? name.len - end.len : name.len;
	model_words(r, "option", f->name, '-');
	if (span_equals(span_drop(name, len), end))
		record_own(r, "option")->text[len] = '\0';
}

void model_field_describe(struct record *r, const struct field *f)
{
	record_set(r, "name", f->name);
	record_set(r, "column", f->kind == FIELD_TAGS ? "tag_ids" : f->name);
	model_words(r, "title", f->name, ' ');
	record_set(r, "expression", f->value);
	record_flag(r, "takes_null", false);
	record_set(r, "fallback", "");
	record_set(r, "computed", "");
	record_set(r, "example", f->example ? f->example : "null");
	record_set(r, "told", f->help);
	put_kind(r, f);
	put_limits(r, f);
	put_choices(r, f);
	put_items(r, f);
	put_other(r, f);
	put_option(r, f);
}
