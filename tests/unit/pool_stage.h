/*
 * pool_stage: plays stories with a pool: a step makes events, then the pool's actions are executed.
 *
 * A step is "VERB WORDS; VERB WORDS; …" (see the verbs in pool_stage.c). Workers are capital
 * letters, calls small ones. After a step, `seen` holds what happened: "x>A" (call x was sent to
 * worker A), "x=CODE" (call x ended with this outcome), "x!CODE" (call x was refused).
 *
 *	struct stage s;
 *	stage_init(&s);
 *	stage_run(&s, "ready A 5; call x");
 *	ck_assert(span_is(buf_view(&s.seen), "x>A"));
 *	stage_fini(&s);
 */
#ifndef TESTS_UNIT_POOL_STAGE_H
#define TESTS_UNIT_POOL_STAGE_H

#include "gateway/pool.h"

enum { CALLS = 26, QUEUE_MAX = 4, STEPS_MAX = 12 };

struct stage {
	struct pool pool;
	uint64_t now_ms;
	struct pool_call calls[CALLS];
	struct buf seen;
};

struct story {
	const char *what;
	struct {
		const char *step, *seen;
	} steps[STEPS_MAX];
};

void stage_init(struct stage *s);
void stage_fini(struct stage *s); /* ends all calls */
void stage_run(struct stage *s, const char *step);

/* Runs each step and compares what was seen. */
void stage_play(const struct story *story);

struct pool_worker *stage_worker(struct stage *s, char name); /* NULL: not registered */
struct pool_call *stage_call(struct stage *s, char name);

/* Registers the worker on the connection `name`. */
struct pool_worker *stage_register(
	struct stage *s, char name, char process, int64_t epoch, int64_t credit, bool has_database);

#endif
