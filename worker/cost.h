/*
 * cost: how many rows a request is expected to answer, so that queues and executions count rows.
 *
 * A page has at most its limit, a row is one. Of a report the method says the most (common/method_table.c);
 * once the same request of the same account has been answered, its rows are known instead. What is
 * known is kept in a table of fixed size: two requests that share a place forget each other.
 *
 *	r->rows = costs_estimate(&costs, r);
 *	...
 *	costs_record(&costs, r, rows);
 */
#ifndef WORKER_COST_H
#define WORKER_COST_H

#include "worker/request.h"

enum { COSTS_KNOWN = 1024 };

/* A zeroed struct knows nothing. */
struct costs {
	struct {
		uint64_t request;
		int64_t rows;
	} known[COSTS_KNOWN];
};

int64_t costs_estimate(const struct costs *costs, const struct request *r); /* at least 1 */
void costs_record(struct costs *costs, const struct request *r, int64_t rows);

#endif
