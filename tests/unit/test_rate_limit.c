#include "common/rate_limit.h"
#include "tests/unit/suite.h"

static const struct {
	const char *text;
	int64_t count, seconds; /* seconds 0: refused */
} limits[] = {
	{ "0", 0, 1 },
	{ "1/1", 1, 1 },
	{ "300/60", 300, 60 },
	{ "1000000/86400", 1000000, 86400 },
	{ "", 0, 0 },
	{ "60", 0, 0 },
	{ "0/60", 0, 0 },
	{ "60/0", 0, 0 },
	{ "60/", 0, 0 },
	{ "/60", 0, 0 },
	{ "-1/60", 0, 0 },
	{ "1/-60", 0, 0 },
	{ "1000001/60", 0, 0 },
	{ "1/86401", 0, 0 },
	{ "1/60/60", 0, 0 },
	{ " 1/60", 0, 0 },
	{ "1 / 60", 0, 0 },
	{ "1/60s", 0, 0 },
	{ "1/minute", 0, 0 },
	{ "99999999999999999999/60", 0, 0 },
};

START_TEST(a_limit_is_a_count_and_seconds)
{
	struct rate_limit limit = { -1, -1 };
	bool is_read = rate_limit_parse(span_of(limits[_i].text), &limit);
	ck_assert_int_eq(is_read, limits[_i].seconds > 0);
	ck_assert_int_eq(limit.count, is_read ? limits[_i].count : -1);
	ck_assert_int_eq(limit.seconds, is_read ? limits[_i].seconds : -1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("rate_limit");
	tcase_add_loop_test(
		tests, a_limit_is_a_count_and_seconds, 0, sizeof limits / sizeof *limits);
	return suite_run("rate_limit", tests);
}
