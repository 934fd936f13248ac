#include "worker/run.h"

#include <stdio.h>
#include <stdlib.h>

enum status run_init(struct run *run, int64_t group_rows)
{
	run->group_rows = group_rows;
	size_t methods = method_count();
	run->executions = calloc(RUN_SINGLY_MAX + methods, sizeof *run->executions);
	run->requests = calloc(RUN_SINGLY_MAX + methods * REQUEST_KEYS_MAX, sizeof *run->requests);
	return run->executions && run->requests ? ST_OK : ST_NO_MEMORY;
}

void run_fini(struct run *run, struct request_pool *pool)
{
	for (size_t i = run->group; i < run->execution_count; i++) {
		struct execution *e = &run->executions[i];
		for (size_t k = 0; k < e->count; k++)
			request_release(pool, &run->requests[e->first + k]);
		database_rows_free(&e->rows);
	}
	free(run->executions);
	free(run->requests);
	*run = (struct run){ 0 };
}

struct execution *run_open(struct run *run, const struct method *m)
{
	struct execution *e = &run->executions[run->execution_count++];
	e->method = m;
	e->first = run->request_count;
	e->count = e->rows_sent = 0;
	e->rows_expected = 0;
	e->is_single = e->ends_group = false;
	e->state = EXECUTION_PENDING;
	e->rows = NULL;
	return e;
}

void run_add(struct run *run, struct execution *e, struct request *r)
{
	run->requests[run->request_count++] = r;
	r->next = NULL;
	e->rows_sent = ++e->count;
	e->rows_expected += request_weight(r);
}

void run_add_same(struct request *first, struct request *r)
{
	r->next = first->next;
	first->next = r;
}

void run_add_all_same(struct run *run, struct execution *e)
{
	for (size_t i = 0; i < e->rows_sent; i++)
		for (struct request *r = run->requests[e->first + i]->next; r; r = r->next) {
			run->requests[run->request_count++] = r;
			e->count++;
		}
}

void run_drop_empty(struct run *run)
{
	if (run->execution_count > 0 && run->executions[run->execution_count - 1].count == 0)
		run->execution_count--;
}

/* Returns whether the execution `next` may share a group with the reads before it. */
static bool has_room(const struct run *run, int64_t rows, const struct execution *next)
{
	return !next->method->is_write && rows + next->rows_expected <= run->group_rows;
}

void run_close(struct run *run)
{
	int64_t rows = 0; /* of the group */
	for (size_t i = 0; i < run->execution_count; i++) {
		struct execution *e = &run->executions[i];
		bool is_last = i + 1 == run->execution_count;
		rows += e->rows_expected;
		e->ends_group = e->is_single || e->method->is_write || is_last
				|| !has_room(run, rows, e + 1);
		rows = e->ends_group ? 0 : rows;
	}
}

bool run_is_empty(const struct run *run)
{
	return run->execution_count == 0;
}

static bool has_request_of(const struct run *run, const struct execution *e,
	const struct origin *origin, int64_t epoch)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct request *r = run->requests[e->first + i];
		if (r->origin == origin && r->epoch == epoch)
			return true;
	}
	return false;
}

bool run_has_write_of(const struct run *run, const struct origin *origin, int64_t epoch)
{
	for (size_t i = run->group; i < run->execution_count; i++) {
		const struct execution *e = &run->executions[i];
		if (e->method->is_write && has_request_of(run, e, origin, epoch))
			return true;
	}
	return false;
}

bool run_group_all(
	const struct run *run, bool (*test)(void *arg, const struct request *r), void *arg)
{
	size_t end = run_is_empty(run) ? run->group : run_group_end(run);
	for (size_t i = run->group; i < end; i++)
		for (size_t k = 0; k < run->executions[i].count; k++)
			if (!test(arg, run->requests[run->executions[i].first + k]))
				return false;
	return true;
}

bool run_abandon(struct run *run, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	for (size_t i = run->group; i < run->execution_count; i++)
		for (size_t k = 0; k < run->executions[i].count; k++)
			if (request_abandon(run->requests[run->executions[i].first + k], origin,
				    epoch, msgid))
				return true;
	return false;
}

void run_clear(struct run *run)
{
	run->request_count = run->execution_count = run->group = run->answered = 0;
}

size_t run_group_end(const struct run *run)
{
	size_t i = run->group;
	while (!run->executions[i].ends_group)
		i++;
	return i + 1;
}

void run_abort_group(struct run *run)
{
	for (size_t i = run->group; i < run_group_end(run); i++) {
		database_rows_free(&run->executions[i].rows);
		run->executions[i].state = EXECUTION_ABORTED;
	}
}

void run_finish_group(struct run *run)
{
	run->group = run->answered = run_group_end(run);
}

static void fail_execution(struct execution *e, const struct database_result *result)
{
	database_rows_free(&e->rows);
	e->state = EXECUTION_FAILED;
	(void)fail_set(&e->why, ST_INTERNAL, "%s", result->message);
	(void)snprintf(e->sqlstate, sizeof e->sqlstate, "%s", result->sqlstate);
}

static void take_more(struct run *run, const struct database_result *result)
{
	struct pg_result *rows = result->rows;
	for (size_t i = run->group; result->kind == DATABASE_FAILED && i < run->answered; i++)
		if (run->executions[i].state == EXECUTION_DONE)
			fail_execution(&run->executions[i], result);
	database_rows_free(&rows);
}

void run_add_result(struct run *run, const struct database_result *result)
{
	if (run->answered == run_group_end(run)) {
		take_more(run, result);
		return;
	}
	struct execution *e = &run->executions[run->answered++];
	switch (result->kind) {
	case DATABASE_ROWS:
		e->state = EXECUTION_DONE;
		e->rows = result->rows;
		break;
	case DATABASE_FAILED:
		fail_execution(e, result);
		break;
	case DATABASE_ABORTED:
		e->state = EXECUTION_ABORTED;
		break;
	}
}

bool execution_surely_not_run(const struct execution *e, bool connection_ended_cleanly)
{
	return e->state == EXECUTION_FAILED || e->state == EXECUTION_ABORTED
	       || (e->state == EXECUTION_PENDING && connection_ended_cleanly);
}
