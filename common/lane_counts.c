#include "common/lane_counts.h"

#include "common/msg.h"

#define AT(field) COUNTER_AT(struct lane_counts, field)

static const struct counter rows[] = {
	{ "queued", COUNTER_GAUGE, AT(queued), "Requests that wait for the database." },
	{ "in_flight", COUNTER_GAUGE, AT(in_flight), "Requests in the database." },
	{ "runs", COUNTER_TOTAL, AT(runs), "Batches sent to the database." },
	{ "connections", COUNTER_TOTAL, AT(connections), "Connections made to the database." },
	{ "losses", COUNTER_TOTAL, AT(losses), "Connections to the database that were lost." },
	{ "handed_over", COUNTER_TOTAL, AT(handed_over), "Requests of the standby's lane that the primary runs." },
};

const struct counter_table lane_counter_table = { "lanes", "studytracker_worker_lane_", rows,
	sizeof rows / sizeof *rows };

static const uint32_t batch_bounds[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 };

const struct histogram_shape lane_batch_shape = {
	.name = "batch_requests",
	.scale = 1,
	.bounds = batch_bounds,
	.count = sizeof batch_bounds / sizeof *batch_bounds,
	.help = "Requests in one batch.",
};

static const uint32_t commit_bounds[] = { 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 10000000 };

const struct histogram_shape lane_commit_shape = {
	.name = "commit_seconds",
	.unit = "seconds",
	.scale = 1e-6,
	.bounds = commit_bounds,
	.count = sizeof commit_bounds / sizeof *commit_bounds,
	.help = "Time of one transaction, from its statements to the end of its commit.",
};

static const struct lane_histogram histogram_table[] = {
	{ &lane_batch_shape, offsetof(struct lane_counts, batch) },
	{ &lane_commit_shape, offsetof(struct lane_counts, commit) },
};

enum { HISTOGRAMS = sizeof histogram_table / sizeof *histogram_table };

const struct lane_histogram *lane_histogram_at(size_t index)
{
	return index < HISTOGRAMS ? &histogram_table[index] : NULL;
}

void lane_counts_put(struct buf *out, const struct lane_counts *counts)
{
	msg_put_map(out, (uint32_t)lane_counter_table.count + HISTOGRAMS);
	for (size_t i = 0; i < lane_counter_table.count; i++) {
		msg_put_key(out, rows[i].name);
		msg_put_int(out, (int64_t)counter_value(&rows[i], counts));
	}
	for (size_t i = 0; i < HISTOGRAMS; i++) {
		const struct lane_histogram *h = &histogram_table[i];
		msg_put_key(out, h->shape->name);
		histogram_put(out, h->shape, (const void *)((const char *)counts + h->offset));
	}
}

void lane_counts_read(struct span map, struct lane_counts *counts)
{
	struct span value;
	int64_t number;
	for (size_t i = 0; i < lane_counter_table.count; i++)
		if (msg_find_int(map, rows[i].name, &number) && number >= 0)
			*(uint64_t *)(void *)((char *)counts + rows[i].offset) = (uint64_t)number;
	for (size_t i = 0; i < HISTOGRAMS; i++) {
		const struct lane_histogram *h = &histogram_table[i];
		struct histogram read, *to = (void *)((char *)counts + h->offset);
		if (msg_find(map, h->shape->name, &value) == ST_OK
			&& histogram_read(value, h->shape, &read))
			*to = read;
	}
}
