/*
 * pool_line: calls that wait for a worker, first come, first served, in a bounded line.
 *
 * The bounds are for new calls only: one that comes back from a worker has its place. A call that
 * waits elsewhere may be counted, too. Calls stay their owner's.
 *
 *	if (pool_line_is_full(&line))
 *		refuse;
 *	pool_line_append(&line, call);
 *	...
 *	pool_line_remove(&line, TAILQ_FIRST(&line.calls));
 */
#ifndef GATEWAY_POOL_LINE_H
#define GATEWAY_POOL_LINE_H

#include <stddef.h>

#include "gateway/pool_call.h"

struct pool_line {
	struct pool_list calls;
	size_t count, count_max;
	uint64_t rows, rows_max; /* that those in it may answer */
};

void pool_line_init(struct pool_line *line, size_t count_max, uint64_t rows_max);

/* Whether a new call is one too many. */
bool pool_line_is_full(const struct pool_line *line);

void pool_line_count_in(struct pool_line *line, const struct pool_call *call);
void pool_line_count_out(struct pool_line *line, const struct pool_call *call);

void pool_line_append(struct pool_line *line, struct pool_call *call);
void pool_line_prepend(struct pool_line *line, struct pool_call *call);
void pool_line_remove(struct pool_line *line, struct pool_call *call); /* it is in it */

#endif
