#include "gateway/connection.h"

#include <event2/event.h>
#include <stdlib.h>

#include "common/service.h"
#include "gateway/input.h"

/* ---- The end of a connection ---- */

static void connection_free(struct connection *c)
{
	struct edge *edge = c->edge;
	LIST_REMOVE(c, others);
	admission_leave(&edge->admission, c);
	output_fini(c);
	event_del(&c->timer);
	edge_transport_close(&c->transport);
	input_return_reader(c);
	if (c->app_data)
		edge->options.free_connection_data(c->app_data);
	free(c);
	edge_on_closed(edge);
}

void connection_drop(struct connection *c)
{
	connection_enter(c, STAGE_CLOSED);
	c->in_turn = true;
	exchange_drop(c);
	connection_free(c);
}

void connection_abort(struct connection *c)
{
	if (connection_awaits_app(c) || output_unsent(c) > 0)
		edge_transport_reset_on_close(&c->transport);
	connection_drop(c);
}

void connection_reset(struct connection *c)
{
	edge_transport_reset_on_close(&c->transport);
	connection_enter(c, STAGE_CLOSED);
	if (!c->in_turn)
		connection_free(c);
}

/* The app may be on the stack, so the loop calls on_gone. */
void connection_fail(struct connection *c)
{
	connection_enter(c, STAGE_FAILED);
	c->deadline = DEADLINE_NONE;
	edge_transport_reset_on_close(&c->transport);
	edge_transport_trigger_error(&c->transport);
}

/* ---- Stages ---- */

static void finish(struct connection *c)
{
	input_return_reader(c); /* it may have skipped empty lines */
	connection_enter(c, output_unsent(c) == 0 ? STAGE_CLOSED : STAGE_FLUSHING);
}

static void refuse_slow(struct connection *c)
{
	c->edge->counts.timed_out++;
	input_refuse(c, ST_REQUEST_TIMEOUT, NULL);
}

static void close_now(struct connection *c)
{
	connection_enter(c, STAGE_CLOSED);
}

struct stage_row {
	enum deadline deadline, drain_deadline;
	enum stage_input input;
	bool is_idle; /* may be closed for another connection */
	void (*on_timeout)(struct connection *c);
};

/* While something is unsent, gateway/output.h limits the time, too. */
static const struct stage_row stage_table[STAGE_COUNT] = {
	/*                     deadline         in a drain       input            idle   timeout */
	[STAGE_CONNECTED]  = { DEADLINE_FIRST,  DEADLINE_QUIET,  INPUT_PARSED,    true,  finish },
	[STAGE_IDLE]       = { DEADLINE_IDLE,   DEADLINE_QUIET,  INPUT_PARSED,    true,  finish },
	[STAGE_HEAD]       = { DEADLINE_HEAD,   DEADLINE_DRAIN,  INPUT_PARSED,    false, refuse_slow },
	[STAGE_ACCEPTING]  = { DEADLINE_NONE,   DEADLINE_NONE,   INPUT_QUEUED,    false, NULL },
	[STAGE_BODY]       = { DEADLINE_BODY,   DEADLINE_DRAIN,  INPUT_PARSED,    false, refuse_slow },
	[STAGE_DROPPING]   = { DEADLINE_BODY,   DEADLINE_DRAIN,  INPUT_PARSED,    false, refuse_slow },
	[STAGE_RESPONDING] = { DEADLINE_NONE,   DEADLINE_NONE,   INPUT_QUEUED,    false, NULL },
	[STAGE_FLUSHING]   = { DEADLINE_NONE,   DEADLINE_NONE,   INPUT_QUEUED,    false, NULL },
	[STAGE_LINGERING]  = { DEADLINE_LINGER, DEADLINE_LINGER, INPUT_DISCARDED, false, close_now },
	[STAGE_FAILED]     = { DEADLINE_NONE,   DEADLINE_NONE,   INPUT_QUEUED,    false, NULL },
	[STAGE_CLOSED]     = { DEADLINE_NONE,   DEADLINE_NONE,   INPUT_QUEUED,    false, NULL },
};

/* Each request has its own deadlines, so the timer of the request before it must mean nothing. */
void connection_enter(struct connection *c, enum stage stage)
{
	if (c->stage >= STAGE_FAILED && stage != STAGE_CLOSED)
		return;
	c->stage = stage;
	if (stage == STAGE_RESPONDING || stage == STAGE_IDLE)
		c->deadline = DEADLINE_NONE;
}

bool connection_awaits_app(const struct connection *c)
{
	return c->stage == STAGE_ACCEPTING || c->stage == STAGE_RESPONDING;
}

enum stage_input connection_input(const struct connection *c)
{
	return stage_table[c->stage].input;
}

static enum deadline deadline_of(const struct connection *c)
{
	const struct stage_row *row = &stage_table[c->stage];
	if (row->input == INPUT_PARSED && output_is_full(c))
		return DEADLINE_NONE;
	if (row->input == INPUT_PARSED && input_unread(c) > 0)
		return DEADLINE_NEXT_TURN;
	if (!c->edge->is_draining)
		return row->deadline;
	return c->exchange.on_drain ? DEADLINE_NEXT_TURN : row->drain_deadline;
}

