/* Reals, lists and cursors of integer ids: what they accept, refuse and become. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_out.h"
#include "common/params.h"
#include "gateway/json_in.h"
#include "tests/unit/every_kind.h"
#include "tests/unit/suite.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"

static struct param_value values[EVERY_COUNT];
static struct buf params, names;

/* Decodes {"text": "x", MEMBER}. */
static enum status decode(const char *member, bool is_strict, struct fail *why)
{
	struct json_in *json = NULL;
	struct buf body = { 0 };
	buf_printf(&body, "{\"text\":\"x\"%s%s}", *member ? "," : "", member);
	buf_clear(&params);
	struct param_writer writer = param_writer_open(&params, why);
	const struct json_in_rules rules = { .method = &every_kind, .is_strict = is_strict };
	ck_assert_msg(json_in_parse(buf_view(&body), &json, why) == ST_OK, "%s", why->text);
	ck_assert_int_eq(json_in_put_params(json, &rules, &writer), ST_OK);
	param_writer_close(&writer);
	json_in_free(&json);
	buf_fini(&body);
	size_t size;
	ck_assert_int_eq(msg_measure(buf_view(&params), &size, why), ST_OK);
	return params_decode(&every_kind, buf_view(&params), values, &names, why);
}

static const struct {
	const char *member, *field, *text;
} refused[] = {
	{ "\"real\":-5.5", "real", "real must be a number from -5 to 100" },
	{ "\"real\":100.0000001", "real", "real must be a number from -5 to 100" },
	{ "\"real\":1e999", "real", "real must be a number from -5 to 100" },
	{ "\"real\":18446744073709551615", "real", "real must be a number from -5 to 100" },
	{ "\"real\":\"1\"", "real", "real must be a number from -5 to 100" },
	{ "\"real\":[]", "real", "real must be a number from -5 to 100" },
	{ "\"real\":null", "real", "real must not be null" },
	{ "\"tags\":\"C\"", "tags", "tags must be a list" },
	{ "\"tags\":{}", "tags", "tags must be a list" },
	{ "\"tags\":[\"a\",\"b\",\"c\",\"d\"]", "tags", "tags must have from 0 to 3 elements" },
	{ "\"tags\":[\"a\",\"\"]", "tags[1]", "tags[1] must not be empty" },
	{ "\"tags\":[\"a\",\"b\",null]", "tags[2]", "tags[2] must not be null" },
	{ "\"tags\":[7]", "tags[0]", "tags[0] must be text" },
	{ "\"tags\":[[\"a\"]]", "tags[0]", "tags[0] must be text" },
	{ "\"tags\":[\"123456789\"]", "tags[0]", "tags[0] must have at most 8 characters" },
	{ "\"labels\":[\"a\",\" \\t\"]", "labels[1]", "labels[1] must not be blank" },
	{ "\"labels\":[\"\\u00e4\\u00e423456789\"]", "labels[0]",
		"labels[0] must have at most 8 characters" },
	{ "\"goals\":null", "goals", "goals must not be null" },
	{ "\"goals\":[]", "goals", "goals must have from 1 to 4 elements" },
	{ "\"goals\":[1,0]", "goals[1]", "goals[1] must be a positive whole number" },
	{ "\"goals\":[1.5]", "goals[0]", "goals[0] must be a positive whole number" },
	{ "\"goals\":[\"1\"]", "goals[0]", "goals[0] must be a positive whole number" },
	{ "\"goals\":[9223372036854775808]", "goals[0]",
		"goals[0] must be a positive whole number" },
	{ "\"files\":[\"" ID "\",\"1\"]", "files[1]",
		"files[1] must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12" },
	{ "\"teams\":[\"a\"]", "teams[0]", "teams[0] must be an object" },
	{ "\"teams\":[null]", "teams[0]", "teams[0] must not be null" },
	{ "\"teams\":[{\"name\":\"a\"},{}]", "teams[1].name", "teams[1].name is required" },
	{ "\"teams\":[{\"name\":null}]", "teams[0].name", "teams[0].name is required" },
	{ "\"teams\":[{\"name\":\"  \"}]", "teams[0].name", "teams[0].name must not be blank" },
	{ "\"teams\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\",\"relevance\":6}]",
		"teams[2].relevance", "teams[2].relevance must be a whole number from 1 to 5" },
	{ "\"teams\":[{\"name\":\"a\",\"relevance\":null}]", "teams[0].relevance",
		"teams[0].relevance must not be null" },
	{ "\"teams\":[{\"name\":\"a\",\"level\":\"mid\"}]", "teams[0].level",
		"teams[0].level must be one of low, high" },
	{ "\"teams\":[{\"name\":\"a\",\"note\":[]}]", "teams[0].note",
		"teams[0].note must be text" },
	{ "\"teams\":[{\"name\":\"a\",\"other\":1}]", "teams[0].other",
		"unknown field \"teams[0].other\"" },
	{ "\"after\":\"5.0123abcd\"", "after", "after must be a next_cursor of this method" },
	{ "\"after\":\"5~.0123abcd\"", "after", "after must be a next_cursor of this method" },
	{ "\"after\":\"5~" ID ".0123abcd\"", "after",
		"after must be a next_cursor of this method" },
	{ "\"after\":\"5~6\"", "after", "after must be a next_cursor of this method" },
	{ "\"after\":\"~6.0123abcd\"", "after", "after must be a next_cursor of this method" },
	{ "\"after\":5", "after", "after must be a next_cursor of this method" },
};

