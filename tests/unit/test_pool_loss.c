/* Stories of the pool: workers die, calls are retried, fences, outcomes that are unknown. */
#include "tests/unit/pool_stage.h"
#include "tests/unit/suite.h"

static const struct story stories[] = {
	{ "a safe call of a dead worker goes to another",
		{ { "ready B 1; ready A 9; call x", "x>A" }, { "lose A", "x>B" },
			{ "respond x B", "x=OK" } } },
	{ "the outcome of an unsafe call of a dead worker is unknown",
		{ { "ready A 9; call x unsafe; call y write", "x>A y>A" },
			{ "lose A; fence", "x=OUTCOME_UNKNOWN" }, { "ready B 9", "y>B" } } },
	{ "a write of a dead worker waits until the worker runs nothing in the database",
		{ { "ready A 9; call x write; call y; call z write", "x>A y>A z>A" },
			{ "lose A; ready B 9", "y>B" }, { "respond y B", "y=OK" },
			{ "fence", "x>B" }, { "respond x B", "x=OK z>B" } } },
	{ "the outcome of the write is unknown if the fence fails",
		{ { "ready A 9; call x write; call y", "x>A y>A" },
			{ "lose A; ready B 9; fence not", "x=OUTCOME_UNKNOWN y>B" } } },
	{ "a write that awaits a fence ends at its deadline, or can be cancelled",
		{ { "ready A 9; call x write 300; call y write", "x>A y>A" },
			{ "lose A; ready B 9; cancel y", "" },
			{ "wait B 300", "x=DEADLINE_EXCEEDED" }, { "fence", "" } } },
	{ "a write follows one that a dead worker may still run, however that ended",
		{ { "ready A 9; call a write @1 300; call b write @1; call c write @2; call d "
		    "write @2",
			  "a>A c>A" },
			{ "call e unsafe @3", "e>A" },
			{ "cancel c; wait A 300", "a=DEADLINE_EXCEEDED" },
			{ "lose A; ready B 9; call f write @3; call g write @4",
				"e=OUTCOME_UNKNOWN g>B" },
			{ "fence", "f>B b>B d>B" } } },
	{ "also if it ends while it awaits the fence, and the fence fails",
		{ { "ready A 9; call a write @1 300; call b write @1", "a>A" },
			{ "lose A; ready B 9; wait B 300", "a=DEADLINE_EXCEEDED" },
			{ "call c write @1", "" }, { "fence not", "b>B" },
			{ "respond b B", "b=OK c>B" } } },
	{ "and one that follows a cancelled retry waits until the second worker responds",
		{ { "ready A 9; call a write @1; call b write @1", "a>A" },
			{ "lose A; ready B 9", "" }, { "fence", "a>B" }, { "nodb B; cancel a", "" },
			{ "respond a B; ready B 9", "a=LATE b>B" } } },
	{ "each worker's writes await its own fence",
		{ { "ready A 9; call x write", "x>A" },
			{ "lose A; ready B 9; call y write", "y>B" }, { "lose B; ready C 9", "" },
			{ "fence", "y>C" }, { "respond y C; fence", "y=OK x>C" } } },
	{ "a worker is dead after three seconds of silence, one that sends messages is not",
		{ { "ready A 9; ready B 9; call x; call y unsafe", "x>B y>A" },
			{ "wait A 2999", "" }, { "wait A 1", "x>A" },
			{ "wait A 1500; respond y A", "y=OK" } } },
	{ "no worker is dead because the gateway itself stalled",
		{ { "ready A 9; call x 60000", "x>A" }, { "stall 10000", "" },
			{ "respond x A", "x=OK" } } },
	{ "a process that connects again has lost its calls and starts anew",
		{ { "ready A 3; call x; call y unsafe", "x>A y>A" },
			{ "moved B A 1", "y=OUTCOME_UNKNOWN x>B" }, { "respond x B", "x=OK" } } },

	{ "the outcome of a call is unknown after two workers died with it",
		{ { "ready A 1; call x", "x>A" }, { "lose A; ready B 1", "x>B" },
			{ "lose B; ready C 9", "x=OUTCOME_UNKNOWN" } } },
	{ "retries are sent one at a time, and other calls meanwhile",
		{ { "ready A 9; call x; call y; call z", "x>A y>A z>A" },
			{ "lose A; ready B 9", "x>B" }, { "call n", "n>B" },
			{ "respond x B", "x=OK y>B" },
			{ "respond y B; respond n B", "y=OK n=OK z>B" } } },
	{ "half of the workers get no retries",
		{ { "ready A 9; call x; call y; call z", "x>A y>A z>A" },
			{ "ready B 9; ready C 9; ready D 9; ready E 9; lose A", "x>E y>D" },
			{ "respond y D", "y=OK z>C" } } },
	{ "a call that kills two workers takes no other call with it",
		{ { "ready A 9; call k; call i", "k>A i>A" },
			{ "lose A; ready B 9; call j", "k>B j>B" },
			{ "lose B; ready C 9", "k=OUTCOME_UNKNOWN i>C" },
			{ "respond i C", "i=OK j>C" }, { "respond j C", "j=OK" } } },
	{ "the next retry is sent when one ends at its deadline",
		{ { "ready A 9; call x 500; call y", "x>A y>A" }, { "lose A; ready B 9", "x>B" },
			{ "wait B 500", "x=DEADLINE_EXCEEDED y>B" } } },
	{ "a slow retry is sent beyond the share of slow calls",
		{ { "ready A 4; call a slow", "a>A" }, { "ready B 4; call b slow", "b>B" },
			{ "lose A", "a>B" } } },
	{ "calls of a dead worker that were not sent are no retries",
		{ { "ready A 9; call x unsafe; call y unsafe", "x>A y>A" },
			{ "respond x A; respond y A; call z unsafe; refuse A; lose A; ready B 9",
				"x=OK y=OK z>B" } } },

	{ "the outcome of a write without a worker for its retry is unknown",
		{ { "ready A 9; call x; call y write", "x>A y>A" }, { "lose A", "" },
			{ "wait 1000", "y=OUTCOME_UNKNOWN x=NO_WORKER" } } },
	{ "the outcome of a retried write is unknown if it is refused for now",
		{ { "ready A 9; call a write; call b write; call c write; call d write",
			  "a>A b>A c>A d>A" },
			{ "lose A; ready B 9; fence", "a>B" },
			{ "respond a B DATABASE_UNAVAILABLE", "a=OUTCOME_UNKNOWN b>B" },
			{ "respond b B SHUTTING_DOWN", "b=OUTCOME_UNKNOWN c>B" },
			{ "respond c B OVERLOADED", "c=OUTCOME_UNKNOWN d>B" },
			{ "respond d B INTERNAL", "d=OUTCOME_UNKNOWN" } } },
	{ "a refusal for good invites no repetition, so it is reported as it is",
		{ { "ready A 9; call a write; call b write; call c write", "a>A b>A c>A" },
			{ "lose A; ready B 9; fence", "a>B" },
			{ "respond a B NAME_TAKEN", "a=NAME_TAKEN b>B" },
			{ "respond b B DEADLINE_EXCEEDED", "b=DEADLINE_EXCEEDED c>B" },
			{ "respond c B OUTCOME_UNKNOWN", "c=OUTCOME_UNKNOWN" } } },
	{ "the first worker's refusal of a write is reported, and any refusal of a read",
		{ { "ready A 9; call x; call y write", "x>A y>A" },
			{ "respond y A DATABASE_UNAVAILABLE", "y=DATABASE_UNAVAILABLE" },
			{ "lose A; ready B 9", "x>B" },
			{ "respond x B DATABASE_UNAVAILABLE", "x=DATABASE_UNAVAILABLE" } } },
};