/* A timer that expires too early is set again then. Setting it for each request would cost more.
 * The connection must not live on without its deadline. */
static void set_timer(struct connection *c, uint64_t now_ms)
{
	uint64_t left_ms = c->due_ms - now_ms;
	struct timeval left = { (time_t)(left_ms / 1000), (suseconds_t)(left_ms % 1000 * 1000) };
	if (c->timer_ms > 0 && c->timer_ms <= c->due_ms)
		return;
	c->timer_ms = c->due_ms;
	if (evtimer_add(&c->timer, &left) != 0)
		connection_fail(c);
}

static void begin_deadline(struct connection *c, enum deadline deadline)
{
	uint64_t now_ms = service_now_ms();
	c->deadline = deadline;
	c->due_ms = now_ms + c->edge->deadlines_ms[deadline];
	set_timer(c, now_ms);
}

/* A deadline goes on if the next stage has the same: they share the time. The idle time begins when
 * the last response is sent. */
static void set_deadline(struct connection *c)
{
	enum deadline deadline = deadline_of(c);
	bool is_new = deadline != c->deadline || deadline == DEADLINE_IDLE;
	if (is_new && deadline != DEADLINE_NONE)
		begin_deadline(c, deadline);
	else
		c->deadline = deadline;
}

void connection_take_turn_later(struct connection *c)
{
	begin_deadline(c, DEADLINE_NEXT_TURN);
}

/* No request follows. */
static bool is_over(const struct connection *c)
{
	return connection_input(c) == INPUT_PARSED && c->has_ended && input_unread(c) == 0;
}

static void advance(struct connection *c)
{
	if (is_over(c)) {
		exchange_drop(c); /* its body will not be whole */
		finish(c);
	}
	if (c->stage == STAGE_FLUSHING && output_unsent(c) == 0)
		connection_enter(c, c->has_ended || !edge_transport_shutdown(&c->transport)
					    ? STAGE_CLOSED
					    : STAGE_LINGERING);
	if (connection_input(c) == INPUT_DISCARDED)
		input_discard(c);
}

static bool is_idle(const struct connection *c)
{
	return stage_table[c->stage].is_idle && input_unread(c) == 0 && output_unsent(c) == 0;
}

/* ---- Turns ---- */

bool connection_begin_turn(struct connection *c)
{
	bool is_inner = c->in_turn;
	c->in_turn = true;
	return is_inner;
}

void connection_end_turn(struct connection *c, bool is_inner)
{
	if (is_inner)
		return;
	if (c->stage < STAGE_FAILED) {
		output_send_now(c);
		advance(c);
		set_deadline(c);
		input_update_reading(c);
		output_update_count(c);
		admission_set_idle(&c->edge->admission, c, is_idle(c));
	}
	c->in_turn = false;
	if (c->stage == STAGE_CLOSED)
		connection_free(c);
}

static void take_turn(void *arg)
{
	struct connection *c = arg;
	bool is_inner = connection_begin_turn(c);
	input_process(c);
	connection_end_turn(c, is_inner);
}

static void resume(struct connection *c)
{
	if (c->edge->is_draining)
		exchange_report_drain(&c->exchange);
	input_process(c);
}

static void on_output_low(void *arg)
{
	struct connection *c = arg;
	bool is_inner = connection_begin_turn(c);
	output_on_written(c);
	exchange_on_output_low(&c->exchange);
	connection_end_turn(c, is_inner);
}

/* The client may still read, so it gets the responses to its requests. */
static void on_end(void *arg)
{
	struct connection *c = arg;
	c->has_ended = true;
	if (c->stage == STAGE_LINGERING)
		connection_drop(c);
	else
		take_turn(c);
}

static void on_error(void *arg)
{
	connection_drop(arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct connection *c = arg;
	enum deadline deadline = c->deadline;
	uint64_t now_ms = service_now_ms();
	c->timer_ms = 0;
	if (deadline == DEADLINE_NONE)
		return;
	if (now_ms < c->due_ms) {
		set_timer(c, now_ms);
		return;
	}
	c->deadline = DEADLINE_NONE;
	bool is_inner = connection_begin_turn(c);
	if (deadline == DEADLINE_NEXT_TURN)
		resume(c);
	else
		stage_table[c->stage].on_timeout(c);
	connection_end_turn(c, is_inner);
}

static const struct edge_transport_callbacks transport_callbacks = {
	.on_input = take_turn,
	.on_output_low = on_output_low,
	.on_end = on_end,
	.on_error = on_error,
};

static struct connection *connection_new(struct edge *edge, int fd, const union address *from)
{
	struct connection *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->edge = edge;
	c->peer = *from;
	if (!admission_enter(&edge->admission, c, from)) {
		free(c);
		return NULL;
	}
	edge_transport_open(&c->transport, &edge->transports, fd, &transport_callbacks, c);
	return c;
}

bool connection_open(struct edge *edge, int fd, const union address *from)
{
	struct connection *c = connection_new(edge, fd, from);
	if (!c)
		return false;
	evtimer_assign(&c->timer, edge->base, on_timer, c);
	input_update_reading(c);
	LIST_INSERT_HEAD(&edge->connections, c, others);
	set_deadline(c);
	admission_set_idle(&edge->admission, c, true);
	return true;
}
