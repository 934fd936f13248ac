/*
 * edge_counts: what an edge (gateway/edge.h) counts. The table says what each number means.
 */
#ifndef GATEWAY_EDGE_COUNTS_H
#define GATEWAY_EDGE_COUNTS_H

#include "common/counter.h"

struct edge_counts {
	uint64_t connections; /* now */
	uint64_t accepted, made_room, over_share;
	uint64_t requests, refused, timed_out;
	uint64_t cut_requests, cut_responses;
};

extern const struct counter_table edge_counter_table;

#endif
