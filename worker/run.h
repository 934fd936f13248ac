/*
 * run: what is in the database, and what is known of it.
 *
 * A run is a row of executions, each of some requests of one method, cut into groups: a group is
 * a transaction, and a sync of the pipeline. Results come in order; nothing of a group is final
 * before its sync.
 *
 *	struct execution *e = run_open(run, method);
 *	run_add(run, e, request);
 *	run_close(run);                        now e->ends_group says where to sync
 *	on a result:  run_take(run, result);
 *	on a sync:    settle run->executions[run->group .. run_group_end(run)); run_pass_group(run);
 */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

#include "worker/database.h"
#include "worker/request.h"

enum { RUN_ALONE_MAX = 64 }; /* executions of one request, after a failure together */

enum fate { UNANSWERED, CAME, FAILED, ABORTED };

/* One statement's execution: requests[first..first+count) of the run. */
struct execution {
	const struct method *method;
	size_t first, count;
	bool is_alone;
	bool ends_group;
	enum fate fate;
	struct pg_result *rows; /* CAME */
	char sqlstate[6];       /* FAILED */
	struct fail why;
};

/* Executions before `group` are settled; those before `told` have a result; the group's sync is
 * outstanding. */
struct run {
	struct request **requests;
	size_t request_count;
	struct execution *executions;
	size_t execution_count;
	size_t group, told;
	bool cuts_each; /* each execution is a group of its own */
};

enum status run_init(struct run *run, bool cuts_each) MUST_CHECK;
void run_fini(struct run *run, struct request_pool *pool); /* with what is not settled */

/* A run has room for an execution of each method and RUN_ALONE_MAX more; those of a method have
 * room for REQUEST_KEYS_MAX requests, the others for one. */
struct execution *run_open(struct run *run, const struct method *m);
void run_add(struct run *run, struct execution *e, struct request *r);

/* The last execution is dropped where it is empty; the groups are cut: all reads are one, each
 * execution of a writing method or of one request alone is one of its own, as is each one if the run
 * cuts each. */
void run_drop_empty(struct run *run);
void run_close(struct run *run);

bool run_is_empty(const struct run *run);

/* Whether what is not settled holds a write that this origin asked for in this session. */
bool run_has_write_of(const struct run *run, const void *origin, int64_t session);

/* Whether `judge` holds for every request of the group that the database is at; true for an empty run. */
bool run_group_all(
	const struct run *run, bool (*judge)(void *arg, const struct request *r), void *arg);

/* Marks the request as abandoned; false where it is not among those that are not settled. */
bool run_abandon(struct run *run, const void *origin, int64_t session, uint32_t msgid);

void run_clear(struct run *run);

/* Takes the next result, and its rows. One more than the group has executions is a failure of
 * its commit: nothing of it came. */
void run_take(struct run *run, const struct database_result *result);
size_t run_group_end(const struct run *run);
void run_pass_group(struct run *run);

/* Of a lost connection: whether the execution has certainly left nothing behind. `was_told`: the
 * server said that it ends the session. */
bool execution_is_undone(const struct execution *e, bool was_told);

#endif
