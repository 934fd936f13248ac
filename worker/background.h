/*
 * background: runs internal methods from time to time, to delete what nobody needs any more.
 *
 * Every worker does so. The moments are random, so that the workers take turns. A method that runs
 * at a bad moment does nothing: it runs again later.
 *
 *	if (background_open(base, lanes, &background, &why) != ST_OK) ...
 *	background_stop(background);     when the worker drains
 */
#ifndef WORKER_BACKGROUND_H
#define WORKER_BACKGROUND_H

#include "worker/lanes.h"

struct background;

enum {
	BACKGROUND_FIRST_MS = 5000, /* after the start, at most */
	BACKGROUND_DEADLINE_MS = 5000,
};

struct background_task {
	const char *method;
	unsigned interval_ms; /* on average */
};

const struct background_task *background_task_at(size_t index); /* NULL past the end */

enum status background_open(
	struct event_base *base, struct lanes *lanes, struct background **out) MUST_CHECK;
void background_stop(struct background *b);
void background_free(struct background **b);

#endif
