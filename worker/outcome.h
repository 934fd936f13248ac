/*
 * outcome: what becomes of a batch's executions, and of each request in them.
 *
 *	came                       → each request is answered
 *	failed, several requests   → each runs again, alone
 *	failed, one request        → its verdict (worker/verdict.h), or it runs again
 *	aborted by another failure → it runs again
 *	the connection was lost    → what has not run runs again; what may have run is repeated if that is
 *	                             safe, else it is OUTCOME_UNKNOWN
 *
 * A statement that was cancelled has failed. Those of its requests that are not over run again: the
 * cancellation was for others (worker/lanes.h).
 */
#ifndef WORKER_OUTCOME_H
#define WORKER_OUTCOME_H

#include "worker/answer.h"
#include "worker/queue.h"
#include "worker/run.h"

enum { OUTCOME_CANCEL_MS = 2000 }; /* so late a cancellation may still take effect */

struct outcomes {
	struct answers *answers;
	struct queue *queue;
	struct run *run;
	size_t in_flight;      /* requests of the run that are not settled */
	uint64_t cancelled_ms; /* when a cancellation was last asked for; 0: never */
	uint64_t logged_ms;
};

/* Of the run's group that was synced. False: the connection is of no more use, for the reason in
 * e->why. */
bool outcome_settle(struct outcomes *o, struct execution *e) MUST_CHECK;

/* Of a connection that was lost; see execution_is_undone. */
void outcome_recover(struct outcomes *o, struct execution *e, bool was_told);

/* Failures come in bursts, so log at most one line per second. */
bool outcome_may_log(struct outcomes *o);

#endif
