#include <math.h>

#include "common/msg.h"
#include "tests/unit/suite.h"

#define BYTES(literal) SPAN_INIT(literal)

static const struct {
	const char *what;
	struct span bytes;
	size_t size; /* 0: refused */
} measured[] = {
	{ "nothing", BYTES(""), 0 },
	{ "nil", BYTES("\xc0"), 1 },
	{ "the byte never used", BYTES("\xc1"), 0 },
	{ "false", BYTES("\xc2"), 1 },
	{ "positive fixint", BYTES("\x7f"), 1 },
	{ "negative fixint", BYTES("\xe0"), 1 },
	{ "uint8", BYTES("\xcc\xff"), 2 },
	{ "uint8 cut", BYTES("\xcc"), 0 },
	{ "uint64", BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), 9 },
	{ "int64 cut", BYTES("\xd3\xff\xff\xff"), 0 },
	{ "float32", BYTES("\xca\x3f\x80\x00\x00"), 5 },
	{ "float64", BYTES("\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"), 9 },
	{ "fixstr",
		BYTES("\xa3"
		      "abc"),
		4 },
	{ "fixstr cut",
		BYTES("\xa3"
		      "ab"),
		0 },
	{ "empty text", BYTES("\xa0"), 1 },
	{ "text with U+0000", BYTES("\xa1\x00"), 2 },
	{ "str8", BYTES("\xd9\x02hi"), 4 },
	{ "str32 of 4 GiB", BYTES("\xdb\xff\xff\xff\xff"), 0 },
	{ "overlong slash", BYTES("\xa2\xc0\xaf"), 0 },
	{ "surrogate", BYTES("\xa3\xed\xa0\x80"), 0 },
	{ "over U+10FFFF", BYTES("\xa4\xf4\x90\x80\x80"), 0 },
	{ "umlaut", BYTES("\xa2\xc3\xa4"), 3 },
	{ "bin8", BYTES("\xc4\x01\xff"), 3 },
	{ "fixext", BYTES("\xd4\x01\x00"), 0 },
	{ "ext8", BYTES("\xc7\x01\x01\x00"), 0 },
	{ "empty array", BYTES("\x90"), 1 },
	{ "array of two", BYTES("\x92\x01\x02"), 3 },
	{ "array cut", BYTES("\x92\x01"), 0 },
	{ "array32 of 4 G elements", BYTES("\xdd\xff\xff\xff\xff"), 0 },
	{ "map32 of 2 G pairs", BYTES("\xdf\x7f\xff\xff\xff\x01\x02"), 0 },
	{ "map whose pairs are counted twice", BYTES("\x81\x01"), 0 },
	{ "map",
		BYTES("\x81\xa1"
		      "a\x01"),
		4 },
	{ "array16", BYTES("\xdc\x00\x01\xc0"), 4 },
	{ "what comes after is not looked at", BYTES("\x01\xc1"), 1 },
	{ "depth 16", BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"),
		17 },
	{ "depth 17",
		BYTES("\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"),
		0 },
};

START_TEST(measure_checks_depth_counts_and_texts)
{
	struct fail why = { 0 };
	size_t size = 0;
	enum status st = msg_measure(measured[_i].bytes, &size, &why);
	ck_assert_msg((st == ST_OK) == (measured[_i].size > 0), "%s", measured[_i].what);
	ck_assert_msg(size == measured[_i].size, "%s: %zu", measured[_i].what, size);
	ck_assert_msg((why.text[0] != 0) == (st != ST_OK), "%s", measured[_i].what);
	struct msg_reader in = msg_reader(measured[_i].bytes);
	struct span skipped = { 0 };
	if (st == ST_OK) {
		ck_assert_int_eq(msg_skip(&in, &skipped), ST_OK);
		ck_assert_uint_eq(skipped.len, size);
	}
}
END_TEST

static const int64_t integers[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, UINT32_MAX,
	(int64_t)UINT32_MAX + 1, INT64_MAX, -1, -32, -33, -128, -129, -32768, -32769, INT32_MIN,
	(int64_t)INT32_MIN - 1, INT64_MIN };

