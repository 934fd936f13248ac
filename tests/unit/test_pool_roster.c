#include <stdlib.h>

#include "gateway/pool_roster.h"
#include "tests/unit/suite.h"

enum { WORKERS = 3, EPOCH = 1000 };

static struct pool_worker *add(struct pool_roster *roster, char name)
{
	struct pool_registration registration = { .peer = { &name, 1 },
		.uuid = { (unsigned char)name },
		.pid = name,
		.methods = pool_methods_all() };
	return pool_roster_add(roster, &registration, EPOCH + name);
}

static struct pool_worker *find(const struct pool_roster *roster, char name)
{
	return pool_roster_find(roster, (struct span){ &name, 1 });
}

START_TEST(a_worker_is_found_by_its_connection_and_its_process_until_it_is_removed)
{
	const unsigned char uuid[16] = { 'B' };
	struct pool_roster roster = { 0 };
	ck_assert(add(&roster, 'A') && add(&roster, 'B') && add(&roster, 'C'));
	struct pool_worker *b = find(&roster, 'B');
	ck_assert(b && b->epoch == EPOCH + 'B' && b->pid == 'B' && b->peer[0] == 'B');
	ck_assert_ptr_eq(pool_roster_find_process(&roster, uuid), b);
	roster.last_served = b;
	pool_roster_remove(&roster, b);
	free(b);
	ck_assert_ptr_null(roster.last_served);
	ck_assert_ptr_null(find(&roster, 'B'));
	ck_assert_ptr_null(pool_roster_find_process(&roster, uuid));
	ck_assert(find(&roster, 'A') && find(&roster, 'C'));
	ck_assert_uint_eq(roster.count, 2);
	pool_roster_fini(&roster);
}
END_TEST

START_TEST(too_many_workers_and_too_long_names_are_refused)
{
	static char peer[POOL_PEER_MAX + 1];
	struct pool_roster roster = { 0 };
	struct pool_registration registration = { .peer = { peer, sizeof peer } };
	ck_assert_ptr_null(pool_roster_add(&roster, &registration, EPOCH));
	for (int i = 0; i < POOL_WORKERS_MAX; i++)
		ck_assert_ptr_nonnull(add(&roster, (char)i));
	ck_assert_ptr_null(add(&roster, 'x'));
	pool_roster_fini(&roster);
	ck_assert_uint_eq(roster.count, 0);
}
END_TEST

START_TEST(a_worker_collects_calls_of_a_kind_until_it_holds_its_share_of_them)
{
	struct pool_roster roster = { 0 };
	struct pool_worker *a = add(&roster, 'A');
	const struct pool_call calls[POOL_COLLECTED] = {
		[POOL_SHORT_READ] = { .rows = 1 }, [POOL_WRITE] = { .is_write = true, .rows = 9 }
	};
	const struct pool_call others[] = { { .rows = 2 }, { .is_write = true, .is_slow = true },
		{ .is_write = true, .is_alone = true } };
	const struct pool_call *call = &calls[_i], *other = &calls[1 - _i];
	a->has_database = true;
	a->credit = 2 * POOL_COLLECT_EACH;
	pool_roster_collect(&roster, a, _i);
	ck_assert_ptr_null(pool_roster_collecting(&roster, call)); /* it runs none */
	a->of_kind[_i] = POOL_COLLECT_EACH - 1;
	ck_assert_ptr_eq(pool_roster_collecting(&roster, call), a);
	ck_assert_ptr_null(pool_roster_collecting(&roster, other));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert_ptr_null(pool_roster_collecting(&roster, &others[i]));
	a->of_kind[_i]++;
	ck_assert_ptr_null(pool_roster_collecting(&roster, call));
	pool_roster_remove(&roster, a);
	ck_assert_ptr_null(roster.collectors[_i].worker);
	free(a);
	pool_roster_fini(&roster);
}
END_TEST

/* Three workers A, B and C, the last one is first in the roster; which of them gets the next
 * call. */
