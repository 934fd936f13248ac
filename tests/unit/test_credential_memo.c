#include <string.h>

#include "gateway/credential_memo.h"
#include "tests/unit/suite.h"

#define FIELD "Bearer st_0123456789abcdef"

static struct credential_memo *memo;
static const struct verdict of_seven = { .principal = { .account = 7 }, .until_ms = 4000 };

static void tear_down(void)
{
	credential_memo_free(&memo);
	credential_memo_free(&memo);
}

/* 0: there is none. */
static int64_t find(const char *field, size_t len, uint64_t now_ms)
{
	struct verdict verdict;
	return credential_memo_find(memo, (struct span){ field, len }, now_ms, &verdict)
		       ? verdict.principal.account
		       : 0;
}

START_TEST(a_memo_is_found_until_its_verdict_ends)
{
	ck_assert_int_eq(find(FIELD, strlen(FIELD), 0), 0);
	credential_memo_put(&memo, SPAN(FIELD), &of_seven);
	ck_assert_int_eq(find(FIELD, strlen(FIELD), 3999), 7);
	ck_assert_int_eq(find(FIELD, strlen(FIELD), 4000), 0);
}
END_TEST

START_TEST(every_byte_counts)
{
	char other[] = FIELD "x";
	size_t len = strlen(FIELD);
	credential_memo_put(&memo, SPAN(FIELD), &of_seven);
	ck_assert_int_eq(find(other, len, 0), 7);
	ck_assert_int_eq(find(other, len + 1, 0), 0);
	for (size_t i = 0; i < len; i++) {
		other[i] ^= 1;
		ck_assert_int_eq(find(other, len, 0), 0);
		other[i] ^= 1;
		ck_assert_int_eq(find(other, i, 0), 0);
	}
}
END_TEST

START_TEST(another_credential_replaces_the_memo)
{
	struct verdict of_eight = { .principal = { .account = 8 }, .until_ms = 9000 };
	credential_memo_put(&memo, SPAN(FIELD), &of_seven);
	credential_memo_put(&memo, SPAN(FIELD "x"), &of_eight);
	ck_assert_int_eq(find(FIELD, strlen(FIELD), 0), 0);
	ck_assert_int_eq(find(FIELD "x", strlen(FIELD) + 1, 8999), 8);
}
END_TEST

START_TEST(what_is_empty_or_too_long_is_not_kept)
{
	static char field[CREDENTIAL_MEMO_MAX + 1];
	memset(field, 'a', sizeof field);
	credential_memo_put(&memo, (struct span){ field, CREDENTIAL_MEMO_MAX }, &of_seven);
	ck_assert_int_eq(find(field, CREDENTIAL_MEMO_MAX, 0), 7);
	credential_memo_put(&memo, (struct span){ field, sizeof field }, &of_seven);
	ck_assert_ptr_null(memo);
	credential_memo_put(&memo, (struct span){ 0 }, &of_seven);
	ck_assert_ptr_null(memo);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("credential_memo");
	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_test(tests, a_memo_is_found_until_its_verdict_ends);
	tcase_add_test(tests, every_byte_counts);
	tcase_add_test(tests, another_credential_replaces_the_memo);
	tcase_add_test(tests, what_is_empty_or_too_long_is_not_kept);
	return suite_run("credential_memo", tests);
}
