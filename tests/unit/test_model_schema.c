/* A field of a description as JSON Schema. */
#include <string.h>

#include "schema/generate/model_schema.h"
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
	const char *schema_name, *schema;
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
	{ "a computed number", { "count", FIELD_COMPUTED, .type = "int" }, "response_schema",
		"{ \"type\": \"integer\" }" },
	{ "a computed day that may be absent",
		{ "last", FIELD_COMPUTED, FIELD_EMPTIES, .type = "date" }, "response_schema",
		"{ \"type\": [\"string\", \"null\"], \"format\": \"date\" }" },
	{ "a computed list has no limits",
		{ "teams", FIELD_COMPUTED, .type = "jsonb", .items = team, .item_count = 2 },
		"response_schema", "{ \"type\": \"array\", \"items\": " TEAM("") " }" },
	{ "tags", { "tags", FIELD_TAGS, FIELD_GIVEN, 0, 3 }, "response_schema",
		"{ \"type\": \"array\", \"maxItems\": 3, \"items\": "
		"{ \"type\": \"string\", \"minLength\": 1, \"maxLength\": 100 } }" },
};

enum { SCHEMAS = sizeof schemas / sizeof *schemas };

START_TEST(a_field_has_the_schema)
{
	const struct entity entity = { .fields = &schemas[_i].field, .field_count = 1 };
	struct record_tree tree = { 0 };
	struct record *r = record_new(&tree);
	if (strcmp(schemas[_i].schema_name, "response_schema") == 0)
		model_schema_put_response(r, &entity, &schemas[_i].field);
	else
		model_schema_put_params(r, &schemas[_i].field);
	const char *found = record_text_of(r, schemas[_i].schema_name);
	ck_assert_msg(strcmp(found, schemas[_i].schema) == 0, "%s: %s", schemas[_i].what, found);
	record_tree_fini(&tree);
}
END_TEST

START_TEST(a_copy_has_the_schema_of_its_original)
{
	static const struct field fields[] = {
		{ "minutes", FIELD_INT, FIELD_GIVEN, 1, 1440 },
		{ "duration", FIELD_COPY, .of = "minutes" },
	};
	const struct entity entity = { .fields = ENTITY_ITEMS(fields) };
	struct record_tree tree = { 0 };
	struct record *r = record_new(&tree);
	model_schema_put_response(r, &entity, &fields[1]);
	ck_assert_str_eq(record_text_of(r, "response_schema"),
		"{ \"type\": \"integer\", \"minimum\": 1, \"maximum\": 1440 }");
	record_tree_fini(&tree);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("model_schema");
	tcase_add_loop_test(tc, a_field_has_the_schema, 0, SCHEMAS);
	tcase_add_test(tc, a_copy_has_the_schema_of_its_original);
	return suite_run("model_schema", tc);
}
