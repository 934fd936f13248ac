#include "gateway/metrics_page.h"

#include "gateway/metrics_process.h"
#include "gateway/metrics_rpc.h"
#include "gateway/metrics_workers.h"
#include "version.h"

static void put_build(struct metrics_text *text, const struct metrics_sources *sources)
{
	const struct metrics_label version = { "version", SPAN(STUDYTRACKER_VERSION) };
	(void)sources;
	metrics_text_family(text, &(struct metrics_family){ "studytracker_build", METRICS_INFO,
					  NULL, "The version of this gateway." });
	metrics_text_value(text, &version, 1, 1);
}

static void put_process(struct metrics_text *text, const struct metrics_sources *sources)
{
	metrics_process_put(text, sources->start_s);
}

static void put_requests(struct metrics_text *text, const struct metrics_sources *sources)
{
	metrics_requests_put(&sources->api->requests, text);
	metrics_refusals_put(&sources->api->refusals, text);
	if (sources->rpc)
		metrics_rpc_put(sources->rpc, text);
}

static void put_counter(
	void *arg, const struct counter_table *table, const struct counter *c, uint64_t value)
{
	char name[METRICS_NAME_SIZE];
	struct metrics_family family = metrics_family_of_counter(table, c, name);
	metrics_text_family(arg, &family);
	metrics_text_value(arg, NULL, 0, (double)value);
}

static void put_counters(struct metrics_text *text, const struct metrics_sources *sources)
{
	counter_each(sources->counters, put_counter, text);
}

static void put_workers(struct metrics_text *text, const struct metrics_sources *sources)
{
	metrics_workers_put(text, workers_pool(sources->workers));
}

static void (*const part_table[])(
	struct metrics_text *text, const struct metrics_sources *sources) = {
	put_build,
	put_process,
	put_requests,
	put_counters,
	put_workers,
};

void metrics_page_put(struct metrics_text *text, const struct metrics_sources *sources)
{
	for (size_t i = 0; i < sizeof part_table / sizeof *part_table; i++)
		part_table[i](text, sources);
	metrics_text_end(text);
}
