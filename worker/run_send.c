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

static void begin(const struct run *run, size_t first, const struct run_sender *sender)
{
	database_begin(sender->db, time_left(run, first, sender->now_ms));
	lane_position_put_before(sender->position, run, sender->db, sender->now_ms);
}

static enum status send_execution(
	const struct run *run, const struct execution *e, const struct run_sender *sender)
{
	struct bind *bind = sender->bind;
	enum status st = bind_requests(bind, e->method, run->requests + e->first, e->rows_sent);
	if (st != ST_OK)
		return st;
	database_send(sender->db, e->method->name, bind->params, bind->count);
	if (e->ends_group) {
		database_sync(sender->db);
		lane_position_put_after(sender->position, e->method, sender->db);
	}
	return ST_OK;
}

enum status run_send(const struct run *run, const struct run_sender *sender)
{
	bool begins = true;
	for (size_t i = 0; i < run->execution_count; i++) {
		if (begins)
			begin(run, i, sender);
		enum status st = send_execution(run, &run->executions[i], sender);
		if (st != ST_OK)
			return st;
		begins = run->executions[i].ends_group;
	}
	return ST_OK;
}
