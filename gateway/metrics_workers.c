#include "gateway/metrics_workers.h"

#include <stdio.h>

#include "common/uuid.h"

static double free_credit(const struct pool_worker *w)
{
	return w->credit > w->sent ? (double)(w->credit - w->sent) : 0;
}

static double in_flight(const struct pool_worker *w)
{
	return (double)w->in_flight;
}

static double slow_in_flight(const struct pool_worker *w)
{
	return (double)w->slow_in_flight;
}

static double has_database(const struct pool_worker *w)
{
	return w->has_database;
}

static double is_leaving(const struct pool_worker *w)
{
	return w->is_leaving;
}

static const struct {
	const char *name, *help;
	double (*read)(const struct pool_worker *w);
} gauge_table[] = {
	{ "studytracker_worker_credit", "Requests that the worker would take now.", free_credit },
	{ "studytracker_worker_calls_in_flight", "Calls that the worker has of this gateway.",
		in_flight },
	{ "studytracker_worker_slow_calls_in_flight", "Those of them that are slow.",
		slow_in_flight },
	{ "studytracker_worker_database_up", "1 if the worker's database is live.", has_database },
	{ "studytracker_worker_leaving", "1 if the worker stops.", is_leaving },
};

static void put_readiness(struct metrics_text *text, const struct pool *pool)
{
	metrics_text_family(
		text, &(struct metrics_family){ "studytracker_ready", METRICS_GAUGE, NULL,
			      "1 if a call would be sent to a worker now, as /readyz tells." });
	metrics_text_value(text, NULL, 0, pool_readiness(pool) == ST_OK);
	metrics_text_family(text, &(struct metrics_family){ "studytracker_workers", METRICS_GAUGE,
					  NULL, "Workers that are connected." });
	metrics_text_value(text, NULL, 0, (double)pool->roster.count);
}

static void put_counter(struct metrics_text *text, const struct pool *pool, size_t i)
{
	const struct worker_counter *c = worker_counter_at(i);
	char uuid[UUID_TEXT_LEN];
	const double unit = c->unit > 0 ? c->unit : 1;
	const struct metrics_label label = { "worker", { uuid, sizeof uuid } };
	metrics_text_family(
		text, &(struct metrics_family){ c->metric,
			      c->kind == COUNTER_TOTAL ? METRICS_COUNTER : METRICS_GAUGE, NULL,
			      c->help });
	for (const struct pool_worker *w = pool_workers(pool); w; w = w->next) {
		uuid_format(w->uuid, uuid);
		metrics_text_value(text, &label, 1, (double)w->stats.counters[i] * unit);
	}
}

/* Calls `put` for each lane of each worker that has been connected, with its labels. */
enum { LANE_LABELS = 2 };
typedef void (*put_lane)(struct metrics_text *text, const struct metrics_label labels[LANE_LABELS],
	const struct lane_counts *lane, const void *row);

static void each_lane(
	struct metrics_text *text, const struct pool *pool, put_lane put, const void *row)
{
	char uuid[UUID_TEXT_LEN];
	struct metrics_label labels[LANE_LABELS] = { { "worker", { uuid, sizeof uuid } } };
	for (const struct pool_worker *w = pool_workers(pool); w; w = w->next) {
		uuid_format(w->uuid, uuid);
		for (size_t i = 0; i < WORKER_LANES; i++) {
			labels[1] = (struct metrics_label){ "lane", span_of(worker_lane_name(i)) };
			if (w->stats.lanes[i].connections > 0)
				put(text, labels, &w->stats.lanes[i], row);
		}
	}
}

static void put_lane_counter(struct metrics_text *text,
	const struct metrics_label labels[LANE_LABELS], const struct lane_counts *lane,
	const void *row)
{
	metrics_text_value(text, labels, LANE_LABELS, (double)counter_value(row, lane));
}

static void put_lane_histogram(struct metrics_text *text,
	const struct metrics_label labels[LANE_LABELS], const struct lane_counts *lane,
	const void *row)
{
	const struct lane_histogram *h = row;
	metrics_text_histogram(text, labels, LANE_LABELS, h->shape,
		(const void *)((const char *)lane + h->offset));
}

static void put_lanes(struct metrics_text *text, const struct pool *pool)
{
	const struct counter_table *table = &lane_counter_table;
	const struct lane_histogram *h;
	char name[METRICS_NAME_SIZE];
	for (size_t i = 0; i < table->count; i++) {
		struct metrics_family family =
			metrics_family_of_counter(table, &table->rows[i], name);
		metrics_text_family(text, &family);
		each_lane(text, pool, put_lane_counter, &table->rows[i]);
	}
	for (size_t i = 0; (h = lane_histogram_at(i)); i++) {
		(void)snprintf(name, sizeof name, "%s%s", table->metric_prefix, h->shape->name);
		metrics_text_family(text, &(struct metrics_family){ name, METRICS_HISTOGRAM,
						  h->shape->unit, h->shape->help });
		each_lane(text, pool, put_lane_histogram, h);
	}
}

void metrics_workers_put(struct metrics_text *text, const struct pool *pool)
{
	char uuid[UUID_TEXT_LEN];
	const struct metrics_label label = { "worker", { uuid, sizeof uuid } };
	put_readiness(text, pool);
	for (size_t i = 0; i < sizeof gauge_table / sizeof *gauge_table; i++) {
		metrics_text_family(text, &(struct metrics_family){ gauge_table[i].name,
						  METRICS_GAUGE, NULL, gauge_table[i].help });
		for (const struct pool_worker *w = pool_workers(pool); w; w = w->next) {
			uuid_format(w->uuid, uuid);
			metrics_text_value(text, &label, 1, gauge_table[i].read(w));
		}
	}
	for (size_t i = 0; worker_counter_at(i); i++)
		put_counter(text, pool, i);
	put_lanes(text, pool);
}
