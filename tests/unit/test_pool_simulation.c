/* The simulation of pool_sim.h: after each step the rules of gateway/pool.h hold.
 * STUDYTRACKER_SEED makes a run repeatable; STUDYTRACKER_STEPS sets its length. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/pool_sim.h"
#include "tests/unit/suite.h"

enum { STEPS = 400000 }; /* of each profile */

static const struct profile profiles[] = {
	{ "upgrade", .slow_percent = 20, .keys = 8, .slow = 50, .old = 2, .killed = 2000, .leaves = 2000, .unsafe = 4,
		.gone = 100 },
	{ "searches", .slow_percent = 90, .unsafe = 4, .gone = 20 },
	{ "busy", .slow_percent = 20, .keys = 8, .unsafe = 4, .gone = 100, .refused = 500,
		.refuses = 50 },
	{ "lossy", .slow_percent = 20, .keys = 8, .lost = 50, .doubled = 30, .slow = 5, .unsafe = 4,
		.gone = 50, .refused = 100, .refuses = 20, .moved = 3000 },
	{ "deadly", .slow_percent = 20, .keys = 8, .slow = 50, .killed = 2000, .frozen = 4000,
		.moved = 4000, .database = 4000, .leaves = 8000, .poison = 500, .unsafe = 4,
		.gone = 50, .refused = 200, .refuses = 5, .old = 3 },
	{ "everything", .slow_percent = 30, .keys = 8, .lost = 100, .doubled = 100, .slow = 10,
		.killed = 3000, .frozen = 5000, .moved = 5000, .database = 5000, .leaves = 8000,
		.poison = 1000, .unsafe = 4, .gone = 50, .refused = 200, .refuses = 10,
		.old = 3, .restarts = 20000, .drains = 40000, .stalls = 20000 },
};

/* The rules that hold at any time. */

static void check_worker(
	const struct sim *s, const struct pool_worker *w, size_t *in_flight, size_t *retries)
{
	size_t held = 0, assigned_retries = 0, slow = 0, share = 0;
	const struct pool_call *call = NULL;
	TAILQ_FOREACH(call, &w->assigned, link)
	{
		MUST(s, call->state == POOL_IN_FLIGHT && call->worker == w);
		held++;
		assigned_retries += call->losses > 0;
		slow += call->is_slow;
		share += call->is_slow && call->losses == 0;
	}
	MUST(s, held == w->in_flight);
	MUST(s, slow == w->slow_in_flight);
	bool may_err = s->profile->doubled || s->profile->slow; /* about the credit */
	MUST(s, share <= (may_err ? POOL_SLOW_SHARE : WINDOW / 4));
	MUST(s, assigned_retries == w->has_retry);
	*in_flight += held;
	*retries += assigned_retries;
}

static size_t length(const struct sim *s, const struct pool_list *list, enum pool_state state)
{
	size_t count = 0;
	const struct pool_call *call = NULL;
	TAILQ_FOREACH(call, list, link)
	{
		MUST(s, call->state == state);
		count++;
	}
	return count;
}

static void check(const struct sim *s)
{
	const struct pool_counts *n = &s->pool.counts;
	size_t workers = 0, in_flight = 0, retries = 0;
	for (const struct pool_worker *w = pool_workers(&s->pool); w; w = w->next, workers++)
		check_worker(s, w, &in_flight, &retries);
	MUST(s, workers == s->pool.roster.count);
	MUST(s, in_flight == n->in_flight);
	MUST(s, retries == s->pool.retries_in_flight);
	MUST(s, n->live >= n->queued + n->retries + n->in_flight);
	MUST(s, n->queued <= QUEUE + POOL_SLOW_MAX + WORKERS * WINDOW);
}

/* All writes with one key but one are followers. Returns the number of followers. */
static size_t check_order(const struct sim *s)
{
	size_t followers = 0, leaders[KEYS + 1] = { 0 };
	for (size_t i = 0; i < CALLS; i++) {
		const struct pool_call *call = &s->calls[i].pooled;
		if (!s->calls[i].is_in || call->key == 0)
			continue;
		followers += call->state == POOL_FOLLOWING;
		leaders[call->key] += call->state != POOL_FOLLOWING;
		MUST(s, leaders[call->key] <= 1);
	}
	return followers;
}

