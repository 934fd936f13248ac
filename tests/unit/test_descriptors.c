#include <string.h>
#include <sys/resource.h>

#include "gateway/descriptors.h"
#include "tests/unit/suite.h"

static const struct {
	size_t limit, wanted, http_max;
} share_table[] = {
	{ 160, 10000, 64 },
	{ 256, 10000, 160 },
	{ 256, 100, 100 },
	{ 1024, 10000, 768 },
	{ 4096, 10000, 3072 },
	{ 65536, 10000, 10000 },
	{ 65536, 1000000, 61440 },
	{ 1048576, 1000000, 1000000 },
};

/* The shares never exceed the limit. */
START_TEST(the_reserve_is_kept_from_http_connections)
{
	struct descriptors d;
	size_t limit = share_table[_i].limit;
	ck_assert(descriptors_share(limit, share_table[_i].wanted, &d, NULL) == ST_OK);
	ck_assert_uint_eq(d.http_max, share_table[_i].http_max);
	ck_assert_uint_le(d.http_max + d.reserve, limit);
	ck_assert_uint_gt(d.peers_max, 0);
	ck_assert_uint_lt(2 * d.peers_max + 48, d.reserve);
}
END_TEST

START_TEST(a_limit_below_the_minimum_is_refused_with_a_reason)
{
	struct descriptors d = { .limit = 7 };
	struct fail why = { 0 };
	ck_assert(descriptors_share(159, 10, &d, &why) == ST_SYSTEM);
	ck_assert_uint_eq(d.limit, 7);
	ck_assert_ptr_nonnull(strstr(why.text, "159"));
}
END_TEST

START_TEST(the_soft_limit_is_raised_to_the_hard_limit)
{
	struct rlimit limit = { .rlim_cur = 200, .rlim_max = 300 };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(descriptors_raise(), 300);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 300);
	ck_assert_uint_eq(descriptors_raise(), 300);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("descriptors");
	tcase_add_loop_test(tests, the_reserve_is_kept_from_http_connections, 0,
		sizeof share_table / sizeof *share_table);
	tcase_add_test(tests, a_limit_below_the_minimum_is_refused_with_a_reason);
	tcase_add_test(tests, the_soft_limit_is_raised_to_the_hard_limit);
	return suite_run("descriptors", tests);
}
