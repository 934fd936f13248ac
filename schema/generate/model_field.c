#include "schema/generate/model_field.h"

#include <inttypes.h>
#include <string.h>

#include "schema/generate/model.h"

/* What a field is by its kind, everywhere. */
/* clang-format off */
static const struct kind {
	const char *column, *response; /* SQL */
	const char *param, *type;
	const char *json, *format, *limits, *pattern;
	const char *word, *unit, *others;
	const char *option, *argument, *help;
	int64_t min, max; /* where the field has no limits */
} kind_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "text", "text", "PARAM_NAME", "text",
		"string", .limits = "Length", .word = "text", .unit = " characters", .others = ", white space folded, not blank",
		.option = "OPTION_TEXT", .argument = "TEXT", .help = "text" },
	[FIELD_TEXT] = { "text", "text", "PARAM_TEXT", "text",
		"string", .limits = "Length", .word = "text", .unit = " characters",
		.option = "OPTION_TEXT", .argument = "TEXT", .help = "text" },
	[FIELD_INT] = { "integer", "integer", "PARAM_INT", "int8",
		"integer", .limits = "imum", .word = "integer",
		.option = "OPTION_INT", .argument = "N", .help = "whole number" },
	[FIELD_REAL] = { "float8", "float8", "PARAM_REAL", "float8",
		"number", .limits = "imum", .word = "number",
		.option = "OPTION_REAL", .argument = "N", .help = "number" },
	[FIELD_BOOL] = { "boolean", "boolean", "PARAM_BOOL", "bool",
		"boolean", .word = "boolean",
		.option = "OPTION_BOOL", .help = "yes; with =no: no" },
	[FIELD_CHOICE] = { "text", "text", "PARAM_CHOICE", "text",
		"string", .word = "text",
		.option = "OPTION_CHOICE", .argument = "WORD" },
	[FIELD_DATE] = { "date", "date", "PARAM_DATE", "date",
		"string", "date", .word = "text", .others = ": an existing day, YYYY-MM-DD, years 1900 to 9999",
		.option = "OPTION_DATE", .argument = "DAY", .help = "YYYY-MM-DD, yesterday, today or tomorrow" },
	[FIELD_TIME] = { "time", "time", "PARAM_TIME", "time", /* JSON's "time" needs seconds and an offset */
		"string", .pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", .word = "text", .others = ": a time of day, HH:MM, 00:00 to 23:59",
		.option = "OPTION_TIME", .argument = "TIME", .help = "HH:MM" },
	[FIELD_INSTANT] = { "timestamptz", "timestamptz", "PARAM_LOCAL_INSTANT", "text",
		"string", .word = "text", .others = ": an instant, RFC 3339",
		.option = "OPTION_TEXT", .argument = "TIME", .help = "YYYY-MM-DDTHH:MM:SS in the account's zone, or with Z or an offset" },
	[FIELD_REFERENCE] = { "int8", "int8", "PARAM_INT", "int8",
		"integer", .limits = "imum", .word = "integer",
		.option = "OPTION_INT", .argument = "ID", .min = 1, .max = INT64_MAX },
	[FIELD_IDS] = { "int8[]", "int8[]", "PARAM_IDS", "jsonb",
		"array", .limits = "Items", .word = "list", .unit = " integers",
		.option = "OPTION_IDS", .argument = "ID", .max = 100 },
	[FIELD_TAGS] = { "int8[]", "text[]", "PARAM_TEXTS", "jsonb",
		"array", .limits = "Items", .word = "list", .unit = " texts", .others = ": names of `tags`",
		.option = "OPTION_TEXTS", .argument = "TAG", .help = "name of a tag; repeat the option for more", .max = 100 },
	[FIELD_OBJECTS] = { "jsonb", "jsonb", "PARAM_OBJECTS", "jsonb",
		"array", .limits = "Items", .word = "list", .unit = " maps",
		.option = "OPTION_OBJECTS", .help = "repeat the option for more", .max = 100 },
	[FIELD_VERSION] = { "timestamptz", "timestamptz",
		.json = "string", .format = "date-time", .word = "text", .others = ": an instant, RFC 3339" },
};
/* clang-format on */

/* The elements of a list. They have no name, as opposed to the fields of objects. */
static const struct field id_item = { .kind = FIELD_REFERENCE, .flags = FIELD_NO_NULL };
static const struct field tag_item = { NULL, FIELD_TEXT, FIELD_NO_NULL, 1, 100 };

