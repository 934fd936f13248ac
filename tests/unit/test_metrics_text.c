/* The text of metrics, in both formats. */
#include <stdio.h>

#include "gateway/metrics_refusals.h"
#include "tests/unit/suite.h"

static const uint32_t bounds[] = { 250, 1000000 };
static const struct histogram_shape shape = { .name = "study_wait_seconds",
	.unit = "seconds",
	.scale = 1e-6,
	.bounds = bounds,
	.count = 2,
	.help = "Waits." };

static const struct metrics_family requests = { "study_requests", METRICS_COUNTER, NULL, "Asked." };
static const struct metrics_family build = { "study_build", METRICS_INFO, NULL, "Version." };
static const struct metrics_family memory = { "study_memory_bytes", METRICS_GAUGE, "bytes",
	"Used." };

static void put_all(struct metrics_text *text)
{
	const struct metrics_label label = { "route", SPAN("a\\b\"c\nd") };
	struct histogram h = { 0 };
	histogram_add(&h, &shape, 100);
	histogram_add(&h, &shape, 2000000);
	metrics_text_family(text, &requests);
	metrics_text_value(text, &label, 1, 7);
	metrics_text_family(text, &build);
	metrics_text_value(text, &label, 1, 1);
	metrics_text_family(text, &memory);
	metrics_text_value(text, NULL, 0, 12345678901);
	metrics_text_family(text,
		&(struct metrics_family){ shape.name, METRICS_HISTOGRAM, shape.unit, shape.help });
	metrics_text_histogram(text, &label, 1, &shape, &h);
	metrics_text_end(text);
}

#define LABEL "route=\"a\\\\b\\\"c\\nd\""
#define WAIT  "study_wait_seconds"

static const struct {
	enum metrics_format format;
	const char *text;
} formats[] = {
	{ METRICS_OPEN,
		"# TYPE study_requests counter\n# HELP study_requests Asked.\n"
		"study_requests_total{" LABEL "} 7\n"
		"# TYPE study_build info\n# HELP study_build Version.\nstudy_build_info{" LABEL
		"} 1\n"
		"# TYPE study_memory_bytes gauge\n# UNIT study_memory_bytes bytes\n"
		"# HELP study_memory_bytes Used.\nstudy_memory_bytes 12345678901\n"
		"# TYPE " WAIT " histogram\n# UNIT " WAIT " seconds\n# HELP " WAIT " Waits.\n" WAIT
		"_bucket{" LABEL ",le=\"0.00025\"} 1\n" WAIT "_bucket{" LABEL
		",le=\"1.0\"} 1\n" WAIT "_bucket{" LABEL ",le=\"+Inf\"} 2\n" WAIT "_count{" LABEL
		"} 2\n" WAIT "_sum{" LABEL "} 2.0001\n# EOF\n" },
	{ METRICS_PLAIN, "# TYPE study_requests_total counter\n# HELP study_requests_total Asked.\n"
			 "study_requests_total{" LABEL "} 7\n"
			 "# TYPE study_build_info gauge\n# HELP study_build_info "
			 "Version.\nstudy_build_info{" LABEL "} 1\n"
			 "# TYPE study_memory_bytes gauge\n"
			 "# HELP study_memory_bytes Used.\nstudy_memory_bytes 12345678901\n"
			 "# TYPE " WAIT " histogram\n# HELP " WAIT " Waits.\n" WAIT "_bucket{" LABEL
			 ",le=\"0.00025\"} 1\n" WAIT "_bucket{" LABEL ",le=\"1.0\"} 1\n" WAIT
			 "_bucket{" LABEL ",le=\"+Inf\"} 2\n" WAIT "_count{" LABEL "} 2\n" WAIT
			 "_sum{" LABEL "} 2.0001\n" },
};

START_TEST(text_is_as_the_format_defines_it)
{
	struct buf out = { 0 };
	struct metrics_text text = { .out = &out, .format = formats[_i].format };
	put_all(&text);
	buf_byte(&out, '\0');
	ck_assert_str_eq(out.bytes, formats[_i].text);
	buf_fini(&out);
}
END_TEST

static uint64_t total_of(const struct metrics_refusals *r)
{
	uint64_t total = r->others;
	for (size_t i = 0; i < r->count; i++)
		total += r->reasons[i].count;
	return total;
}

START_TEST(reasons_are_bounded)
{
	static struct metrics_refusals refusals;
	char reason[200];
	for (int i = 0; i < 1000; i++) {
		int len = snprintf(reason, sizeof reason, "%d%0*d", i % 500, i % 150, 0);
		metrics_refusals_add(&refusals, (struct span){ reason, (size_t)len });
	}
	metrics_refusals_add(&refusals, (struct span){ 0 });
	ck_assert_uint_eq(refusals.count, METRICS_REASONS_MAX);
	ck_assert_uint_eq(total_of(&refusals), 1001);
	ck_assert_uint_gt(refusals.others, 800);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("metrics_text");
	tcase_add_loop_test(tests, text_is_as_the_format_defines_it, 0, 2);
	tcase_add_test(tests, reasons_are_bounded);
	return suite_run("metrics_text", tests);
}