START_TEST(a_refusal_names_the_element_the_field_and_the_rule)
{
	struct fail why = { 0 };
	ck_assert_int_eq(decode(refused[_i].member, true, &why), ST_INVALID_INPUT);
	ck_assert_str_eq(why.field, refused[_i].field);
	ck_assert_str_eq(why.text, refused[_i].text);
	ck_assert_int_eq(params_decode(&every_kind, buf_view(&params), values, &names, NULL),
		ST_INVALID_INPUT);
}
END_TEST

#define TEAM_ABSENT                                                                        \
	"\"weight\":null,\"level\":null,\"is_lead\":null,\"since\":null,\"seen_at\":null," \
	"\"met_at\":null,"                                                                 \
	"\"starts_at\":null,\"file\":null,\"note\":null}"

static const struct {
	const char *member;
	enum every_kind_param param;
	const char *json; /* NULL: the value is null */
} lists[] = {
	{ "", EVERY_TAGS, "[]" },
	{ "\"tags\":null", EVERY_TAGS, "[]" },
	{ "\"tags\":[]", EVERY_TAGS, "[]" },
	{ "\"tags\":[\" a \",\" a \",\"\\n\"]", EVERY_TAGS, "[\" a \",\" a \",\"\\n\"]" },
	{ "\"tags\":[\"\\\"\\\\\\u0001\\u00e4\"]", EVERY_TAGS, "[\"\\\"\\\\\\u0001\xc3\xa4\"]" },
	{ "\"labels\":null", EVERY_LABELS, NULL },
	{ "\"labels\":[\"plain\",\"  a \\u00a0 b \",\"\\u00e4\"]", EVERY_LABELS,
		"[\"plain\",\"a b\",\"\xc3\xa4\"]" },
	{ "", EVERY_GOALS, NULL },
	{ "\"goals\":[3,1e1,3.0,9223372036854775806]", EVERY_GOALS,
		"[3,10,3,9223372036854775806]" },
	{ "\"files\":[\"01890A5D-AC96-774B-BCCE-B302099A8057\"]", EVERY_FILES, "[\"" ID "\"]" },
	{ "\"teams\":[]", EVERY_TEAMS, "[]" },
	{ "\"teams\":[{\"name\":\" x  y \"},{\"relevance\":1.0,\"name\":\"z\"}]", EVERY_TEAMS,
		"[{\"name\":\"x y\",\"relevance\":3," TEAM_ABSENT
		",{\"name\":\"z\",\"relevance\":1," TEAM_ABSENT "]" },
	{ "\"teams\":[{\"name\":\"a\",\"weight\":0.25,\"level\":\"low\",\"is_lead\":false,"
	  "\"since\":\"2024-02-29\",\"seen_at\":\"2024-02-29T18:30:00+01:00\","
	  "\"met_at\":\"2024-02-29T18:30\","
	  "\"starts_at\":\"07:05\",\"file\":\"" ID "\",\"note\":\" \"}]",
		EVERY_TEAMS,
		"[{\"name\":\"a\",\"relevance\":3,\"weight\":0.25,\"level\":\"low\","
		"\"is_lead\":false,\"since\":\"2024-02-29\","
		"\"seen_at\":\"2024-02-29T17:30:00.000000Z\","
		"\"met_at\":\"2024-02-29T18:30:00.000000\",\"starts_at\":\"07:05\","
		"\"file\":\"" ID "\",\"note\":\" \"}]" },
};

