#include <string.h>

#include "gateway/rate.h"
#include "tests/unit/suite.h"

static struct rate *rate;

static struct rate_key key_of(uint32_t number)
{
	struct rate_key key = { { 0 } };
	memcpy(key.bytes, &number, sizeof number);
	return key;
}

static struct rate_verdict take(uint32_t number, uint64_t now_ms)
{
	struct rate_key key = key_of(number);
	struct rate_verdict verdict;
	rate_take(rate, &key, now_ms, &verdict);
	return verdict;
}

static void open_rate(int64_t count, int64_t seconds)
{
	struct rate_limit limit = { count, seconds };
	ck_assert(rate_new(&rate, &limit) == ST_OK);
}

static void close_rate(void)
{
	rate_free(&rate);
	ck_assert_ptr_null(rate);
	rate_free(&rate);
}

/* 3 in 60 s: a token each 20 s. */
static const struct {
	uint64_t at_ms;
	bool is_allowed;
	int64_t remaining, full_in_ms, retry_in_ms;
} steps[] = {
	{ 1000, true, 2, 20000, 0 },
	{ 1000, true, 1, 40000, 0 },
	{ 1001, true, 0, 59999, 0 },
	{ 1001, false, 0, 59999, 19999 },
	{ 20999, false, 0, 40001, 1 }, /* a refusal takes nothing */
	{ 21000, true, 0, 60000, 0 },
	{ 21000, false, 0, 60000, 20000 },
	{ 51000, true, 0, 50000, 0 },
	{ 101000, true, 2, 20000, 0 },
	{ 1000000, true, 2, 20000, 0 },
};

START_TEST(a_bucket_gets_its_tokens_evenly)
{
	open_rate(3, 60);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct rate_verdict v = take(7, steps[i].at_ms);
		ck_assert_msg(v.is_allowed == steps[i].is_allowed, "step %zu", i);
		ck_assert_int_eq(v.limit, 3);
		ck_assert_msg(
			v.remaining == steps[i].remaining, "step %zu: %d", i, (int)v.remaining);
		ck_assert_msg(
			v.full_in_ms == steps[i].full_in_ms, "step %zu: %d", i, (int)v.full_in_ms);
		ck_assert_msg(v.retry_in_ms == steps[i].retry_in_ms, "step %zu: %d", i,
			(int)v.retry_in_ms);
	}
}
END_TEST

START_TEST(keys_have_buckets_of_their_own)
{
	open_rate(1, 60);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert(take(i, 0).is_allowed);
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert(!take(i, 59999).is_allowed);
	struct rate_key one = key_of(7), other = one; /* of the same chain */
	struct rate_verdict verdict;
	other.bytes[RATE_KEY_SIZE - 1] = 1;
	rate_take(rate, &other, 59999, &verdict);
	ck_assert(verdict.is_allowed);
	rate_take(rate, &one, 59999, &verdict);
	ck_assert(!verdict.is_allowed);
}
END_TEST

START_TEST(the_largest_limit_does_not_overflow)
{
	open_rate(RATE_LIMIT_COUNT_MAX, RATE_LIMIT_SECONDS_MAX);
	int allowed = 0;
	for (int i = 0; i < RATE_LIMIT_COUNT_MAX; i++)
		allowed += take(1, 5).is_allowed;
	ck_assert_int_eq(allowed, RATE_LIMIT_COUNT_MAX);
	struct rate_verdict v = take(1, 5);
	ck_assert(!v.is_allowed);
	ck_assert_int_eq(v.remaining, 0);
	ck_assert_int_eq(v.full_in_ms, (int64_t)RATE_LIMIT_SECONDS_MAX * 1000);
	ck_assert_int_eq(v.retry_in_ms, 87); /* 86.4 */
	ck_assert_int_eq(take(1, UINT64_MAX / 2).remaining, RATE_LIMIT_COUNT_MAX - 1);
}
END_TEST

/* In any time t a key gets at most count + count * t / seconds. */
START_TEST(no_key_gets_more_than_its_limit)
{
	const int64_t count = 5, seconds = 3;
	int64_t allowed = 0;
	uint64_t now_ms = 0;
	bool is_over = false;
	open_rate(count, seconds);
	for (int i = 0; i < 100000; i++) {
		allowed += take(1, now_ms).is_allowed;
		now_ms += (uint64_t)(i * 7919 % 1301);
		is_over |= allowed * seconds * 1000 > count * (seconds * 1000 + (int64_t)now_ms);
	}
	ck_assert(!is_over);
	ck_assert_int_gt(allowed, 100000 / 2);
}
END_TEST

START_TEST(the_key_that_was_not_used_for_longest_makes_room)
{
	open_rate(1, 60);
	int allowed = 0;
	for (uint32_t i = 0; i < RATE_ENTRIES; i++)
		allowed += take(i, 0).is_allowed;
	ck_assert_int_eq(allowed, RATE_ENTRIES);
	ck_assert(!take(0, 1).is_allowed); /* is now the newest */
	ck_assert(take(RATE_ENTRIES, 2).is_allowed);
	ck_assert(!take(0, 3).is_allowed);
	ck_assert(!take(2, 3).is_allowed);
	ck_assert(take(1, 3).is_allowed); /* had made room */
}
END_TEST

/* Entries that make room leave their chains whole. */
START_TEST(a_full_table_goes_on)
{
	open_rate(2, 60);
	int allowed = 0;
	for (uint32_t i = 0; i < 3 * RATE_ENTRIES; i++)
		for (int times = 0; times < 3; times++)
			allowed += take(i * 2654435761U, 0).is_allowed;
	ck_assert_int_eq(allowed, 3 * 2 * RATE_ENTRIES);
	for (uint32_t i = 2 * RATE_ENTRIES; i < 3 * RATE_ENTRIES; i++)
		allowed += take(i * 2654435761U, 0).is_allowed;
	ck_assert_int_eq(allowed, 3 * 2 * RATE_ENTRIES);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("rate");
	tcase_add_checked_fixture(tests, NULL, close_rate);
	tcase_add_test(tests, a_bucket_gets_its_tokens_evenly);
	tcase_add_test(tests, keys_have_buckets_of_their_own);
	tcase_add_test(tests, the_largest_limit_does_not_overflow);
	tcase_add_test(tests, no_key_gets_more_than_its_limit);
	tcase_add_test(tests, the_key_that_was_not_used_for_longest_makes_room);
	tcase_add_test(tests, a_full_table_goes_on);
	return suite_run("rate", tests);
}
