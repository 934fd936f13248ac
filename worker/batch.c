#include "worker/batch.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/answer.h"
#include "worker/bind.h"
#include "worker/crash.h"
#include "worker/database.h"
#include "worker/queue.h"
#include "worker/run.h"
#include "worker/verdict.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum {
	ATTEMPTS_MAX = 3,
	LOG_EVERY_MS = 1000,
	SWEEP_MS = 100, /* how late a queued request's deadline may be noticed */
};

struct batch {
	struct batch_options options;
	struct database *db;
	struct event *start, *sweep, *over;
	struct request_pool pool;
	struct queue queue;
	struct run run;
	struct answers answers;
	struct bind bind;
	size_t in_flight;    /* of the run, not answered yet */
	uint64_t run_number; /* of the last run */
	uint64_t over_run;   /* that holds a write of a session which is over */
	struct fail refusal; /* the last one logged since the database was up */
	uint64_t logged_ms;
};

/* A failure comes seldom alone: a line a second tells enough. */
static bool may_log(struct batch *b)
{
	uint64_t now_ms = service_now_ms();
	if (b->logged_ms && now_ms - b->logged_ms < LOG_EVERY_MS)
		return false;
	b->logged_ms = now_ms;
	return true;
}

static void tell_change(struct batch *b)
{
	b->options.on_change(b->options.arg);
}

static void tell_if_idle(struct batch *b)
{
	if (batch_is_idle(b))
		tell_change(b);
}

/* Who is over. */

/* At one moment. */
struct look {
	struct batch *batch;
	uint64_t now_ms;
};

static bool is_expired(void *arg, const struct request *r)
{
	const struct look *look = arg;
	return look->now_ms >= r->deadline_ms;
}

static bool is_over(void *arg, const struct request *r)
{
	const struct look *look = arg;
	const struct batch_options *options = &look->batch->options;
	return is_expired(arg, r) || !options->wants(r->origin, r->session);
}

static void drop(void *arg, struct request *r)
{
	const struct look *look = arg;
	answer_with(&look->batch->answers, r, ST_DEADLINE_EXCEEDED);
}

static void watch_deadlines(struct batch *b)
{
	static const struct timeval wait = { 0, SWEEP_MS * 1000L };
	if (b->queue.count > 0 && !evtimer_pending(b->sweep, NULL))
		(void)evtimer_add(b->sweep, &wait);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	struct look look = { b, service_now_ms() };
	(void)fd;
	(void)what;
	queue_sweep(&b->queue, &(struct queue_judge){ is_expired, drop, &look });
	watch_deadlines(b);
	tell_if_idle(b);
}

/* A run begins. */

static void send_run(struct batch *b)
{
	for (size_t i = 0; i < b->run.execution_count; i++) {
		struct execution *e = &b->run.executions[i];
		if (bind_requests(&b->bind, e->method, b->run.requests + e->first, e->count)
			!= ST_OK) {
			database_reset(b->db, "out of memory");
			return;
		}
		database_send(b->db, e->method, b->bind.params, b->bind.count);
		if (e->ends_group)
			database_sync(b->db);
	}
}

static void start_run(struct batch *b)
{
	if (!run_is_empty(&b->run) || b->queue.count == 0 || !database_is_up(b->db))
		return;
	struct look look = { b, service_now_ms() };
	b->run_number++;
	queue_fill(&b->queue, &b->run, &(struct queue_judge){ is_over, drop, &look });
	b->in_flight = b->run.request_count;
	send_run(b);
	tell_if_idle(b); /* all that waited had expired */
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start_run(arg);
}

/* Sessions that are over. */

