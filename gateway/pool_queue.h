/*
 * pool_queue: a bounded queue of calls that wait for a worker, first in, first out.
 *
 * The bounds apply to new calls only: a call that returns from a worker keeps its place. The queue
 * may also count calls that wait elsewhere (pool_queue_count_in). Calls belong to the caller.
 *
 *	if (pool_queue_is_full(&queue))
 *		refuse;
 *	pool_queue_append(&queue, call);
 *	...
 *	pool_queue_remove(&queue, TAILQ_FIRST(&queue.calls));
 */
#ifndef GATEWAY_POOL_QUEUE_H
#define GATEWAY_POOL_QUEUE_H

#include <stddef.h>

#include "gateway/pool_call.h"

struct pool_queue {
	struct pool_list calls;
	size_t count, count_max;
	uint64_t rows, rows_max; /* that the responses to its calls may have */
};

void pool_queue_init(struct pool_queue *queue, size_t count_max, uint64_t rows_max);

/* True: refuse new calls. */
bool pool_queue_is_full(const struct pool_queue *queue);

void pool_queue_count_in(struct pool_queue *queue, const struct pool_call *call);
void pool_queue_count_out(struct pool_queue *queue, const struct pool_call *call);

void pool_queue_append(struct pool_queue *queue, struct pool_call *call);
void pool_queue_prepend(struct pool_queue *queue, struct pool_call *call);
void pool_queue_remove(struct pool_queue *queue, struct pool_call *call);

#endif
