#include <string.h>

#include "gateway/verified.h"
#include "tests/unit/suite.h"

enum { ENTRIES = 4 };

static struct verified *verified;

static void set_up(void)
{
	verified = verified_new(ENTRIES);
	ck_assert_ptr_nonnull(verified);
}

static void tear_down(void)
{
	verified_free(&verified);
	verified_free(&verified);
}

/* Hashes of the same bucket: they differ behind the bytes that choose it. */
static const unsigned char *hash_of(int number)
{
	static unsigned char hash[CRYPTO_TAG_SIZE];
	memset(hash, 0, sizeof hash);
	hash[CRYPTO_TAG_SIZE - 1] = (unsigned char)number;
	return hash;
}

static void put(int number, int64_t account, uint64_t until_ms)
{
	struct verdict verdict = { .principal = { .account = account }, .until_ms = until_ms };
	verified_put(verified, hash_of(number), &verdict);
}

/* 0: there is none. */
static int64_t find(int number, uint64_t now_ms)
{
	struct verdict verdict;
	return verified_find(verified, hash_of(number), now_ms, &verdict)
		       ? verdict.principal.account
		       : 0;
}

START_TEST(an_entry_is_found_until_its_time_comes)
{
	put(1, 10, 4000);
	ck_assert_int_eq(find(1, 0), 10);
	ck_assert_int_eq(find(1, 3999), 10);
	ck_assert_int_eq(find(1, 4000), 0);
	ck_assert_int_eq(find(2, 0), 0);
}
END_TEST

START_TEST(a_new_verdict_replaces_the_former)
{
	put(1, 10, 4000);
	put(1, 11, 8000);
	ck_assert_int_eq(find(1, 5000), 11);
	ck_assert_uint_eq(verified_count(verified), 1);
	put(1, 12, 6000);
	ck_assert_int_eq(find(1, 7000), 0);
}
END_TEST

START_TEST(a_refusal_is_an_entry_too)
{
	struct verdict verdict = { .st = ST_TOKEN_REVOKED, .until_ms = 1 }, found = { ST_OK };
	verified_put(verified, hash_of(1), &verdict);
	ck_assert(verified_find(verified, hash_of(1), 0, &found));
	ck_assert_int_eq(found.st, ST_TOKEN_REVOKED);
}
END_TEST

START_TEST(the_one_that_was_used_longest_ago_gives_way)
{
	for (int i = 1; i <= ENTRIES; i++)
		put(i, i, 1000);
	ck_assert_int_eq(find(1, 0), 1);
	put(2, 22, 1000);
	put(5, 5, 1000);
	ck_assert_int_eq(find(3, 0), 0);
	put(6, 6, 1000);
	ck_assert_int_eq(find(4, 0), 0);
	ck_assert_int_eq(find(1, 0), 1);
	ck_assert_int_eq(find(2, 0), 22);
	ck_assert_int_eq(find(5, 0), 5);
	ck_assert_int_eq(find(6, 0), 6);
	ck_assert_uint_eq(verified_count(verified), ENTRIES);
}
END_TEST

/* Compares with a plain model over many random steps. */
START_TEST(it_agrees_with_a_model)
{
	enum { NUMBERS = 9, STEPS = 20000 };
	uint64_t used[NUMBERS] = { 0 }, state = 1;
	int64_t account[NUMBERS] = { 0 };
	for (uint64_t step = 1; step <= STEPS; step++) {
		state = state * 6364136223846793005U + 1442695040888963407U;
		int number = (int)(state >> 33) % NUMBERS, kept = 0, oldest = -1;
		if (state >> 63) {
			int64_t expected = account[number];
			ck_assert_int_eq(find(number, 0), expected);
			used[number] = expected ? step : 0;
			continue;
		}
		for (int i = 0; i < NUMBERS; i++) {
			kept += account[i] && i != number;
			if (account[i] && i != number && (oldest < 0 || used[i] < used[oldest]))
				oldest = i;
		}
		if (kept == ENTRIES && !account[number])
			account[oldest] = 0;
		put(number, (int64_t)step, 1);
		account[number] = (int64_t)step;
		used[number] = step;
	}
}
END_TEST

START_TEST(the_buckets_are_as_many_as_the_entries_or_more)
{
	static const size_t sizes[] = { 1, 2, 3, VERIFIED_MAX };
	struct verified *other = verified_new(sizes[_i]);
	unsigned char hash[CRYPTO_TAG_SIZE];
	struct verdict verdict = { .until_ms = 1 };
	for (int i = 0; i < 10000; i++) {
		memset(hash, 0, sizeof hash);
		memcpy(hash, &i, sizeof i);
		verified_put(other, hash, &verdict);
		ck_assert(verified_find(other, hash, 0, &verdict));
	}
	ck_assert_uint_eq(verified_count(other), sizes[_i]);
	verified_free(&other);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("verified");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_entry_is_found_until_its_time_comes);
	tcase_add_test(tests, a_new_verdict_replaces_the_former);
	tcase_add_test(tests, a_refusal_is_an_entry_too);
	tcase_add_test(tests, the_one_that_was_used_longest_ago_gives_way);
	tcase_add_test(tests, it_agrees_with_a_model);
	tcase_add_loop_test(tests, the_buckets_are_as_many_as_the_entries_or_more, 0, 4);
	return suite_run("verified", tests);
}
