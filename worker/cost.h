/*
 * cost: estimates how many rows a response will have, so that queues and executions count rows.
 *
 * A page has at most its limit; a row is one. For a report the method gives the maximum
 * (common/method_table.c). After a report has run, its row count is remembered for the same request
 * of the same account. The memory is a table of fixed size: two requests with the same slot
 * overwrite each other.
 *
 *	r->rows = costs_estimate(&costs, r);
 *	...
 *	costs_record(&costs, r, rows);
 */
#ifndef WORKER_COST_H
#define WORKER_COST_H

#include "worker/request.h"

enum { COSTS_SLOTS = 1024 };

/* {0} is empty. */
struct costs {
	struct {
		uint64_t hash; /* of the request; 0: empty */
		int64_t rows;
	} slots[COSTS_SLOTS];
};

int64_t costs_estimate(const struct costs *costs, const struct request *r); /* at least 1 */
void costs_record(struct costs *costs, const struct request *r, int64_t rows);

#endif
