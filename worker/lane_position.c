#include "worker/lane_position.h"

#include "worker/cell.h"
#include "worker/pipeline.h"

#include <endian.h>

static const char *const statement_names[] = {
	[POSITION_COMMITTED] = "committed",
	[POSITION_REPLAYED] = "replayed",
};

enum lane_position_use lane_position_use(enum lane lane, const struct position *committed)
{
	if (lane == LANE_STANDBY)
		return POSITION_REPLAYED;
	return committed && (lane == LANE_WRITE || lane == LANE_SLOW) ? POSITION_COMMITTED
								      : POSITION_NONE;
}

const char *lane_position_statement(enum lane_position_use use)
{
	return use == POSITION_NONE ? NULL : statement_names[use];
}

/* The latest position that a request of the run needs. */
static struct position needed(const struct run *run)
{
	struct position latest = { 0 };
	for (size_t i = 0; i < run->request_count; i++)
		position_advance(&latest, run->requests[i]->position);
	return latest;
}

void lane_position_put_before(
	struct lane_position *p, const struct run *run, struct database *db, uint64_t now_ms)
{
	if (p->use != POSITION_REPLAYED)
		return;
	struct position latest = needed(run);
	const uint64_t numbers[] = { htobe64((uint64_t)latest.timeline),
		htobe64((uint64_t)latest.lsn) };
	const struct span params[] = { { (const char *)&numbers[0], sizeof numbers[0] },
		{ (const char *)&numbers[1], sizeof numbers[1] } };
	database_send(db, statement_names[p->use], params, 2);
	p->state = AWAITS_RESULT;
	p->has_replayed = p->has_failed = false;
	p->is_standby = true;
	p->sent_ms = now_ms;
}

void lane_position_put_after(
	const struct lane_position *p, const struct method *last, struct database *db)
{
	if (p->use != POSITION_COMMITTED || !last->is_write)
		return;
	database_send(db, statement_names[p->use], NULL, 0);
	database_sync(db);
}

static int64_t int_of(const struct pg_result *rows, int column)
{
	return cell_int8(pipeline_cell(rows, column).bytes);
}

static void read_row(struct lane_position *p, const struct pg_result *rows)
{
	if (p->use == POSITION_COMMITTED) {
		position_advance(
			p->committed, (struct position){ int_of(rows, 0), int_of(rows, 1) });
		return;
	}
	struct span has_replayed = pipeline_cell(rows, 0);
	p->is_standby = has_replayed.len > 0;
	p->has_replayed = p->is_standby && *has_replayed.bytes;
}

bool lane_position_take(struct lane_position *p, const struct database_result *result)
{
	if (p->state != AWAITS_RESULT)
		return false;
	p->state = AWAITS_SYNC;
	p->has_failed = result->kind != DATABASE_ROWS;
	struct pg_result *rows = result->rows;
	if (!p->has_failed)
		read_row(p, rows);
	database_rows_free(&rows);
	return true;
}

bool lane_position_awaits(struct lane_position *p, const struct method *last)
{
	if (p->use != POSITION_COMMITTED || !last->is_write)
		return false;
	bool is_first = p->state == AWAITS_NOTHING;
	p->state = is_first ? AWAITS_RESULT : AWAITS_NOTHING;
	return is_first;
}

bool lane_position_ends_valid(struct lane_position *p, uint64_t now_ms)
{
	p->state = AWAITS_NOTHING;
	p->is_doubtful = !p->has_replayed;
	if (p->is_doubtful)
		p->behind_until_ms = now_ms + LANE_POSITION_PAUSE_MS;
	return p->has_replayed;
}

bool lane_position_is_usable(const struct lane_position *p, bool is_idle, uint64_t now_ms)
{
	return now_ms >= p->behind_until_ms && (is_idle || !p->is_doubtful);
}

bool lane_position_is_overdue(const struct lane_position *p, uint64_t now_ms)
{
	return p->use == POSITION_REPLAYED && p->state != AWAITS_NOTHING
	       && now_ms - p->sent_ms >= LANE_POSITION_PATIENCE_MS;
}

void lane_position_reset(struct lane_position *p)
{
	p->state = AWAITS_NOTHING;
}
