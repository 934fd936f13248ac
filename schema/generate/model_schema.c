#include "schema/generate/model_schema.h"

#include <inttypes.h>
#include <string.h>

#include "common/buf.h"
#include "schema/generate/model_field.h"

/* Where a schema stands. */
static const struct place {
	const char *name;
	bool has_default;
	bool is_strict;       /* objects have no other names */
	unsigned takes_null;  /* a field with one of these flags takes null */
	unsigned needs_value; /* a field without these flags does; 0: only `takes_null` decides */
	bool is_response;
	bool is_unlimited;
} place_table[] = {
	{ "query_schema", .is_strict = true },
	{ "create_schema", .has_default = true, .is_strict = true,
		.needs_value = FIELD_REQUIRED | FIELD_NO_NULL },
	{ "create_schema_lenient", .has_default = true,
		.needs_value = FIELD_REQUIRED | FIELD_NO_NULL },
	{ "change_schema", .is_strict = true, .takes_null = FIELD_CLEARS },
	{ "change_schema_lenient", .takes_null = FIELD_CLEARS },
};

/* Of an object in a list. */
static const struct place strict_item = { .is_strict = true, .needs_value = FIELD_REQUIRED };
static const struct place lenient_item = { .needs_value = FIELD_REQUIRED };
static const struct place response_item = { .needs_value = FIELD_REQUIRED, .is_response = true };

static const struct place response = { "response_schema",
	.takes_null = FIELD_CLEARS | FIELD_EMPTIES, .is_response = true };
static const struct place computed = { "response_schema", .takes_null = FIELD_EMPTIES,
	.is_response = true, .is_unlimited = true };

static const struct {
	const char *type, *format;
	const char *min, *max; /* the words for its limits */
	const char *pattern;
} kind_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "string", NULL, "minLength", "maxLength" },
	[FIELD_TEXT] = { "string", NULL, "minLength", "maxLength" },
	[FIELD_INT] = { "integer", NULL, "minimum", "maximum" },
	[FIELD_REAL] = { "number", NULL, "minimum", "maximum" },
	[FIELD_BOOL] = { "boolean" },
	[FIELD_CHOICE] = { "string" },
	[FIELD_DATE] = { "string", "date" },
	/* the format "time" needs seconds and an offset */
	[FIELD_TIME] = { "string", .pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$" },
	[FIELD_INSTANT] = { "string", "date-time" },
	[FIELD_REFERENCE] = { "integer", NULL, "minimum", "maximum" },
	[FIELD_IDS] = { "array", NULL, "minItems", "maxItems" },
	[FIELD_TAGS] = { "array", NULL, "minItems", "maxItems" },
	[FIELD_OBJECTS] = { "array", NULL, "minItems", "maxItems" },
	[FIELD_VERSION] = { "string", "date-time" },
};

static void put_schema(struct buf *out, const struct field *f, const struct place *place);

static bool takes_null(const struct field *f, const struct place *place)
{
	return (f->flags & place->takes_null)
	       || (place->needs_value && !(f->flags & place->needs_value));
}

/* The format "date-time" needs an offset. */
static bool is_local(const struct field *f, const struct place *place)
{
	return f->kind == FIELD_INSTANT && !place->is_response
	       && strcmp(model_field_param_type(f), "text") == 0;
}

static void put_type(struct buf *out, const struct field *f, const struct place *place)
{
	const char *type = kind_table[f->kind].type, *format = kind_table[f->kind].format;
	if (takes_null(f, place))
		buf_printf(out, "\"type\": [\"%s\", \"null\"]", type);
	else
		buf_printf(out, "\"type\": \"%s\"", type);
	if (format && !is_local(f, place))
		buf_printf(out, ", \"format\": \"%s\"", format);
	if (kind_table[f->kind].pattern)
		buf_printf(out, ", \"pattern\": \"%s\"", kind_table[f->kind].pattern);
}

static void put_limits(struct buf *out, const struct field *f, const struct place *place)
{
	struct limits limits = model_field_limits(f);
	bool is_number = strcmp(kind_table[f->kind].type, "integer") == 0
			 || strcmp(kind_table[f->kind].type, "number") == 0;
	if (!kind_table[f->kind].min || place->is_unlimited || (limits.min == 0 && limits.max == 0))
		return;
	if (limits.max == INT64_MAX)
		buf_text(out, ", \"format\": \"int64\"");
	if (limits.min != 0 || is_number)
		buf_printf(out, ", \"%s\": %" PRId64, kind_table[f->kind].min, limits.min);
	if (limits.max != INT64_MAX)
		buf_printf(out, ", \"%s\": %" PRId64, kind_table[f->kind].max, limits.max);
}

