#include "worker/lane_meter.h"

#include "common/service.h"

void lane_meter_begin(struct lane_meter *meter, size_t requests)
{
	if (requests == 0)
		return;
	meter->counts.runs++;
	histogram_add(&meter->counts.batch, &lane_batch_shape, (int64_t)requests);
	meter->started_us = service_now_us();
}

/* The transactions of a batch run one after another in the pipeline: the next one has begun. */
void lane_meter_commit(struct lane_meter *meter)
{
	uint64_t now = service_now_us();
	histogram_add(
		&meter->counts.commit, &lane_commit_shape, (int64_t)(now - meter->started_us));
	meter->started_us = now;
}
