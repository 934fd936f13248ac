#include "gateway/metrics_workers.h"

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
}
