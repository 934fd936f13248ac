/*
 * pool_counts: what a pool (gateway/pool.h) counts. The tables say what each number means.
 *
 *	counter_sources_add(&sources, &pool_queue_table, &pool.counts);
 *	counter_sources_add(&sources, &pool_counts_table, &pool.counts);
 */
#ifndef GATEWAY_POOL_COUNTS_H
#define GATEWAY_POOL_COUNTS_H

#include "common/counter.h"

struct pool_counts {
	/* now: pool_queue_table */
	uint64_t queue_max, queued, suspects, in_flight, live;
	/* since the start: pool_counts_table */
	uint64_t calls, answered, cancelled;
	uint64_t overloaded, no_worker, expired, unknown;
	uint64_t assigned, requeued, repeated;
	uint64_t late, stale, malformed;
	uint64_t deaths;
};

extern const struct counter_table pool_queue_table;
extern const struct counter_table pool_counts_table;

#endif
