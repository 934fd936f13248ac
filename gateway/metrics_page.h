/*
 * metrics_page: all metrics of a gateway, in the order in which /metrics shows them.
 *
 *	struct metrics_text text = { .out = &body, .format = METRICS_OPEN };
 *	metrics_page_put(&text, &sources);
 */
#ifndef GATEWAY_METRICS_PAGE_H
#define GATEWAY_METRICS_PAGE_H

#include "gateway/api.h"
#include "gateway/metrics_text.h"

/* Where the numbers are; borrowed. */
struct metrics_sources {
	const struct api *api;
	const struct workers *workers;
	const struct counter_sources *counters;
	const struct metrics_rpc *rpc; /* NULL: RPC clients have no endpoint */
	double start_s;                /* when the process started, in seconds since 1970 */
};

void metrics_page_put(struct metrics_text *text, const struct metrics_sources *sources);

#endif
