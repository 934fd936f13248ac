/*
 * queue: the requests that wait for a run.
 *
 * They wait by method, first come, first served; those that failed together wait apart, to run
 * alone. queue_fill makes the next run: one execution of each method's requests, no two of them
 * with the same key. What does not fit stays, in order. Who holds the queue says which requests are
 * over; they are handed back instead of run.
 *
 * Bounds of an execution: REQUEST_KEYS_MAX requests; `run_rows` rows that they are expected to
 * answer together, or one request; a long one shares with none; QUEUE_PASS_MAX requests that are passed over because their key is
 * in the execution already. A longer row of requests with one key holds up those behind it.
 */
#ifndef WORKER_QUEUE_H
#define WORKER_QUEUE_H

#include "worker/request.h"
#include "worker/run.h"

enum { QUEUE_PASS_MAX = 256 };

/* A zeroed struct may be freed. */
struct queue {
	struct request_list *by_method; /* by method_index */
	struct request_list alone;
	struct request_keys keys; /* of the execution that is being filled */
	int64_t run_rows;         /* that one execution may answer */
	size_t count;
	int64_t rows; /* that all in it are expected to answer */
};

struct queue_judge {
	bool (*is_over)(void *arg, const struct request *r);
	void (*drop)(void *arg, struct request *r); /* takes it; it isn't in the queue any more */
	void *arg;
};

enum status queue_init(struct queue *q, int64_t run_rows) MUST_CHECK;
void queue_fini(struct queue *q, struct request_pool *pool); /* with what waits */

void queue_push(struct queue *q, struct request *r);

/* Puts requests of one method before those that wait, in their order; empties the list. */
void queue_return(struct queue *q, struct request_list *requests, bool to_run_alone);

/* Puts one behind those that wait to run alone. */
void queue_push_alone(struct queue *q, struct request *r);

void queue_fill(struct queue *q, struct run *run, const struct queue_judge *judge);
void queue_sweep(struct queue *q, const struct queue_judge *judge); /* drops who is over */

/* Marks the request as abandoned; false where it does not wait here. */
bool queue_abandon(struct queue *q, const void *origin, int64_t session, uint32_t msgid);

#endif
