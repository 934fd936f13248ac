#include "worker/batch.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/connection_setup.h"
#include "worker/lane_meter.h"
#include "worker/outcome.h"
#include "worker/run_send.h"
#include "worker/timer.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_MS = 100 }; /* a passed deadline is noticed within this time */

struct batch {
	struct batch_options options;
	struct database *db;
	struct event *start, *sweep, *end;
	struct queue queue;
	struct run run;
	struct outcomes outcomes;
	struct lane_meter meter;
	struct bind bind;
	uint64_t run_number;         /* of the current or last run */
	uint64_t ended_run;          /* the run that has a write of an ended epoch */
	uint64_t connect_failed_ms;  /* first failure since the last connection; 0: none */
	struct fail connect_failure; /* the last one logged since then */
};

static void notify_change(struct batch *b)
{
	b->options.on_change(b->options.arg);
}

static void notify_if_idle(struct batch *b)
{
	if (batch_is_idle(b))
		notify_change(b);
}

static const char *lane_name(const struct batch *b)
{
	return connection_lane_name(b->options.lane);
}

/* Obsolete requests. */

/* The batch at one moment, for filters. */
struct snapshot {
	struct batch *batch;
	uint64_t now_ms;
	enum status drop_status; /* for dropped requests */
};

static struct snapshot snapshot_now(struct batch *b, enum status drop_status)
{
	return (struct snapshot){ b, service_now_ms(), drop_status };
}

static bool is_expired(void *arg, const struct request *r)
{
	const struct snapshot *snapshot = arg;
	return snapshot->now_ms >= r->deadline_ms || r->is_abandoned;
}

static bool is_obsolete(void *arg, const struct request *r)
{
	return is_expired(arg, r) || !origin_has_epoch(r->origin, r->epoch);
}

static bool always(void *arg, const struct request *r)
{
	(void)arg, (void)r;
	return true;
}

static void drop(void *arg, struct request *r)
{
	const struct snapshot *snapshot = arg;
	response_fail(snapshot->batch->options.responses, r, snapshot->drop_status);
}

static bool is_unavailable(const struct batch *b)
{
	return b->connect_failed_ms && service_now_ms() - b->connect_failed_ms >= BATCH_GRACE_MS
	       && b->options.has_database(b->options.arg);
}

static void sweep_queue(struct batch *b)
{
	struct snapshot snapshot = snapshot_now(b, ST_DEADLINE_EXCEEDED);
	queue_sweep(&b->queue, &(struct queue_filter){ is_expired, drop, &snapshot });
	snapshot.drop_status = ST_DATABASE_UNAVAILABLE;
	if (is_unavailable(b))
		queue_sweep(&b->queue, &(struct queue_filter){ always, drop, &snapshot });
}

/* A cancellation that hits the next group is harmless: see worker/outcome.h. */
static void cancel_if_obsolete(struct batch *b)
{
	struct snapshot snapshot = snapshot_now(b, ST_DEADLINE_EXCEEDED);
	bool is_recent = b->outcomes.cancelled_ms
			 && snapshot.now_ms - b->outcomes.cancelled_ms < BATCH_CANCEL_AGAIN_MS;
	if (is_recent || run_is_empty(&b->run) || !database_is_connected(b->db)
		|| !run_group_all(&b->run, is_obsolete, &snapshot))
		return;
	b->outcomes.cancelled_ms = snapshot.now_ms;
	b->options.cancel_statement(b->options.arg, b->options.lane);
}

static void watch(struct batch *b)
{
	if (!batch_is_idle(b) && !evtimer_pending(b->sweep, NULL))
		timer_arm(b->sweep, SWEEP_MS);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	(void)fd, (void)what;
	sweep_queue(b);
	cancel_if_obsolete(b);
	watch(b);
	notify_if_idle(b);
}

/* Starting a run. */

static void start_run(struct batch *b)
{
	if (!run_is_empty(&b->run) || b->queue.count == 0 || !database_is_connected(b->db))
		return;
	struct snapshot snapshot = snapshot_now(b, ST_DEADLINE_EXCEEDED);
	b->run_number++;
	queue_fill(&b->queue, &b->run, &(struct queue_filter){ is_obsolete, drop, &snapshot });
	b->outcomes.in_flight = b->run.request_count;
	lane_meter_begin(&b->meter, b->run.request_count);
	if (run_send(&b->run, &b->bind, b->db, snapshot.now_ms) != ST_OK)
		database_reset(b->db, "out of memory");
	watch(b);
	notify_if_idle(b); /* all queued requests may have been obsolete */
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start_run(arg);
}

/* Ended epochs. */

static void on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	(void)fd, (void)what;
	if (b->ended_run == b->run_number && !run_is_empty(&b->run))
		database_reset(b->db, "a write of a lost gateway takes too long");
}

void batch_end_epoch(struct batch *b, const struct origin *origin, int64_t epoch)
{
	if (!run_has_write_of(&b->run, origin, epoch))
		return;
	b->ended_run = b->run_number;
	timer_arm(b->end, BATCH_ENDED_MS);
}

bool batch_abandon(struct batch *b, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	return run_abandon(&b->run, origin, epoch, msgid)
	       || queue_abandon(&b->queue, origin, epoch, msgid);
}

/* Events of the database. */

static enum status on_described(
	void *arg, const struct method *m, const struct pg_result *columns, struct fail *why)
{
	struct batch *b = arg;
	return responses_describe(b->options.responses, m, columns, why);
}

