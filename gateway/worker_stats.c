#include "gateway/worker_stats.h"

#include "common/msg.h"

static const struct worker_counter counter_table[] = {
	{ "stats", "done", "studytracker_worker_done", COUNTER_TOTAL,
		"Requests that the worker has finished, of all gateways." },
	{ "stats", "failed", "studytracker_worker_failed", COUNTER_TOTAL,
		"Requests of all gateways that got an error." },
	{ "stats", "queued", "studytracker_worker_queued", COUNTER_GAUGE,
		"Requests that wait in the worker, of all gateways." },
	{ "link", "epochs", "studytracker_worker_link_epochs", COUNTER_TOTAL,
		"Times that the worker has connected to this gateway." },
	{ "link", "stalls", "studytracker_worker_link_stalls", COUNTER_TOTAL,
		"Times that the worker stood still and connected again." },
	{ "link", "stale", "studytracker_worker_link_stale", COUNTER_TOTAL,
		"Requests of this gateway that the worker dropped because their epoch had ended." },
	{ "link", "dropped", "studytracker_worker_link_dropped", COUNTER_TOTAL,
		"Responses to this gateway that the worker could not send." },
	{ "link", "malformed", "studytracker_worker_link_malformed", COUNTER_TOTAL,
		"Messages of this gateway that the worker could not decode." },
	{ "process", "cpu_us", "studytracker_worker_cpu_seconds", COUNTER_TOTAL,
		"Time of the worker on the processor.", 1e-6 },
	{ "process", "resident_bytes", "studytracker_worker_resident_memory_bytes", COUNTER_GAUGE,
		"Resident memory of the worker." },
};

enum { COUNTERS = sizeof counter_table / sizeof *counter_table };

_Static_assert((size_t)COUNTERS <= WORKER_COUNTERS_MAX, "struct worker_stats has all counters");

static const char *const lane_names[WORKER_LANES] = { "read", "write", "slow", "ctrl", "stdby" };

const struct worker_counter *worker_counter_at(size_t index)
{
	return index < COUNTERS ? &counter_table[index] : NULL;
}

const char *worker_lane_name(size_t index)
{
	return lane_names[index];
}

void worker_stats_read(struct worker_stats *stats, struct span params)
{
	struct span map, lane;
	int64_t number;
	for (size_t i = 0; i < COUNTERS; i++)
		if (msg_find(params, counter_table[i].map, &map) == ST_OK
			&& msg_find_int(map, counter_table[i].key, &number) && number >= 0)
			stats->counters[i] = (uint64_t)number;
	if (msg_find(params, "lanes", &map) != ST_OK)
		return;
	for (size_t i = 0; i < WORKER_LANES; i++)
		if (msg_find(map, lane_names[i], &lane) == ST_OK)
			lane_counts_read(lane, &stats->lanes[i]);
}
