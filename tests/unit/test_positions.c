#include <string.h>

#include "gateway/positions.h"
#include "tests/unit/suite.h"

static struct positions positions;
static const struct position none;

static struct position at(int64_t lsn)
{
	return (struct position){ 1, lsn };
}

static void end_write(uint64_t number, int64_t account, struct position position)
{
	positions_end_write(
		&positions, &(struct positions_write){ number, account, true, position });
}

static void write_now(int64_t account, struct position position)
{
	end_write(positions_start_write(&positions), account, position);
}

/* 0: none. */
static int64_t lsn_of_read(int64_t account)
{
	return positions_of_read(&positions, account, none).lsn;
}

static void start(void)
{
	memset(&positions, 0, sizeof positions);
}

START_TEST(nothing_is_known_before_the_first_write)
{
	positions_raise_floor(&positions, at(100));
	ck_assert_int_eq(lsn_of_read(1), 0);
	write_now(1, at(90));
	ck_assert_int_eq(lsn_of_read(1), 100);
	ck_assert_int_eq(lsn_of_read(2), 100);
}
END_TEST

START_TEST(an_account_has_the_position_of_its_own_writes)
{
	write_now(1, at(100)); /* the first one counts for all */
	write_now(2, at(200));
	write_now(2, at(150));
	ck_assert_int_eq(lsn_of_read(1), 100);
	ck_assert_int_eq(lsn_of_read(2), 200);
	write_now(0, at(300));
	ck_assert_int_eq(lsn_of_read(1), 300);
	ck_assert_int_eq(lsn_of_read(2), 300);
}
END_TEST

START_TEST(no_account_loses_its_position_when_the_table_is_full)
{
	enum { ACCOUNTS = 3 * POSITIONS_ACCOUNTS };
	write_now(0, at(1));
	for (int64_t account = 1; account <= ACCOUNTS; account++)
		write_now(account, at(account + 1));
	for (int64_t account = 1; account <= ACCOUNTS; account++)
		ck_assert_int_ge(lsn_of_read(account), account + 1);
	ck_assert_int_lt(lsn_of_read(ACCOUNTS + 1), ACCOUNTS + 1);
}
END_TEST

START_TEST(after_a_write_without_a_position_only_a_later_write_counts)
{
	write_now(1, at(100));
	uint64_t earlier = positions_start_write(&positions);
	write_now(2, none);
	ck_assert_int_eq(lsn_of_read(1), 0);
	end_write(earlier, 1, at(200));
	ck_assert_int_eq(lsn_of_read(1), 0);
	positions_end_write(&positions,
		&(struct positions_write){ positions_start_write(&positions), 1, false, at(250) });
	ck_assert_int_eq(lsn_of_read(1), 0);
	write_now(3, at(300));
	ck_assert_int_eq(lsn_of_read(1), 300);
	ck_assert_int_eq(lsn_of_read(2), 300);
}
END_TEST

START_TEST(a_client_can_ask_for_a_later_position_but_not_for_the_future)
{
	write_now(0, at(100));
	write_now(1, at(200));
	ck_assert_int_eq(positions_of_read(&positions, 2, at(150)).lsn, 150);
	ck_assert_int_eq(positions_of_read(&positions, 2, at(50)).lsn, 100);
	ck_assert_int_eq(positions_of_read(&positions, 2, at(200)).lsn, 200);
	ck_assert(!position_is_set(positions_of_read(&positions, 2, at(201))));
	ck_assert(!position_is_set(positions_of_read(&positions, 2, (struct position){ 2, 1 })));
}
END_TEST

START_TEST(a_write_has_the_newest_position_unless_it_has_none)
{
	ck_assert(!position_is_set(positions_after_write(&positions)));
	uint64_t earlier = positions_start_write(&positions);
	write_now(1, none);
	ck_assert(!position_is_set(positions_after_write(&positions)));
	end_write(earlier, 1, at(100)); /* reads here take the primary, but other gateways know */
	ck_assert_int_eq(positions_after_write(&positions).lsn, 100);
	write_now(2, at(90));
	ck_assert_int_eq(positions_after_write(&positions).lsn, 100);
	write_now(2, none);
	ck_assert(!position_is_set(positions_after_write(&positions)));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("positions");
	tcase_add_checked_fixture(tests, start, NULL);
	tcase_add_test(tests, nothing_is_known_before_the_first_write);
	tcase_add_test(tests, an_account_has_the_position_of_its_own_writes);
	tcase_add_test(tests, no_account_loses_its_position_when_the_table_is_full);
	tcase_add_test(tests, after_a_write_without_a_position_only_a_later_write_counts);
	tcase_add_test(tests, a_client_can_ask_for_a_later_position_but_not_for_the_future);
	tcase_add_test(tests, a_write_has_the_newest_position_unless_it_has_none);
	return suite_run("positions", tests);
}
