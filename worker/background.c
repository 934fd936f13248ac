#include "worker/background.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/random.h>

#include "worker/timer.h"

/* clang-format off */
static const struct background_task task_table[] = {
	{ "keys.purge", 60000 },
	{ "accounts.purge", 5000 }, /* a large account takes many runs */
	{ "events.purge", 60000 },
	{ "totals.fold", 60000 },
};
/* clang-format on */

enum { TASK_COUNT = sizeof task_table / sizeof *task_table };

struct timed_task {
	const struct background_task *task;
	struct lanes *lanes;
	struct event *timer;
};

struct background {
	struct timed_task tasks[TASK_COUNT];
};

const struct background_task *background_task_at(size_t index)
{
	return index < TASK_COUNT ? &task_table[index] : NULL;
}

static void arm(const struct timed_task *t, unsigned longest_ms)
{
	unsigned noise = 0;
	(void)!getrandom(&noise, sizeof noise, GRND_NONBLOCK); /* spread the workers */
	timer_arm(t->timer, 1 + noise % longest_ms);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	static const struct span no_params = SPAN_INIT("\x80");
	const struct timed_task *t = arg;
	(void)fd, (void)what;
	if (lanes_has_database(t->lanes))
		lanes_run_internal(t->lanes, t->task->method, no_params, BACKGROUND_DEADLINE_MS);
	arm(t, 2 * t->task->interval_ms);
}

enum status background_open(struct event_base *base, struct lanes *lanes, struct background **out)
{
	struct background *b = calloc(1, sizeof *b);
	if (!b)
		return ST_NO_MEMORY;
	for (size_t i = 0; i < TASK_COUNT; i++) {
		struct timed_task *t = &b->tasks[i];
		*t = (struct timed_task){ &task_table[i], lanes, evtimer_new(base, on_due, t) };
		if (!t->timer) {
			background_free(&b);
			return ST_NO_MEMORY;
		}
		arm(t, BACKGROUND_FIRST_MS);
	}
	*out = b;
	return ST_OK;
}

void background_stop(struct background *b)
{
	for (size_t i = 0; i < TASK_COUNT; i++)
		(void)evtimer_del(b->tasks[i].timer);
}

void background_free(struct background **background)
{
	struct background *b = *background;
	if (!b)
		return;
	for (size_t i = 0; i < TASK_COUNT; i++)
		timer_free(b->tasks[i].timer);
	free(b);
	*background = NULL;
}
