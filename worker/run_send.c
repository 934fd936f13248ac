#include "worker/run_send.h"

/* Returns the time until the latest deadline of the group that starts at `first`. */
static uint64_t time_left(const struct run *run, size_t first, uint64_t now_ms)
{
	uint64_t latest_ms = now_ms;
	const struct execution *e = &run->executions[first];
	for (bool is_end = false; !is_end; is_end = e->ends_group, e++)
		for (size_t i = 0; i < e->count; i++) {
			uint64_t deadline_ms = run->requests[e->first + i]->deadline_ms;
			latest_ms = deadline_ms > latest_ms ? deadline_ms : latest_ms;
		}
	return latest_ms - now_ms;
}

static enum status send_execution(
	const struct run *run, const struct execution *e, struct bind *bind, struct database *db)
{
	enum status st = bind_requests(bind, e->method, run->requests + e->first, e->rows_sent);
	if (st != ST_OK)
		return st;
	database_send(db, e->method, bind->params, bind->count);
	if (e->ends_group)
		database_sync(db);
	return ST_OK;
}

enum status run_send(const struct run *run, struct bind *bind, struct database *db, uint64_t now_ms)
{
	bool begins = true;
	for (size_t i = 0; i < run->execution_count; i++) {
		if (begins)
			database_begin(db, time_left(run, i, now_ms));
		enum status st = send_execution(run, &run->executions[i], bind, db);
		if (st != ST_OK)
			return st;
		begins = run->executions[i].ends_group;
	}
	return ST_OK;
}
