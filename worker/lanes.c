#include "worker/lanes.h"

#include "common/method_map.h"
#include "common/service.h"
#include "common/uuid.h"
#include "worker/connection_setup.h"
#include "worker/crash.h"

#include <stdlib.h>

enum { CANCEL_MS = 2000 };

static const struct {
	size_t requests_max;
	int64_t rows_max, run_rows;
	int64_t group_rows; /* 0: a long statement does not delay one of another method */
} lane_table[LANES] = {
	[LANE_READ] = { LANES_QUEUE_MAX, LANES_ROWS_MAX, LANES_RUN_ROWS, LANES_RUN_ROWS },
	[LANE_WRITE] = { LANES_QUEUE_MAX, LANES_ROWS_MAX, LANES_RUN_ROWS, LANES_RUN_ROWS },
	[LANE_SLOW] = { LANES_SLOW_MAX, LANES_SLOW_ROWS_MAX, LANES_SLOW_RUN_ROWS, 0 },
	[LANE_CONTROL] = { LANES_QUEUE_MAX, LANES_ROWS_MAX, LANES_RUN_ROWS, 0 },
	[LANE_STANDBY] = { LANES_QUEUE_MAX, LANES_ROWS_MAX, LANES_RUN_ROWS, LANES_RUN_ROWS },
};

#define AT(field) COUNTER_AT(struct lanes_counts, field)

static const struct counter counter_rows[] = {
	{ "in_flight", COUNTER_GAUGE, AT(in_flight), "Requests in the database." },
	{ "done", COUNTER_TOTAL, AT(done), "Requests finished." },
	{ "failed", COUNTER_TOTAL, AT(failed), "Requests that got an error." },
	{ "queued", COUNTER_GAUGE, AT(queued), "Requests that wait for the database, or for the hash of a password." },
};

const struct counter_table lanes_counter_table = { "stats", "studytracker_worker_", counter_rows,
	sizeof counter_rows / sizeof *counter_rows };

struct lanes {
	struct lanes_options options;
	struct method_map methods;
	struct batch *batches[LANES]; /* LANE_BY_KIND has none */
	enum lane end;                /* after the last lane: LANE_STANDBY or LANES */
	struct position committed;
	struct passwords *passwords;
	struct request_pool pool;
	struct responses responses;
};

/* Requests. */

/* A request without a position comes from a gateway that knows none, so only the primary surely has
 * the changes before it. */
static bool may_read_standby(
	const struct lanes *l, const struct method *m, const struct context *context)
{
	return l->end > LANE_STANDBY && position_is_set(context->position)
	       && method_may_read_standby(m) && batch_is_usable(l->batches[LANE_STANDBY]);
}

static enum lane lane_of(const struct lanes *l, const struct method *m, const struct envelope *e)
{
	enum lane lane = method_lane(m, e->params);
	return lane == LANE_READ && may_read_standby(l, m, &e->context) ? LANE_STANDBY : lane;
}

static enum status accept(struct lanes *l, const struct envelope *e, bool is_own,
	struct request **out, struct fail *why)
{
	const struct method *m = method_map_find(&l->methods, e->method);
	if (!m || (m->audience == AUDIENCE_SELF) != is_own)
		return ST_UNKNOWN_METHOD;
	enum lane lane = lane_of(l, m, e);
	enum status st = m->passwords ? passwords_admission_status(l->passwords)
				      : batch_admission_status(l->batches[lane]);
	if (st == ST_OK)
		st = request_acquire(&l->pool, m, e, out, why);
	if (st != ST_OK)
		return st;
	(*out)->rows = costs_estimate(&l->responses.costs, *out);
	(*out)->is_long =
		lane == LANE_SLOW && m->lane != LANE_SLOW; /* a search, however few rows it finds */
	return ST_OK;
}

/* `is_own`: an internal method. */
static void submit(struct lanes *l, struct origin *origin, int64_t epoch, const struct envelope *e,
	bool is_own)
{
	struct fail why = { 0 };
	struct request *r = NULL;
	enum status st = accept(l, e, is_own, &r, &why);
	if (st != ST_OK) {
		response_refuse(&l->responses, origin, epoch, e->msgid, st, &why);
		return;
	}
	r->origin = origin;
	r->epoch = epoch;
	r->deadline_ms = service_now_ms() + (uint64_t)e->context.deadline_ms;
	if (r->method->passwords)
		passwords_submit(l->passwords, r);
	else
		batch_submit(l->batches[lane_of(l, r->method, e)], r);
}

void lanes_submit(
	struct lanes *l, struct origin *origin, int64_t epoch, const struct envelope *request)
{
	crash_if_requested(request->context.request_id, "test.crash.received");
	submit(l, origin, epoch, request, false);
}

static void submit_internal(
	void *arg, struct origin *origin, int64_t epoch, const struct envelope *e)
{
	submit(arg, origin, epoch, e, true);
}

void lanes_run_internal(
	struct lanes *l, const char *method, struct span params, int64_t deadline_ms)
{
	struct envelope e = {
		.kind = ENVELOPE_REQUEST,
		.method = span_of(method),
		.context = { 1, span_of(method), deadline_ms },
		.params = params,
	};
	submit_internal(l, NULL, 0, &e);
}

/* The control lane does not reach the standby. There the statement ends at the deadline of its
 * requests, or when the lane gives up (worker/lane_position.h). */
static void cancel_statement(void *arg, enum lane lane)
{
	struct lanes *l = arg;
	if (lane == LANE_STANDBY)
		return;
	struct buf params = { 0 };
	char uuid[UUID_TEXT_LEN];
	uuid_format(l->options.worker, uuid);
	msg_put_map(&params, 2);
	msg_put_key(&params, "worker");
	msg_put_text(&params, (struct span){ uuid, sizeof uuid });
	msg_put_key(&params, "lane");
	msg_put_key(&params, connection_lane_name(lane));
	if (!params.failed)
		lanes_run_internal(l, "lanes.cancel", buf_view(&params), CANCEL_MS);
	buf_fini(&params);
}

