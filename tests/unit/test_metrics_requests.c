/* The totals of HTTP requests, as rpc.status tells them. */
#include <string.h>

#include "gateway/metrics_requests.h"
#include "gateway/route_table.h"
#include "tests/unit/suite.h"

static const struct {
	const char *method; /* of the route; NULL: no route */
	int http_status;
	enum metrics_class class;
	unsigned refused, unavailable, failed;
} cases[] = {
	{ "GET", 200, METRICS_READ, 0, 0, 0 },
	{ "GET", 404, METRICS_READ, 1, 0, 0 },
	{ "POST", 201, METRICS_WRITE, 0, 0, 0 },
	{ "DELETE", 429, METRICS_WRITE, 1, 0, 0 },
	{ "POST", METRICS_CLIENT_GONE, METRICS_WRITE, 0, 0, 0 },
	{ "POST", 500, METRICS_WRITE, 0, 0, 1 },
	{ "GET", 503, METRICS_READ, 0, 1, 0 },
	{ "PUT", 504, METRICS_WRITE, 0, 0, 1 },
	{ NULL, 404, METRICS_OTHER, 1, 0, 0 },
};

static const struct route *route_with(const struct route_index *index, const char *method)
{
	for (size_t i = 0; method && i < index->count; i++)
		if (strcmp(index->routes[i].row->method, method) == 0)
			return &index->routes[i];
	return NULL;
}

START_TEST(a_request_counts_in_the_total_of_its_class)
{
	struct route_index index = { 0 };
	struct metrics_requests requests = { 0 };
	struct fail why = { 0 };
	ck_assert(route_index_init(&index, &route_table, &why) == ST_OK);
	ck_assert(metrics_requests_init(&requests, &index) == ST_OK);
	metrics_requests_add(
		&requests, &(struct metrics_request){ route_with(&index, cases[_i].method),
				   dialect_at(0), cases[_i].http_status, 1500 });
	for (int i = 0; i < METRICS_CLASSES; i++) {
		unsigned is_its = i == (int)cases[_i].class;
		const struct metrics_total total = requests.totals[i];
		ck_assert_uint_eq(total.requests, is_its);
		ck_assert_uint_eq(total.refused, is_its * cases[_i].refused);
		ck_assert_uint_eq(total.unavailable, is_its * cases[_i].unavailable);
		ck_assert_uint_eq(total.failed, is_its * cases[_i].failed);
		ck_assert_uint_eq(total.latency.sum, is_its * 1500);
		ck_assert_uint_eq(histogram_count(&total.latency, &metrics_latency_shape), is_its);
	}
	metrics_requests_fini(&requests);
	route_index_fini(&index);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("metrics_requests");
	tcase_add_loop_test(
		tests, a_request_counts_in_the_total_of_its_class, 0, sizeof cases / sizeof *cases);
	return suite_run("metrics_requests", tests);
}
