/* Stories of the pool: no worker, no database, no worker with the method; draining and the end. */
#include "tests/unit/pool_stage.h"
#include "tests/unit/suite.h"

static const struct story stories[] = {
	{ "without any worker a call ends after the grace",
		{ { "call x", "" }, { "wait 999", "" }, { "wait 1", "x=NO_WORKER" },
			{ "call y", "y!NO_WORKER" }, { "ready A 9; call z", "z>A" } } },
	{ "a worker that returns within the grace costs no call",
		{ { "ready A 9; call x", "x>A" },
			{ "respond x A; wait A 4000; lose A; call y", "x=OK" },
			{ "wait 900; call z", "" }, { "ready B 9", "y>B z>B" } } },
	{ "without a live database a call ends after the grace",
		{ { "ready A 9; nodb A; call x", "" }, { "wait A 999", "" },
			{ "wait A 1", "x=DATABASE_UNAVAILABLE" },
			{ "call y", "y!DATABASE_UNAVAILABLE" }, { "ready A 9; call z", "z>A" } } },

	{ "without a worker that has its method a call ends after the grace",
		{ { "ready A 9; old A; call x new; call y", "y>A" }, { "wait A 999", "" },
			{ "wait A 1", "x=NO_WORKER" }, { "call z new", "z!NO_WORKER" },
			{ "call u; ready B 9; call v new", "u>B v>B" } } },
	{ "a worker with the method that returns within the grace costs no call",
		{ { "ready A 9; old A; ready B 9; call x new", "x>B" },
			{ "respond x B; wait AB 2000", "x=OK" },
			{ "lose B; call y new; wait A 900", "" }, { "ready C 9", "y>C" } } },
	{ "without a live database at the workers that have its method a call ends after the grace",
		{ { "ready A 9; old A; ready B 9; nodb B; call x new", "" },
			{ "wait AB 1000", "x=DATABASE_UNAVAILABLE" }, { "call y", "y>A" } } },
	{ "all calls of a method that no worker has end, followers and retries too",
		{ { "ready B 9; call a new; call b write @1 new; call c write @1 new", "a>B b>B" },
			{ "ready A 9; old A; call d write @1 new; lose B", "" },
			{ "wait A 1000",
				"b=OUTCOME_UNKNOWN c=NO_WORKER d=NO_WORKER a=NO_WORKER" } } },

	{ "a draining pool refuses new calls and finishes the others",
		{ { "ready A 9; call x", "x>A" }, { "drain; call y", "y!SHUTTING_DOWN" },
			{ "respond x A", "x=OK" } } },
	{ "the outcome of a write that was sent is unknown at the end",
		{ { "ready A 3; call x; call y unsafe; call z write; call u write", "x>A y>A z>A" },
			{ "end", "x=SHUTTING_DOWN y=OUTCOME_UNKNOWN z=OUTCOME_UNKNOWN "
				 "u=SHUTTING_DOWN" } } },
	{ "all calls end at the end, followers too",
		{ { "ready A 1; call a write @1; call b write @1; call c write @1", "a>A" },
			{ "end", "a=OUTCOME_UNKNOWN b=SHUTTING_DOWN c=SHUTTING_DOWN" } } },
	{ "so do those that follow a write that may still run",
		{ { "ready A 9; call a write @1; call b write @1; call c write @2; call d write @2",
			  "a>A c>A" },
			{ "cancel a; lose A; ready B 9; call e write @3; call f write @3", "e>B" },
			{ "cancel e; end", "c=OUTCOME_UNKNOWN d=SHUTTING_DOWN b=SHUTTING_DOWN "
					   "f=SHUTTING_DOWN" } } },
};

START_TEST(the_pool_admits_calls_as_the_story_says)
{
	stage_play(&stories[_i]);
}
END_TEST

static int events_seen[8];

static void count_event(void *arg, enum pool_event event, const struct pool_worker *w)
{
	(void)arg, (void)w;
	events_seen[event]++;
}

START_TEST(on_event_reports_workers_and_their_databases)
{
	struct stage s;
	stage_init(&s);
	s.pool.on_event = count_event;
	stage_run(&s, "ready A 9; nodb A; ready A 9; leave A; lose A; ready B 9; lose B");
	ck_assert_int_eq(events_seen[POOL_WORKER_JOINED], 2);
	ck_assert_int_eq(events_seen[POOL_DATABASE_LOST], 1);
	ck_assert_int_eq(events_seen[POOL_DATABASE_BACK], 1);
	ck_assert_int_eq(events_seen[POOL_WORKER_LEFT], 1);
	ck_assert_int_eq(events_seen[POOL_WORKER_DIED], 1);
	stage_fini(&s);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool admission");
	tcase_add_loop_test(
		tc, the_pool_admits_calls_as_the_story_says, 0, sizeof stories / sizeof *stories);
	tcase_add_test(tc, on_event_reports_workers_and_their_databases);
	return suite_run("pool admission", tc);
}
