/* A field of a description as JSON Schema. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/generate/template.h"
#include "tests/unit/suite.h"

static const char *const choices[] = { "low", "high", NULL };
static const struct field team[] = {
	{ "name", FIELD_TEXT, FIELD_REQUIRED, 1, 9 },
	{ "level", FIELD_CHOICE, .choices = choices },
};

#define TEAM(more)                                                                                 \
	"{ \"type\": \"object\", \"properties\": { "                                               \
	"\"name\": { \"type\": \"string\", \"minLength\": 1, \"maxLength\": 9 }, "                 \
	"\"level\": { \"type\": [\"string\", \"null\"], \"enum\": [\"low\", \"high\", null] } }, " \
	"\"required\": [\"name\"]" more " }"

static const struct {
	const char *what;
	struct field field;
	const char *list, *schema;
	bool is_lenient; /* unknown names are ignored */
} schemas[] = {
	{ "a required text", { "title", FIELD_TEXT, FIELD_NEEDED, 1, 200 }, "created",
		"{ \"type\": \"string\", \"minLength\": 1, \"maxLength\": 200 }" },
	{ "a create takes null for the default",
		{ "level", FIELD_INT, FIELD_GIVEN, 1, 5, .fallback = "1" }, "created",
		"{ \"type\": [\"integer\", \"null\"], \"minimum\": 1, \"maximum\": 5, \"default\": "
		"1 }" },
	{ "an update does not", { "level", FIELD_INT, FIELD_GIVEN, 1, 5, .fallback = "1" },
		"changed", "{ \"type\": \"integer\", \"minimum\": 1, \"maximum\": 5 }" },
	{ "unless null clears it", { "level", FIELD_INT, FIELD_OPTIONAL, 1, 5 }, "changed",
		"{ \"type\": [\"integer\", \"null\"], \"minimum\": 1, \"maximum\": 5 }" },
	{ "a query has no null", { "level", FIELD_INT, FIELD_OPTIONAL, 1, 5 }, "filters",
		"{ \"type\": \"integer\", \"minimum\": 1, \"maximum\": 5 }" },
	{ "null is one of the choices",
		{ "level", FIELD_CHOICE, FIELD_OPTIONAL, .choices = choices }, "changed",
		"{ \"type\": [\"string\", \"null\"], \"enum\": [\"low\", \"high\", null] }" },
	{ "the default of a text",
		{ "level", FIELD_CHOICE, FIELD_GIVEN, .choices = choices, .fallback = "low" },
		"created",
		"{ \"type\": [\"string\", \"null\"], \"enum\": [\"low\", \"high\", null], "
		"\"default\": \"low\" }" },
	{ "a computed default", { "day", FIELD_DATE, FIELD_GIVEN, .computed_fallback = "now()" },
		"created",
		"{ \"type\": [\"string\", \"null\"], \"format\": \"date\", "
		"\"description\": \"Default: today, in the account's time zone.\" }" },
	{ "an id has no upper limit", { "goal_id", FIELD_REFERENCE, FIELD_NEEDED }, "filters",
		"{ \"type\": \"integer\", \"format\": \"int64\", \"minimum\": 1 }" },
	{ "ids", { "ids", FIELD_IDS, FIELD_GIVEN, 0, 3 }, "changed",
		"{ \"type\": \"array\", \"maxItems\": 3, \"items\": "
		"{ \"type\": \"integer\", \"format\": \"int64\", \"minimum\": 1 } }" },
	{ "objects have no other names",
		{ "teams", FIELD_OBJECTS, FIELD_GIVEN, 0, 5, .items = team, .item_count = 2 },
		"changed",
		"{ \"type\": \"array\", \"maxItems\": 5, \"items\": " TEAM(
			", \"additionalProperties\": false") " }" },
	{ "unless unknown names are ignored",
		{ "teams", FIELD_OBJECTS, FIELD_GIVEN, 0, 5, .items = team, .item_count = 2 },
		"changed", "{ \"type\": \"array\", \"maxItems\": 5, \"items\": " TEAM("") " }",
		true },
	{ "a computed number", { "count", FIELD_INT, FIELD_COMPUTED, .value = "1" }, "columns",
		"{ \"type\": \"integer\" }" },
	{ "a computed day that may be absent",
		{ "last", FIELD_DATE, FIELD_COMPUTED | FIELD_EMPTIES, .value = "1" }, "columns",
		"{ \"type\": [\"string\", \"null\"], \"format\": \"date\" }" },
	{ "a computed list has no limits",
		{ "teams", FIELD_OBJECTS, FIELD_COMPUTED, .value = "1", .items = team,
			.item_count = 2 },
		"columns", "{ \"type\": \"array\", \"items\": " TEAM("") " }", true },
	{ "tags", { "tags", FIELD_TAGS, FIELD_GIVEN, 0, 3 }, "columns",
		"{ \"type\": \"array\", \"maxItems\": 3, \"items\": "
		"{ \"type\": \"string\", \"minLength\": 1, \"maxLength\": 100 } }" },
};

enum { SCHEMAS = sizeof schemas / sizeof *schemas };

START_TEST(a_field_has_the_schema)
{
	const struct filter filter = { schemas[_i].field.name };
	const struct entity entity = { .name = "tests",
		.one = "test",
		.fields = &schemas[_i].field,
		.field_count = 1,
		.filters = &filter,
		.filter_count = 1 };
	const struct view all = { 0 }, outer = { .outer = &all, .entity = &entity };
	struct view field;
	struct buf out = { 0 }, why = { 0 };
	char schema[PATH_MAX];
	(void)snprintf(schema, sizeof schema, "%s/schema", getenv("SOURCE_DIR"));
	struct span name = schemas[_i].is_lenient ? SPAN("templates/openapi/schema.json")
						  : SPAN("templates/openapi/strict_schema.json");
	ck_assert(view_open(&outer, span_of(schemas[_i].list), &field) && view_next(&field));
	bool is_whole = template_expand(schema, name, &field, &out, &why);
	ck_assert(!view_next(&field));
	buf_byte(&out, '\0');
	buf_byte(&why, '\0');
	ck_assert_msg(is_whole, "%s: %s", schemas[_i].what, why.bytes);
	ck_assert_str_eq(out.bytes, schemas[_i].schema);
	buf_fini(&out);
	buf_fini(&why);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("model_schema");
	tcase_add_loop_test(tc, a_field_has_the_schema, 0, SCHEMAS);
	return suite_run("model_schema", tc);
}
