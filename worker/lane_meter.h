/*
 * lane_meter: measures the batches and the transactions of one lane.
 *
 * It reads the clock once for each batch and once for each transaction. A transaction is a batch of
 * reads, or what one method writes.
 *
 *	lane_meter_begin(&meter, requests);     a batch is sent
 *	...
 *	lane_meter_commit(&meter);              one of its transactions has ended
 */
#ifndef WORKER_LANE_METER_H
#define WORKER_LANE_METER_H

#include "common/lane_counts.h"

/* {0} has measured nothing. */
struct lane_meter {
	struct lane_counts counts;
	uint64_t started_us; /* the transaction that is running */
};

void lane_meter_begin(struct lane_meter *meter, size_t requests);
void lane_meter_commit(struct lane_meter *meter);

#endif
