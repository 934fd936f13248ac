#include "common/msg.h"
#include "common/position.h"
#include "tests/unit/suite.h"

static const struct position in_order[] = { { 0, 0 }, { 1, 0 }, { 1, 7 }, { 1, INT64_MAX },
	{ 2, 3 }, { INT64_MAX, INT64_MAX } };
enum { COUNT = sizeof in_order / sizeof *in_order };

START_TEST(a_newer_timeline_is_after_every_position_of_an_older_one)
{
	for (int i = 0; i < COUNT; i++)
		for (int k = 0; k < COUNT; k++) {
			struct position p = in_order[i];
			ck_assert(position_is_before(in_order[i], in_order[k]) == (i < k));
			position_advance(&p, in_order[k]);
			ck_assert_int_eq(p.lsn, in_order[i > k ? i : k].lsn);
		}
}
END_TEST

START_TEST(a_position_is_read_as_it_was_written)
{
	for (int i = 1; i < COUNT; i++) {
		struct buf out = { 0 };
		struct position read;
		position_put(&out, in_order[i]);
		ck_assert_uint_le(out.len, POSITION_SIZE_MAX);
		ck_assert(position_read(buf_view(&out), &read));
		ck_assert(read.timeline == in_order[i].timeline && read.lsn == in_order[i].lsn);
		buf_fini(&out);
	}
}
END_TEST

static const struct span malformed[] = {
	SPAN_INIT(""),
	SPAN_INIT("\xc0"),
	SPAN_INIT("\x01"),
	SPAN_INIT("\x91\x01"),
	SPAN_INIT("\x93\x01\x01\x01"),
	SPAN_INIT("\x92\x00\x01"),
	SPAN_INIT("\x92\x01\xff"),
	SPAN_INIT("\x92\xa1"
		  "1\x01"),
	SPAN_INIT("\x92\x01\xc0"),
};

START_TEST(what_is_no_position_is_refused)
{
	struct position p = { 5, 6 };
	ck_assert(!position_read(malformed[_i], &p));
	ck_assert(p.timeline == 5 && p.lsn == 6);
}
END_TEST

START_TEST(a_text_is_read_as_it_was_written)
{
	static const struct {
		struct position p;
		const char *text;
	} texts[] = { { { 1, 0 }, "1-0" }, { { 7, 24023128 }, "7-24023128" },
		{ { 999999999999999999, 999999999999999999 },
			"999999999999999999-999999999999999999" } };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf out = { 0 };
		struct position read;
		position_put_text(&out, texts[i].p);
		ck_assert(span_is(buf_view(&out), texts[i].text));
		ck_assert(position_of_text(buf_view(&out), &read));
		ck_assert(read.timeline == texts[i].p.timeline && read.lsn == texts[i].p.lsn);
		buf_fini(&out);
	}
}
END_TEST

static const char *const malformed_texts[] = { "", "-", "1", "1-", "-1", "0-1", "1--0", "-1-1",
	"1-2-3", "1-2 ", " 1-2", "+1-2", "1-0x2", "1:2", "a-1", "1-a", "1-2, 1-3",
	"1000000000000000000-1", "1-1000000000000000000" };

START_TEST(a_text_that_is_no_position_is_refused)
{
	struct position p = { 5, 6 };
	ck_assert(!position_of_text(span_of(malformed_texts[_i]), &p));
	ck_assert(p.timeline == 5 && p.lsn == 6);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("position");
	tcase_add_test(tests, a_newer_timeline_is_after_every_position_of_an_older_one);
	tcase_add_test(tests, a_position_is_read_as_it_was_written);
	tcase_add_loop_test(
		tests, what_is_no_position_is_refused, 0, sizeof malformed / sizeof *malformed);
	tcase_add_test(tests, a_text_is_read_as_it_was_written);
	tcase_add_loop_test(tests, a_text_that_is_no_position_is_refused, 0,
		sizeof malformed_texts / sizeof *malformed_texts);
	return suite_run("position", tests);
}
