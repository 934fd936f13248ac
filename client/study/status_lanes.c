#include "client/study/status_lanes.h"

#include <json.h>
#include <stdio.h>

#include "client/study/table.h"

/* Of all workers. */
struct lane {
	int64_t queued, in_flight, runs;
	int64_t batches, requests;   /* of the histogram of batches, and the sum of their sizes */
	int64_t commits, commits_us; /* the same of transactions */
};

static int64_t number(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;
	(void)json_object_object_get_ex(object, name, &value);
	return json_object_get_int64(value);
}

/* A histogram is an array: the sum, then the number of values in each bucket (schema/rpc.md). */
static void add_histogram(struct json_object *lane, const char *name, int64_t *count, int64_t *sum)
{
	struct json_object *values = NULL;
	if (!json_object_object_get_ex(lane, name, &values)
		|| !json_object_is_type(values, json_type_array))
		return;
	for (size_t i = 1; i < json_object_array_length(values); i++)
		*count += json_object_get_int64(json_object_array_get_idx(values, i));
	*sum += json_object_get_int64(json_object_array_get_idx(values, 0));
}

/* True if a worker has the lane. */
static bool add_workers(struct json_object *workers, const char *name, struct lane *sum)
{
	bool is_there = false;
	for (size_t i = 0; workers && i < json_object_array_length(workers); i++) {
		struct json_object *lanes = NULL, *lane = NULL;
		struct json_object *worker = json_object_array_get_idx(workers, i);
		if (!json_object_object_get_ex(worker, "lanes", &lanes)
			|| !json_object_object_get_ex(lanes, name, &lane))
			continue;
		is_there = true;
		sum->queued += number(lane, "queued");
		sum->in_flight += number(lane, "in_flight");
		sum->runs += number(lane, "runs");
		add_histogram(lane, "batch_requests", &sum->batches, &sum->requests);
		add_histogram(lane, "commit_seconds", &sum->commits, &sum->commits_us);
	}
	return is_there;
}

/* Nothing was counted in the interval: an empty text. */
static void put_mean(char out[32], int64_t sum, int64_t count, double unit, const char *name)
{
	out[0] = '\0';
	if (count > 0 && sum >= 0)
		(void)snprintf(out, 32, "%.1f%s", (double)sum / (double)count / unit, name);
}

static void add_row(struct table *table, const char *name, const struct lane *now,
	const struct lane *before, double seconds)
{
	char title[32], queued[32], in_flight[32], rate[32] = "", batch[32], commit[32];
	(void)snprintf(title, sizeof title, "  %s", name);
	(void)snprintf(queued, sizeof queued, "%lld", (long long)now->queued);
	(void)snprintf(in_flight, sizeof in_flight, "%lld", (long long)now->in_flight);
	if (seconds > 0
		&& now->runs >= before->runs) /* a worker that ended takes its numbers along */
		(void)snprintf(
			rate, sizeof rate, "%.1f", (double)(now->runs - before->runs) / seconds);
	put_mean(batch, now->requests - before->requests, now->batches - before->batches, 1, "");
	put_mean(commit, now->commits_us - before->commits_us, now->commits - before->commits, 1e3,
		" ms");
	table_add(table, (const char *[]){ title, queued, in_flight, rate, batch, commit });
}

void status_lanes_print(const struct terminal *out, struct json_object *now,
	struct json_object *before, double seconds)
{
	static const char *const names[] = { "read", "write", "slow", "ctrl", "stdby" };
	static const struct column columns[] = {
		{ "  Lane", 0, false },
		{ "Queued", 0, true },
		{ "In flight", 0, true },
		{ "Batches/s", 0, true },
		{ "Requests/batch", 0, true },
		{ "Commit", 0, true },
	};
	struct table table;
	table_init(&table, out, columns, 6);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct lane sum = { 0 }, old = { 0 };
		(void)add_workers(before, names[i], &old);
		if (add_workers(now, names[i], &sum))
			add_row(&table, names[i], &sum, &old, before ? seconds : 0);
	}
	(void)table_print(&table);
	table_fini(&table);
}