START_TEST(integers_are_read_as_written)
{
	struct buf b = { 0 };
	struct msg_token t;
	msg_put_int(&b, integers[_i]);
	struct msg_reader in = msg_reader(buf_view(&b));
	ck_assert_int_eq(msg_read(&in, &t), ST_OK);
	ck_assert_int_eq(t.type, MSG_INT);
	ck_assert_int_eq(t.integer, integers[_i]);
	ck_assert_ptr_eq(in.at, in.end);
	buf_fini(&b);
}
END_TEST

START_TEST(integers_above_int64_have_their_own_type)
{
	struct msg_reader in = msg_reader(SPAN("\xcf\x80\x00\x00\x00\x00\x00\x00\x00"));
	struct msg_token t;
	ck_assert_int_eq(msg_read(&in, &t), ST_OK);
	ck_assert_int_eq(t.type, MSG_UINT);
	ck_assert(t.big == (uint64_t)INT64_MAX + 1);
}
END_TEST

START_TEST(reals_of_both_widths_are_read)
{
	struct msg_reader in = msg_reader(SPAN("\xca\xbf\xc0\x00\x00"));
	struct msg_token t;
	ck_assert_int_eq(msg_read(&in, &t), ST_OK);
	ck_assert(t.type == MSG_REAL && t.real == -1.5);
	struct buf b = { 0 };
	msg_put_real(&b, 0.1);
	in = msg_reader(buf_view(&b));
	ck_assert_int_eq(msg_read(&in, &t), ST_OK);
	ck_assert(t.type == MSG_REAL && t.real == 0.1);
	buf_fini(&b);
}
END_TEST

START_TEST(a_failed_read_does_not_advance)
{
	struct msg_reader in = msg_reader(SPAN("\xa5"
					       "ab")),
			  before = in;
	struct msg_token t = { .type = MSG_NIL };
	ck_assert_int_eq(msg_read(&in, &t), ST_MALFORMED);
	ck_assert_int_eq(msg_skip(&in, NULL), ST_MALFORMED);
	ck_assert(in.at == before.at && in.end == before.end && t.type == MSG_NIL);
}
END_TEST

START_TEST(a_key_is_found_in_a_map)
{
	struct buf b = { 0 };
	struct span text, value;
	int64_t integer = 0;
	size_t mark = msg_open_map(&b);
	msg_put_key(&b, "deep");
	msg_put_array(&b, 2);
	msg_put_key(&b, "n");
	msg_put_int(&b, 1);
	msg_put_key(&b, "n");
	msg_put_int(&b, 7);
	msg_put_key(&b, "text");
	msg_put_text(&b, SPAN("hello"));
	msg_put_key(&b, "none");
	msg_put_nil(&b);
	msg_close(&b, mark, 4);
	struct span map = buf_view(&b);
	ck_assert(msg_find_int(map, "n", &integer) && integer == 7);
	ck_assert(msg_find_text(map, "text", &text) && span_is(text, "hello"));
	ck_assert(!msg_find_text(map, "n", &text) && !msg_find_int(map, "absent", &integer));
	ck_assert_int_eq(msg_find(map, "none", &value), ST_OK);
	ck_assert(msg_is_nil(value) && !msg_is_nil(map) && msg_is_nil((struct span){ 0 }));
	ck_assert_int_eq(msg_find(SPAN("\x91\x01"), "n", &value), ST_NOT_FOUND);
	buf_fini(&b);
}
END_TEST

START_TEST(a_full_buffer_stays_consistent)
{
	struct buf b = { .limit = 3 };
	size_t mark = msg_open_array(&b);
	msg_put_text(&b, SPAN("longer than that"));
	msg_close(&b, mark, 1);
	ck_assert(b.failed && b.len <= 3);
	buf_fini(&b);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("msg");
	tcase_add_loop_test(tests, measure_checks_depth_counts_and_texts, 0,
		sizeof measured / sizeof *measured);
	tcase_add_loop_test(
		tests, integers_are_read_as_written, 0, sizeof integers / sizeof *integers);
	tcase_add_test(tests, integers_above_int64_have_their_own_type);
	tcase_add_test(tests, reals_of_both_widths_are_read);
	tcase_add_test(tests, a_failed_read_does_not_advance);
	tcase_add_test(tests, a_key_is_found_in_a_map);
	tcase_add_test(tests, a_full_buffer_stays_consistent);
	return suite_run("msg", tests);
}
