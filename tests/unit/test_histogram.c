/* Histograms: buckets, sums, and what worker.ready carries. */
#include <string.h>

#include "common/histogram.h"
#include "common/msg.h"
#include "tests/unit/suite.h"

static const uint32_t bounds[] = { 10, 100, 1000 };
static const struct histogram_shape shape = {
	.name = "test", .scale = 1e-3, .bounds = bounds, .count = 3, .help = "Test."
};
static const struct histogram_shape wider = { .name = "wider", .bounds = bounds, .count = 2 };

static const struct {
	int64_t value;
	size_t bucket;
	uint64_t counted;
} cases[] = {
	{ -5, 0, 0 },
	{ 0, 0, 0 },
	{ 10, 0, 10 },
	{ 11, 1, 11 },
	{ 100, 1, 100 },
	{ 1000, 2, 1000 },
	{ 1001, 3, 1001 },
	{ INT64_MAX, 3, INT64_MAX },
};
enum { CASES = sizeof cases / sizeof *cases };

START_TEST(a_value_counts_in_the_first_bucket_that_holds_it)
{
	struct histogram h = { 0 };
	histogram_add(&h, &shape, cases[_i].value);
	for (size_t i = 0; i <= shape.count; i++)
		ck_assert_uint_eq(h.buckets[i], i == cases[_i].bucket);
	ck_assert_uint_eq(h.sum, cases[_i].counted);
	ck_assert_uint_eq(histogram_count(&h, &shape), 1);
}
END_TEST

static struct histogram sample(void)
{
	struct histogram h = { 0 };
	for (int i = 0; i < 90; i++)
		histogram_add(&h, &shape, 5);
	for (int i = 0; i < 9; i++)
		histogram_add(&h, &shape, 50);
	histogram_add(&h, &shape, 5000);
	return h;
}

START_TEST(what_is_written_is_read)
{
	struct histogram h = sample(), read = { 0 };
	struct buf out = { 0 };
	histogram_put(&out, &shape, &h);
	ck_assert(histogram_read(buf_view(&out), &shape, &read));
	ck_assert(memcmp(&read, &h, sizeof h) == 0);
	for (size_t len = 0; len < out.len; len++) {
		struct histogram untouched = { .sum = 3 };
		ck_assert(!histogram_read((struct span){ out.bytes, len }, &shape, &untouched));
		ck_assert_uint_eq(untouched.sum, 3);
	}
	ck_assert(!histogram_read(buf_view(&out), &wider, &read));
	buf_fini(&out);
}
END_TEST

#define BYTES(literal)                         \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

static const struct span malformed[] = {
	BYTES("\xc0"),
	BYTES("\x80"),
	BYTES("\x05"),
	BYTES("\x95\x00\x00\x00\xff\x00"),
	BYTES("\x95\x00\x00\x00\xc0\x00"),
	BYTES("\x94\x00\x00\x00\x00"),
	BYTES("\x95\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"),
};
enum { MALFORMED = sizeof malformed / sizeof *malformed };

START_TEST(malformed_bytes_leave_it_untouched)
{
	struct histogram h = { .sum = 3 };
	ck_assert(!histogram_read(malformed[_i], &shape, &h));
	ck_assert_uint_eq(h.sum, 3);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("histogram");
	tcase_add_loop_test(tests, a_value_counts_in_the_first_bucket_that_holds_it, 0, CASES);
	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_loop_test(tests, malformed_bytes_leave_it_untouched, 0, MALFORMED);
	return suite_run("histogram", tests);
}