START_TEST(the_pool_survives_losses_as_the_story_says)
{
	stage_play(&stories[_i]);
}
END_TEST

START_TEST(a_refusal_that_becomes_unknown_counts_as_unknown)
{
	struct stage s;
	stage_init(&s);
	stage_run(&s, "ready A 9; call x write; call y write");
	stage_run(&s, "lose A; ready B 9; fence");
	stage_run(&s, "respond x B DATABASE_UNAVAILABLE");
	stage_run(&s, "respond y B NAME_TAKEN");
	ck_assert_uint_eq(s.pool.counts.unknown, 1);
	ck_assert_uint_eq(s.pool.counts.answered, 1);
	stage_fini(&s);
}
END_TEST

/* The pool ends between the assignment of the retry and its message. */
START_TEST(the_outcome_of_a_retried_write_is_unknown_even_if_the_retry_was_not_sent)
{
	struct stage s;
	stage_init(&s);
	stage_run(&s, "ready A 9; call x write");
	pool_lose(&s.pool, stage_worker(&s, 'A'));
	pool_fenced(&s.pool, pool_lost_workers(&s.pool), true);
	stage_register(&s, 'B', 'B', stage_register(&s, 'B', 'B', 0, 0, true)->epoch, 9, true);
	pool_dispatch(&s.pool);
	ck_assert_int_eq(stage_call(&s, 'x')->state, POOL_IN_FLIGHT);
	pool_end_all(&s.pool, ST_SHUTTING_DOWN);
	ck_assert_int_eq(stage_call(&s, 'x')->outcome, ST_OUTCOME_UNKNOWN);
	stage_fini(&s);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool loss");
	tcase_add_loop_test(tc, the_pool_survives_losses_as_the_story_says, 0,
		sizeof stories / sizeof *stories);
	tcase_add_test(tc, a_refusal_that_becomes_unknown_counts_as_unknown);
	tcase_add_test(
		tc, the_outcome_of_a_retried_write_is_unknown_even_if_the_retry_was_not_sent);
	return suite_run("pool loss", tc);
}
