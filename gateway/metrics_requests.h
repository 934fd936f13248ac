/*
 * metrics_requests: counts HTTP requests by route, status and dialect, and their latency by route;
 * pure.
 *
 * The route is the template of the table, never the path of a request, so the number of series is
 * bounded. Requests without a route (an unknown path or method, OPTIONS, a refusal of the edge) are
 * counted by their dialect.
 *
 *	if (metrics_requests_init(&requests, &routes) != ST_OK) ...
 *	metrics_requests_add(&requests, &(struct metrics_request){ route, dialect, 200, 1500 });
 *	...
 *	metrics_requests_put(&requests, &text); // and `totals` for rpc.status
 */
#ifndef GATEWAY_METRICS_REQUESTS_H
#define GATEWAY_METRICS_REQUESTS_H

#include "gateway/metrics_text.h"
#include "gateway/route_index.h"

enum {
	METRICS_CLIENT_GONE = 499, /* counts a request whose client left before the response */
	METRICS_CUT_SHORT = 500,   /* counts a response that was not sent whole */
};

struct metrics_route;

/* By the method of the route. */
enum metrics_class {
	METRICS_READ,  /* GET and HEAD */
	METRICS_WRITE, /* the other methods */
	METRICS_OTHER, /* no route */
	METRICS_CLASSES
};

/* schema/rpc.md says what each number means. */
struct metrics_total {
	uint64_t requests, refused, unavailable, failed;
	struct histogram latency; /* metrics_latency_shape */
};

struct metrics_requests {
	const struct route_index *routes;             /* borrowed */
	struct metrics_route *counts;                 /* of each route, then of each dialect */
	struct metrics_total totals[METRICS_CLASSES]; /* a sum over the routes costs too much */
};

struct metrics_request {
	const struct route *route; /* one of the index; NULL: none */
	const struct dialect *dialect;
	int http_status;
	int64_t duration_us; /* < 0: not known */
};

/* ST_NO_MEMORY */
enum status metrics_requests_init(
	struct metrics_requests *requests, const struct route_index *routes) MUST_CHECK;
void metrics_requests_fini(struct metrics_requests *requests); /* accepts a zeroed struct */

void metrics_requests_add(struct metrics_requests *requests, const struct metrics_request *request);

void metrics_requests_put(const struct metrics_requests *requests, struct metrics_text *text);

extern const struct histogram_shape metrics_latency_shape;

#endif
