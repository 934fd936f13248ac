/* Stories of the pool: which worker gets a call and when, credit, queues, order, priorities. */
#include "tests/unit/pool_stage.h"
#include "tests/unit/suite.h"

static const struct story stories[] = {
	{ "a call goes to the worker and ends once with its response",
		{ { "ready A 5; call x", "x>A" }, { "respond x A", "x=OK" },
			{ "respond x A", "x=LATE" } } },
	{ "a worker gets no more calls than its credit, first in, first out",
		{ { "ready A 2; call x; call y; call z; call u", "x>A y>A" },
			{ "respond x A", "x=OK" }, { "credit A 3", "z>A" },
			{ "credit A 3", "" }, { "ready A 3", "" }, { "ready A 4", "u>A" } } },
	{ "a worker that reduces its credit gets no calls",
		{ { "ready A 4; call x", "x>A" }, { "credit A 1; call y", "" },
			{ "credit A 2", "y>A" } } },
	{ "the least loaded worker gets the call, equals take turns",
		{ { "ready B 2; ready A 4", "" }, { "call a long; call b long", "a>A b>A" },
			{ "call c long", "c>B" }, { "call d long", "d>A" } } },
	{ "credit of another epoch does not count",
		{ { "ready A 0; call x; stale A", "" }, { "credit A 1", "x>A" } } },
	{ "a response of another worker than the call's does not count",
		{ { "ready B 1; ready A 9; call x", "x>A" }, { "respond x B", "x=LATE" },
			{ "respond x A", "x=OK" } } },

	{ "a full queue refuses calls at once",
		{ { "ready A 1; call a; call b; call c; call d; call e", "a>A" },
			{ "call f", "f!OVERLOADED" },
			{ "respond a A; credit A 2; call f", "a=OK b>A" } } },
	{ "one turn may bring more calls than the queue holds if workers have credit",
		{ { "ready A 9; call a; call b; call c; call d; call e; call f",
			"a>A b>A c>A d>A e>A f>A" } } },
	{ "a call with many rows fills the queue like many calls",
		{ { "ready A 1; call a; call b long", "a>A" }, { "call c", "c!OVERLOADED" },
			{ "respond a A; credit A 2; call c", "a=OK b>A" } } },
	{ "slow calls have a share of a worker, and take no place of plain calls",
		{ { "ready A 8; call a slow; call b slow; call c slow; call d slow", "a>A b>A" },
			{ "call e slow; call f slow; call g slow", "g!OVERLOADED" },
			{ "call h; call i", "h>A i>A" },
			{ "respond a A; credit A 9", "a=OK c>A" } } },
	{ "slow calls are sent although the queue of plain calls is full",
		{ { "ready A 1; call a; call b; call c; call d; call e", "a>A" },
			{ "call f; call g slow", "f!OVERLOADED" },
			{ "respond a A; credit A 2", "a=OK g>A" } } },

	{ "a worker that runs reads of one row collects the next ones; it gets no long ones for that",
		{ { "ready B 9; ready A 9; call a; call b; call c", "a>A b>A c>A" },
			{ "call d long", "d>B" }, { "call e", "e>A" },
			{ "respond a A; respond b A; respond c A; respond e A", "a=OK b=OK c=OK e=OK" },
			{ "call f", "f>B" } } },
	{ "a worker that runs long reads collects no short ones",
		{ { "ready B 9; ready A 9; call a long; call b; call c; call d", "a>A b>B c>B d>B" },
			{ "leave B; call e; call f", "e>A f>A" }, { "ready C 9; call g", "g>C" } } },
	{ "a worker that runs writes collects the next ones; reads go to the least loaded",
		{ { "ready B 9; ready A 9; call a write; call b write; call c", "a>A b>A c>B" },
			{ "respond a A; call d write", "a=OK d>A" },
			{ "respond b A; respond d A", "b=OK d=OK" },
			{ "call e write", "e>B" }, { "call f write; call g write slow", "g>B f>B" } } },
	{ "another worker collects if the first one has no credit or has gone",
		{ { "ready B 9; ready A 2; call a write; call b write; call c write", "a>B b>B c>B" },
			{ "leave B; call d write", "d>A" },
			{ "ready C 9; call e write; call f write", "f>C e>A" } } },
	{ "another worker collects if the first one answers no write for a while",
		{ { "ready B 9; ready A 9; call a write; call b write", "a>A b>A" },
			{ "wait B 90; call c write", "c>A" }, { "wait B 20; call d write", "d>B" },
			{ "wait A 90; respond d B; call e write; call f write", "d=OK e>B f>B" },
			{ "wait A 90; call g write", "g>B" } } },

	{ "one write of each key is in flight, in their order",
		{ { "ready A 9; ready B 9; call a write @1; call b write @1; call c write @2",
			  "a>B c>B" },
			{ "call d write @1; respond a B", "a=OK b>B" },
			{ "respond b B", "b=OK d>B" }, { "respond d B", "d=OK" } } },
	{ "no write overtakes a write of its key that waits for its retry",
		{ { "ready A 9; call a write @1; call b write @1", "a>A" },
			{ "lose A; ready B 9", "" }, { "fence", "a>B" },
			{ "respond a B", "a=OK b>B" } } },
	{ "the first follower moves up when its leader ends or is cancelled before it is sent",
		{ { "ready A 0; call a write @1 300; call b write @1; call c write @1; call d "
		    "write @1",
			  "" },
			{ "cancel c; wait A 300", "a=DEADLINE_EXCEEDED" },
			{ "cancel b; ready A 9", "d>A" } } },
	{ "or when the worker that had it responds, because it may have run it late",
		{ { "ready A 9; call a write @1 300; call b write @1; call c write @1", "a>A" },
			{ "ready B 9; wait AB 300", "a=DEADLINE_EXCEEDED" },
			{ "call d write @1", "" }, { "respond a A", "a=LATE b>B" },
			{ "cancel b", "" }, { "respond b B", "b=LATE c>A" },
			{ "respond c A", "c=OK d>B" } } },
	{ "or long after, if the worker never responds",
		{ { "ready A 9; call a write @1; call b write @1 60000", "a>A" },
			{ "cancel a; wait A 29900", "" }, { "wait A 200", "b>A" } } },
	{ "but not after a stall of the gateway, in which no worker could respond",
		{ { "ready A 9; ready B 9; call a write @1; call b write @1 90000", "a>B" },
			{ "stall 31000", "a=DEADLINE_EXCEEDED" }, { "wait AB 29000", "" },
			{ "respond a B", "a=LATE b>A" } } },
	{ "a follower takes a place in the queue, and ends at its deadline",
		{ { "ready A 9; call a write @1; call b write @1 300; call c write @1", "a>A" },
			{ "call d write @1; call e write @1; call f", "f!OVERLOADED" },
			{ "wait A 300", "b=DEADLINE_EXCEEDED" }, { "call f", "f>A" },
			{ "respond a A", "a=OK c>A" } } },

	{ "waiting calls and calls in flight end at their deadlines; late responses are dropped",
		{ { "ready A 1; call x 300; call y 100", "x>A" }, { "wait A 99", "" },
			{ "wait A 1", "y=DEADLINE_EXCEEDED" }, { "wait A 199", "" },
			{ "wait A 1", "x=DEADLINE_EXCEEDED" }, { "respond x A", "x=LATE" } } },
	{ "a deadline beyond the round of the wheel counts",
		{ { "ready A 1; call x 20000", "x>A" }, { "wait A 19990", "" },
			{ "wait A 10", "x=DEADLINE_EXCEEDED" } } },
	{ "a cancelled call is never reported; its response returns the credit",
		{ { "ready A 1; call x; call y", "x>A" }, { "cancel x", "" },
			{ "respond x A; credit A 2", "x=LATE y>A" }, { "cancel y", "" },
			{ "wait A 6000", "" } } },
	{ "a call that is cancelled before it is sent costs no credit",
		{ { "ready A 1; call x; cancel x", "" }, { "call y", "y>A" } } },

	{ "a call goes to its preferred process if that has credit",
		{ { "ready A 9; ready B 1; prefers u B", "u>B" }, { "prefers v B", "v>A" } } },
	{ "an urgent call goes first, even if the queue is full and the pool drains",
		{ { "ready A 1; call a; call b; call c; call d; call e", "a>A" },
			{ "drain; urgent u", "" }, { "credit A 2", "u>A" },
			{ "credit A 3", "b>A" } } },

	{ "calls that the socket refuses return to the queue in their order, unsafe ones too",
		{ { "ready A 9; call x unsafe; call y; refuse A", "" },
			{ "ready B 9", "x>B y>B" } } },
	{ "after its socket refused calls a worker gets calls with its next credit",
		{ { "ready A 2; call x unsafe; refuse A", "" }, { "call y", "" },
			{ "ready A 2", "x>A y>A" } } },
	{ "a leaving worker responds to its calls and gets no more",
		{ { "ready A 9; call x", "x>A" }, { "leave A; call y", "" },
			{ "respond x A", "x=OK" }, { "ready B 9", "y>B" },
			{ "ready A 99; call z", "z>B" } } },

	{ "a call goes to the worker that has its method, although another is less loaded",
		{ { "ready A 9; old A; ready B 2; call x new", "x>B" }, { "call y long", "y>A" } } },
	{ "a call that waits for its method does not delay other calls",
		{ { "ready A 9; old A; ready B 1; call x new; call y new; call z", "x>B z>A" },
			{ "call u; respond x B; credit B 2", "x=OK y>B u>A" } } },
	{ "a preferred process without the method does not get the call",
		{ { "ready A 9; old A; ready B 9; call x new", "x>B" },
			{ "lose B; ready C 9; call y long", "x>C y>A" } } },
};

START_TEST(the_pool_dispatches_as_the_story_says)
{
	stage_play(&stories[_i]);
}
END_TEST

START_TEST(the_worker_is_told_about_calls_that_were_cancelled_while_it_had_them)
{
	struct stage s;
	struct pool_worker *w;
	uint32_t msgid = 0;
	stage_init(&s);
	stage_run(&s, "ready A 1; call a; call b");
	w = stage_worker(&s, 'A');
	uint32_t sent = stage_call(&s, 'a')->msgid;
	ck_assert(!pool_next_cancelled(w, &msgid));
	stage_run(&s, "cancel b"); /* it was not sent */
	ck_assert(!pool_next_cancelled(w, &msgid));
	stage_run(&s, "cancel a");
	ck_assert(pool_next_cancelled(w, &msgid) && msgid == sent);
	ck_assert(!pool_next_cancelled(w, &msgid));
	stage_fini(&s);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool dispatch");
	tcase_add_loop_test(
		tc, the_pool_dispatches_as_the_story_says, 0, sizeof stories / sizeof *stories);
	tcase_add_test(tc, the_worker_is_told_about_calls_that_were_cancelled_while_it_had_them);
	return suite_run("pool dispatch", tc);
}
