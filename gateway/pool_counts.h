/*
 * pool_counts: what a pool (gateway/pool.h) counts. The tables say what each number means.
 *
 *	counter_sources_add(&sources, &pool_gauge_table, &pool.counts);
 *	counter_sources_add(&sources, &pool_counter_table, &pool.counts);
 */
#ifndef GATEWAY_POOL_COUNTS_H
#define GATEWAY_POOL_COUNTS_H

#include "common/counter.h"

struct pool_counts {
	/* now: pool_gauge_table */
	uint64_t queue_max, queued, retries, in_flight, live;
	/* since the start: pool_counter_table */
	uint64_t calls, answered, cancelled;
	uint64_t overloaded, no_worker, expired, unknown;
	uint64_t assigned, requeued, repeated;
	uint64_t late, stale, malformed;
	uint64_t deaths;
};

extern const struct counter_table pool_gauge_table;
extern const struct counter_table pool_counter_table;

#endif
