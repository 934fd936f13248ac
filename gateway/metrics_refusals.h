/*
 * metrics_refusals: counts the requests that the edge refuses, by reason; pure.
 *
 * A reason is the text that the reader of requests gives, which never has bytes of the request.
 * Only the first METRICS_REASONS_MAX reasons have their own number. The others are counted
 * together.
 *
 *	struct metrics_refusals refusals = { 0 };
 *	metrics_refusals_add(&refusals, SPAN("a folded header field"));
 *	metrics_refusals_put(&refusals, &text);
 */
#ifndef GATEWAY_METRICS_REFUSALS_H
#define GATEWAY_METRICS_REFUSALS_H

#include "gateway/metrics_text.h"

enum {
	METRICS_REASONS_MAX = 64,
	METRICS_REASON_SIZE = 80, /* longer texts are cut */
};

/* {0} is empty. */
struct metrics_refusals {
	struct {
		char text[METRICS_REASON_SIZE];
		size_t len;
		uint64_t count;
	} reasons[METRICS_REASONS_MAX];
	size_t count;
	uint64_t others;
};

void metrics_refusals_add(struct metrics_refusals *refusals, struct span reason);
void metrics_refusals_put(const struct metrics_refusals *refusals, struct metrics_text *text);

#endif