static void on_over(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	(void)fd;
	(void)what;
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

/* What becomes of an execution. */

static void refuse_in_flight(struct batch *b, struct request *r, enum status st)
{
	b->in_flight--;
	answer_with(&b->answers, r, st);
}

static void run_again(struct batch *b, const struct execution *e, bool to_run_alone)
{
	struct request_list again = { 0 };
	for (size_t i = 0; i < e->count; i++)
		request_list_push(&again, b->run.requests[e->first + i]);
	b->in_flight -= e->count;
	queue_return(&b->queue, &again, to_run_alone);
}

static void judge(struct batch *b, const struct execution *e, struct request *r)
{
	struct verdict v = verdict_of(e->sqlstate);
	if (v.try_again && ++r->attempts < ATTEMPTS_MAX) {
		b->in_flight--;
		queue_push_alone(&b->queue, r);
		return;
	}
	const char *code = status_info(answer_status(r, v.status))->code;
	if (may_log(b))
		log_warn("%s failed: %s (SQLSTATE %s): answered %s, request %.*s", r->method->name,
			e->why.text, e->sqlstate, code, (int)r->request_id.len,
			r->request_id.bytes);
	refuse_in_flight(b, r, v.status);
}

static void on_failed(struct batch *b, struct execution *e)
{
	if (verdict_of(e->sqlstate).reconnect)
		database_reset(b->db, e->why.text);
	if (e->count == 1) {
		judge(b, e, b->run.requests[e->first]);
		return;
	}
	if (may_log(b))
		log_info("%s failed for %zu requests together: %s (SQLSTATE %s): each runs alone",
			e->method->name, e->count, e->why.text, e->sqlstate);
	run_again(b, e, true);
}

static void settle(struct batch *b, struct execution *e)
{
	switch (e->fate) {
	case CAME:
		b->in_flight -= e->count;
		answer_rows(&b->answers, b->run.requests, e);
		break;
	case FAILED:
		on_failed(b, e);
		break;
	case ABORTED:
	case UNANSWERED:
		run_again(b, e, e->is_alone);
		break;
	}
}

/* After the connection was lost; `again` collects what may be run again together. */
static void recover_request(
	struct batch *b, struct request *r, bool is_undone, struct request_list *again)
{
	if (!is_undone && !request_is_repeatable(r)) {
		refuse_in_flight(b, r, ST_OUTCOME_UNKNOWN);
		return;
	}
	if (!is_undone) {
		r->may_be_done = r->method->is_write;
		r->attempts++;
	}
	if (r->attempts >= ATTEMPTS_MAX) {
		refuse_in_flight(b, r, ST_DATABASE_UNAVAILABLE);
		return;
	}
	b->in_flight--;
	if (r->attempts > 0)
		queue_push_alone(&b->queue, r);
	else
		request_list_push(again, r);
}

static void recover(struct batch *b, struct execution *e, bool was_told)
{
	struct request_list again = { 0 };
	if (e->fate == CAME && !e->method->is_write) {
		settle(b, e);
		return;
	}
	bool is_undone = execution_is_undone(e, was_told);
	for (size_t i = 0; i < e->count; i++)
		recover_request(b, b->run.requests[e->first + i], is_undone, &again);
	database_rows_free(&e->rows);
	queue_return(&b->queue, &again, false);
}

/* The database's events. */

static enum status on_described(
	void *arg, const struct method *m, const struct pg_result *columns, struct fail *why)
{
	struct batch *b = arg;
	return answers_describe(&b->answers, m, columns, why);
}

static void on_up(void *arg)
{
	struct batch *b = arg;
	log_info("database connected");
	b->refusal = (struct fail){ 0 };
	tell_change(b);
	start_run(b);
}

static void on_refused(void *arg, const struct fail *why)
{
	struct batch *b = arg;
	if (strcmp(b->refusal.text, why->text) == 0 || !may_log(b)) {
		log_debug("database not connected: %s", why->text);
		return;
	}
	log_warn("database not connected: %s: trying on", why->text);
	b->refusal = *why;
}

static void on_result(void *arg, const struct database_result *result)
{
	struct batch *b = arg;
	run_take(&b->run, result);
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
	watch_deadlines(b);
	tell_if_idle(b);
}

static void on_down(void *arg, bool was_told, const struct fail *why)
{
	struct batch *b = arg;
	log_warn("database lost: %s: connecting again, %zu requests wait", why->text,
		b->queue.count + b->in_flight);
	for (size_t i = b->run.group; i < b->run.execution_count; i++)
		recover(b, &b->run.executions[i], was_told);
	run_clear(&b->run);
	watch_deadlines(b);
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

static enum status take(
	struct batch *b, const struct envelope *e, struct request **out, struct fail *why)
{
	const struct method *m = method_find(e->method);
	if (!m || !database_knows(m))
		return ST_UNKNOWN_METHOD;
	if (b->queue.count >= BATCH_QUEUE_MAX)
		return ST_OVERLOADED;
	return request_take(&b->pool, m, e, out, why);
}

void batch_submit(struct batch *b, void *origin, int64_t session, const struct envelope *request)
{
	static const struct timeval now = { 0, 0 };
	struct fail why = { 0 };
	struct request *r = NULL;
	crash_if_asked(request->context.request_id, "test.crash.come");
	enum status st = take(b, request, &r, &why);
	if (st != ST_OK) {
		answer_refusal(&b->answers, origin, session, request->msgid, st, &why);
		return;
	}
	r->origin = origin;
	r->session = session;
	r->deadline_ms = service_now_ms() + (uint64_t)request->context.deadline_ms;
	queue_push(&b->queue, r);
	if (run_is_empty(&b->run) && database_is_up(b->db) && !evtimer_pending(b->start, NULL))
		(void)evtimer_add(b->start, &now);
	else
		watch_deadlines(b);
}

bool batch_has_database(const struct batch *b)
{
	return database_is_up(b->db);
}

bool batch_is_idle(const struct batch *b)
{
	return b->queue.count == 0 && b->in_flight == 0;
}

struct batch_counts batch_counts(const struct batch *b)
{
	return (struct batch_counts){
		.queued = b->queue.count,
		.in_flight = b->in_flight,
		.done = b->answers.done,
		.failed = b->answers.failed,
	};
}

static enum status make_room(struct batch *b)
{
	enum status st = queue_init(&b->queue);
	if (st == ST_OK)
		st = run_init(&b->run);
	if (st == ST_OK)
		st = answers_init(&b->answers);
	return st;
}

enum status batch_open(struct event_base *base, const struct batch_options *options,
	struct batch **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct batch *b = calloc(1, sizeof *b);
	if (!b)
		goto failed;
	b->options = *options;
	b->answers = (struct answers){
		.open = options->open, .close = options->close, .pool = &b->pool
	};
	b->start = evtimer_new(base, on_start, b);
	b->sweep = evtimer_new(base, on_sweep, b);
	b->over = evtimer_new(base, on_over, b);
	if (!b->start || !b->sweep || !b->over || make_room(b) != ST_OK)
		goto failed;
	struct database_options db = {
		.url = options->database_url,
		.time_zone = options->time_zone,
		.worker = options->worker,
		.events = &database_events,
		.arg = b,
	};
	st = database_open(base, &db, &b->db, why);
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
	if (b->start)
		event_free(b->start);
	if (b->sweep)
		event_free(b->sweep);
	if (b->over)
		event_free(b->over);
	queue_fini(&b->queue, &b->pool);
	run_fini(&b->run, &b->pool);
	request_pool_fini(&b->pool);
	answers_fini(&b->answers);
	bind_fini(&b->bind);
	free(b);
	*batch = NULL;
}