/* Takes longer, so it does not run after each step. */
static void check_lists(const struct sim *s)
{
	const struct pool_counts *n = &s->pool.counts;
	size_t in = 0;
	for (size_t i = 0; i < CALLS; i++) {
		in += s->calls[i].is_in;
		MUST(s, !s->calls[i].is_in || s->calls[i].pooled.state != POOL_OUTSIDE);
		MUST(s, !s->calls[i].is_in || s->calls[i].deadline_ms > s->ticked_ms);
	}
	MUST(s, in == n->live);
	size_t plain = length(s, &s->pool.plain.calls, POOL_WAITING);
	size_t slow = length(s, &s->pool.slow.calls, POOL_WAITING);
	size_t followers = check_order(s);
	MUST(s, plain + slow + followers == n->queued);
	MUST(s, s->pool.plain.count + s->pool.slow.count == n->queued);
	size_t retries = length(s, &s->pool.retries, POOL_RETRY);
	for (const struct pool_worker *w = pool_lost_workers(&s->pool); w; w = w->next)
		retries += length(s, &w->awaiting_fence, POOL_AWAITING_FENCE);
	MUST(s, retries == n->retries);
	MUST(s, length(s, &s->pool.ended, POOL_ENDED) == 0);
	MUST(s, n->live == n->queued + n->retries + n->in_flight);
	MUST(s, s->made == s->responded + s->ended + s->cancelled + in);
}

static void run_step(struct sim *s)
{
	s->step++;
	if (sim_dice(s, 4) == 0)
		s->now_ms += 1 + sim_dice(s, 4);
	if (sim_happens(s, s->profile->stalls))
		s->now_ms += sim_dice(s, 4000);
	sim_gateway_turn(s);
	switch (sim_dice(s, 4)) {
	case 0:
		sim_start_call(s);
		break;
	case 1:
		sim_worker_turn(s, &s->workers[sim_dice(s, WORKERS)]);
		break;
	default:
		sim_deliver_due(s);
		break;
	}
	if (s->now_ms - s->ticked_ms >= POOL_TICK_MS)
		sim_tick(s);
	sim_send_all(s);
	sim_take_ended(s);
	check(s);
	if (s->step % 64 == 0)
		check_lists(s);
}

static unsigned long long from_environment(const char *name, unsigned long long fallback)
{
	const char *value = getenv(name);
	return value && *value ? strtoull(value, NULL, 10) : fallback;
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_summary(const struct sim *s, double took)
{
	const struct pool_counts *n = &s->pool.counts;
	printf("pool simulation %s: STUDYTRACKER_SEED=%llu, %llu steps, %.0f steps/s; %llu calls "
	       "(%llu slow), %llu responded (%llu of them unknown), "
	       "%llu ended, %llu cancelled; %u workers, %llu fenced, %llu gateways, %llu messages "
	       "lost; of the "
	       "last gateway: "
	       "%llu repeated, %llu unknown, %llu late, %llu stale, %llu deaths\n",
		s->profile->what, s->seed, s->step, (double)s->step / took, s->made, s->slow_made,
		s->responded, s->unknown, s->ended, s->cancelled, s->processes, s->fenced,
		s->gateways, s->dropped, (unsigned long long)n->repeated,
		(unsigned long long)n->unknown, (unsigned long long)n->late,
		(unsigned long long)n->stale, (unsigned long long)n->deaths);
	(void)fflush(stdout);
}

START_TEST(the_rules_hold_after_each_step)
{
	struct sim *s = calloc(1, sizeof *s);
	ck_assert_ptr_nonnull(s);
	s->profile = &profiles[_i];
	s->seed = from_environment("STUDYTRACKER_SEED", 22112);
	s->random = (s->seed + (unsigned)_i + 1) * 0x9e3779b97f4a7c15u;
	s->now_ms = s->ticked_ms = 1000000;
	sim_start_gateway(s);
	for (size_t i = 0; i < WORKERS; i++)
		sim_start_worker(s, &s->workers[i]);
	unsigned long long steps = from_environment("STUDYTRACKER_STEPS", STEPS);
	double began = seconds();
	while (s->step < steps)
		run_step(s);
	print_summary(s, seconds() - began);
	MUST(s, steps < STEPS || s->responded > s->made / 10);
	sim_restart_gateway(s);
	pool_fini(&s->pool);
	while (s->messages > 0)
		free(sim_pop(s));
	free(s);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool simulation");
	tcase_set_timeout(tc, 0); /* STUDYTRACKER_STEPS may be large; ctest has its own limit */
	tcase_add_loop_test(
		tc, the_rules_hold_after_each_step, 0, sizeof profiles / sizeof *profiles);
	return suite_run("pool simulation", tc);
}
