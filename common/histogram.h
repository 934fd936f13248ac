/*
 * histogram: counts values in fixed buckets. It never allocates.
 *
 * A shape has the upper bounds of the buckets, ascending; the last bucket has no bound. Values are
 * whole numbers of a small unit (microseconds, requests); `scale` turns them into the unit of the
 * metric. A shape is the same in every program of a version. Whoever changes its bounds must change
 * its name, too, because workers of two versions may serve together.
 *
 *	static const uint32_t bounds[] = { 1, 2, 4, 8 };
 *	static const struct histogram_shape shape = { .name = "batch_requests", .bounds = bounds,
 *		.count = 4, .scale = 1, .help = "Requests in one batch." };
 *	struct histogram h = { 0 };
 *	histogram_add(&h, &shape, 3);
 */
#ifndef COMMON_HISTOGRAM_H
#define COMMON_HISTOGRAM_H

#include "common/buf.h"
#include "common/status.h"

enum { HISTOGRAM_BOUNDS_MAX = 15 };

struct histogram_shape {
	const char *name; /* lower case and `_` */
	const char *unit; /* of the metric; NULL: a plain number */
	double scale;     /* of one counted unit in that unit: 1e-6 for microseconds in seconds */
	const uint32_t *bounds;
	size_t count; /* of bounds, at most HISTOGRAM_BOUNDS_MAX */
	const char *help;
};

/* {0} is empty. */
struct histogram {
	uint64_t sum;
	uint64_t buckets[HISTOGRAM_BOUNDS_MAX + 1]; /* not cumulative; shape->count + 1 are used */
};

/* Negative values, which a clock that was set back can give, count as 0. */
void histogram_add(struct histogram *h, const struct histogram_shape *shape, int64_t value);

uint64_t histogram_count(const struct histogram *h, const struct histogram_shape *shape);

/* Appends [sum, bucket, bucket, …] as MessagePack. */
void histogram_put(struct buf *out, const struct histogram_shape *shape, const struct histogram *h);

/* Reads it. False: it has not as many buckets as the shape, or is malformed; *h is untouched. */
bool histogram_read(
	struct span bytes, const struct histogram_shape *shape, struct histogram *h) MUST_CHECK;

#endif
