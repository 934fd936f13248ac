#include "worker/lane_position.h"

#include <event2/event.h>

#include "tests/unit/result_fixture.h"

/* The database is never started, so what is sent is dropped. */
static struct event_base *base;
static struct database *database;
static struct run run;
static struct position committed;
static const struct method reads = { .name = "topics.get" };
static const struct method writes = { .name = "topics.create", .is_write = true };

static void start(void)
{
	static const unsigned char worker[16];
	static const struct database_events events;
	struct database_options options = { .url = "",
		.time_zone = "UTC",
		.worker = worker,
		.lane = LANE_READ,
		.events = &events };
	struct fail reason = { 0 };
	base = event_base_new();
	ck_assert(database_open(base, &options, &database, &reason) == ST_OK);
	ck_assert(run_init(&run, 2000) == ST_OK);
	committed = (struct position){ 0 };
}

static void end(void)
{
	run_fini(&run, NULL);
	database_free(&database);
	event_base_free(base);
}

static struct lane_position position_of(enum lane lane)
{
	return (struct lane_position){ .use = lane_position_use(lane, &committed),
		.committed = &committed };
}

static bool take(struct lane_position *p, const struct cell *cells)
{
	static const struct column integers[] = { { "timeline", PG_INT8 }, { "lsn", PG_INT8 } };
	static const struct column truth[] = { { "has_replayed", PG_BOOL } };
	if (p->use == POSITION_COMMITTED)
		make_result(integers, 2);
	else
		make_result(truth, 1);
	add_row(cells);
	PGresult *rows = result;
	result = NULL;
	bool is_taken =
		lane_position_take(p, &(struct database_result){ DATABASE_ROWS, rows, NULL, NULL });
	if (!is_taken)
		PQclear(rows);
	return is_taken;
}

START_TEST(only_lanes_that_write_and_that_of_the_standby_have_statements)
{
	static const enum lane_position_use uses[LANES] = { [LANE_WRITE] = POSITION_COMMITTED,
		[LANE_SLOW] = POSITION_COMMITTED,
		[LANE_STANDBY] = POSITION_REPLAYED };
	for (enum lane lane = LANE_READ; lane < LANES; lane++) {
		enum lane_position_use use = lane_position_use(lane, &committed);
		ck_assert_int_eq(use, uses[lane]);
		ck_assert((lane_position_statement(use) != NULL) == (use != POSITION_NONE));
	}
	ck_assert_int_eq(lane_position_use(LANE_WRITE, NULL), POSITION_NONE);
}
END_TEST

START_TEST(a_group_of_writes_ends_after_its_position)
{
	struct lane_position p = position_of(LANE_WRITE);
	ck_assert(!take(&p, CELLS(I(1), I(400)))); /* a result of the write itself */
	ck_assert(lane_position_awaits(&p, &writes));
	ck_assert(take(&p, CELLS(I(1), I(500))));
	ck_assert(committed.timeline == 1 && committed.lsn == 500);
	ck_assert(!lane_position_awaits(&p, &writes));
	ck_assert(lane_position_awaits(&p, &writes)); /* the next group */
	ck_assert(take(&p, CELLS(I(1), I(450))));
	ck_assert_int_eq(committed.lsn, 500);
}
END_TEST

START_TEST(a_group_of_reads_in_a_lane_that_writes_has_no_position)
{
	struct lane_position p = position_of(LANE_SLOW);
	ck_assert(!lane_position_awaits(&p, &reads));
	ck_assert(!take(&p, CELLS(I(1), I(500))));
}
END_TEST

START_TEST(a_position_that_fails_is_noticed)
{
	struct lane_position p = position_of(LANE_WRITE);
	ck_assert(lane_position_awaits(&p, &writes));
	ck_assert(lane_position_take(
		&p, &(struct database_result){ DATABASE_FAILED, NULL, "57014", "why" }));
	ck_assert(p.has_failed && !position_is_set(committed));
}
END_TEST

START_TEST(reads_are_valid_if_the_standby_has_replayed_the_position)
{
	struct lane_position p = position_of(LANE_STANDBY);
	lane_position_put_before(&p, &run, database, 1000);
	ck_assert(take(&p, CELLS(I(1))));
	ck_assert(!take(&p, CELLS(I(0)))); /* a result of the reads */
	ck_assert(!lane_position_awaits(&p, &reads));
	ck_assert(lane_position_ends_valid(&p, 1001));
	ck_assert(lane_position_is_usable(&p, false, 1001));
	lane_position_put_before(&p, &run, database, 1002);
	ck_assert(!lane_position_ends_valid(&p, 1003)); /* the connection was lost before */
}
END_TEST

START_TEST(a_standby_that_is_behind_pauses_and_is_tried_with_one_batch)
{
	struct lane_position p = position_of(LANE_STANDBY);
	uint64_t after_ms = 1010 + LANE_POSITION_PAUSE_MS;
	lane_position_put_before(&p, &run, database, 1000);
	ck_assert(take(&p, CELLS(I(0))));
	ck_assert(!lane_position_ends_valid(&p, 1010) && p.is_standby);
	ck_assert(!lane_position_is_usable(&p, true, after_ms - 1));
	ck_assert(lane_position_is_usable(&p, true, after_ms));
	ck_assert(!lane_position_is_usable(&p, false, after_ms));
	lane_position_put_before(&p, &run, database, after_ms);
	ck_assert(take(&p, CELLS(I(1))));
	ck_assert(lane_position_ends_valid(&p, after_ms));
	ck_assert(lane_position_is_usable(&p, false, after_ms));
}
END_TEST

START_TEST(a_server_that_is_no_standby_is_noticed)
{
	struct lane_position p = position_of(LANE_STANDBY);
	lane_position_put_before(&p, &run, database, 1000);
	ck_assert(take(&p, CELLS(NIL)));
	ck_assert(!lane_position_ends_valid(&p, 1001) && !p.is_standby);
}
END_TEST

START_TEST(a_standby_that_does_not_respond_is_overdue)
{
	struct lane_position p = position_of(LANE_STANDBY), other = position_of(LANE_WRITE);
	ck_assert(!lane_position_is_overdue(&p, 5000));
	lane_position_put_before(&p, &run, database, 5000);
	lane_position_put_before(&other, &run, database, 5000);
	ck_assert(!lane_position_is_overdue(&p, 5000 + LANE_POSITION_PATIENCE_MS - 1));
	ck_assert(lane_position_is_overdue(&p, 5000 + LANE_POSITION_PATIENCE_MS));
	ck_assert(!lane_position_is_overdue(&other, 60000));
	lane_position_reset(&p);
	ck_assert(!lane_position_is_overdue(&p, 60000));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("lane position");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, only_lanes_that_write_and_that_of_the_standby_have_statements);
	tcase_add_test(tests, a_group_of_writes_ends_after_its_position);
	tcase_add_test(tests, a_group_of_reads_in_a_lane_that_writes_has_no_position);
	tcase_add_test(tests, a_position_that_fails_is_noticed);
	tcase_add_test(tests, reads_are_valid_if_the_standby_has_replayed_the_position);
	tcase_add_test(tests, a_standby_that_is_behind_pauses_and_is_tried_with_one_batch);
	tcase_add_test(tests, a_server_that_is_no_standby_is_noticed);
	tcase_add_test(tests, a_standby_that_does_not_respond_is_overdue);
	return suite_run("lane position", tests);
}
