/*
 * worker_stats: what a worker has counted, as its worker.ready tells (schema/rpc.md); pure.
 *
 * All of it is optional. A worker of another version may send less, more or other numbers.
 */
#ifndef GATEWAY_WORKER_STATS_H
#define GATEWAY_WORKER_STATS_H

#include "common/lane_counts.h"

enum { WORKER_LANES = 5, WORKER_COUNTERS_MAX = 16 };

struct worker_stats {
	uint64_t counters[WORKER_COUNTERS_MAX]; /* worker_counter_at */
	struct lane_counts lanes[WORKER_LANES]; /* worker_lane_name */
};

/* A number of the map `map` of worker.ready. */
struct worker_counter {
	const char *map, *key;
	const char *metric;
	enum counter_kind kind;
	const char *help;
	double unit; /* of the number, in that of the metric; 0: the same */
};

const struct worker_counter *worker_counter_at(size_t index); /* NULL past the end */
const char *worker_lane_name(size_t index);                   /* index < WORKER_LANES */

/* Reads the params of worker.ready. What is missing or malformed stays as it is. */
void worker_stats_read(struct worker_stats *stats, struct span params);

#endif