static const struct {
	const char *what;
	struct {
		int64_t credit, sent;
		bool has_no_database, is_leaving, has_retry;
		size_t in_flight, slow; /* slow: included in in_flight */
	} workers[WORKERS];
	char last_served, next, next_retry; /* '-': none */
	size_t usable;
	enum status readiness;
	char next_slow; /* '\0': as next */
} rosters[] = {
	{ "no worker has credit", { { 0 } }, '-', '-', '-', 3, ST_OK },
	{ "the most free credit", { { 5, 0 }, { 9, 2 }, { 9, 4 } }, '-', 'B', 'B', 3, ST_OK },
	{ "reduced credit", { { 5, 9 }, { 4, 4 }, { 1, 0 } }, '-', 'C', 'C', 3, ST_OK },
	{ "equals", { { 5 }, { 5 }, { 5 } }, '-', 'C', 'C', 3, ST_OK },
	{ "equals after the first", { { 5 }, { 5 }, { 5 } }, 'C', 'B', 'B', 3, ST_OK },
	{ "equals after the last", { { 5 }, { 5 }, { 5 } }, 'A', 'C', 'C', 3, ST_OK },
	{ "the last served worker has more credit", { { 5 }, { 6 }, { 5 } }, 'B', 'B', 'B', 3,
		ST_OK },
	{ "credit over the bound counts as the bound",
		{ { POOL_WINDOW_MAX }, { INT64_MAX }, { 7 } }, 'B', 'A', 'A', 3, ST_OK },
	{ "one is leaving, one has no database",
		{ { 1 }, { 9, .is_leaving = true }, { 9, .has_no_database = true } }, '-', 'A', 'A',
		1, ST_OK },
	{ "a retry goes to a worker without a retry",
		{ { 1 }, { 9, .has_retry = true }, { 8, .has_retry = true } }, '-', 'B', 'A', 3,
		ST_OK },
	{ "all hold a retry",
		{ { 1, .has_retry = true }, { 9, .has_retry = true }, { 8, .has_retry = true } },
		'-', 'B', '-', 3, ST_OK },
	{ "a slow call goes to a worker whose slow calls are less than a quarter",
		{ { 9, 3, .in_flight = 2, .slow = 1 }, { 9, 4, .in_flight = 3, .slow = 2 },
			{ 9, 1, .in_flight = 4, .slow = 3 } },
		'-', 'C', 'C', 3, ST_OK, 'A' },
	{ "and fewer than the share",
		{ { 9000, .slow = POOL_SLOW_SHARE }, { 100, .slow = POOL_SLOW_SHARE - 1 },
			{ 9000, .slow = POOL_SLOW_SHARE + 1 } },
		'-', 'C', 'C', 3, ST_OK, 'B' },
	{ "all hold their share", { { 1, .slow = 1 }, { 7, .slow = 1 }, { 3, .slow = 1 } }, '-',
		'B', 'B', 3, ST_OK, '-' },
	{ "a slow call may use the only credit", { { 1 }, { 0 }, { 0 } }, '-', 'A', 'A', 3, ST_OK,
		'A' },
	{ "no database",
		{ { 9, .has_no_database = true }, { 9, .has_no_database = true },
			{ 9, .is_leaving = true } },
		'-', '-', '-', 0, ST_DATABASE_UNAVAILABLE },
	{ "all are leaving",
		{ { 9, .is_leaving = true }, { 9, .is_leaving = true }, { 9, .is_leaving = true } },
		'-', '-', '-', 0, ST_NO_WORKER },
};

static char name_of(const struct pool_worker *w)
{
	return w ? w->peer[0] : '-';
}

START_TEST(the_least_loaded_worker_gets_the_next_call)
{
	struct pool_roster roster = { 0 };
	for (int i = 0; i < WORKERS; i++) {
		struct pool_worker *w = add(&roster, (char)('A' + i));
		w->credit = rosters[_i].workers[i].credit;
		w->sent = rosters[_i].workers[i].sent;
		w->has_database = !rosters[_i].workers[i].has_no_database;
		w->is_leaving = rosters[_i].workers[i].is_leaving;
		w->has_retry = rosters[_i].workers[i].has_retry;
		w->in_flight = rosters[_i].workers[i].in_flight;
		w->slow_in_flight = rosters[_i].workers[i].slow;
	}
	roster.last_served = find(&roster, rosters[_i].last_served);
	const struct pool_call plain = { 0 }, retry = { .losses = 1, .is_slow = true },
			       slow = { .is_slow = true };
	char next = name_of(pool_roster_least_loaded(&roster, &plain));
	char next_retry = name_of(pool_roster_least_loaded(&roster, &retry));
	char next_slow = name_of(pool_roster_least_loaded(&roster, &slow));
	char wanted_slow = rosters[_i].next_slow ? rosters[_i].next_slow : next;
	ck_assert_msg(next == rosters[_i].next && next_retry == rosters[_i].next_retry
			      && next_slow == wanted_slow,
		"%s: %c, a retry to %c, a slow call to %c", rosters[_i].what, next, next_retry,
		next_slow);
	for (struct pool_worker *w = roster.first; w; w = w->next)
		w->in_flight = 0;
	ck_assert_uint_eq(pool_roster_usable(&roster), rosters[_i].usable);
	ck_assert_int_eq(pool_roster_readiness(&roster, POOL_ANY_METHOD), rosters[_i].readiness);
	pool_roster_fini(&roster);
}
END_TEST

START_TEST(an_empty_roster_has_no_worker)
{
	struct pool_roster roster = { 0 };
	ck_assert_ptr_null(pool_roster_least_loaded(&roster, &(struct pool_call){ 0 }));
	ck_assert_int_eq(pool_roster_readiness(&roster, POOL_ANY_METHOD), ST_NO_WORKER);
	pool_roster_fini(&roster);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool roster");
	tcase_add_test(tc, a_worker_is_found_by_its_connection_and_its_process_until_it_is_removed);
	tcase_add_test(tc, too_many_workers_and_too_long_names_are_refused);
	tcase_add_loop_test(tc, a_worker_collects_calls_of_a_kind_until_it_holds_its_share_of_them,
		0, POOL_COLLECTED);
	tcase_add_loop_test(tc, the_least_loaded_worker_gets_the_next_call, 0,
		sizeof rosters / sizeof *rosters);
	tcase_add_test(tc, an_empty_roster_has_no_worker);
	return suite_run("pool roster", tc);
}
