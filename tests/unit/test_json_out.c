#include <math.h>
#include <stdlib.h>

#include "common/json_out.h"
#include "tests/unit/suite.h"

static const struct {
	const char *what;
	struct span value;
	const char *json;
} values[] = {
	{ "nil", SPAN_INIT("\xc0"), "null" },
	{ "true", SPAN_INIT("\xc3"), "true" },
	{ "false", SPAN_INIT("\xc2"), "false" },
	{ "zero", SPAN_INIT("\x00"), "0" },
	{ "negative", SPAN_INIT("\xe0"), "-32" },
	{ "the smallest", SPAN_INIT("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"),
		"-9223372036854775808" },
	{ "the largest", SPAN_INIT("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
		"18446744073709551615" },
	{ "half", SPAN_INIT("\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00"), "0.5" },
	{ "a tenth", SPAN_INIT("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"), "0.1" },
	{ "a tenth and a bit", SPAN_INIT("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9b"),
		"0.10000000000000002" },
	{ "no number", SPAN_INIT("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), "null" },
	{ "infinity", SPAN_INIT("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"), "null" },
	{ "minus infinity", SPAN_INIT("\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"), "null" },
	{ "minus zero", SPAN_INIT("\xcb\x80\x00\x00\x00\x00\x00\x00\x00"), "-0" },
	{ "huge", SPAN_INIT("\xcb\x7f\xef\xff\xff\xff\xff\xff\xff"), "1.7976931348623157e+308" },
	{ "narrow", SPAN_INIT("\xca\x3f\xc0\x00\x00"), "1.5" },
	{ "empty text", SPAN_INIT("\xa0"), "\"\"" },
	{ "text", SPAN_INIT("\xa5hello"), "\"hello\"" },
	{ "quotes", SPAN_INIT("\xa3\"\\/"), "\"\\\"\\\\/\"" },
	{ "white space", SPAN_INIT("\xa5\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
	{ "control bytes", SPAN_INIT("\xa4\x01\x0b\x1f\x7f"), "\"\\u0001\\u000b\\u001f\x7f\"" },
	{ "U+0000", SPAN_INIT("\xa1\x00"), "\"\\u0000\"" },
	{ "beyond ASCII", SPAN_INIT("\xa6\xc3\xa4\xf0\x9f\x98\x80"),
		"\"\xc3\xa4\xf0\x9f\x98\x80\"" },
	{ "an escape at either end", SPAN_INIT("\xa4\n  \n"), "\"\\n  \\n\"" },
	{ "bytes", SPAN_INIT("\xc4\x02hi"), "null" },
	{ "empty array", SPAN_INIT("\x90"), "[]" },
	{ "array", SPAN_INIT("\x93\x01\xc0\xa1x"), "[1,null,\"x\"]" },
	{ "nested",
		SPAN_INIT("\x91\x91\x81\xa1"
			  "a\x90"),
		"[[{\"a\":[]}]]" },
	{ "empty map", SPAN_INIT("\x80"), "{}" },
	{ "map",
		SPAN_INIT("\x82\xa1"
			  "a\x01\xa1"
			  "b\x92\x01\x02"),
		"{\"a\":1,\"b\":[1,2]}" },
	{ "a key that is no text",
		SPAN_INIT("\x82\x01\x92\x01\x02\xa1"
			  "b\x02"),
		"{\"b\":2}" },
	{ "maps of the same keys",
		SPAN_INIT("\x93\x82\xa1"
			  "a\x01\xa1"
			  "b\x02\x82\xa1"
			  "a\x03\xa1"
			  "b\x04\x82\xa1"
			  "b\x05\xa1"
			  "a\x06"),
		"[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4},{\"b\":5,\"a\":6}]" },
	{ "the same keys after one that is no text",
		SPAN_INIT("\x92\x82\x01\x02\xa1"
			  "b\x03\x82\xa1"
			  "b\x04\xa1"
			  "b\x05"),
		"[{\"b\":3},{\"b\":4,\"b\":5}]" },
	{ "the same key, cut short",
		SPAN_INIT("\x92\x81\xa2"
			  "ab\x01\x81\xa2"
			  "a"),
		"[{\"ab\":1},{}]" },
	{ "maps in maps of an array",
		SPAN_INIT("\x92\x81\xa1"
			  "a\x81\xa1"
			  "a\x01\x81\xa1"
			  "a\x81\xa1"
			  "b\x02"),
		"[{\"a\":{\"a\":1}},{\"a\":{\"b\":2}}]" },
	{ "only such keys", SPAN_INIT("\x81\xc0\x01"), "{}" },
	{ "a key to escape", SPAN_INIT("\x81\xa1\n\x01"), "{\"\\n\":1}" },
	/* broken input gives a valid value, too */
	{ "nothing", SPAN_INIT(""), "null" },
	{ "cut text",
		SPAN_INIT("\xa5"
			  "ab"),
		"null" },
	{ "cut array", SPAN_INIT("\x93\x01"), "null" },
	{ "cut map",
		SPAN_INIT("\x82\xa1"
			  "a\x01"),
		"null" },
	{ "a broken element", SPAN_INIT("\x92\xc1\x01"), "[null]" },
	{ "a broken value",
		SPAN_INIT("\x82\xa1"
			  "a\xc1\xa1"),
		"{\"a\":null}" },
	{ "an array of 4 G", SPAN_INIT("\xdd\xff\xff\xff\xff"), "null" },
};

START_TEST(a_value_is_written_as_json)
{
	struct buf out = { 0 };
	json_out_value(&out, values[_i].value);
	ck_assert_msg(span_is(buf_view(&out), values[_i].json), "%s: %.*s", values[_i].what,
		(int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

/* Text is copied in words of eight bytes, the last of which overlaps the one before. */
START_TEST(an_escape_is_found_at_every_place)
{
	static const char escaped[] = "\"\\\n\x01\x1f", plain[] = " !#[]~\x7f\x80\xff";
	for (size_t len = 1; len < 35; len++)
		for (size_t at = 0; at < len; at++) {
			char text[35];
			struct buf out = { 0 };
			for (size_t i = 0; i < len; i++)
				text[i] = plain[i % (sizeof plain - 1)];
			text[at] = escaped[(at + len) % (sizeof escaped - 1)];
			json_out_text(&out, (struct span){ text, len });
			ck_assert_int_eq(out.bytes[0], '"');
			ck_assert_mem_eq(out.bytes + 1, text, at);
			ck_assert_int_eq(out.bytes[1 + at], '\\');
			size_t width = out.len - 2 - (len - 1);
			ck_assert_uint_eq(
				width, (unsigned char)text[at] < ' ' && text[at] != '\n' ? 6 : 2);
			ck_assert_mem_eq(out.bytes + 1 + at + width, text + at + 1, len - at - 1);
			buf_fini(&out);
		}
}
END_TEST

/* Checks doubles that are a few bits apart. */
START_TEST(reals_read_back_the_same)
{
	struct buf value = { 0 }, out = { 0 };
	double real = 1e-300;
	bool is_same = true;
	for (int i = 0; is_same && i < 20000; i++, real = nextafter(real * -1.07, INFINITY)) {
		buf_clear(&value);
		buf_clear(&out);
		msg_put_real(&value, real);
		json_out_value(&out, buf_view(&value));
		buf_byte(&out, '\0');
		is_same = strtod(out.bytes, NULL) == real || !isfinite(real);
	}
	ck_assert(is_same);
	buf_fini(&value);
	buf_fini(&out);
}
END_TEST

/* As a jsonb of a row can be. */
START_TEST(a_value_as_deep_as_a_message_is_written_whole)
{
	struct buf value = { 0 }, out = { 0 };
	size_t size;
	for (int i = 0; i < MSG_DEPTH_MAX / 2; i++)
		buf_text(&value, "\x91\x81\xa1k");
	msg_put_int(&value, 7);
	ck_assert_int_eq(msg_measure(buf_view(&value), &size, NULL), ST_OK);
	json_out_value(&out, buf_view(&value));
	buf_byte(&out, '\0');
	ck_assert_str_eq(out.bytes,
		"[{\"k\":[{\"k\":[{\"k\":[{\"k\":[{\"k\":[{\"k\":[{\"k\":[{\"k\":"
		"7}]}]}]}]}]}]}]}]");
	buf_fini(&value);
	buf_fini(&out);
}
END_TEST

START_TEST(a_value_that_is_too_deep_ends)
{
	struct buf value = { 0 }, out = { 0 };
	for (int i = 0; i < 100000; i++)
		buf_byte(&value, (char)0x91);
	msg_put_nil(&value);
	json_out_value(&out, buf_view(&value));
	ck_assert_uint_lt(out.len, 100);
	ck_assert(out.bytes[0] == '[' && out.bytes[out.len - 1] == ']');
	buf_fini(&value);
	buf_fini(&out);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("json_out");
	tcase_add_loop_test(tc, a_value_is_written_as_json, 0, sizeof values / sizeof *values);
	tcase_add_test(tc, an_escape_is_found_at_every_place);
	tcase_add_test(tc, reals_read_back_the_same);
	tcase_add_test(tc, a_value_as_deep_as_a_message_is_written_whole);
	tcase_add_test(tc, a_value_that_is_too_deep_ends);
	return suite_run("json_out", tc);
}
