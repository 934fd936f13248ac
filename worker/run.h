/*
 * run: what one lane has sent to the database, and the results so far.
 *
 * A run is a list of executions. An execution is one statement for some requests of one method or
 * variant (worker/variant.h). The statement has one row of params for each request, but only one
 * for reads that are the same (worker/same_reads.h).
 * Executions form groups: a group is one transaction and ends with a sync of the pipeline. Results
 * arrive in order. No result of a group is final before its sync, so the run holds all rows of one
 * group: `group_rows` limits them.
 *
 *	struct execution *e = run_open(run, method);
 *	run_add(run, e, request);
 *	run_add_same(request, other);          if `other` is the same read
 *	run_add_all_same(run, e);
 *	run_close(run);                        sets e->ends_group: sync after this execution
 *	on a result:  run_add_result(run, result);
 *	on a sync:    finish executions[run->group] to [run_group_end(run) - 1];
 *	              run_finish_group(run);
 */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

#include "worker/database.h"
#include "worker/request.h"

enum { RUN_SINGLY_MAX = 64 }; /* executions of one request each, retried after a common failure */

enum execution_state {
	EXECUTION_PENDING, /* no result yet */
	EXECUTION_DONE,
	EXECUTION_FAILED,
	EXECUTION_ABORTED, /* not run: an earlier execution of its group failed */
};

/* One statement for the run's requests `first` to `first` + `count` - 1. The first `rows_sent` of
 * them have a row of params each. `next` of such a request lists the others that its row
 * answers. */
struct execution {
	const struct method *method; /* or variant: the one that runs each of its requests */
	size_t first, count, rows_sent;
	int64_t rows_expected; /* in its result; see request_weight */
	bool is_single;        /* one request, retried after a common failure */
	bool ends_group;
	enum execution_state state;
	struct pg_result *rows; /* EXECUTION_DONE */
	char sqlstate[6];       /* EXECUTION_FAILED */
	struct fail why;
};

/* Executions before `group` are finished. Executions before `answered` have a result. The sync of
 * the group that starts at `group` is outstanding. */
struct run {
	struct request **requests;
	size_t request_count;
	struct execution *executions;
	size_t execution_count;
	size_t group, answered;
	int64_t group_rows; /* most expected rows of a group of more than one execution */
};

enum status run_init(struct run *run, int64_t group_rows) MUST_CHECK;
void run_fini(struct run *run, struct request_pool *pool); /* releases unfinished requests */

/* A run has room for one execution per method with REQUEST_KEYS_MAX requests each, and for
 * RUN_SINGLY_MAX executions with one request each. */
struct execution *run_open(struct run *run, const struct method *m);
void run_add(struct run *run, struct execution *e, struct request *r);

/* Lets the row of `first`, which run_add has added, answer `r`, too. Call run_add_all_same after
 * the last run_add of the execution. */
void run_add_same(struct request *first, struct request *r);
void run_add_all_same(struct run *run, struct execution *e);

/* Removes the last execution if it has no requests. */
void run_drop_empty(struct run *run);

/* Sets where groups end. Consecutive reads share a group of at most `group_rows` expected rows. A
 * write, a single request and, if `group_rows` is 0, every execution is its own group. */
void run_close(struct run *run);

bool run_is_empty(const struct run *run);

/* Returns whether an unfinished execution has a write of this origin and epoch. */
bool run_has_write_of(const struct run *run, const struct origin *origin, int64_t epoch);

/* Returns whether `test` holds for every request of the current group; true for an empty run. */
bool run_group_all(
	const struct run *run, bool (*test)(void *arg, const struct request *r), void *arg);

/* Marks the request as abandoned. Returns false if no unfinished execution has it. */
bool run_abandon(struct run *run, const struct origin *origin, int64_t epoch, uint32_t msgid);

void run_clear(struct run *run);

/* Stores the next result and takes its rows. A result after the group's last execution is a failed
 * commit: all executions of the group fail. */
void run_add_result(struct run *run, const struct database_result *result);
size_t run_group_end(const struct run *run);

/* Frees the rows of the current group, whose executions count as aborted. */
void run_abort_group(struct run *run);

void run_finish_group(struct run *run);

/* After the connection is lost: returns whether the execution surely left no change.
 * `connection_ended_cleanly`: the server announced that it ends the connection. */
bool execution_surely_not_run(const struct execution *e, bool connection_ended_cleanly);

#endif
