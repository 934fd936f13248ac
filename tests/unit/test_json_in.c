#include <string.h>

#include "common/json_out.h"
#include "common/json_scan.h"
#include "common/msg.h"
#include "gateway/json_in.h"
#include "tests/unit/suite.h"

/* Bodies that are not a JSON object, with the reason, and the field if a value is the reason. */
static const struct {
	struct span body;
	enum status st;
	const char *field, *text; /* text: a part of it */
} refused[] = {
	{ SPAN_INIT(""), ST_INVALID_JSON, "", "the body is empty: it must be a JSON object" },
	{ SPAN_INIT(" \n"), ST_INVALID_JSON, "", "the body is empty" },
	{ SPAN_INIT("[]"), ST_INVALID_JSON, "", "the body must be a JSON object" },
	{ SPAN_INIT("\"text\""), ST_INVALID_JSON, "", "the body must be a JSON object" },
	{ SPAN_INIT("12"), ST_INVALID_JSON, "", "the body must be a JSON object" },
	{ SPAN_INIT("null"), ST_INVALID_JSON, "", "the body must be a JSON object" },
	{ SPAN_INIT("true"), ST_INVALID_JSON, "", "the body must be a JSON object" },
	{ SPAN_INIT("name=C"), ST_INVALID_JSON, "", "byte 0: an object begins with {" },
	{ SPAN_INIT("\xef\xbb\xbf"), ST_INVALID_JSON, "", "empty" },
	{ SPAN_INIT("\xef\xbb\xbf[]"), ST_INVALID_JSON, "", "must be a JSON object" },
	{ SPAN_INIT("\xef\xbb\xbf{\"a\":}"), ST_INVALID_JSON, "", "byte 8" },
	{ SPAN_INIT("\xef\xbb\xbf\xef\xbb\xbf{}"), ST_INVALID_JSON, "", "byte 3" },
	{ SPAN_INIT(" \xef\xbb\xbf{}"), ST_INVALID_JSON, "", "byte 1" },
	{ SPAN_INIT("\xef\xbb{}"), ST_INVALID_JSON, "", "UTF-8" },
	{ SPAN_INIT("\xef\xbb\xbf{\"a\":{\"b\":1,\"b\":2}}"), ST_INVALID_INPUT, "a",
		"holds a name twice" },
	{ SPAN_INIT("\x00{}"), ST_INVALID_JSON, "", "byte 0" },
	{ SPAN_INIT("{"), ST_INVALID_JSON, "", "byte 1: a name in double quotes is missing" },
	{ SPAN_INIT("{}}"), ST_INVALID_JSON, "", "byte 2: something follows the object" },
	{ SPAN_INIT("{} {}"), ST_INVALID_JSON, "", "something follows" },
	{ SPAN_INIT("{}\x00"), ST_INVALID_JSON, "", "something follows" },
	{ SPAN_INIT("{a:1}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{'a':1}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{\"a\"}"), ST_INVALID_JSON, "", "a colon is missing" },
	{ SPAN_INIT("{\"a\" 1}"), ST_INVALID_JSON, "", "a colon is missing" },
	{ SPAN_INIT("{\"a\":}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":"), ST_INVALID_JSON, "", "it ends too early" },
	{ SPAN_INIT("{\"a\":1"), ST_INVALID_JSON, "", "it ends too early" },
	{ SPAN_INIT("{\"a\":1,}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{,}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{\"a\":1 \"b\":2}"), ST_INVALID_JSON, "",
		"a comma or a closing bracket is missing" },
	{ SPAN_INIT("{\"a\":[1,]}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":[1}"), ST_INVALID_JSON, "", "a comma or a closing bracket is missing" },
	{ SPAN_INIT("{\"a\":{]}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{\"a\":NaN}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":Infinity}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":-Infinity}"), ST_INVALID_JSON, "", "not a JSON number" },
	{ SPAN_INIT("{\"a\":nul}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":True}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":truex}"), ST_INVALID_JSON, "",
		"a comma or a closing bracket is missing" },
	{ SPAN_INIT("{\"a\":01}"), ST_INVALID_JSON, "", "a number begins with 0" },
	{ SPAN_INIT("{\"a\":+1}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":-}"), ST_INVALID_JSON, "", "not a JSON number" },
	{ SPAN_INIT("{\"a\":1.}"), ST_INVALID_JSON, "", "not a JSON number" },
	{ SPAN_INIT("{\"a\":.5}"), ST_INVALID_JSON, "", "not a JSON value" },
	{ SPAN_INIT("{\"a\":1e}"), ST_INVALID_JSON, "", "not a JSON number" },
	{ SPAN_INIT("{\"a\":1e+}"), ST_INVALID_JSON, "", "not a JSON number" },
	{ SPAN_INIT("{\"a\":0x10}"), ST_INVALID_JSON, "",
		"a comma or a closing bracket is missing" },
	{ SPAN_INIT("{\"a\":1_000}"), ST_INVALID_JSON, "",
		"a comma or a closing bracket is missing" },
	{ SPAN_INIT("{\"a\":\"x}"), ST_INVALID_JSON, "", "a string without a closing quote" },
	{ SPAN_INIT("{\"a\":\"x\\"), ST_INVALID_JSON, "", "not a JSON escape" },
	{ SPAN_INIT("{\"a\":\"\\x41\"}"), ST_INVALID_JSON, "", "not a JSON escape" },
	{ SPAN_INIT("{\"a\":\"\\u12g4\"}"), ST_INVALID_JSON, "", "not a JSON escape" },
	{ SPAN_INIT("{\"a\":\"\\u12\"}"), ST_INVALID_JSON, "", "not a JSON escape" },
	{ SPAN_INIT("{\"a\":\"tab\there\"}"), ST_INVALID_JSON, "", "a control byte in a string" },
	{ SPAN_INIT("{\"a\":\"line\nbreak\"}"), ST_INVALID_JSON, "", "a control byte in a string" },
	{ SPAN_INIT("{\"a\":\"\x00\"}"), ST_INVALID_JSON, "", "a control byte in a string" },
	{ SPAN_INIT("{\"a\":\"\\ud800\"}"), ST_INVALID_JSON, "", "half a surrogate pair" },
	{ SPAN_INIT("{\"a\":\"\\udc00\"}"), ST_INVALID_JSON, "", "half a surrogate pair" },
	{ SPAN_INIT("{\"a\":\"\\ud800\\u0041\"}"), ST_INVALID_JSON, "", "half a surrogate pair" },
	{ SPAN_INIT("{\"a\":\"\\ud83d\\ud83d\"}"), ST_INVALID_JSON, "", "half a surrogate pair" },
	{ SPAN_INIT("{\"a\":\"\xff\"}"), ST_INVALID_JSON, "", "not valid UTF-8" },
	{ SPAN_INIT("{\"a\":\"\xc0\xaf\"}"), ST_INVALID_JSON, "", "not valid UTF-8" },
	{ SPAN_INIT("{\"a\":\"\xed\xa0\x80\"}"), ST_INVALID_JSON, "", "not valid UTF-8" },
	{ SPAN_INIT("{/* why */}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{\"a\":1}//"), ST_INVALID_JSON, "", "something follows" },
	{ SPAN_INIT("{\f}"), ST_INVALID_JSON, "", "a name in double quotes is missing" },
	{ SPAN_INIT("{\"name\":\"a\\u0000b\"}"), ST_INVALID_INPUT, "name",
		"name must not contain the character U+0000" },
	{ SPAN_INIT("{\"name\":{\"x\":[\"\\u0000\"]}}"), ST_INVALID_INPUT, "name", "U+0000" },
	{ SPAN_INIT("{\"name\":1,\"name\":2}"), ST_INVALID_INPUT, "name",
		"name must be given once" },
	{ SPAN_INIT("{\"name\":1,\"n\\u0061me\":2}"), ST_INVALID_INPUT, "name",
		"name must be given once" },
	{ SPAN_INIT("{\"\":1,\"\":2}"), ST_INVALID_INPUT, "", "\"\" must be given once" },
	{ SPAN_INIT("{\"\\ud836\\udc00\":1,\"\xf0\x9d\xa0\x80\":2}"), ST_INVALID_INPUT,
		"\xf0\x9d\xa0\x80", "must be given once" },
	{ SPAN_INIT("{\"a\":{\"b\":1},\"a\":2}"), ST_INVALID_INPUT, "a", "a must be given once" },
	{ SPAN_INIT("{\"a\":{\"b\":1,\"b\":2}}"), ST_INVALID_INPUT, "a", "a holds a name twice" },
	{ SPAN_INIT("{\"x\":{\"b\":1},\"a\":[0,[{\"b\":1,\"\\u0062\":2}]],\"c\":1}"),
		ST_INVALID_INPUT, "a", "a holds a name twice" },
	{ SPAN_INIT("{\"a\":{\"b\":1,\"b\":2},\"c\":1,\"c\":2}"), ST_INVALID_INPUT, "c",
		"c must be given once" },
	{ SPAN_INIT("{\"\\u0000"), ST_INVALID_JSON, "",
		"byte 8: a string without a closing quote" },
	{ SPAN_INIT("{\"name\":\"\\u0000"), ST_INVALID_JSON, "",
		"a string without a closing quote" },
	{ SPAN_INIT("{\"a\":1,\"b\\u0000\":2}"), ST_INVALID_INPUT, "b\\u0000", "U+0000" },
};

START_TEST(a_body_that_is_not_one_object_is_refused)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	enum status st = json_in_parse(refused[_i].body, &json, &why);
	ck_assert_msg(st == refused[_i].st, "%s: %d %s", refused[_i].body.bytes, st, why.text);
	ck_assert_msg(
		strstr(why.text, refused[_i].text), "%s: %s", refused[_i].body.bytes, why.text);
	ck_assert_str_eq(why.field, refused[_i].field);
	ck_assert_ptr_null(json);
}
END_TEST

static const struct {
	const char *method;
	bool is_strict;
	const char *body;
	const char *params; /* as JSON again; else "FIELD: text" */
} taken[] = {
	{ "topics.create", true, "{}", "{}" },
	{ "topics.create", true, " \t\r\n{ } ", "{}" },
	{ "topics.create", true, "{\"name\":\"C\"}", "{\"name\":\"C\"}" },
	{ "topics.create", true, "{\"name\" : null}", "{\"name\":null}" },
	{ "topics.create", false, "{\"name\" : null, \"description\":\"d\"}",
		"{\"description\":\"d\"}" },
	{ "topics.create", true, "{\"n\\u0061me\":\"C\",\"d\\u0065scription\":\"\\u0064\"}",
		"{\"name\":\"C\",\"description\":\"d\"}" },
	{ "topics.create", false,
		"{\"a\":[{\"b\":1},\"]}\\\"\"],\"c\":{\"b\":[1e5,{}]} , \"name\" : \"C\" }",
		"{\"name\":\"C\"}" },
	{ "topics.create", false,
		"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,"
		"\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"name\":\"C\"}",
		"{\"name\":\"C\"}" },
	{ "topics.create", true, "{\"name\":true,\"description\":false}",
		"{\"name\":true,\"description\":false}" },
	{ "topics.create", true, "{\"name\":[1,[2]]}", "{\"name\":[]}" },
	{ "topics.create", true, "{\"name\":{\"a\":1}}", "{\"name\":{}}" },
	{ "topics.create", true, "{\"name\":\"\\u00e4\\ud83d\\ude00\\n\\/\"}",
		"{\"name\":\"\xc3\xa4\xf0\x9f\x98\x80\\n/\"}" },
	{ "topics.create", true, "{\"name\":\"\\\"\\\\\\b\\f\\r\\t\"}",
		"{\"name\":\"\\\"\\\\\\b\\f\\r\\t\"}" },
	{ "topics.create", true, "\xef\xbb\xbf {\"n\\u0061me\":\"C\"}", "{\"name\":\"C\"}" },
	{ "topics.create", false, "\xef\xbb\xbf{\"name\":\"C\",\"color\":{\"r\":1}}",
		"{\"name\":\"C\"}" },
	{ "topics.create", true, "{\"name\":\"C\",\"color\":1}", "color: unknown field \"color\"" },
	{ "topics.create", false, "{\"name\":\"C\",\"color\":{\"r\":[1,2,{}]}}",
		"{\"name\":\"C\"}" },
	{ "topics.create", true, "{\"limit\":1}", "limit: unknown field \"limit\"" },
	{ "topics.create", true, "{\"\":1}", ": unknown field \"\"" },
	{ "topics.create", true, "{\"\\n\":1}", "?: unknown field \"?\"" },
	{ "sessions.create", true, "{\"session_id\":\"x\"}",
		"session_id: unknown field \"session_id\"" },
	{ "sessions.create", false, "{\"session_id\":\"x\",\"topic_id\":1}", "{\"topic_id\":1}" },
	{ "sessions.create", true, "{\"topic_id\":0}", "{\"topic_id\":0}" },
	{ "sessions.create", true, "{\"topic_id\":-0}", "{\"topic_id\":0}" },
	{ "sessions.create", true, "{\"topic_id\":60.0}", "{\"topic_id\":60}" },
	{ "sessions.create", true, "{\"topic_id\":1.5}", "{\"topic_id\":1.5}" },
	{ "sessions.create", true, "{\"topic_id\":1e2}", "{\"topic_id\":100}" },
	{ "sessions.create", true, "{\"topic_id\":9007199254740993}",
		"{\"topic_id\":9007199254740993}" },
	{ "sessions.create", true, "{\"topic_id\":9223372036854775806}",
		"{\"topic_id\":9223372036854775806}" },
	{ "sessions.create", true, "{\"topic_id\":9223372036854775807}",
		"{\"topic_id\":9.223372036854776e+18}" },
	{ "sessions.create", true, "{\"topic_id\":99999999999999999999}",
		"{\"topic_id\":9.223372036854776e+18}" },
	{ "sessions.create", true, "{\"topic_id\":-99999999999999999999}",
		"{\"topic_id\":-9.223372036854776e+18}" },
	{ "sessions.create", true, "{\"topic_id\":1e999}", "{\"topic_id\":null}" },
	{ "sessions.update", true, "{\"notes\":null,\"if_match\":\"x\"}",
		"if_match: unknown field \"if_match\"" },
	{ "topics.update", true, "{\"archived\":true}", "{\"archived\":true}" },
	{ "topics.update", true, "{\"topic_id\":5}", "topic_id: unknown field \"topic_id\"" },
	{ "topics.update", false, "{\"topic_id\":5,\"name\":\"x\"}", "{\"name\":\"x\"}" },
};

static enum status put_params(
	const struct json_in *json, const char *method, struct buf *out, struct fail *why)
{
	struct json_in_rules rules = { method_find(span_of(method)), true, NULL };
	struct param_writer writer = param_writer_open(out, why);
	enum status st = json_in_put_params(json, &rules, &writer);
	param_writer_close(&writer);
	return st;
}

START_TEST(an_object_becomes_params)
{
	static const char *const in_path[] = { "topic_id", NULL };
	const struct method *m = method_find(span_of(taken[_i].method));
	struct json_in *json = NULL;
	struct fail why = { 0 };
	struct buf params = { 0 }, shown = { 0 };
	bool has_path = method_key(m) == 0 && !strncmp(m->name, "topics", 6);
	struct json_in_rules rules = { m, taken[_i].is_strict, has_path ? in_path : NULL };
	ck_assert_msg(json_in_parse(span_of(taken[_i].body), &json, &why) == ST_OK, "%s", why.text);
	struct param_writer writer = param_writer_open(&params, &why);
	enum status st = json_in_put_params(json, &rules, &writer);
	param_writer_close(&writer);
	if (st == ST_OK)
		json_out_value(&shown, buf_view(&params));
	else
		buf_printf(&shown, "%s: %s", why.field, why.text);
	ck_assert_msg(span_is(buf_view(&shown), taken[_i].params), "%s gave %.*s", taken[_i].body,
		(int)shown.len, shown.bytes);
	json_in_free(&json);
	buf_fini(&params);
	buf_fini(&shown);
}
END_TEST

/* JSON text does not show these differences, so the bytes are compared. */
static const struct {
	const char *body;
	struct span value; /* of the one pair */
} packed[] = {
	{ "{\"topic_id\":60}", SPAN_INIT("\x3c") },
	{ "{\"topic_id\":60.0}", SPAN_INIT("\xcb\x40\x4e\x00\x00\x00\x00\x00\x00") },
	{ "{\"topic_id\":6e1}", SPAN_INIT("\xcb\x40\x4e\x00\x00\x00\x00\x00\x00") },
	{ "{\"topic_id\":-1}", SPAN_INIT("\xff") },
	{ "{\"topic_id\":9223372036854775806}", SPAN_INIT("\xcf\x7f\xff\xff\xff\xff\xff\xff\xfe") },
	{ "{\"topic_id\":9223372036854775807}", SPAN_INIT("\xcb\x43\xe0\x00\x00\x00\x00\x00\x00") },
	{ "{\"topic_id\":18446744073709551616}",
		SPAN_INIT("\xcb\x43\xe0\x00\x00\x00\x00\x00\x00") },
	{ "{\"topic_id\":-9223372036854775807}",
		SPAN_INIT("\xd3\x80\x00\x00\x00\x00\x00\x00\x01") },
	{ "{\"topic_id\":-9223372036854775809}",
		SPAN_INIT("\xcb\xc3\xe0\x00\x00\x00\x00\x00\x00") },
	{ "{\"topic_id\":null}", SPAN_INIT("\xc0") },
	{ "{\"topic_id\":[1]}", SPAN_INIT("\x90") },
	{ "{\"topic_id\":{\"a\":1}}", SPAN_INIT("\x80") },
	{ "{\"topic_id\":\"7\"}", SPAN_INIT("\xa1"
					    "7") },
};

START_TEST(a_value_is_packed_by_its_kind)
{
	struct span value;
	struct json_in *json = NULL;
	struct fail why = { 0 };
	struct buf params = { 0 };
	ck_assert_int_eq(json_in_parse(span_of(packed[_i].body), &json, &why), ST_OK);
	ck_assert_int_eq(put_params(json, "sessions.create", &params, &why), ST_OK);
	ck_assert(msg_find(buf_view(&params), "topic_id", &value) == ST_OK);
	ck_assert_uint_eq(value.len, packed[_i].value.len);
	ck_assert_mem_eq(value.bytes, packed[_i].value.bytes, value.len);
	json_in_free(&json);
	buf_fini(&params);
}
END_TEST

static void put_character(struct buf *out, unsigned long point)
{
	char utf8[4] = { (char)(0xf0 | point >> 18), (char)(0x80 | (point >> 12 & 0x3f)),
		(char)(0x80 | (point >> 6 & 0x3f)), (char)(0x80 | (point & 0x3f)) };
	buf_put(out, utf8, sizeof utf8);
}

/* json-c reads pairs of U+xD800 to U+xDFFF as halves (json-c pull request 893). */
START_TEST(every_surrogate_pair_becomes_its_character)
{
	struct buf body = { 0 }, expected = { 0 }, params = { 0 };
	struct json_in *json = NULL;
	struct fail why = { 0 };
	struct span notes;
	unsigned long first = 0x10000 * ((unsigned long)_i + 1);
	buf_text(&body, "{\"notes\":\"\\\\ud836\\n");
	buf_text(&expected, "\\ud836\n");
	for (unsigned long point = first; point < first + 0x10000; point++) {
		buf_printf(&body, "\\u%lx\\u%lX", 0xd800 + ((point - 0x10000) >> 10),
			0xdc00 + (point & 0x3ff));
		put_character(&expected, point);
	}
	buf_text(&body, "\"}");
	ck_assert_msg(json_in_parse(buf_view(&body), &json, &why) == ST_OK, "%s", why.text);
	ck_assert_int_eq(put_params(json, "sessions.create", &params, &why), ST_OK);
	ck_assert(msg_find_text(buf_view(&params), "notes", &notes) && notes.len == expected.len);
	ck_assert_int_eq(memcmp(notes.bytes, expected.bytes, expected.len), 0);
	json_in_free(&json);
	buf_fini(&body);
	buf_fini(&expected);
	buf_fini(&params);
}
END_TEST

START_TEST(a_null_counts_as_absent)
{
	struct json_in *json = NULL;
	ck_assert_int_eq(json_in_parse(SPAN("{\"tag\":null,\"minutes\":0}"), &json, NULL), ST_OK);
	ck_assert(json_in_has(json, "minutes"));
	ck_assert(!json_in_has(json, "tag") && !json_in_has(json, "topic_id"));
	json_in_free(&json);
	json_in_free(&json);
}
END_TEST

static enum status nested(size_t depth, struct fail *why)
{
	struct json_in *json = NULL;
	struct buf body = { 0 };
	buf_text(&body, "{\"a\":");
	for (size_t i = 1; i < depth; i++)
		buf_byte(&body, '[');
	for (size_t i = 1; i < depth; i++)
		buf_byte(&body, ']');
	buf_byte(&body, '}');
	buf_text(&body, "");
	enum status st = depth > 1 ? json_in_parse(buf_view(&body), &json, why) : ST_OK;
	json_in_free(&json);
	buf_fini(&body);
	return st;
}

START_TEST(depth_is_bounded)
{
	struct fail why = { 0 };
	ck_assert_int_eq(nested(JSON_DEPTH_MAX, &why), ST_OK);
	ck_assert_int_eq(nested(JSON_DEPTH_MAX + 1, &why), ST_INVALID_JSON);
	ck_assert_ptr_nonnull(strstr(why.text, "nested deeper than 32"));
	ck_assert_int_eq(nested(500000, &why), ST_INVALID_JSON);
}
END_TEST

/* The maximum of names, and the first one again at the end: it is found in linear time. */
START_TEST(many_members_take_linear_time)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	struct buf body = { 0 };
	buf_byte(&body, '{');
	for (int i = 0; i < JSON_VALUES_MAX - 2; i++)
		buf_printf(&body, "\"k%d\":1,", i);
	buf_text(&body, "\"k0\":1}");
	ck_assert_int_eq(json_in_parse(buf_view(&body), &json, &why), ST_INVALID_INPUT);
	ck_assert_str_eq(why.field, "k0");
	buf_fini(&body);
}
END_TEST

static enum status with_zeros(size_t count, struct fail *why)
{
	struct json_in *json = NULL;
	struct buf body = { 0 };
	buf_text(&body, "{\"a\":[0");
	for (size_t i = 1; i < count; i++)
		buf_text(&body, ",0");
	buf_text(&body, "]}");
	enum status st = json_in_parse(buf_view(&body), &json, why);
	json_in_free(&json);
	buf_fini(&body);
	return st;
}

START_TEST(the_number_of_values_is_bounded)
{
	struct fail why = { 0 };
	ck_assert_int_eq(with_zeros(JSON_VALUES_MAX - 2, &why), ST_OK); /* object, array, zeros */
	ck_assert_int_eq(with_zeros(JSON_VALUES_MAX - 1, &why), ST_INVALID_JSON);
	ck_assert_ptr_nonnull(strstr(why.text, "not have more than 10000 JSON values"));
}
END_TEST

START_TEST(long_names_are_cut_between_characters)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	struct buf body = { 0 }, params = { 0 };
	buf_text(&body, "{\"a");
	for (int i = 0; i < 300; i++)
		buf_text(&body, "\xc3\xa4");
	buf_text(&body, "\":1}");
	ck_assert_int_eq(json_in_parse(buf_view(&body), &json, &why), ST_OK);
	ck_assert_int_eq(put_params(json, "topics.create", &params, &why), ST_INVALID_INPUT);
	ck_assert_uint_eq(strlen(why.field), 47);
	json_in_free(&json);
	buf_fini(&body);
	buf_fini(&params);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("json_in");
	tcase_add_loop_test(
		tc, a_body_that_is_not_one_object_is_refused, 0, sizeof refused / sizeof *refused);
	tcase_add_loop_test(tc, an_object_becomes_params, 0, sizeof taken / sizeof *taken);
	tcase_add_loop_test(tc, a_value_is_packed_by_its_kind, 0, sizeof packed / sizeof *packed);
	tcase_add_loop_test(tc, every_surrogate_pair_becomes_its_character, 0, 16);
	tcase_add_test(tc, a_null_counts_as_absent);
	tcase_add_test(tc, depth_is_bounded);
	tcase_add_test(tc, many_members_take_linear_time);
	tcase_add_test(tc, the_number_of_values_is_bounded);
	tcase_add_test(tc, long_names_are_cut_between_characters);
	return suite_run("json_in", tc);
}