START_TEST(a_list_becomes_one_json_array)
{
	struct fail why = { 0 };
	const struct param_value *v = &values[lists[_i].param];
	ck_assert_msg(decode(lists[_i].member, true, &why) == ST_OK, "%s", why.text);
	ck_assert_int_eq(v->is_null, !lists[_i].json);
	if (lists[_i].json)
		ck_assert_msg(
			span_is(v->text, lists[_i].json), "%.*s", (int)v->text.len, v->text.bytes);
}
END_TEST

START_TEST(lists_and_folded_names_share_their_buffer)
{
	struct fail why = { 0 };
	ck_assert_int_eq(decode("\"teams\":[{\"name\":\" q \"}],\"labels\":[\" l \"],\"goals\":[1],"
				"\"tags\":[\"t\"],\"files\":[\"" ID "\"]",
				 true, &why),
		ST_OK);
	ck_assert(span_is(values[EVERY_TAGS].text, "[\"t\"]"));
	ck_assert(span_is(values[EVERY_LABELS].text, "[\"l\"]"));
	ck_assert(span_is(values[EVERY_GOALS].text, "[1]"));
	ck_assert(span_is(values[EVERY_FILES].text, "[\"" ID "\"]"));
	ck_assert(span_is(
		values[EVERY_TEAMS].text, "[{\"name\":\"q\",\"relevance\":3," TEAM_ABSENT "]"));
}
END_TEST

START_TEST(a_dialect_that_ignores_names_ignores_them_in_objects_too)
{
	struct fail why = { 0 };
	ck_assert_int_eq(
		decode("\"teams\":[{\"name\":\"a\",\"other\":1,\"level\":null}]", false, &why),
		ST_OK);
	ck_assert(span_is(
		values[EVERY_TEAMS].text, "[{\"name\":\"a\",\"relevance\":3," TEAM_ABSENT "]"));
}
END_TEST

static const struct {
	const char *member;
	double real;
} reals[] = {
	{ "", 0.5 },
	{ "\"real\":-5", -5 },
	{ "\"real\":100", 100 },
	{ "\"real\":0.1", 0.1 },
	{ "\"real\":-0.0", 0 },
	{ "\"real\":1e-300", 1e-300 },
};

START_TEST(a_real_is_kept_exactly)
{
	struct fail why = { 0 };
	ck_assert_int_eq(decode(reals[_i].member, true, &why), ST_OK);
	ck_assert_mem_eq(&values[EVERY_REAL].real, &reals[_i].real, sizeof(double));
}
END_TEST

START_TEST(a_real_in_a_url_is_a_number)
{
	static const char *const texts[] = { "0.25", "2.5e-1", "abc", "", "0x1p-2", "nan" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct fail why = { 0 };
		buf_clear(&params);
		struct param_writer w = param_writer_open(&params, &why);
		param_writer_text(&w, "text", SPAN("x"));
		ck_assert_int_eq(param_writer_url_text(
					 &w, &every_kind.params[EVERY_REAL], span_of(texts[i])),
			ST_OK);
		param_writer_close(&w);
		enum status st =
			params_decode(&every_kind, buf_view(&params), values, &names, &why);
		ck_assert_int_eq(st, i < 2 ? ST_OK : ST_INVALID_INPUT);
		ck_assert(i >= 2 || values[EVERY_REAL].real == 0.25);
	}
}
END_TEST

static const struct {
	const char *json, *bytes;
} texts[] = {
	{ " ", " " }, { "\\n", "\n" }, { " \\t a \\r\\n ", " \t a \r\n " },
	{ "\\u00a0\\u3000\\u200b", "\xc2\xa0\xe3\x80\x80\xe2\x80\x8b" },
	{ "e\\u0301", "e\xcc\x81" }, /* not composed */
};

