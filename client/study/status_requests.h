/*
 * status_requests: the HTTP requests of a gateway, for study status: how many came, how many were
 * refused, and how long they took.
 *
 * The numbers are those of an interval. A gateway that does not tell them (an older version) shows
 * nothing.
 *
 *	struct status_interval interval = { .now = now, .before = before, .seconds = 0.5 };
 *	status_requests_print(&study->out, &interval);
 */
#ifndef STUDY_STATUS_REQUESTS_H
#define STUDY_STATUS_REQUESTS_H

#include <stdint.h>

#include "client/study/status_interval.h"
#include "client/study/terminal.h"

/* A table with a row for reads, for writes and for requests without a route. */
void status_requests_print(const struct terminal *out, const struct status_interval *interval);

/* The same for all requests together, as the end of a line. */
void status_requests_print_line(const struct terminal *out, const struct status_interval *interval);

/* The same as an object; the caller owns it. NULL: the gateway does not tell. */
struct json_object *status_requests_json(const struct status_interval *interval);

enum { STATUS_BUCKETS_MAX = 64 };

/* A histogram: bucket i counts the values up to bounds[i], the last one those above all bounds. */
struct status_histogram {
	int64_t bounds[STATUS_BUCKETS_MAX];
	int64_t buckets[STATUS_BUCKETS_MAX + 1];
	size_t count; /* of bounds */
};

/* The value below which the share `quantile` of all values lies, as Prometheus estimates it: it
 * takes the values of a bucket as evenly spread, and those above all bounds as the highest bound.
 * < 0: there are no values. */
double status_quantile(const struct status_histogram *h, double quantile);

#endif