const char *model_words(struct record *r, struct span text, char between)
{
	char *words = record_copy(r->tree, text);
	for (char *at = words; (at = strchr(at, '_')) != NULL;)
		*at = between;
	return words;
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

bool model_field_is_list(const struct field *f)
{
	return f->kind == FIELD_IDS || f->kind == FIELD_TAGS || f->kind == FIELD_OBJECTS;
}

const char *model_field_param_type(const struct field *f)
{
	return kind_table[f->kind].type;
}

static bool is_number(const struct field *f)
{
	return f->kind == FIELD_INT || f->kind == FIELD_REAL || f->kind == FIELD_REFERENCE;
}

static bool has_type(const struct field *f, const char *type)
{
	return f->type && strcmp(f->type, type) == 0;
}

static void put(struct record *r, const char *name, const char *text)
{
	record_set(r, name, "%s", text ? text : "");
}

static void put_kind(struct record *r, const struct field *f)
{
	const struct kind *kind = &kind_table[f->kind];
	bool is_wide = f->kind == FIELD_INT && (f->max > INT32_MAX || f->min < INT32_MIN);
	const char *const texts[][2] = {
		{ "column_type", is_wide   ? "int8"
				 : f->type ? f->type
					   : kind->column },
		{ "response_type", f->type   ? f->type
				   : is_wide ? "int8"
					     : kind->response },
		{ "kind", kind->param },
		{ "type", kind->type },
		{ "json_type", kind->json },
		{ "format", kind->format },
		{ "limits", kind->limits },
		{ "pattern", kind->pattern },
		{ "quote", kind->json && strcmp(kind->json, "string") == 0 ? "\"" : "" },
		{ "word", kind->word },
		{ "unit", kind->unit },
		{ "others", kind->others },
		{ "option_kind", kind->option },
		{ "argument", kind->argument },
		{ "help", kind->help },
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put(r, texts[i][0], texts[i][1]);
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
	{ "is_day_kind", FIELD_DATE },
	{ "is_flag", FIELD_BOOL },
	{ "is_text", FIELD_TEXT },
};

static const struct {
	const char *name;
	unsigned flag; /* or flags: one of them is enough */
} flag_table[] = {
	{ "is_nullable", FIELD_CLEARS }, { "is_required", FIELD_REQUIRED },
	{ "is_parent", FIELD_PARENT }, { "is_created", FIELD_CREATES },
	{ "is_changed", FIELD_CHANGES }, { "refuses_null", FIELD_NO_NULL },
	{ "may_be_null", FIELD_CLEARS | FIELD_EMPTIES },
	{ "is_unlimited", 0 }, /* model_field_describe_column sets it */
};

static void put_flags(struct record *r, const struct field *f)
{
	for (size_t i = 0; i < sizeof kind_flags / sizeof *kind_flags; i++)
		record_flag(r, kind_flags[i].name, f->kind == kind_flags[i].kind);
	for (size_t i = 0; i < sizeof flag_table / sizeof *flag_table; i++)
		record_flag(r, flag_table[i].name, f->flags & flag_table[i].flag);
	bool is_list = model_field_is_list(f), is_instant = f->kind == FIELD_INSTANT;
	record_flag(r, "has_name", f->name != NULL);
	record_flag(r, "is_list", is_list);
	record_flag(r, "is_amount", f->kind == FIELD_INT || f->kind == FIELD_REAL);
	record_flag(r, "is_number", is_number(f) || has_type(f, "int"));
	record_flag(
		r, "is_time", is_instant || f->kind == FIELD_VERSION || has_type(f, "timestamptz"));
	record_flag(r, "is_stored", model_field_is_stored(f));
	record_flag(r, "is_plain", !is_list && !is_instant);
	record_flag(r, "is_given", f->kind != FIELD_DERIVED && f->kind != FIELD_TAGS);
	record_flag(r, "is_inserted", f->kind == FIELD_DERIVED || (f->flags & FIELD_CREATES));
}

static void put_limits(struct record *r, const struct field *f)
{
	bool has_own = f->min != 0 || f->max != 0;
	int64_t min = has_own ? f->min : kind_table[f->kind].min;
	int64_t max = has_own ? f->max : kind_table[f->kind].max;
	bool has_limits = min != 0 || max != 0, is_large = max == INT64_MAX;
	record_set(r, "min", "%" PRId64, min);
	record_set(r, "max", "%" PRId64, max);
	record_set(r, "lower", "%s", "");
	record_set(r, "upper", "%s", "");
	record_flag(r, "is_large", is_large);
	if (is_large)
		record_set(r, "max", "INT64_MAX");
	if (has_limits && !is_large)
		record_set(r, "upper", "%" PRId64, max);
	if (has_limits && (min != 0 || is_number(f)))
		record_set(r, "lower", "%" PRId64, min);
}

static void put_choices(struct record *r, const struct field *f)
{
	record_list(r, "choices");
	for (size_t i = 0; f->choices && f->choices[i]; i++) {
		struct record *choice = record_add(r, "choices");
		put(choice, "choice", f->choices[i]);
		put(choice, "between", i == 0 ? "" : f->choices[i + 1] ? ", " : " or ");
	}
}

static void put_items(struct record *r, const struct field *f)
{
	bool is_plain = f->kind == FIELD_IDS || f->kind == FIELD_TAGS;
	const struct field *items = f->kind == FIELD_IDS    ? &id_item
				    : f->kind == FIELD_TAGS ? &tag_item
							    : f->items;
	record_list(r, "items");
	record_list(r, "needed");
	for (size_t i = 0; i < (is_plain ? 1 : f->item_count); i++) {
		struct record *item = record_add(r, "items");
		model_field_describe(item, &items[i]);
		record_flag(item, "is_first", i == 0);
		if (items[i].flags & FIELD_REQUIRED)
			put(record_add(r, "needed"), "name", items[i].name);
	}
}

/* The entity whose rows a field names. */
static void put_other(struct record *r, const struct field *f)
{
	record_list(r, "of");
	if (!f->of || (f->kind != FIELD_REFERENCE && f->kind != FIELD_IDS))
		return;
	const struct entity *other = model_entity(span_of(f->of));
	struct record *of = record_add(r, "of");
	put(of, "table", other->name);
	put(of, "one", other->one);
	const char *label = model_words(r, span_of(other->label ? other->label : other->one), ' ');
	put(of, "of_label", label);
	put(of, "article", strchr("aeiou", *label) ? "an" : "a");
}

/* goal_id: goal. attendee_ids: attendee. tags: tag. */
static void put_option(struct record *r, const struct field *f)
{
	const char *end = f->kind == FIELD_REFERENCE ? "_id"
			  : f->kind == FIELD_IDS     ? "_ids"
			  : model_field_is_list(f)   ? "s"
						     : "";
	struct span name = span_of(f->name);
	size_t len = strlen(end);
	if (name.len > len && memcmp(name.bytes + name.len - len, end, len) == 0)
		name.len -= len;
	put(r, "option", model_words(r, name, '-'));
}

static void put_value(struct record *r, const struct field *f, bool is_change)
{
	if (f->kind == FIELD_LOOKUP)
		record_set(r, "value", "%s_row.%s", f->of, f->name);
	else if (f->kind == FIELD_TAGS)
		record_set(r, "value", "tag_names%s(e.account_id, e.tag_ids)",
			is_change ? "_now" : "");
	else if (f->kind == FIELD_COMPUTED)
		put(r, "value", f->value);
	else
		record_set(r, "value", "e.%s", f->kind == FIELD_COPY ? f->of : f->name);
}

/* Schemas. */

static const struct place {
	const char *name;
	bool is_strict, has_default;
	unsigned nullable; /* a field with one of these flags takes null */
	unsigned needed;   /* or one without all of these, if there are some */
} place_table[] = {
	{ "query_schema", .is_strict = true },
	{ "create_schema", .is_strict = true, .has_default = true,
		.needed = FIELD_REQUIRED | FIELD_NO_NULL },
	{ "create_schema_lenient", .has_default = true, .needed = FIELD_REQUIRED | FIELD_NO_NULL },
	{ "change_schema", .is_strict = true, .nullable = FIELD_CLEARS },
	{ "change_schema_lenient", .nullable = FIELD_CLEARS },
	{ "item_schema",
		.needed = FIELD_REQUIRED | FIELD_NO_NULL }, /* strict as the object's place */
};

static void put_place(struct record *r, const struct field *f, const struct place *place)
{
	record_flag(r, "takes_null",
		(f->flags & place->nullable) || (place->needed && !(f->flags & place->needed)));
	record_flag(r, "has_default", place->has_default);
	if (place->is_strict)
		record_flag(r, "is_strict", true);
}

void model_field_describe(struct record *r, const struct field *f)
{
	put(r, "name", f->name);
	put(r, "title", f->name ? model_words(r, span_of(f->name), ' ') : "");
	put(r, "column", f->kind == FIELD_TAGS ? "tag_ids" : f->name);
	put(r, "value", f->kind == FIELD_DERIVED ? f->value : "");
	put(r, "fallback", f->fallback);
	put(r, "computed", f->computed_fallback);
	put(r, "example", f->example ? f->example : "null");
	put(r, "told", f->help);
	put_kind(r, f);
	put_flags(r, f);
	put_limits(r, f);
	put_choices(r, f);
	put_items(r, f);
	put_other(r, f);
	put_option(r, f);
	for (size_t i = 0; i < sizeof place_table / sizeof *place_table; i++)
		put_place(record_add(r, place_table[i].name), f, &place_table[i]);
}

/* The kind of an expression by its type. */
static const struct {
	const char *type;
	enum field_kind kind;
} types[] = {
	{ "int", FIELD_INT },
	{ "int8", FIELD_INT },
	{ "float8", FIELD_REAL },
	{ "boolean", FIELD_BOOL },
	{ "date", FIELD_DATE },
	{ "timestamptz", FIELD_INSTANT },
	{ "jsonb", FIELD_OBJECTS },
};

void model_field_describe_column(
	struct record *r, const struct entity *e, const struct field *f, bool is_change)
{
	const struct place place = { .nullable = FIELD_EMPTIES | (f->type ? 0 : FIELD_CLEARS) };
	struct field shown = f->kind == FIELD_COPY ? *model_field_find(e, f->of) : *f;
	if (f->type)
		shown.kind = FIELD_TEXT;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (has_type(f, types[i].type))
			shown.kind = types[i].kind;
	model_field_describe(r, f);
	put_value(r, f, is_change);
	struct record *response = record_add(r, "response");
	model_field_describe(response, &shown);
	put_place(response, &shown, &place);
	record_flag(response, "is_unlimited", f->type);
	record_flag(response, "is_response", true);
	put(r, "response_type", record_find(response, SPAN("response_type"))->text);
}
