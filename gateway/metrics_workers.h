/*
 * metrics_workers: the metrics of each worker that is connected, as its gateway sees it, and as
 * worker.ready tells them; pure.
 *
 * The label `worker` is the UUID of the worker's process, which its log lines have, too. Several
 * gateways show the same numbers of a worker, except for its credit and its calls.
 */
#ifndef GATEWAY_METRICS_WORKERS_H
#define GATEWAY_METRICS_WORKERS_H

#include "gateway/metrics_text.h"
#include "gateway/pool.h"

void metrics_workers_put(struct metrics_text *text, const struct pool *pool);

#endif
