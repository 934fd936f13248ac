/* Lists of any JSON values: from a body, or a message, to the JSON that is bound. */
#include <string.h>

#include "common/params.h"
#include "gateway/json_in.h"
#include "tests/unit/every_kind.h"
#include "tests/unit/suite.h"

static struct param_value values[EVERY_COUNT];
static struct buf params, names;

static enum status put(const char *body, bool is_strict, struct fail *why)
{
	struct json_in *json = NULL;
	buf_clear(&params);
	struct param_writer writer = param_writer_open(&params, why);
	const struct json_in_rules rules = { .method = &every_kind, .is_strict = is_strict };
	enum status st = json_in_parse(span_of(body), &json, why);
	if (st == ST_OK)
		st = json_in_put_params(json, &rules, &writer);
	param_writer_close(&writer);
	json_in_free(&json);
	return st;
}

/* The params inside a request, as the worker receives it. */
static enum status measure_request(struct fail *why)
{
	struct buf request = { 0 };
	size_t size;
	msg_put_array(&request, 4);
	msg_put_int(&request, 0);
	msg_put_int(&request, 1);
	msg_put_key(&request, "test.every_kind");
	msg_put_array(&request, 2);
	msg_put_map(&request, 0);
	buf_append(&request, &params);
	enum status st = msg_measure(buf_view(&request), &size, why);
	buf_fini(&request);
	return st;
}

static const char *const whole[] = {
	"[]",
	"[null]",
	"[true,false,\"\"]",
	"[0,-1,9223372036854775806,0.5]",
	"[{\"name\":null,\"path\":7,\"\":[]}]",
	"[[],[[]],{},{\"a\":{\"b\":[{\"c\":null}]}}]",
	"[\"\\\"\\\\\\n\\u0001\xc3\xa4\xf0\x9f\x98\x80\"]",
	"[[[[[[[[[[[[[1]]]]]]]]]]]]]",
	"[[[[[[[[[[[[{\"a\":1}]]]]]]]]]]]]",
};

START_TEST(values_are_bound_as_they_were_sent)
{
	for (int is_strict = 0; is_strict < 2; is_strict++) {
		struct buf body = { 0 };
		struct fail why = { 0 };
		buf_printf(&body, "{\"text\":\"x\",\"things\":%s}", whole[_i]);
		buf_byte(&body, '\0');
		ck_assert_msg(put(body.bytes, is_strict, &why) == ST_OK, "%s", why.text);
		ck_assert_msg(measure_request(&why) == ST_OK, "%s", why.text);
		ck_assert_msg(params_decode(&every_kind, buf_view(&params), values, &names, &why)
				      == ST_OK,
			"%s", why.text);
		ck_assert_msg(span_is(values[EVERY_THINGS].text, whole[_i]), "%.*s",
			(int)values[EVERY_THINGS].text.len, values[EVERY_THINGS].text.bytes);
		buf_fini(&body);
	}
}
END_TEST

static const struct {
	const char *things, *text;
} refused[] = {
	{ "{}", "things must be a list" },
	{ "\"a\"", "things must be a list" },
	{ "[1,2,3,4,5]", "things must have from 0 to 4 elements" },
	{ "[1,[[[[[[[[[[[[[1]]]]]]]]]]]]]]", "things[1] is nested deeper than 12" },
	{ "[{\"a\":[[[[[[[[[[[{\"b\":{}}]]]]]]]]]]]}]", "things[0] is nested deeper than 12" },
	{ "[\"\\u0000\"]", "things must not contain the character U+0000" },
	{ "[{\"a\":1,\"a\":1}]", "things holds a name twice" },
};

START_TEST(a_list_that_cannot_be_bound_is_refused)
{
	struct buf body = { 0 };
	struct fail why = { 0 };
	buf_printf(&body, "{\"text\":\"x\",\"things\":%s}", refused[_i].things);
	buf_byte(&body, '\0');
	enum status st = put(body.bytes, true, &why);
	if (st == ST_OK)
		st = params_decode(&every_kind, buf_view(&params), values, &names, &why);
	ck_assert_int_eq(st, ST_INVALID_INPUT);
	ck_assert_str_eq(why.field, "things");
	ck_assert_str_eq(why.text, refused[_i].text);
	buf_fini(&body);
}
END_TEST

static const struct {
	const char *what;
	struct span things;
	const char *json, *text; /* one of them */
} messages[] = {
	{ "bin", SPAN_INIT("\x91\xc4\x01q"), "[null]", NULL },
	{ "NaN", SPAN_INIT("\x91\xcb\x7f\xf8\0\0\0\0\0\0"), "[null]", NULL },
	{ "an integer beyond 64 bits", SPAN_INIT("\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
		"[18446744073709551615]", NULL },
	{ "a key that is no text", SPAN_INIT("\x91\x82\x01\x02\xa1q\x03"), "[{\"q\":3}]", NULL },
	{ "U+0000", SPAN_INIT("\x92\x01\xa3q\0q"), NULL,
		"things[1] must not contain the character U+0000" },
	{ "U+0000 deeper", SPAN_INIT("\x91\x91\x81\xa1q\xa1\0"), NULL,
		"things[0] must not contain the character U+0000" },
	{ "U+0000 in a key", SPAN_INIT("\x91\x81\xa1\0\x01"), NULL,
		"things[0] must not contain the character U+0000" },
};

START_TEST(messages_that_json_cannot_say_become_json)
{
	struct fail why = { 0 };
	buf_clear(&params);
	msg_put_map(&params, 2);
	msg_put_key(&params, "text");
	msg_put_key(&params, "x");
	msg_put_key(&params, "things");
	buf_span(&params, messages[_i].things);
	ck_assert_msg(measure_request(&why) == ST_OK, "%s", why.text);
	enum status st = params_decode(&every_kind, buf_view(&params), values, &names, &why);
	ck_assert_int_eq(st, messages[_i].json ? ST_OK : ST_INVALID_INPUT);
	if (messages[_i].json) {
		ck_assert(span_is(values[EVERY_THINGS].text, messages[_i].json));
	} else {
		ck_assert_str_eq(why.text, messages[_i].text);
	}
}
END_TEST

START_TEST(values_share_their_buffer_with_other_lists)
{
	struct fail why = { 0 };
	ck_assert_int_eq(put("{\"text\":\"x\",\"things\":[{\"a\":null}],\"labels\":[\" l \"],"
			     "\"tags\":[\"t\"]}",
				 true, &why),
		ST_OK);
	ck_assert_int_eq(
		params_decode(&every_kind, buf_view(&params), values, &names, &why), ST_OK);
	ck_assert(span_is(values[EVERY_THINGS].text, "[{\"a\":null}]"));
	ck_assert(span_is(values[EVERY_LABELS].text, "[\"l\"]"));
	ck_assert(span_is(values[EVERY_TAGS].text, "[\"t\"]"));
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
	TCase *tc = tcase_create("param_list_values");
	tcase_add_checked_fixture(tc, NULL, end);
	ADD(values_are_bound_as_they_were_sent, whole);
	ADD(a_list_that_cannot_be_bound_is_refused, refused);
	ADD(messages_that_json_cannot_say_become_json, messages);
	tcase_add_test(tc, values_share_their_buffer_with_other_lists);
	return suite_run("param_list_values", tc);
}
