#include "worker/batch.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/bind.h"
#include "worker/connection_setup.h"
#include "worker/outcome.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_MS = 100 }; /* how late an end that nobody tells may be noticed: a deadline */

struct batch {
	struct batch_options options;
	struct database *db;
	struct event *start, *sweep, *over;
	struct queue queue;
	struct run run;
	struct outcomes outcomes;
	struct bind bind;
	uint64_t run_number; /* of the last run */
	uint64_t over_run;   /* that holds a write of a session which is over */
	uint64_t refused_ms; /* when connecting first failed since it was up; 0: it did not */
	struct fail refusal; /* the last one logged since then */
};

static void tell_change(struct batch *b)
{
	b->options.on_change(b->options.arg);
}

static void tell_if_idle(struct batch *b)
{
	if (batch_is_idle(b))
		tell_change(b);
}

static const char *name_of(const struct batch *b)
{
	return connection_lane_name(b->options.lane);
}

/* Who is over. */

/* At one moment. */
struct look {
	struct batch *batch;
	uint64_t now_ms;
	enum status verdict; /* of what is dropped */
};

static struct look look_now(struct batch *b, enum status verdict)
{
	return (struct look){ b, service_now_ms(), verdict };
}

static bool is_late(void *arg, const struct request *r)
{
	const struct look *look = arg;
	return look->now_ms >= r->deadline_ms || r->is_abandoned;
}

static bool is_over(void *arg, const struct request *r)
{
	const struct look *look = arg;
	const struct batch_options *options = &look->batch->options;
	return is_late(arg, r) || (r->origin && !options->wants(r->origin, r->session));
}

static bool is_any(void *arg, const struct request *r)
{
	(void)arg, (void)r;
	return true;
}

static void drop(void *arg, struct request *r)
{
	const struct look *look = arg;
	answer_with(look->batch->options.answers, r, look->verdict);
}

static bool is_hopeless(const struct batch *b)
{
	return b->refused_ms && service_now_ms() - b->refused_ms >= BATCH_GRACE_MS
	       && b->options.has_database(b->options.arg);
}

static void sweep_queue(struct batch *b)
{
	struct look look = look_now(b, ST_DEADLINE_EXCEEDED);
	queue_sweep(&b->queue, &(struct queue_judge){ is_late, drop, &look });
	look.verdict = ST_DATABASE_UNAVAILABLE;
	if (is_hopeless(b))
		queue_sweep(&b->queue, &(struct queue_judge){ is_any, drop, &look });
}

/* A cancellation that hits the next group does no harm: see worker/outcome.h. */
static void cancel_if_over(struct batch *b)
{
	struct look look = look_now(b, ST_DEADLINE_EXCEEDED);
	bool is_asked = b->outcomes.cancelled_ms
			&& look.now_ms - b->outcomes.cancelled_ms < BATCH_CANCEL_AGAIN_MS;
	if (is_asked || run_is_empty(&b->run) || !database_is_up(b->db)
		|| !run_group_all(&b->run, is_over, &look))
		return;
	b->outcomes.cancelled_ms = look.now_ms;
	b->options.on_over(b->options.arg, b->options.lane);
}

static void watch(struct batch *b)
{
	static const struct timeval wait = { 0, SWEEP_MS * 1000L };
	if (!batch_is_idle(b) && !evtimer_pending(b->sweep, NULL))
		(void)evtimer_add(b->sweep, &wait);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	(void)fd, (void)what;
	sweep_queue(b);
	cancel_if_over(b);
	watch(b);
	tell_if_idle(b);
}

/* A run begins. */

/* What the longest deadline of a group leaves; `first` is its first execution. */
static uint64_t time_left(const struct batch *b, size_t first, uint64_t now_ms)
{
	uint64_t latest_ms = now_ms;
	const struct execution *e = &b->run.executions[first];
	for (bool is_end = false; !is_end; is_end = e->ends_group, e++)
		for (size_t i = 0; i < e->count; i++) {
			uint64_t deadline_ms = b->run.requests[e->first + i]->deadline_ms;
			latest_ms = deadline_ms > latest_ms ? deadline_ms : latest_ms;
		}
	return latest_ms - now_ms;
}

static enum status send_execution(struct batch *b, const struct execution *e)
{
	enum status st = bind_requests(&b->bind, e->method, b->run.requests + e->first, e->count);
	if (st != ST_OK)
		return st;
	database_send(b->db, e->method, b->bind.params, b->bind.count);
	if (e->ends_group)
		database_sync(b->db);
	return ST_OK;
}

static void send_run(struct batch *b, uint64_t now_ms)
{
	bool begins = true;
	for (size_t i = 0; i < b->run.execution_count; i++) {
		if (begins)
			database_begin(b->db, time_left(b, i, now_ms));
		if (send_execution(b, &b->run.executions[i]) != ST_OK) {
			database_reset(b->db, "out of memory");
			return;
		}
		begins = b->run.executions[i].ends_group;
	}
}

static void start_run(struct batch *b)
{
	if (!run_is_empty(&b->run) || b->queue.count == 0 || !database_is_up(b->db))
		return;
	struct look look = look_now(b, ST_DEADLINE_EXCEEDED);
	b->run_number++;
	queue_fill(&b->queue, &b->run, &(struct queue_judge){ is_over, drop, &look });
	b->outcomes.in_flight = b->run.request_count;
	send_run(b, look.now_ms);
	watch(b);
	tell_if_idle(b); /* all that waited was over */
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	start_run(arg);
}

