#include <string.h>

#include "common/json_out.h"
#include "common/json_scan.h"
#include "tests/unit/suite.h"
#include "worker/cell_json.h"

#define HUNDRED_ZEROS                                                                              \
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" \
	"000000000000"

static const struct {
	const char *text, *json; /* json NULL: the same */
} values[] = {
	{ "null", NULL },
	{ "true", NULL },
	{ "false", NULL },
	{ "0", NULL },
	{ "-0", "0" },
	{ "127", NULL },
	{ "9223372036854775807", NULL },
	{ "-9223372036854775808", NULL },
	{ "9223372036854775808", "9.223372036854776e+18" },
	{ "-9223372036854775809", "-9.223372036854776e+18" },
	{ "1.0", "1" },
	{ "0.1", NULL },
	{ "-2.5", NULL },
	{ "0.3333333333333333333333333333333333333333333333333333333333333333333333333",
		"0.3333333333333333" },
	{ "1" HUNDRED_ZEROS HUNDRED_ZEROS HUNDRED_ZEROS, "1e+300" },
	{ "1e2", "100" },
	{ "1E-2", "0.01" },
	{ "\"\"", NULL },
	{ "\"a b\"", NULL },
	{ "\"\xc3\xa4\xf0\x9f\x98\x80\"", NULL },
	{ "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001/\"", NULL },
	{ "\"\\/\\u00e4\\ud83d\\ude00\"", "\"/\xc3\xa4\xf0\x9f\x98\x80\"" },
	{ "\"\\n\"", NULL },
	{ "[]", NULL },
	{ "[ ]", "[]" },
	{ "{}", NULL },
	{ "[1, \"a\", null, true, [false, {}]]", "[1,\"a\",null,true,[false,{}]]" },
	{ "{\"a\": 1, \"b\": {\"c\": [\"d\", {\"e\": null}]}}",
		"{\"a\":1,\"b\":{\"c\":[\"d\",{\"e\":null}]}}" },
	{ "{\"\\n\": \"\\\"\", \"\": [0.5]}", "{\"\\n\":\"\\\"\",\"\":[0.5]}" },
	{ " \t\r\n{ \"a\" : [ 1 , 2 ] } ", "{\"a\":[1,2]}" },
	{ "[[[[[[[[[[[[1]]]]]]]]]]]]", NULL },
	{ "[[[[[[[[[[[{\"a\": 1}, {}]]]]]]]]]]]", "[[[[[[[[[[[{\"a\":1},{}]]]]]]]]]]]" },
};

/* Without the bytes after the text, so that a read past its end is found. */
static bool put(struct buf *out, struct span text)
{
	char *copy = malloc(text.len ? text.len : 1);
	ck_assert_ptr_nonnull(copy);
	if (text.len)
		memcpy(copy, text.bytes, text.len);
	bool is_put = cell_json_put(out, (struct span){ copy, text.len });
	free(copy);
	return is_put;
}

START_TEST(a_value_is_read_as_written)
{
	const char *wanted = values[_i].json ? values[_i].json : values[_i].text;
	struct buf out = { 0 }, json = { 0 };
	size_t size;
	msg_put_nil(&out); /* what is there stays */
	ck_assert(put(&out, span_of(values[_i].text)));
	ck_assert_int_eq(out.bytes[0], (char)0xc0);
	struct span value = span_drop(buf_view(&out), 1);
	ck_assert_int_eq(msg_measure(value, &size, NULL), ST_OK);
	ck_assert_uint_eq(size, value.len);
	json_out_value(&json, value);
	buf_byte(&json, '\0');
	ck_assert_str_eq(json.bytes, wanted);
	buf_fini(&out);
	buf_fini(&json);
}
END_TEST

static const struct {
	const char *what;
	struct span text;
} refused[] = {
	{ "nothing", SPAN_INIT("") },
	{ "blanks", SPAN_INIT("  ") },
	{ "two values", SPAN_INIT("1 2") },
	{ "cut number", SPAN_INIT("-") },
	{ "cut literal", SPAN_INIT("tru") },
	{ "cut text", SPAN_INIT("\"a") },
	{ "cut escape", SPAN_INIT("\"\\") },
	{ "cut unicode", SPAN_INIT("\"\\u00") },
	{ "cut array", SPAN_INIT("[1,") },
	{ "cut object", SPAN_INIT("{\"a\":") },
	{ "no colon", SPAN_INIT("{\"a\" 1}") },
	{ "a name that is no text", SPAN_INIT("{1:1}") },
	{ "a surplus comma", SPAN_INIT("[1,]") },
	{ "other brackets", SPAN_INIT("[1}") },
	{ "infinity", SPAN_INIT("1e999") },
	{ "too many digits",
		SPAN_INIT("1" HUNDRED_ZEROS HUNDRED_ZEROS HUNDRED_ZEROS HUNDRED_ZEROS) },
	{ "NaN", SPAN_INIT("NaN") },
	{ "U+0000", SPAN_INIT("\"\\u0000\"") },
	{ "a NUL", SPAN_INIT("\0") },
	{ "half a pair", SPAN_INIT("\"\\ud83d\"") },
	{ "no UTF-8", SPAN_INIT("\"\xff\"") },
	{ "a control byte", SPAN_INIT("\"\n\"") },
	{ "thirteen arrays", SPAN_INIT("[[[[[[[[[[[[[]]]]]]]]]]]]]") },
	{ "a deep object", SPAN_INIT("[[[[[[[[[[[[{}]]]]]]]]]]]]") },
	{ "a bad end", SPAN_INIT("[1, {\"a\": 1e999}]") },
};

START_TEST(other_bytes_append_nothing)
{
	struct buf out = { 0 };
	msg_put_nil(&out);
	ck_assert_msg(!put(&out, refused[_i].text), "%s", refused[_i].what);
	ck_assert_uint_eq(out.len, 1);
	ck_assert(!out.failed);
	buf_fini(&out);
}
END_TEST

START_TEST(a_text_of_many_values_is_read)
{
	enum { COUNT = 3 * JSON_VALUES_MAX };
	struct buf text = { 0 }, out = { 0 };
	struct msg_token token;
	buf_byte(&text, '[');
	for (int i = 0; i < COUNT; i++)
		buf_text(&text, i ? ", 7" : "7");
	buf_byte(&text, ']');
	ck_assert(put(&out, buf_view(&text)));
	struct msg_reader in = msg_reader(buf_view(&out));
	ck_assert_int_eq(msg_read(&in, &token), ST_OK);
	ck_assert(token.type == MSG_ARRAY && token.count == COUNT);
	buf_fini(&text);
	buf_fini(&out);
}
END_TEST

START_TEST(a_full_buffer_fails)
{
	for (size_t limit = 1; limit < 40; limit++) {
		struct buf out = { .limit = limit };
		(void)put(&out, SPAN("{\"a\": [1, \"\\n\", {\"b\": 0.5}]}"));
		ck_assert_uint_le(out.len, limit);
		ck_assert(out.failed || limit > 20);
		buf_fini(&out);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("cell_json");
	tcase_add_loop_test(tc, a_value_is_read_as_written, 0, sizeof values / sizeof *values);
	tcase_add_loop_test(tc, other_bytes_append_nothing, 0, sizeof refused / sizeof *refused);
	tcase_add_test(tc, a_text_of_many_values_is_read);
	tcase_add_test(tc, a_full_buffer_fails);
	return suite_run("cell_json", tc);
}
