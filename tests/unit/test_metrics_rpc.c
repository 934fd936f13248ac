/* Requests of RPC clients by method and code. */
#include <string.h>

#include "gateway/metrics_rpc.h"
#include "gateway/rpc_introspection.h"
#include "tests/unit/suite.h"

START_TEST(each_request_counts_under_its_method_and_code)
{
	struct metrics_rpc counts = { 0 };
	struct buf out = { 0 };
	struct metrics_text text = { .out = &out, .format = METRICS_OPEN };
	ck_assert(metrics_rpc_init(&counts) == ST_OK);
	metrics_rpc_add(&counts, method_at(0), ST_OK);
	metrics_rpc_add(&counts, method_at(0), ST_OK);
	metrics_rpc_add(&counts, method_at(0), ST_INTERNAL);
	metrics_rpc_add(&counts, &rpc_local_at(1)->method, ST_OVERLOADED);
	metrics_rpc_add(&counts, NULL, ST_UNKNOWN_METHOD);
	metrics_rpc_add_gone(&counts, method_at(1));
	metrics_rpc_put(&counts, &text);
	buf_byte(&out, '\0');
	const char *samples = strstr(out.bytes, "\nstudytracker_");
	struct buf expected = { 0 };
	static const char name[] = "studytracker_rpc_method_requests_total";
	buf_printf(&expected,
		"\n%s{method=\"%s\",code=\"OK\"} 2\n%s{method=\"%s\",code=\"INTERNAL\"} 1\n"
		"%s{method=\"%s\",code=\"CLIENT_GONE\"} 1\n"
		"%s{method=\"rpc.status\",code=\"OVERLOADED\"} 1\n"
		"%s{method=\"none\",code=\"UNKNOWN_METHOD\"} 1\n",
		name, method_at(0)->name, name, method_at(0)->name, name, method_at(1)->name, name,
		name);
	buf_byte(&expected, '\0');
	ck_assert_str_eq(samples, expected.bytes);
	buf_fini(&expected);
	buf_fini(&out);
	metrics_rpc_fini(&counts);
}
END_TEST

/* Each status has a series of its own, because OpenMetrics forbids to write one twice. */
START_TEST(every_method_and_code_has_its_own_series)
{
	struct metrics_rpc counts = { 0 };
	struct buf out = { 0 };
	struct metrics_text text = { .out = &out, .format = METRICS_OPEN };
	size_t lines = 0;
	ck_assert(metrics_rpc_init(&counts) == ST_OK);
	for (size_t i = 0; i < method_count(); i++)
		for (int st = 0; st < STATUS_COUNT; st++)
			metrics_rpc_add(&counts, method_at(i), (enum status)st);
	metrics_rpc_put(&counts, &text);
	buf_byte(&out, '\0');
	for (const char *at = out.bytes; (at = strstr(at, "\"} 1\n")) != NULL; at++)
		lines++;
	ck_assert_uint_eq(lines, method_count() * STATUS_COUNT);
	buf_fini(&out);
	metrics_rpc_fini(&counts);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("metrics_rpc");
	tcase_add_test(tests, each_request_counts_under_its_method_and_code);
	tcase_add_test(tests, every_method_and_code_has_its_own_series);
	return suite_run("metrics_rpc", tests);
}