/* Sessions that are over. */

static void on_over(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	(void)fd, (void)what;
	if (b->over_run == b->run_number && !run_is_empty(&b->run))
		database_reset(b->db, "a gateway that is gone had asked for what takes long");
}

void batch_end_session(struct batch *b, const void *origin, int64_t session)
{
	static const struct timeval wait = { 0, BATCH_OVER_MS * 1000L };
	if (!run_has_write_of(&b->run, origin, session))
		return;
	b->over_run = b->run_number;
	(void)evtimer_add(b->over, &wait);
}

bool batch_abandon(struct batch *b, const void *origin, int64_t session, uint32_t msgid)
{
	return run_abandon(&b->run, origin, session, msgid)
	       || queue_abandon(&b->queue, origin, session, msgid);
}

/* The database's events. */

static enum status on_described(
	void *arg, const struct method *m, const struct pg_result *columns, struct fail *why)
{
	struct batch *b = arg;
	return answers_describe(b->options.answers, m, columns, why);
}

static void on_up(void *arg)
{
	struct batch *b = arg;
	log_info("database connected: %s lane", name_of(b));
	b->refusal = (struct fail){ 0 };
	b->refused_ms = 0;
	b->options.on_up(b->options.arg);
	tell_change(b);
	start_run(b);
}

static void on_refused(void *arg, enum status st, const struct fail *why)
{
	struct batch *b = arg;
	if (st == ST_BAD_SETTING)
		b->options.on_bad_setting(b->options.arg, why);
	if (!b->refused_ms)
		b->refused_ms = service_now_ms();
	if (strcmp(b->refusal.text, why->text) == 0 || !outcome_may_log(&b->outcomes)) {
		log_debug("database not connected: %s lane: %s", name_of(b), why->text);
		return;
	}
	log_warn("database not connected: %s lane: %s: trying on", name_of(b), why->text);
	b->refusal = *why;
}

static void on_result(void *arg, const struct database_result *result)
{
	struct batch *b = arg;
	run_take(&b->run, result);
}

static void settle(struct batch *b, struct execution *e)
{
	if (!outcome_settle(&b->outcomes, e))
		database_reset(b->db, e->why.text);
}

static void on_sync(void *arg)
{
	struct batch *b = arg;
	size_t end = run_group_end(&b->run);
	for (size_t i = b->run.group; i < end; i++)
		settle(b, &b->run.executions[i]);
	run_pass_group(&b->run);
	if (end < b->run.execution_count)
		return;
	run_clear(&b->run);
	start_run(b);
	watch(b);
	tell_if_idle(b);
}

static void on_down(void *arg, bool was_told, const struct fail *why)
{
	struct batch *b = arg;
	log_warn("database lost: %s lane: %s: connecting again, %zu requests wait", name_of(b),
		why->text, b->queue.count + b->outcomes.in_flight);
	for (size_t i = b->run.group; i < b->run.execution_count; i++)
		outcome_recover(&b->outcomes, &b->run.executions[i], was_told);
	run_clear(&b->run);
	watch(b);
	tell_change(b);
}

static const struct database_events database_events = {
	.on_described = on_described,
	.on_up = on_up,
	.on_result = on_result,
	.on_sync = on_sync,
	.on_down = on_down,
	.on_refused = on_refused,
};

/* The public calls. */

void batch_start(struct batch *b)
{
	database_start(b->db);
}

void batch_hurry(struct batch *b)
{
	b->refused_ms = 0;
	database_hurry(b->db);
}

enum status batch_admits(const struct batch *b)
{
	if (is_hopeless(b))
		return ST_DATABASE_UNAVAILABLE;
	if (b->queue.count + b->outcomes.in_flight >= b->options.requests_max
		|| b->queue.rows >= b->options.rows_max)
		return ST_OVERLOADED;
	return ST_OK;
}

void batch_submit(struct batch *b, struct request *r)
{
	static const struct timeval now = { 0, 0 };
	batch_start(b);
	queue_push(&b->queue, r);
	if (run_is_empty(&b->run) && database_is_up(b->db) && !evtimer_pending(b->start, NULL))
		(void)evtimer_add(b->start, &now);
	else
		watch(b);
}

bool batch_has_database(const struct batch *b)
{
	return database_is_up(b->db);
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
		.answers = options->answers, .queue = &b->queue, .run = &b->run
	};
	b->start = evtimer_new(base, on_start, b);
	b->sweep = evtimer_new(base, on_sweep, b);
	b->over = evtimer_new(base, on_over, b);
	if (!b->start || !b->sweep || !b->over)
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

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

void batch_free(struct batch **batch)
{
	struct batch *b = *batch;
	if (!b)
		return;
	database_free(&b->db);
	free_event(b->start);
	free_event(b->sweep);
	free_event(b->over);
	queue_fini(&b->queue, b->options.answers->pool);
	run_fini(&b->run, b->options.answers->pool);
	bind_fini(&b->bind);
	free(b);
	*batch = NULL;
}
