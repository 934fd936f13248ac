#include "worker/batch_inside.h"

#include "common/service.h"

struct batch_snapshot batch_snapshot_now(struct batch *b, enum status drop_status)
{
	return (struct batch_snapshot){ b, service_now_ms(), drop_status };
}

static bool is_expired(void *arg, const struct request *r)
{
	const struct batch_snapshot *snapshot = arg;
	return snapshot->now_ms >= r->deadline_ms || r->is_abandoned;
}

bool batch_is_obsolete(void *arg, const struct request *r)
{
	return is_expired(arg, r) || !origin_has_epoch(r->origin, r->epoch);
}

static bool always(void *arg, const struct request *r)
{
	(void)arg, (void)r;
	return true;
}

void batch_drop(void *arg, struct request *r)
{
	const struct batch_snapshot *snapshot = arg;
	response_fail(snapshot->batch->options.responses, r, snapshot->drop_status);
}

bool batch_is_unavailable(const struct batch *b)
{
	return b->connect_failed_ms && service_now_ms() - b->connect_failed_ms >= BATCH_GRACE_MS
	       && b->options.has_database(b->options.arg);
}

void batch_sweep_queue(struct batch *b)
{
	struct batch_snapshot snapshot = batch_snapshot_now(b, ST_DEADLINE_EXCEEDED);
	queue_sweep(&b->queue, &(struct queue_filter){ is_expired, batch_drop, &snapshot });
	snapshot.drop_status = ST_DATABASE_UNAVAILABLE;
	if (batch_is_unavailable(b))
		queue_sweep(&b->queue, &(struct queue_filter){ always, batch_drop, &snapshot });
}

/* A cancellation that hits the next group is harmless: see worker/outcome.h. */
void batch_cancel_if_obsolete(struct batch *b)
{
	struct batch_snapshot snapshot = batch_snapshot_now(b, ST_DEADLINE_EXCEEDED);
	bool is_recent = b->outcomes.cancelled_ms
			 && snapshot.now_ms - b->outcomes.cancelled_ms < BATCH_CANCEL_AGAIN_MS;
	if (is_recent || run_is_empty(&b->run) || !database_is_connected(b->db)
		|| !run_group_all(&b->run, batch_is_obsolete, &snapshot))
		return;
	b->outcomes.cancelled_ms = snapshot.now_ms;
	b->options.cancel_statement(b->options.arg, b->options.lane);
}

static void move_to_primary(void *arg, struct request *r)
{
	const struct batch_snapshot *snapshot = arg;
	queue_push(&snapshot->batch->options.primary->queue, r);
}

void batch_hand_over_queue(struct batch *b)
{
	struct batch_snapshot snapshot = batch_snapshot_now(b, ST_OK);
	queue_sweep(&b->queue, &(struct queue_filter){ always, move_to_primary, &snapshot });
}
