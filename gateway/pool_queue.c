#include "gateway/pool_queue.h"

void pool_queue_init(struct pool_queue *queue, size_t count_max, uint64_t rows_max)
{
	*queue = (struct pool_queue){ .count_max = count_max, .rows_max = rows_max };
	TAILQ_INIT(&queue->calls);
}

bool pool_queue_is_full(const struct pool_queue *queue)
{
	return queue->count >= queue->count_max || queue->rows >= queue->rows_max;
}

void pool_queue_count_in(struct pool_queue *queue, const struct pool_call *call)
{
	queue->count++;
	queue->rows += call->rows;
}

void pool_queue_count_out(struct pool_queue *queue, const struct pool_call *call)
{
	queue->count--;
	queue->rows -= call->rows;
}

void pool_queue_append(struct pool_queue *queue, struct pool_call *call)
{
	TAILQ_INSERT_TAIL(&queue->calls, call, link);
	pool_queue_count_in(queue, call);
}

void pool_queue_prepend(struct pool_queue *queue, struct pool_call *call)
{
	TAILQ_INSERT_HEAD(&queue->calls, call, link);
	pool_queue_count_in(queue, call);
}

void pool_queue_remove(struct pool_queue *queue, struct pool_call *call)
{
	TAILQ_REMOVE(&queue->calls, call, link);
	pool_queue_count_out(queue, call);
}
