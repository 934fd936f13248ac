#include "gateway/json_value.h"
#include "tests/unit/suite.h"

static const char text[] =
	"{\"text\":\"a\\u00e9\",\"empty\":\"\",\"null\":null,\"yes\":true,\"no\":false,"
	"\"list\":[\"a\",null,{\"b\":1}],\"object\":{\"c\":\"d\"},\"zero\":0,\"one\":1,"
	"\"half\":1.5,\"minus\":-1,\"minus_half\":-0.5,\"max\":9007199254740992,"
	"\"over\":9007199254740993.5e1,\"clamped\":99999999999999999999,\"infinite\":1e999}";

static struct json_value *value;

static void parse(void)
{
	ck_assert_int_eq(json_value_parse(span_of(text), &value, NULL), ST_OK);
}

static void forget(void)
{
	json_value_free(&value);
	ck_assert_ptr_null(value);
	json_value_free(&value);
}

static const struct json_value *member(const char *name)
{
	return json_value_member(value, name);
}

/* What each member is; seconds -1: none. */
static const struct {
	const char *name, *text;
	bool is_true, is_array;
	int64_t seconds;
} members[] = {
	{ "text", "a\xc3\xa9", false, false, -1 },
	{ "empty", "", false, false, -1 },
	{ "null", NULL, false, false, -1 },
	{ "absent", NULL, false, false, -1 },
	{ "yes", NULL, true, false, -1 },
	{ "no", NULL, false, false, -1 },
	{ "list", NULL, false, true, -1 },
	{ "object", NULL, false, false, -1 },
	{ "zero", NULL, false, false, 0 },
	{ "one", NULL, false, false, 1 },
	{ "half", NULL, false, false, 1 },
	{ "minus", NULL, false, false, -1 },
	{ "minus_half", NULL, false, false, -1 },
	{ "max", NULL, false, false, INT64_C(9007199254740992) },
	{ "over", NULL, false, false, -1 },
	{ "clamped", NULL, false, false, -1 },
	{ "infinite", NULL, false, false, -1 },
};

START_TEST(a_value_is_read_as_its_own_type_only)
{
	const struct json_value *found = member(members[_i].name);
	struct span shown = SPAN("untouched");
	int64_t seconds = 77;
	ck_assert(json_value_text(found, &shown) == (members[_i].text != NULL));
	ck_assert(span_is(shown, members[_i].text ? members[_i].text : "untouched"));
	ck_assert(json_value_seconds(found, &seconds) == (members[_i].seconds >= 0));
	ck_assert_int_eq(seconds, members[_i].seconds >= 0 ? members[_i].seconds : 77);
	ck_assert(json_value_is_true(found) == members[_i].is_true);
	ck_assert(json_value_is_array(found) == members[_i].is_array);
	ck_assert_ptr_null(json_value_member(found, "absent"));
}
END_TEST

START_TEST(lookups_are_chained)
{
	const struct json_value *list = member("list");
	ck_assert_uint_eq(json_value_count(list), 3);
	ck_assert(json_value_is_text(json_value_item(list, 0), "a"));
	ck_assert(!json_value_is_text(json_value_item(list, 0), "ab"));
	ck_assert_ptr_null(json_value_item(list, 1));
	ck_assert_ptr_nonnull(json_value_member(json_value_item(list, 2), "b"));
	ck_assert_ptr_null(json_value_item(list, 3));
	ck_assert_ptr_null(json_value_item(list, SIZE_MAX));
	ck_assert(json_value_is_text(json_value_member(member("object"), "c"), "d"));
	ck_assert_uint_eq(json_value_count(member("object")), 0);
	ck_assert_ptr_null(json_value_item(member("object"), 0));
	ck_assert_ptr_null(json_value_member(list, "a"));
	ck_assert_ptr_null(json_value_member(json_value_item(NULL, 0), "a"));
}
END_TEST

static const struct {
	const char *text;
	enum status st;
} refused[] = {
	{ "", ST_INVALID_JSON },
	{ "[]", ST_INVALID_JSON },
	{ "{} x", ST_INVALID_JSON },
	{ "{\"a\":NaN}", ST_INVALID_JSON },
	{ "{\"a\":1,\"a\":1}", ST_INVALID_INPUT },
	{ "{\"a\":{\"b\":1,\"b\":1}}", ST_INVALID_INPUT },
	{ "{\"a\":1,\"\\u0061\":1}", ST_INVALID_INPUT },
	{ "{\"a\":\"\\u0000\"}", ST_INVALID_INPUT },
};

START_TEST(only_a_strict_object_is_parsed)
{
	struct json_value *parsed = NULL;
	struct fail why = { 0 };
	ck_assert_int_eq(
		json_value_parse(span_of(refused[_i].text), &parsed, &why), refused[_i].st);
	ck_assert_str_ne(why.text, "");
	ck_assert_ptr_null(parsed);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("json_value");
	tcase_add_checked_fixture(tests, parse, forget);
	tcase_add_loop_test(tests, a_value_is_read_as_its_own_type_only, 0, COUNT(members));
	tcase_add_test(tests, lookups_are_chained);
	tcase_add_loop_test(tests, only_a_strict_object_is_parsed, 0, COUNT(refused));
	return suite_run("json_value", tests);
}