/* The later of two members with one name would be refused, so `text` stands alone. */
START_TEST(a_text_keeps_its_blanks)
{
	struct fail why = { 0 };
	struct json_in *json = NULL;
	struct buf body = { 0 };
	buf_printf(&body, "{\"text\":\"%s\"}", texts[_i].json);
	const struct json_in_rules rules = { .method = &every_kind, .is_strict = true };
	buf_clear(&params);
	struct param_writer writer = param_writer_open(&params, &why);
	ck_assert_int_eq(json_in_parse(buf_view(&body), &json, &why), ST_OK);
	ck_assert_int_eq(json_in_put_params(json, &rules, &writer), ST_OK);
	param_writer_close(&writer);
	ck_assert_int_eq(
		params_decode(&every_kind, buf_view(&params), values, &names, &why), ST_OK);
	ck_assert(span_is(values[EVERY_TEXT].text, texts[_i].bytes));
	json_in_free(&json);
	buf_fini(&body);
}
END_TEST

START_TEST(an_empty_text_is_refused)
{
	struct fail why = { 0 };
	ck_assert_int_eq(params_decode(&every_kind, SPAN("\x81\xa4text\xa0"), values, &names, &why),
		ST_INVALID_INPUT);
	ck_assert_str_eq(why.text, "text must not be empty");
}
END_TEST

START_TEST(a_cursor_may_have_an_integer_id)
{
	struct fail why = { 0 };
	ck_assert_int_eq(decode("\"after\":\"-5~123456789012.0123abcd\"", true, &why), ST_OK);
	ck_assert_int_eq(values[EVERY_AFTER].integer, -5);
	ck_assert_int_eq(values[EVERY_AFTER].id, 123456789012);
	ck_assert_uint_eq(values[EVERY_AFTER].fingerprint, 0x0123abcd);
	ck_assert(!values[EVERY_AFTER].has_uuid);
}
END_TEST

START_TEST(a_cursor_may_be_text)
{
	static const char *const malformed[] = { "\"x\"", "\".0123abcd\"", "\"x.0123ABCD\"",
		"\"123456789.0123abcd\"", "5" };
	struct fail why = { 0 };
	ck_assert_int_eq(decode("\"behind\":\"1234~.78.0123abcd\"", true, &why), ST_OK);
	ck_assert(span_is(values[EVERY_BEHIND].text, "1234~.78"));
	ck_assert_uint_eq(values[EVERY_BEHIND].fingerprint, 0x0123abcd);
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		char member[64];
		(void)snprintf(member, sizeof member, "\"behind\":%s", malformed[i]);
		ck_assert_int_eq(decode(member, true, &why), ST_INVALID_INPUT);
		ck_assert_str_eq(why.text, "behind must be a next_cursor of this method");
	}
}
END_TEST

static const struct {
	const char *what;
	struct span list; /* of teams */
	const char *text;
} broken[] = {
	{ "a key that is no text", SPAN_INIT("\x91\x81\x01\x01"),
		"teams[0] must be an object of named values" },
	{ "a name twice", SPAN_INIT("\x91\x82\xa4name\xa1q\xa4name\xa1q"),
		"teams[0].name must be given once" },
	{ "bin", SPAN_INIT("\x91\xc4\x01q"), "teams[0] must be an object" },
};

START_TEST(messages_that_json_cannot_say_are_refused)
{
	struct fail why = { 0 };
	buf_clear(&params);
	msg_put_map(&params, 2);
	msg_put_key(&params, "text");
	msg_put_key(&params, "x");
	msg_put_key(&params, "teams");
	buf_span(&params, broken[_i].list);
	ck_assert_int_eq(params_decode(&every_kind, buf_view(&params), values, &names, &why),
		ST_INVALID_INPUT);
	ck_assert_str_eq(why.text, broken[_i].text);
}
END_TEST

static void end(void)
{
	buf_fini(&params);
	buf_fini(&names);
}

/* Runs a test for each row of a table. */
#define ADD(test, table) tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tc = tcase_create("param_list");
	tcase_add_checked_fixture(tc, NULL, end);
	ADD(a_refusal_names_the_element_the_field_and_the_rule, refused);
	ADD(a_list_becomes_one_json_array, lists);
	tcase_add_test(tc, lists_and_folded_names_share_their_buffer);
	tcase_add_test(tc, a_dialect_that_ignores_names_ignores_them_in_objects_too);
	ADD(a_real_is_kept_exactly, reals);
	tcase_add_test(tc, a_real_in_a_url_is_a_number);
	ADD(a_text_keeps_its_blanks, texts);
	tcase_add_test(tc, an_empty_text_is_refused);
	tcase_add_test(tc, a_cursor_may_have_an_integer_id);
	tcase_add_test(tc, a_cursor_may_be_text);
	ADD(messages_that_json_cannot_say_are_refused, broken);
	return suite_run("param_list", tc);
}
