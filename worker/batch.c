#include "worker/batch_inside.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/connection_setup.h"
#include "worker/run_send.h"
#include "worker/timer.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_MS = 100 }; /* a passed deadline is noticed within this time */

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

static void watch(struct batch *b)
{
	if (!batch_is_idle(b) && !evtimer_pending(b->sweep, NULL))
		timer_arm(b->sweep, SWEEP_MS);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	(void)fd, (void)what;
	batch_sweep_queue(b);
	batch_cancel_if_obsolete(b);
	if (lane_position_is_overdue(&b->position, service_now_ms()))
		database_reset(b->db, "the standby does not respond");
	watch(b);
	notify_if_idle(b);
}

/* Starting a run. */

static void start_soon(struct batch *b)
{
	batch_start(b);
	if (run_is_empty(&b->run) && database_is_connected(b->db)
		&& !evtimer_pending(b->start, NULL))
		timer_arm(b->start, 0);
	else
		watch(b);
}

static void start_run(struct batch *b)
{
	if (!run_is_empty(&b->run) || b->queue.count == 0 || !database_is_connected(b->db))
		return;
	struct batch_snapshot snapshot = batch_snapshot_now(b, ST_DEADLINE_EXCEEDED);
	b->run_number++;
	queue_fill(&b->queue, &b->run,
		&(struct queue_filter){ batch_is_obsolete, batch_drop, &snapshot });
	b->outcomes.in_flight = b->run.request_count;
	lane_meter_begin(&b->meter, b->run.request_count);
	struct run_sender sender = { &b->bind, &b->position, b->db, snapshot.now_ms };
	if (run_send(&b->run, &sender) != ST_OK)
		database_reset(b->db, "out of memory");
	watch(b);
	notify_if_idle(b); /* all queued requests may have been obsolete */
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start_run(arg);
}

/* The standby. */

/* Of what may be invalid, nothing is final. */
static void check_standby(struct batch *b)
{
	bool was_doubtful = b->position.is_doubtful;
	if (!b->options.primary || lane_position_ends_valid(&b->position, service_now_ms()))
		return;
	if (!was_doubtful)
		log_info("the standby is behind: the primary runs the reads");
	run_abort_group(&b->run);
	batch_hand_over_queue(b);
	if (!b->position.is_standby)
		database_reset(b->db, "the server is no standby any more");
}

static size_t waiting_at_primary(const struct batch *b)
{
	return b->options.primary ? b->options.primary->queue.count : 0;
}

/* `waiting`: at the primary, before requests were handed over. */
static void start_primary(struct batch *b, size_t waiting)
{
	b->meter.counts.handed_over += waiting_at_primary(b) - waiting;
	if (b->options.primary)
		start_soon(b->options.primary);
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
	if (!lane_position_take(&b->position, result))
		run_add_result(&b->run, result);
	else if (b->position.has_failed && !b->options.primary)
		database_reset(b->db, "the position of a commit is not known");
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
	if (lane_position_awaits(&b->position, b->run.executions[end - 1].method))
		return;
	lane_meter_commit(&b->meter);
	size_t waiting = waiting_at_primary(b);
	check_standby(b);
	for (size_t i = b->run.group; i < end; i++)
		finish_execution(b, &b->run.executions[i]);
	run_finish_group(&b->run);
	if (end < b->run.execution_count)
		return;
	run_clear(&b->run);
	start_primary(b, waiting);
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
	size_t waiting = waiting_at_primary(b);
	if (!run_is_empty(&b->run))
		check_standby(b);
	for (size_t i = b->run.group; i < b->run.execution_count; i++)
		outcome_recover(&b->outcomes, &b->run.executions[i], connection_ended_cleanly);
	run_clear(&b->run);
	lane_position_reset(&b->position);
	if (b->options.primary)
		batch_hand_over_queue(b);
	start_primary(b, waiting);
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
	if (batch_is_unavailable(b))
		return ST_DATABASE_UNAVAILABLE;
	if (b->queue.count + b->outcomes.in_flight >= b->options.requests_max
		|| b->queue.rows >= b->options.rows_max)
		return ST_OVERLOADED;
	return ST_OK;
}

void batch_submit(struct batch *b, struct request *r)
{
	queue_push(&b->queue, r);
	start_soon(b);
}

bool batch_is_usable(const struct batch *b)
{
	return database_is_connected(b->db)
	       && lane_position_is_usable(&b->position, batch_is_idle(b), service_now_ms());
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
		.statement = lane_position_statement(b->position.use),
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
	if (options->primary) {
		b->outcomes.queue = &options->primary->queue;
		b->outcomes.hands_over = true;
	}
	b->position = (struct lane_position){
		.use = lane_position_use(options->lane, options->committed),
		.committed = options->committed,
	};
	b->start = evtimer_new(base, on_start, b);
	b->sweep = evtimer_new(base, on_sweep, b);
	b->end = evtimer_new(base, on_ended, b);
	if (!b->start || !b->sweep || !b->end)
		goto failed;
	st = queue_init(&b->queue, options->run_rows);
	if (st == ST_OK)
		st = run_init(&b->run, options->group_rows);
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
