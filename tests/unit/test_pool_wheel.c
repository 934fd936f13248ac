#include <stdlib.h>

#include "gateway/pool_wheel.h"
#include "tests/unit/suite.h"

enum { START_MS = 1000003, ROUND_MS = POOL_TICK_MS * POOL_WHEEL_SLOTS };

static struct pool_wheel wheel;
static size_t due;

static void on_due(void *arg, struct pool_call *call)
{
	ck_assert_ptr_eq(arg, &wheel);
	pool_wheel_stop(&wheel, call);
	call->state = POOL_ENDED;
	due++;
}

static size_t turn(uint64_t now_ms)
{
	due = 0;
	pool_wheel_turn(&wheel, now_ms, on_due, &wheel);
	return due;
}

static struct pool_call started(uint64_t deadline_ms)
{
	return (struct pool_call){ .state = POOL_WAITING, .deadline_ms = deadline_ms };
}

/* The deadline after the start, and the time between turns. */
static const struct {
	const char *what;
	uint64_t after_ms, step_ms;
} deadlines[] = {
	{ "at once", 0, 1 },
	{ "within a tick", 1, 1 },
	{ "by the end of a tick", POOL_TICK_MS - 1, 1 },
	{ "some ticks away, a turn each tick", 5 * POOL_TICK_MS + 3, POOL_TICK_MS },
	{ "some ticks away, turns across ticks", 5 * POOL_TICK_MS + 3, 11 },
	{ "after one round", ROUND_MS, POOL_TICK_MS },
	{ "after some rounds", 3 * ROUND_MS + 7, POOL_TICK_MS },
	{ "after some rounds, turns longer than a round", 3 * ROUND_MS + 7, 2 * ROUND_MS + 1 },
};

START_TEST(a_call_is_due_at_the_first_turn_after_its_deadline)
{
	uint64_t now_ms = START_MS, deadline_ms = START_MS + deadlines[_i].after_ms;
	struct pool_call call = started(deadline_ms);
	pool_wheel_init(&wheel, now_ms);
	pool_wheel_start(&wheel, &call);
	for (; now_ms < deadline_ms; now_ms += deadlines[_i].step_ms)
		ck_assert_msg(turn(now_ms) == 0, "%s: due early", deadlines[_i].what);
	ck_assert_msg(turn(now_ms) == 1, "%s: not due", deadlines[_i].what);
	ck_assert_uint_eq(turn(now_ms + 4 * (uint64_t)ROUND_MS), 0);
}
END_TEST

START_TEST(a_past_deadline_is_due_at_the_next_turn)
{
	struct pool_call call = started(START_MS - 100 * POOL_TICK_MS);
	pool_wheel_init(&wheel, START_MS);
	pool_wheel_start(&wheel, &call);
	ck_assert_uint_eq(turn(START_MS), 1);
}
END_TEST

START_TEST(a_stopped_call_is_not_due_but_its_neighbours_are)
{
	struct pool_call calls[3];
	pool_wheel_init(&wheel, START_MS);
	for (size_t i = 0; i < 3; i++) {
		calls[i] = started(START_MS + 100);
		pool_wheel_start(&wheel, &calls[i]);
	}
	pool_wheel_stop(&wheel, &calls[1]);
	ck_assert_uint_eq(turn(START_MS + 100), 2);
	ck_assert(calls[0].state == POOL_ENDED && calls[2].state == POOL_ENDED);
	ck_assert(calls[1].state == POOL_WAITING);
}
END_TEST

START_TEST(a_turn_of_more_than_a_round_finds_exactly_the_due_calls)
{
	enum { CALLS = POOL_WHEEL_SLOTS * 4 };
	static struct pool_call calls[CALLS];
	uint64_t now_ms = START_MS + CALLS * POOL_TICK_MS / 2;
	pool_wheel_init(&wheel, START_MS);
	for (size_t i = 0; i < CALLS; i++) {
		calls[i] = started(START_MS + i * POOL_TICK_MS);
		pool_wheel_start(&wheel, &calls[i]);
	}
	ck_assert_uint_eq(turn(now_ms), CALLS / 2 + 1);
	for (size_t i = 0; i < CALLS; i++)
		ck_assert_int_eq(calls[i].state == POOL_ENDED, calls[i].deadline_ms <= now_ms);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool wheel");
	tcase_add_loop_test(tc, a_call_is_due_at_the_first_turn_after_its_deadline, 0,
		sizeof deadlines / sizeof *deadlines);
	tcase_add_test(tc, a_past_deadline_is_due_at_the_next_turn);
	tcase_add_test(tc, a_stopped_call_is_not_due_but_its_neighbours_are);
	tcase_add_test(tc, a_turn_of_more_than_a_round_finds_exactly_the_due_calls);
	return suite_run("pool wheel", tc);
}