static void put_choices(struct buf *out, const struct field *f, const struct place *place)
{
	const char *between = "";
	if (!f->choices)
		return;
	buf_text(out, ", \"enum\": [");
	for (const char *const *choice = f->choices; *choice; choice++, between = ", ")
		buf_printf(out, "%s\"%s\"", between, *choice);
	buf_printf(out, "%s]", takes_null(f, place) ? ", null" : "");
}

static void put_required(struct buf *out, const struct field *items, size_t count)
{
	const char *between = ", \"required\": [";
	bool has_one = false;
	for (size_t i = 0; i < count; i++) {
		if (!(items[i].flags & FIELD_REQUIRED))
			continue;
		buf_printf(out, "%s\"%s\"", between, items[i].name);
		between = ", ";
		has_one = true;
	}
	buf_text(out, has_one ? "]" : "");
}

static void put_object(
	struct buf *out, const struct field *items, size_t count, const struct place *place)
{
	const struct place *item = place->is_response ? &response_item
				   : place->is_strict ? &strict_item
						      : &lenient_item;
	buf_text(out, "{ \"type\": \"object\", \"properties\": { ");
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "%s\"%s\": ", i ? ", " : "", items[i].name);
		put_schema(out, &items[i], item);
	}
	buf_text(out, " }");
	put_required(out, items, count);
	buf_printf(out, "%s }", place->is_strict ? ", \"additionalProperties\": false" : "");
}

static void put_items(struct buf *out, const struct field *f, const struct place *place)
{
	static const struct place element = { 0 };
	size_t count;
	const struct field *items = model_field_items(f, &count);
	if (strcmp(kind_table[f->kind].type, "array") != 0)
		return;
	buf_text(out, ", \"items\": ");
	if (!items)
		buf_text(out, "{ \"type\": \"object\" }");
	else if (f->kind == FIELD_OBJECTS)
		put_object(out, items, count, place);
	else
		put_schema(out, items, &element);
}

static void put_default(struct buf *out, const struct field *f, const struct place *place)
{
	bool is_text = strcmp(kind_table[f->kind].type, "string") == 0;
	const char *quote = is_text ? "\"" : "";
	if (!place->has_default)
		return;
	if (f->fallback)
		buf_printf(out, ", \"default\": %s%s%s", quote, f->fallback, quote);
}

static void put_description(struct buf *out, const struct field *f, const struct place *place)
{
	bool has_default = place->has_default && f->computed_fallback;
	if (!has_default && !is_local(f, place))
		return;
	buf_printf(out, ", \"description\": \"%s%s%s\"",
		is_local(f, place) ? "RFC 3339; without an offset, in the account's time zone."
				   : "",
		has_default && is_local(f, place) ? " " : "",
		!has_default            ? ""
		: f->kind == FIELD_DATE ? "Default: today, in the account's time zone."
					: "Default: now.");
}

static void put_schema(struct buf *out, const struct field *f, const struct place *place)
{
	buf_text(out, "{ ");
	put_type(out, f, place);
	put_limits(out, f, place);
	put_choices(out, f, place);
	put_items(out, f, place);
	put_default(out, f, place);
	put_description(out, f, place);
	buf_text(out, " }");
}

static void set_schema(struct record *r, const struct field *f, const struct place *place)
{
	struct buf schema = { 0 };
	put_schema(&schema, f, place);
	buf_byte(&schema, '\0');
	record_set(r, place->name, "%s", schema.failed ? "" : schema.bytes);
	buf_fini(&schema);
}

void model_schema_put_params(struct record *r, const struct field *f)
{
	for (size_t i = 0; i < sizeof place_table / sizeof *place_table; i++)
		if (kind_table[f->kind].type)
			set_schema(r, f, &place_table[i]);
}

void model_schema_put_response(struct record *r, const struct entity *e, const struct field *f)
{
	struct field shown = model_field_shown(e, f);
	set_schema(r, &shown, f->type ? &computed : &response);
}
