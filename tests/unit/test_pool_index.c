#include <stdlib.h>

#include "gateway/pool_index.h"
#include "tests/unit/suite.h"

enum { CALLS = 5000 }; /* more than the first number of chains */

static struct pool_call calls[CALLS];
static struct pool_index index_;

static void put_all(void)
{
	for (size_t i = 0; i < CALLS; i++) {
		ck_assert(pool_index_reserve(&index_));
		pool_index_add(&index_, &calls[i]);
	}
}

START_TEST(an_empty_index_finds_nothing)
{
	pool_index_init(&index_);
	ck_assert_ptr_null(pool_index_find(&index_, 0));
	ck_assert_ptr_null(pool_index_find(&index_, 1));
	pool_index_fini(&index_);
}
END_TEST

START_TEST(a_call_is_found_by_its_id_until_it_is_removed)
{
	pool_index_init(&index_);
	put_all();
	ck_assert_uint_eq(index_.count, CALLS);
	ck_assert_uint_ge(index_.size, CALLS);
	for (size_t i = 0; i < CALLS; i += 2)
		pool_index_remove(&index_, &calls[i]);
	for (size_t i = 0; i < CALLS; i++)
		ck_assert_ptr_eq(
			pool_index_find(&index_, calls[i].msgid), i % 2 ? &calls[i] : NULL);
	ck_assert_uint_eq(index_.count, CALLS / 2);
	pool_index_fini(&index_);
}
END_TEST

START_TEST(ids_wrap_and_skip_ids_in_use)
{
	struct pool_call first = { 0 }, last = { 0 }, next = { 0 };
	pool_index_init(&index_);
	ck_assert(pool_index_reserve(&index_));
	index_.next_msgid = 0;
	pool_index_add(&index_, &first);
	index_.next_msgid = UINT32_MAX;
	pool_index_add(&index_, &last);
	pool_index_add(&index_, &next);
	ck_assert_uint_eq(last.msgid, UINT32_MAX);
	ck_assert_uint_eq(next.msgid, 1);
	ck_assert_ptr_eq(pool_index_find(&index_, 0), &first);
	pool_index_fini(&index_);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool index");
	tcase_add_test(tc, an_empty_index_finds_nothing);
	tcase_add_test(tc, a_call_is_found_by_its_id_until_it_is_removed);
	tcase_add_test(tc, ids_wrap_and_skip_ids_in_use);
	return suite_run("pool index", tc);
}