static void on_connected(void *arg)
{
	struct batch *b = arg;
	b->meter.counts.connections++;
	log_info("database connected: %s lane", lane_name(b));
	b->connect_failure = (struct fail){ 0 };
	b->connect_failed_ms = 0;
	b->options.on_connected(b->options.arg);
	notify_change(b);
	start_run(b);
}

static void on_connect_failed(void *arg, enum status st, const struct fail *why)
{
	struct batch *b = arg;
	if (st == ST_BAD_SETTING)
		b->options.on_bad_setting(b->options.arg, why);
	if (!b->connect_failed_ms)
		b->connect_failed_ms = service_now_ms();
	if (strcmp(b->connect_failure.text, why->text) == 0
		|| !log_limit_allows(&b->outcomes.log_limit)) {
		log_debug("database not connected: %s lane: %s", lane_name(b), why->text);
		return;
	}
	log_warn("database not connected: %s lane: %s: trying again", lane_name(b), why->text);
	b->connect_failure = *why;
}

static void on_result(void *arg, const struct database_result *result)
{
	struct batch *b = arg;
	run_add_result(&b->run, result);
}

static void finish_execution(struct batch *b, struct execution *e)
{
	if (!outcome_finish(&b->outcomes, e))
		database_reset(b->db, e->why.text);
}

static void on_sync(void *arg)
{
	struct batch *b = arg;
	size_t end = run_group_end(&b->run);
	lane_meter_commit(&b->meter);
	for (size_t i = b->run.group; i < end; i++)
		finish_execution(b, &b->run.executions[i]);
	run_finish_group(&b->run);
	if (end < b->run.execution_count)
		return;
	run_clear(&b->run);
	start_run(b);
	watch(b);
	notify_if_idle(b);
}

static void on_disconnected(void *arg, bool connection_ended_cleanly, const struct fail *why)
{
	struct batch *b = arg;
	b->meter.counts.losses++;
	log_warn("database lost: %s lane: %s: reconnecting, %zu requests wait", lane_name(b),
		why->text, b->queue.count + b->outcomes.in_flight);
	for (size_t i = b->run.group; i < b->run.execution_count; i++)
		outcome_recover(&b->outcomes, &b->run.executions[i], connection_ended_cleanly);
	run_clear(&b->run);
	watch(b);
	notify_change(b);
}

static const struct database_events database_events = {
	.on_described = on_described,
	.on_connected = on_connected,
	.on_result = on_result,
	.on_sync = on_sync,
	.on_disconnected = on_disconnected,
	.on_connect_failed = on_connect_failed,
};

/* Public functions. */

void batch_start(struct batch *b)
{
	database_start(b->db);
}

void batch_connect_now(struct batch *b)
{
	b->connect_failed_ms = 0;
	database_connect_now(b->db);
}

enum status batch_admission_status(const struct batch *b)
{
	if (is_unavailable(b))
		return ST_DATABASE_UNAVAILABLE;
	if (b->queue.count + b->outcomes.in_flight >= b->options.requests_max
		|| b->queue.rows >= b->options.rows_max)
		return ST_OVERLOADED;
	return ST_OK;
}

void batch_submit(struct batch *b, struct request *r)
{
	batch_start(b);
	queue_push(&b->queue, r);
	if (run_is_empty(&b->run) && database_is_connected(b->db)
		&& !evtimer_pending(b->start, NULL))
		timer_arm(b->start, 0);
	else
		watch(b);
}

bool batch_has_database(const struct batch *b)
{
	return database_is_connected(b->db);
}

bool batch_is_idle(const struct batch *b)
{
	return b->queue.count == 0 && b->outcomes.in_flight == 0;
}

size_t batch_queued(const struct batch *b)
{
	return b->queue.count;
}

size_t batch_in_flight(const struct batch *b)
{
	return b->outcomes.in_flight;
}

struct lane_counts batch_counts(const struct batch *b)
{
	struct lane_counts counts = b->meter.counts;
	counts.queued = batch_queued(b);
	counts.in_flight = batch_in_flight(b);
	return counts;
}

static enum status open_database(
	struct batch *b, struct event_base *base, const struct batch_options *o, struct fail *why)
{
	struct database_options options = {
		.url = o->database_url,
		.time_zone = o->time_zone,
		.worker = o->worker,
		.lane = o->lane,
		.events = &database_events,
		.arg = b,
	};
	return database_open(base, &options, &b->db, why);
}

enum status batch_open(struct event_base *base, const struct batch_options *options,
	struct batch **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct batch *b = calloc(1, sizeof *b);
	if (!b)
		goto failed;
	b->options = *options;
	b->outcomes = (struct outcomes){
		.responses = options->responses, .queue = &b->queue, .run = &b->run
	};
	b->start = evtimer_new(base, on_start, b);
	b->sweep = evtimer_new(base, on_sweep, b);
	b->end = evtimer_new(base, on_ended, b);
	if (!b->start || !b->sweep || !b->end)
		goto failed;
	st = queue_init(&b->queue, options->run_rows);
	if (st == ST_OK)
		st = run_init(&b->run, options->cuts_each);
	if (st == ST_OK)
		st = bind_init(&b->bind);
	if (st == ST_OK)
		st = open_database(b, base, options, why);
	if (st != ST_OK)
		goto failed;
	*out = b;
	return ST_OK;

failed:
	batch_free(&b);
	return st;
}

void batch_free(struct batch **batch)
{
	struct batch *b = *batch;
	if (!b)
		return;
	database_free(&b->db);
	timer_free(b->start);
	timer_free(b->sweep);
	timer_free(b->end);
	queue_fini(&b->queue, b->options.responses->pool);
	run_fini(&b->run, b->options.responses->pool);
	bind_fini(&b->bind);
	free(b);
	*batch = NULL;
}
