/* A field of a description as JSON Schema. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/generate/model_field.h"
#include "schema/generate/statements.h"
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
	const char *place, *schema;
} schemas[] = {
	{ "a required text", { "title", FIELD_TEXT, FIELD_NEEDED, 1, 200 }, "create_schema",
		"{ \"type\": \"string\", \"minLength\": 1, \"maxLength\": 200 }" },
	{ "a create takes null for the default",
		{ "level", FIELD_INT, FIELD_GIVEN, 1, 5, .fallback = "1" }, "create_schema",
		"{ \"type\": [\"integer\", \"null\"], \"minimum\": 1, \"maximum\": 5, \"default\": "
		"1 }" },
	{ "an update does not", { "level", FIELD_INT, FIELD_GIVEN, 1, 5, .fallback = "1" },
		"change_schema", "{ \"type\": \"integer\", \"minimum\": 1, \"maximum\": 5 }" },
	{ "unless null clears it", { "level", FIELD_INT, FIELD_OPTIONAL, 1, 5 }, "change_schema",
		"{ \"type\": [\"integer\", \"null\"], \"minimum\": 1, \"maximum\": 5 }" },
	{ "a query has no null", { "level", FIELD_INT, FIELD_OPTIONAL, 1, 5 }, "query_schema",
		"{ \"type\": \"integer\", \"minimum\": 1, \"maximum\": 5 }" },
	{ "null is one of the choices",
		{ "level", FIELD_CHOICE, FIELD_OPTIONAL, .choices = choices }, "change_schema",
		"{ \"type\": [\"string\", \"null\"], \"enum\": [\"low\", \"high\", null] }" },
	{ "the default of a text",
		{ "level", FIELD_CHOICE, FIELD_GIVEN, .choices = choices, .fallback = "low" },
		"create_schema",
		"{ \"type\": [\"string\", \"null\"], \"enum\": [\"low\", \"high\", null], "
		"\"default\": \"low\" }" },
	{ "a computed default", { "day", FIELD_DATE, FIELD_GIVEN, .computed_fallback = "now()" },
		"create_schema",
		"{ \"type\": [\"string\", \"null\"], \"format\": \"date\", "
		"\"description\": \"Default: today, in the account's time zone.\" }" },
	{ "an id has no upper limit", { "goal_id", FIELD_REFERENCE, FIELD_NEEDED }, "query_schema",
		"{ \"type\": \"integer\", \"format\": \"int64\", \"minimum\": 1 }" },
	{ "ids", { "ids", FIELD_IDS, FIELD_GIVEN, 0, 3 }, "change_schema",
		"{ \"type\": \"array\", \"maxItems\": 3, \"items\": "
		"{ \"type\": \"integer\", \"format\": \"int64\", \"minimum\": 1 } }" },
	{ "objects have no other names",
		{ "teams", FIELD_OBJECTS, FIELD_GIVEN, 0, 5, .items = team, .item_count = 2 },
		"change_schema",
		"{ \"type\": \"array\", \"maxItems\": 5, \"items\": " TEAM(
			", \"additionalProperties\": false") " }" },
	{ "unless unknown names are ignored",
		{ "teams", FIELD_OBJECTS, FIELD_GIVEN, 0, 5, .items = team, .item_count = 2 },
		"change_schema_lenient",
		"{ \"type\": \"array\", \"maxItems\": 5, \"items\": " TEAM("") " }" },
	{ "a computed number", { "count", FIELD_COMPUTED, .type = "int" }, "response",
		"{ \"type\": \"integer\" }" },
	{ "a computed day that may be absent",
		{ "last", FIELD_COMPUTED, FIELD_EMPTIES, .type = "date" }, "response",
		"{ \"type\": [\"string\", \"null\"], \"format\": \"date\" }" },
	{ "a computed list has no limits",
		{ "teams", FIELD_COMPUTED, .type = "jsonb", .items = team, .item_count = 2 },
		"response", "{ \"type\": \"array\", \"items\": " TEAM("") " }" },
	{ "tags", { "tags", FIELD_TAGS, FIELD_GIVEN, 0, 3 }, "response",
		"{ \"type\": \"array\", \"maxItems\": 3, \"items\": "
		"{ \"type\": \"string\", \"minLength\": 1, \"maxLength\": 100 } }" },
};

enum { SCHEMAS = sizeof schemas / sizeof *schemas };

struct files {
	struct library library;
	char place[100]; /* the template "place" */
};

static bool find(void *arg, struct span name, struct span *text)
{
	struct files *files = arg;
	*text = span_of(files->place);
	return span_is(name, "place") || library_find(&files->library, name, text);
}

static void check(
	const struct entity *e, const struct field *f, const char *place, const char *schema)
{
	char folder[PATH_MAX];
	(void)snprintf(folder, sizeof folder, "%s/schema", getenv("SOURCE_DIR"));
	struct files files = { .library.schema = folder };
	(void)snprintf(files.place, sizeof files.place,
		"{{#%s}}{{>templates/openapi/schema.json}}{{/%s}}", place, place);
	struct template_library templates = { find, &files };
	struct record_tree tree = { 0 };
	struct record *root = record_new(&tree);
	struct buf out = { 0 }, why = { 0 };
	record_flag(root, "is_strict", false);
	record_flag(root, "is_response", false);
	model_field_describe_column(root, e, f, false);
	bool is_whole = template_expand(&templates, SPAN("place"), root, &out, &why);
	buf_byte(&out, '\0');
	buf_byte(&why, '\0');
	ck_assert_msg(is_whole, "%s: %s", f->name, why.bytes);
	ck_assert_str_eq(out.bytes, schema);
	record_tree_fini(&tree);
	record_tree_fini(&files.library.texts);
	buf_fini(&out);
	buf_fini(&why);
}

START_TEST(a_field_has_the_schema)
{
	const struct entity entity = { .fields = &schemas[_i].field, .field_count = 1 };
	check(&entity, &schemas[_i].field, schemas[_i].place, schemas[_i].schema);
}
END_TEST

START_TEST(a_copy_has_the_schema_of_its_original)
{
	static const struct field fields[] = {
		{ "minutes", FIELD_INT, FIELD_GIVEN, 1, 1440 },
		{ "duration", FIELD_COPY, .of = "minutes" },
	};
	const struct entity entity = { .fields = ENTITY_ITEMS(fields) };
	check(&entity, &fields[1], "response",
		"{ \"type\": \"integer\", \"minimum\": 1, \"maximum\": 1440 }");
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("model_schema");
	tcase_add_loop_test(tc, a_field_has_the_schema, 0, SCHEMAS);
	tcase_add_test(tc, a_copy_has_the_schema_of_its_original);
	return suite_run("model_schema", tc);
}
