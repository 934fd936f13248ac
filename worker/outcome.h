/*
 * outcome: what happens to a run's executions and their requests after a result or a lost
 * connection.
 *
 *	done                        → respond to each request; run those again that a variant
 *	                              did not answer (worker/variant.h)
 *	failed, a retry may succeed → a variant leaves its requests to the method
 *	failed, several rows sent   → retry each request singly
 *	failed, one row sent        → respond or retry, as worker/sqlstate.h says
 *	aborted by another failure  → run again
 *	lost with the connection    → surely not run: run again; else repeat if that is safe, else
 *	                              respond with OUTCOME_UNKNOWN
 *
 * On the standby only "done" is final: the primary runs everything else again.
 *
 * A cancelled statement counts as failed. The cancellation was meant for obsolete requests only
 * (worker/lanes.h), so the other requests of the statement run again.
 */
#ifndef WORKER_OUTCOME_H
#define WORKER_OUTCOME_H

#include "worker/response.h"
#include "worker/log_limit.h"
#include "worker/queue.h"
#include "worker/run.h"

enum { OUTCOME_CANCEL_MS = 2000 }; /* a cancellation may take effect this late */

struct outcomes {
	struct responses *responses;
	struct queue *queue; /* for the requests that run again; of another lane if `hands_over` */
	bool hands_over;     /* only a success is final, and another lane runs the others */
	struct run *run;
	size_t in_flight;      /* unfinished requests of the run */
	uint64_t cancelled_ms; /* time of the last cancellation; 0: none */
	struct log_limit log_limit;
};

/* Finishes an execution whose group is synced. Returns false if the caller must reconnect; e->why
 * has the reason. */
bool outcome_finish(struct outcomes *o, struct execution *e) MUST_CHECK;

/* Finishes an execution whose connection is lost; see execution_surely_not_run. */
void outcome_recover(struct outcomes *o, struct execution *e, bool connection_ended_cleanly);

#endif
