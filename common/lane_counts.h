/*
 * lane_counts: what one lane of a worker has counted, as worker.ready carries it to gateways
 * (schema/rpc.md).
 *
 * A worker of another version may leave numbers out or have others: lane_counts_read ignores what
 * it does not know, and leaves the rest as it is.
 *
 *	lane_counts_put(&out, &counts);
 *	...
 *	lane_counts_read(map, &counts);
 */
#ifndef COMMON_LANE_COUNTS_H
#define COMMON_LANE_COUNTS_H

#include "common/counter.h"
#include "common/histogram.h"

struct lane_counts {
	uint64_t queued, in_flight; /* now */
	uint64_t runs, connections, losses;
	uint64_t handed_over;    /* by the lane of the standby */
	struct histogram batch;  /* lane_batch_shape */
	struct histogram commit; /* lane_commit_shape; microseconds */
};

extern const struct counter_table lane_counter_table;
extern const struct histogram_shape lane_batch_shape;
extern const struct histogram_shape lane_commit_shape;

struct lane_histogram {
	const struct histogram_shape *shape;
	size_t offset; /* into struct lane_counts */
};

const struct lane_histogram *lane_histogram_at(size_t index); /* NULL past the end */

/* Appends one map. */
void lane_counts_put(struct buf *out, const struct lane_counts *counts);

void lane_counts_read(struct span map, struct lane_counts *counts);

#endif
