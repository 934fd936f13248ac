/*
 * queue: the requests of a lane that wait for a run.
 *
 * Requests wait in one list per method or variant (worker/variant.h), first in, first out. Requests
 * that failed together wait in a list of their own and are retried singly. queue_fill fills the
 * next run: one execution per method or variant, in which no two requests have the same key. The
 * other requests keep their order. A run may have two requests with the same key in two executions,
 * of two methods or of a method and its variant: writes, each in its own transaction. They come
 * from two gateways: their order is not promised. The caller supplies a filter: queue_fill and
 * queue_sweep drop obsolete requests instead of running them.
 *
 * Reads that are the same (worker/same_reads.h) share a row of the execution and its result. Their
 * rows count once.
 *
 * Limits of an execution:
 *   - REQUEST_KEYS_MAX requests.
 *   - `run_rows` expected rows (request_weight), or one request. A long request shares its
 *     execution only with those that are the same.
 *   - QUEUE_SKIP_MAX skipped requests whose key is already in the execution. A longer sequence of
 *     requests with one key delays the requests behind it.
 */
#ifndef WORKER_QUEUE_H
#define WORKER_QUEUE_H

#include "worker/request.h"
#include "worker/run.h"
#include "worker/same_reads.h"

enum { QUEUE_SKIP_MAX = 256 };

/* queue_fini accepts a zeroed struct. */
struct queue {
	struct request_list *by_method; /* by method_index */
	struct request_list singly;     /* to retry one at a time */
	struct request_keys keys;       /* of the execution that is being filled */
	struct same_reads same;         /* of it, too */
	int64_t run_rows;               /* most expected rows of one execution */
	size_t count;
	int64_t rows; /* expected rows of all requests in the queue */
};

struct queue_filter {
	bool (*is_obsolete)(void *arg, const struct request *r);
	void (*drop)(void *arg, struct request *r); /* takes the request; it is no longer queued */
	void *arg;
};

enum status queue_init(struct queue *q, int64_t run_rows) MUST_CHECK;
void queue_fini(struct queue *q, struct request_pool *pool); /* releases all requests */

void queue_push(struct queue *q, struct request *r);

/* Puts requests of one method or variant back at the front, in their order. Empties the list. */
void queue_requeue(struct queue *q, struct request_list *requests, bool to_run_singly);

/* Appends a request that must run singly. */
void queue_push_singly(struct queue *q, struct request *r);

void queue_fill(struct queue *q, struct run *run, const struct queue_filter *filter);
void queue_sweep(struct queue *q, const struct queue_filter *filter); /* drops obsolete requests */

/* Marks the request as abandoned. Returns false if it is not in the queue. */
bool queue_abandon(struct queue *q, const struct origin *origin, int64_t epoch, uint32_t msgid);

#endif
