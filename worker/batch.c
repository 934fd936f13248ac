#include "worker/batch.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/bind.h"
#include "worker/database.h"
#include "worker/encode.h"
#include "worker/request.h"
#include "worker/verdict.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALONE_MAX = 64,  /* of a failed batch, run singly in one run */
	ROWS_MAX = 2000, /* that the pages of one execution may ask for together */
	ATTEMPTS_MAX = 3,
	LOG_EVERY_MS = 1000,
	SWEEP_MS = 100, /* how late a queued request's deadline may be noticed */
};

enum fate { UNANSWERED, CAME, FAILED, ABORTED };

/* One statement's execution: requests[first..first+count) of the run. */
struct execution {
	const struct method *method;
	size_t first, count;
	bool is_alone;
	bool ends_group;
	enum fate fate;
	struct pg_result *rows; /* CAME */
	char sqlstate[6];       /* FAILED */
	struct fail why;
};

/* What is in the database. Executions before `group` are answered; those before `told` have
 * a result; the group's sync is outstanding. */
struct run {
	struct request **requests;
	size_t request_count;
	struct execution *executions;
	size_t execution_count;
	size_t group, told;
};

struct batch {
	struct batch_options options;
	struct database *db;
	struct event *start, *sweep;
	struct encode_plan **plans;  /* by method_index */
	struct request_list *queues; /* by method_index */
	struct request_list alone;   /* after a failure, each in an execution of its own */
	struct request_pool pool;
	struct request_keys keys;
	struct bind bind;
	struct buf error;
	struct run run;
	struct batch_counts counts;
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

/* Only in test builds: a request of this id takes its worker with it. */
static void crash_if_asked(struct span request_id, const char *here)
{
#ifdef STUDYTRACKER_TEST_CRASH
	if (span_is(request_id, here))
		abort();
#else
	(void)request_id, (void)here;
#endif
}

/* Answers. */

static void put_error(
	struct batch *b, struct buf *out, uint32_t msgid, enum status st, const struct fail *why)
{
	buf_clear(&b->error);
	envelope_put_error_map(&b->error, st, why);
	envelope_put_error(out, msgid, buf_view(&b->error));
	out->failed |= b->error.failed; /* half an error would spoil the answers around it */
	b->counts.failed++;
}

static void answer_refusal(struct batch *b, void *origin, int64_t session, uint32_t msgid,
	enum status st, const struct fail *why)
{
	b->counts.done++;
	struct buf *out = b->options.open(origin, session);
	if (!out)
		return;
	put_error(b, out, msgid, st, why);
	b->options.close(origin);
}

static void refuse(struct batch *b, struct request *r, enum status st, const struct fail *why)
{
	answer_refusal(b, r->origin, r->session, r->msgid, st, why);
	request_give(&b->pool, &r);
}

static int64_t page_limit(const struct request *r)
{
	return r->method->shape == RESULT_PAGE ? request_rows(r) : 0;
}

static void answer_row(struct batch *b, struct request *r, struct encode_rows *rows, int64_t ord)
{
	crash_if_asked(r->request_id, "test.crash.done");
	b->counts.done++;
	struct buf *out = b->options.open(r->origin, r->session);
	if (!out)
		return;
	struct fail why = { 0 };
	size_t mark = out->len;
	struct encode_request want = { ord, page_limit(r) };
	envelope_open_result(out, r->msgid);
	enum status st = encode_next(b->plans[method_index(r->method)], rows, &want, out, &why);
	if (st != ST_OK) {
		out->len = mark;
		put_error(b, out, r->msgid, st, &why);
	}
	b->options.close(r->origin);
}

static void answer_rows(struct batch *b, struct execution *e)
{
	struct encode_rows rows = encode_rows(e->rows);
	for (size_t i = 0; i < e->count; i++) {
		struct request *r = b->run.requests[e->first + i];
		answer_row(b, r, &rows, (int64_t)i + 1);
		request_give(&b->pool, &r);
	}
	database_rows_free(&e->rows);
}

/* The queue. */

static struct request_list *queue_of(struct batch *b, const struct method *m)
{
	return &b->queues[method_index(m)];
}

static bool is_expired(const struct request *r, uint64_t now_ms)
{
	return now_ms >= r->deadline_ms;
}

static void watch_deadlines(struct batch *b)
{
	static const struct timeval wait = { 0, SWEEP_MS * 1000L };
	if (b->counts.queued > 0 && !evtimer_pending(b->sweep, NULL))
		(void)evtimer_add(b->sweep, &wait);
}

static void drop_expired(struct batch *b, struct request_list *list, uint64_t now_ms)
{
	struct request_list kept = { 0 };
	for (struct request *r; (r = request_list_pop(list)) != NULL;) {
		if (is_expired(r, now_ms)) {
			b->counts.queued--;
			refuse(b, r, ST_DEADLINE_EXCEEDED, NULL);
		} else {
			request_list_push(&kept, r);
		}
	}
	*list = kept;
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct batch *b = arg;
	uint64_t now_ms = service_now_ms();
	(void)fd;
	(void)what;
	drop_expired(b, &b->alone, now_ms);
	for (size_t i = 0; i < method_count(); i++)
		drop_expired(b, &b->queues[i], now_ms);
	watch_deadlines(b);
	if (batch_is_idle(b))
		b->options.on_change(b->options.arg);
}

/* Building a run. */

static struct execution *add_execution(struct run *run, const struct method *m)
{
	struct execution *e = &run->executions[run->execution_count++];
	e->method = m;
	e->first = run->request_count;
	e->count = 0;
	e->is_alone = e->ends_group = false;
	e->fate = UNANSWERED;
	e->rows = NULL;
	return e;
}

static void add_request(struct batch *b, struct execution *e, struct request *r)
{
	b->run.requests[b->run.request_count++] = r;
	e->count++;
	b->counts.queued--;
	b->counts.in_flight++;
}

static bool drop_if_over(struct batch *b, struct request *r, uint64_t now_ms)
{
	if (!is_expired(r, now_ms) && b->options.wants(r->origin, r->session))
		return false;
	b->counts.queued--;
	refuse(b, r, ST_DEADLINE_EXCEEDED, NULL);
	return true;
}

static void add_alone(struct batch *b, uint64_t now_ms)
{
	struct request *r;
	while (b->run.execution_count < ALONE_MAX && (r = request_list_pop(&b->alone)) != NULL) {
		if (drop_if_over(b, r, now_ms))
			continue;
		struct execution *e = add_execution(&b->run, r->method);
		e->is_alone = true;
		add_request(b, e, r);
	}
}

/* The next requests of a method, as one execution; what does not fit stays, in order. */
static void add_together(struct batch *b, const struct method *m, uint64_t now_ms)
{
	struct request_list *queue = queue_of(b, m), kept = { 0 };
	if (!queue->first)
		return;
	struct execution *e = add_execution(&b->run, m);
	int64_t rows = 0;
	if (m->key >= 0)
		request_keys_clear(&b->keys);
	while (queue->first && e->count < REQUEST_KEYS_MAX
		&& (e->count == 0 || rows + request_rows(queue->first) <= ROWS_MAX)) {
		struct request *r = request_list_pop(queue);
		if (drop_if_over(b, r, now_ms))
			continue;
		if (!request_keys_add(&b->keys, r)) {
			request_list_push(&kept, r);
			continue;
		}
		rows += request_rows(r);
		add_request(b, e, r);
	}
	request_list_prepend(queue, &kept);
	if (e->count == 0)
		b->run.execution_count--;
}

static void mark_groups(struct run *run)
{
	for (size_t i = 0; i < run->execution_count; i++) {
		struct execution *e = &run->executions[i];
		bool is_last = i + 1 == run->execution_count;
		e->ends_group =
			e->is_alone || e->method->is_write || is_last || e[1].method->is_write;
	}
}

static void build_run(struct batch *b)
{
	uint64_t now_ms = service_now_ms();
	b->run.request_count = b->run.execution_count = b->run.group = b->run.told = 0;
	add_alone(b, now_ms);
	for (size_t i = 0; i < method_count(); i++)
		add_together(b, method_at(i), now_ms);
	mark_groups(&b->run);
}

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

static bool is_running(const struct batch *b)
{
	return b->run.execution_count > 0;
}

static void start_run(struct batch *b)
{
	if (is_running(b) || b->counts.queued == 0 || !database_is_up(b->db))
		return;
	build_run(b);
	send_run(b);
	if (batch_is_idle(b)) /* all that waited had expired */
		b->options.on_change(b->options.arg);
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start_run(arg);
}

/* What becomes of an execution. */

static void queue_again(struct batch *b, struct request_list *again, struct request *r)
{
	b->counts.in_flight--;
	b->counts.queued++;
	request_list_push(again, r);
}

static void refuse_in_flight(struct batch *b, struct request *r, enum status st)
{
	b->counts.in_flight--;
	refuse(b, r, st, NULL);
}

static void run_again(struct batch *b, const struct execution *e, struct request_list *front)
{
	struct request_list again = { 0 };
	for (size_t i = 0; i < e->count; i++)
		queue_again(b, &again, b->run.requests[e->first + i]);
	request_list_prepend(front, &again);
}

static void judge(struct batch *b, const struct execution *e, struct request *r)
{
	struct verdict v = verdict_of(e->sqlstate);
	if (v.try_again && ++r->attempts < ATTEMPTS_MAX) {
		queue_again(b, &b->alone, r);
		return;
	}
	if (may_log(b))
		log_warn("%s failed: %s (SQLSTATE %s): answered %s, request %.*s", r->method->name,
			e->why.text, e->sqlstate, status_info(v.status)->code,
			(int)r->request_id.len, r->request_id.bytes);
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
	run_again(b, e, &b->alone);
}

static void settle(struct batch *b, struct execution *e)
{
	switch (e->fate) {
	case CAME:
		b->counts.in_flight -= e->count;
		answer_rows(b, e);
		break;
	case FAILED:
		on_failed(b, e);
		break;
	case ABORTED:
	case UNANSWERED:
		run_again(b, e, e->is_alone ? &b->alone : queue_of(b, e->method));
		break;
	}
}

static void end_run(struct batch *b)
{
	b->run.execution_count = b->run.request_count = 0;
}

/* The database's events. */

static enum status on_described(
	void *arg, const struct method *m, const struct pg_result *columns, struct fail *why)
{
	struct batch *b = arg;
	struct encode_plan *plan = NULL;
	enum status st = encode_plan_new(m, columns, &plan, why);
	if (st != ST_OK)
		return st;
	encode_plan_free(&b->plans[method_index(m)]);
	b->plans[method_index(m)] = plan;
	return ST_OK;
}

static void on_up(void *arg)
{
	struct batch *b = arg;
	log_info("database connected");
	b->refusal = (struct fail){ 0 };
	b->options.on_change(b->options.arg);
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

static size_t group_end(const struct run *run)
{
	size_t i = run->group;
	while (!run->executions[i].ends_group)
		i++;
	return i + 1;
}

static void fail_execution(struct execution *e, const struct database_result *result)
{
	e->fate = FAILED;
	(void)fail_set(&e->why, ST_INTERNAL, "%s", result->message);
	(void)snprintf(e->sqlstate, sizeof e->sqlstate, "%s", result->sqlstate);
}

/* After the answers of a whole group: its commit failed. */
static void fail_group(struct run *run, const struct database_result *result)
{
	for (size_t i = run->group; i < run->told; i++) {
		struct execution *e = &run->executions[i];
		if (e->fate != CAME)
			continue;
		database_rows_free(&e->rows);
		fail_execution(e, result);
	}
}

static void on_result(void *arg, const struct database_result *result)
{
	struct batch *b = arg;
	struct run *run = &b->run;
	if (run->told == group_end(run)) {
		struct pg_result *rows = result->rows;
		if (result->kind == DATABASE_FAILED)
			fail_group(run, result);
		database_rows_free(&rows);
		return;
	}
	struct execution *e = &run->executions[run->told++];
	switch (result->kind) {
	case DATABASE_ROWS:
		e->fate = CAME;
		e->rows = result->rows;
		break;
	case DATABASE_FAILED:
		fail_execution(e, result);
		break;
	case DATABASE_ABORTED:
		e->fate = ABORTED;
		break;
	}
}

static void on_sync(void *arg)
{
	struct batch *b = arg;
	struct run *run = &b->run;
	size_t end = group_end(run);
	for (size_t i = run->group; i < end; i++)
		settle(b, &run->executions[i]);
	run->group = run->told = end;
	if (end < run->execution_count)
		return;
	end_run(b);
	start_run(b);
	watch_deadlines(b);
	if (batch_is_idle(b))
		b->options.on_change(b->options.arg);
}

/* Whether an execution of a lost connection has certainly left nothing behind. */
static bool is_undone(const struct execution *e, bool was_told)
{
	return e->fate == FAILED || e->fate == ABORTED || (e->fate == UNANSWERED && was_told);
}

static void recover_request(
	struct batch *b, struct request *r, bool is_undone, struct request_list *again)
{
	bool may_repeat = is_undone || request_is_repeatable(r);
	if (!may_repeat)
		refuse_in_flight(b, r, ST_OUTCOME_UNKNOWN);
	else if (!is_undone && ++r->attempts >= ATTEMPTS_MAX)
		refuse_in_flight(
			b, r, r->method->is_write ? ST_OUTCOME_UNKNOWN : ST_DATABASE_UNAVAILABLE);
	else
		queue_again(b, r->attempts > 0 ? &b->alone : again, r);
}

static void recover(struct batch *b, struct execution *e, bool was_told)
{
	struct request_list again = { 0 };
	if (e->fate == CAME && !e->method->is_write) {
		settle(b, e);
		return;
	}
	for (size_t i = 0; i < e->count; i++)
		recover_request(b, b->run.requests[e->first + i], is_undone(e, was_told), &again);
	database_rows_free(&e->rows);
	request_list_prepend(queue_of(b, e->method), &again);
}

static void on_down(void *arg, bool was_told, const struct fail *why)
{
	struct batch *b = arg;
	log_warn("database lost: %s: connecting again, %zu requests wait", why->text,
		b->counts.queued + b->counts.in_flight);
	for (size_t i = b->run.group; i < b->run.execution_count; i++)
		recover(b, &b->run.executions[i], was_told);
	end_run(b);
	watch_deadlines(b);
	b->options.on_change(b->options.arg);
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
	if (b->counts.queued >= BATCH_QUEUE_MAX)
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
		answer_refusal(b, origin, session, request->msgid, st, &why);
		return;
	}
	r->origin = origin;
	r->session = session;
	r->deadline_ms = service_now_ms() + (uint64_t)request->context.deadline_ms;
	request_list_push(queue_of(b, r->method), r);
	b->counts.queued++;
	if (!is_running(b) && database_is_up(b->db) && !evtimer_pending(b->start, NULL))
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
	return b->counts.queued == 0 && b->counts.in_flight == 0;
}

struct batch_counts batch_counts(const struct batch *b)
{
	return b->counts;
}

static bool reserve(struct batch *b)
{
	size_t methods = method_count();
	b->plans = calloc(methods, sizeof *b->plans);
	b->queues = calloc(methods, sizeof *b->queues);
	b->run.executions = calloc(ALONE_MAX + methods, sizeof *b->run.executions);
	b->run.requests = calloc(ALONE_MAX + methods * REQUEST_KEYS_MAX, sizeof *b->run.requests);
	return b->plans && b->queues && b->run.executions && b->run.requests;
}

enum status batch_open(struct event_base *base, const struct batch_options *options,
	struct batch **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct batch *b = calloc(1, sizeof *b);
	if (!b)
		goto failed;
	b->options = *options;
	b->start = evtimer_new(base, on_start, b);
	b->sweep = evtimer_new(base, on_sweep, b);
	if (!reserve(b) || !b->start || !b->sweep)
		goto failed;
	struct database_options db = { options->database_url, options->time_zone, &database_events,
		b };
	st = database_open(base, &db, &b->db, why);
	if (st != ST_OK)
		goto failed;
	*out = b;
	return ST_OK;

failed:
	batch_free(&b);
	return st;
}

static void free_requests(struct batch *b)
{
	struct request *r;
	for (size_t i = 0; b->queues && i < method_count(); i++)
		while ((r = request_list_pop(&b->queues[i])) != NULL)
			request_give(&b->pool, &r);
	while ((r = request_list_pop(&b->alone)) != NULL)
		request_give(&b->pool, &r);
	for (size_t i = b->run.group; i < b->run.execution_count; i++) {
		struct execution *e = &b->run.executions[i];
		for (size_t k = 0; k < e->count; k++)
			request_give(&b->pool, &b->run.requests[e->first + k]);
		database_rows_free(&e->rows);
	}
	request_pool_fini(&b->pool);
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
	free_requests(b);
	for (size_t i = 0; b->plans && i < method_count(); i++)
		encode_plan_free(&b->plans[i]);
	free(b->plans);
	free(b->queues);
	free(b->run.executions);
	free(b->run.requests);
	bind_fini(&b->bind);
	buf_fini(&b->error);
	free(b);
	*batch = NULL;
}
