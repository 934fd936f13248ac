#include "gateway/metrics_requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every status that the gateway sends; 0 stands for others. */
static const int status_table[] = { 0, 200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 406,
	408, 409, 410, 412, 413, 414, 415, 421, 422, 428, 429, 431, METRICS_CLIENT_GONE, 500, 501,
	503, 504, 505 };

enum { STATUSES = sizeof status_table / sizeof *status_table };

struct metrics_route {
	uint64_t by_status[STATUSES];
	struct histogram latency;
};

static const uint32_t latency_bounds[] = { 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000,
	250000, 500000, 1000000, 2500000, 5000000, 10000000 };

const struct histogram_shape metrics_latency_shape = {
	.name = "studytracker_api_request_duration_seconds",
	.unit = "seconds",
	.scale = 1e-6,
	.bounds = latency_bounds,
	.count = sizeof latency_bounds / sizeof *latency_bounds,
	.help = "Time from the head of a request to the end of its response, without that which "
		"passes within one turn of the event loop.",
};

static size_t dialect_count(void)
{
	size_t count = 0;
	while (dialect_at(count))
		count++;
	return count;
}

static size_t dialect_index(const struct dialect *dialect)
{
	size_t i = 0;
	while (dialect_at(i) != dialect)
		i++;
	return i;
}

/* Most responses have the status 200 or 201, so the search is short. */
static size_t status_index(int http_status)
{
	for (size_t i = 1; i < STATUSES; i++)
		if (status_table[i] == http_status)
			return i;
	return 0;
}

enum status metrics_requests_init(
	struct metrics_requests *requests, const struct route_index *routes)
{
	struct metrics_route *counts =
		calloc(routes->count + dialect_count(), sizeof *requests->counts);
	if (!counts)
		return ST_NO_MEMORY;
	requests->routes = routes;
	requests->counts = counts;
	return ST_OK;
}

void metrics_requests_fini(struct metrics_requests *requests)
{
	free(requests->counts);
	*requests = (struct metrics_requests){ 0 };
}

static enum metrics_class class_of(const struct route *route)
{
	if (!route)
		return METRICS_OTHER;
	/* HEAD takes the GET route. */
	return strcmp(route->row->method, "GET") == 0 ? METRICS_READ : METRICS_WRITE;
}

static void add_total(struct metrics_total *total, const struct metrics_request *request)
{
	int http_status = request->http_status;
	total->requests++;
	if (http_status == 503)
		total->unavailable++;
	else if (http_status >= 500)
		total->failed++;
	else if (http_status >= 400 && http_status != METRICS_CLIENT_GONE)
		total->refused++;
	if (request->duration_us >= 0)
		histogram_add(&total->latency, &metrics_latency_shape, request->duration_us);
}

void metrics_requests_add(struct metrics_requests *requests, const struct metrics_request *request)
{
	const struct route_index *routes = requests->routes;
	size_t i = request->route ? (size_t)(request->route - routes->routes)
				  : routes->count + dialect_index(request->dialect);
	struct metrics_route *counts = &requests->counts[i];
	counts->by_status[status_index(request->http_status)]++;
	if (request->duration_us >= 0)
		histogram_add(&counts->latency, &metrics_latency_shape, request->duration_us);
	add_total(&requests->totals[class_of(request->route)], request);
}

/* ---- Text ---- */

enum { LABELS = 3 };

static void set_labels(
	const struct metrics_requests *requests, size_t i, struct metrics_label labels[LABELS])
{
	const struct route_index *routes = requests->routes;
	bool has_route = i < routes->count;
	const struct route *route = has_route ? &routes->routes[i] : NULL;
	const struct dialect *dialect = has_route ? route->dialect : dialect_at(i - routes->count);
	labels[0] = (struct metrics_label){ "dialect", span_of(dialect->name) };
	labels[1] =
		(struct metrics_label){ "method", span_of(has_route ? route->row->method : "") };
	labels[2] =
		(struct metrics_label){ "route", span_of(has_route ? route->row->path : "none") };
}

static void put_statuses(
	const struct metrics_requests *requests, size_t i, struct metrics_text *text)
{
	struct metrics_label labels[LABELS + 1];
	char digits[16];
	set_labels(requests, i, labels);
	for (size_t s = 0; s < STATUSES; s++) {
		uint64_t count = requests->counts[i].by_status[s];
		if (count == 0)
			continue;
		(void)snprintf(digits, sizeof digits, "%d", status_table[s]);
		labels[LABELS] = (struct metrics_label){ "status",
			span_of(status_table[s] ? digits : "other") };
		metrics_text_value(text, labels, LABELS + 1, (double)count);
	}
}

/* Series that have counted nothing are left out: most routes of an installation are not used. */
void metrics_requests_put(const struct metrics_requests *requests, struct metrics_text *text)
{
	const struct histogram_shape *shape = &metrics_latency_shape;
	size_t count = requests->routes->count + dialect_count();
	struct metrics_label labels[LABELS];
	metrics_text_family(
		text, &(struct metrics_family){ "studytracker_api_requests", METRICS_COUNTER, NULL,
			      "HTTP requests. The status 499 means that the client left before "
			      "the response; 500 also that the response was cut short." });
	for (size_t i = 0; i < count; i++)
		put_statuses(requests, i, text);
	metrics_text_family(text, &(struct metrics_family){ shape->name, METRICS_HISTOGRAM,
					  shape->unit, shape->help });
	for (size_t i = 0; i < count; i++) {
		const struct histogram *h = &requests->counts[i].latency;
		set_labels(requests, i, labels);
		if (histogram_count(h, shape) > 0)
			metrics_text_histogram(text, labels, LABELS, shape, h);
	}
}