void lanes_end_epoch(struct lanes *l, const struct origin *origin, int64_t epoch)
{
	for (enum lane lane = LANE_READ; lane < l->end; lane++)
		batch_end_epoch(l->batches[lane], origin, epoch);
	passwords_end_epoch(l->passwords, origin, epoch);
}

void lanes_abandon(struct lanes *l, const struct origin *origin, int64_t epoch, uint32_t msgid)
{
	if (passwords_abandon(l->passwords, origin, epoch, msgid))
		return;
	for (enum lane lane = LANE_READ; lane < l->end; lane++)
		if (batch_abandon(l->batches[lane], origin, epoch, msgid))
			return;
}

/* All lanes together. */

bool lanes_has_database(const struct lanes *l)
{
	for (enum lane lane = LANE_READ; lane < LANE_STANDBY; lane++)
		if (l->batches[lane] && batch_has_database(l->batches[lane]))
			return true;
	return false;
}

static bool has_database(void *arg)
{
	return lanes_has_database(arg);
}

static void on_connected(void *arg)
{
	struct lanes *l = arg;
	for (enum lane lane = LANE_READ; lane < l->end; lane++)
		batch_connect_now(l->batches[lane]);
}

static void on_change(void *arg)
{
	const struct lanes *l = arg;
	l->options.on_change(l->options.arg);
}

bool lanes_is_idle(const struct lanes *l)
{
	for (enum lane lane = LANE_READ; lane < l->end; lane++)
		if (!batch_is_idle(l->batches[lane]))
			return false;
	return passwords_is_idle(l->passwords);
}

struct lanes_counts lanes_counts(const struct lanes *l)
{
	struct lanes_counts counts = { .done = l->responses.done,
		.failed = l->responses.failed,
		.queued = passwords_hashing(l->passwords) };
	for (enum lane lane = LANE_READ; lane < l->end; lane++) {
		counts.queued += batch_queued(l->batches[lane]);
		counts.in_flight += batch_in_flight(l->batches[lane]);
	}
	return counts;
}

struct position lanes_committed(const struct lanes *l)
{
	return l->committed;
}

void lanes_put_counts(const struct lanes *l, struct buf *out)
{
	msg_put_map(out, (uint32_t)(l->end - LANE_READ));
	for (enum lane lane = LANE_READ; lane < l->end; lane++) {
		struct lane_counts counts = batch_counts(l->batches[lane]);
		msg_put_key(out, connection_lane_name(lane));
		lane_counts_put(out, &counts);
	}
}

static void on_bad_setting(void *arg, const struct fail *why)
{
	struct lanes *l = arg;
	l->options.on_bad_setting(l->options.arg, why);
}

static enum status open_lane(
	struct lanes *l, struct event_base *base, enum lane lane, struct fail *why)
{
	bool is_standby = lane == LANE_STANDBY;
	struct batch_options options = {
		.lane = lane,
		.database_url = is_standby ? l->options.standby_url : l->options.database_url,
		.committed = l->end > LANE_STANDBY ? &l->committed : NULL,
		.primary = is_standby ? l->batches[LANE_READ] : NULL,
		.time_zone = l->options.time_zone,
		.worker = l->options.worker,
		.responses = &l->responses,
		.requests_max = lane_table[lane].requests_max,
		.rows_max = lane_table[lane].rows_max,
		.run_rows = lane_table[lane].run_rows,
		.group_rows = lane_table[lane].group_rows,
		.has_database = has_database,
		.cancel_statement = cancel_statement,
		.on_connected = on_connected,
		.on_change = on_change,
		.on_bad_setting = on_bad_setting,
		.arg = l,
	};
	return batch_open(base, &options, &l->batches[lane], why);
}

static enum status open_passwords(struct lanes *l, struct event_base *base, struct fail *why)
{
	struct passwords_options options = {
		.responses = &l->responses,
		.costs = l->options.password_costs,
		.list = l->options.password_list,
		.submit = submit_internal,
		.on_idle = on_change,
		.arg = l,
	};
	return passwords_open(base, &options, &l->passwords, why);
}

enum status lanes_open(struct event_base *base, const struct lanes_options *options,
	struct lanes **out, struct fail *why)
{
	struct lanes *l = calloc(1, sizeof *l);
	if (!l)
		return ST_NO_MEMORY;
	l->options = *options;
	l->end = *options->standby_url ? LANES : LANE_STANDBY;
	l->responses = (struct responses){ .pool = &l->pool };
	enum status st = method_map_init(&l->methods);
	if (st == ST_OK)
		st = responses_init(&l->responses);
	for (enum lane lane = LANE_READ; st == ST_OK && lane < l->end; lane++)
		st = open_lane(l, base, lane, why);
	if (st == ST_OK)
		st = open_passwords(l, base, why);
	if (st != ST_OK) {
		lanes_free(&l);
		return st;
	}
	batch_start(l->batches[LANE_WRITE]);
	if (l->end > LANE_STANDBY)
		batch_start(l->batches[LANE_STANDBY]);
	*out = l;
	return ST_OK;
}

void lanes_free(struct lanes **lanes)
{
	struct lanes *l = *lanes;
	if (!l)
		return;
	passwords_free(&l->passwords);
	for (enum lane lane = LANE_READ; lane < l->end; lane++)
		batch_free(&l->batches[lane]);
	request_pool_fini(&l->pool);
	responses_fini(&l->responses);
	method_map_fini(&l->methods);
	free(l);
	*lanes = NULL;
}
