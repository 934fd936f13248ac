#include "gateway/connection.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/exchange.h"
#include "gateway/input.h"

static void connection_free(struct connection *c)
{
	struct edge *edge = c->edge;
	LIST_REMOVE(c, others);
	admission_leave(&edge->admission, c);
	output_fini(c);
	event_del(&c->timer);
	bufferevent_free(c->bev); /* closes the descriptor, later in this turn of the loop */
	input_return_reader(c);
	free(c);
	edge_on_closed(edge);
}

static void close_connection(struct connection *c)
{
	c->is_dead = true;
	if (!c->in_turn)
		connection_free(c);
}

void connection_drop(struct connection *c)
{
	void (*on_gone)(void *data) = c->exchange.on_gone;
	c->exchange.on_gone = NULL;
	c->is_dead = c->in_turn = true;
	if (c->stage == STAGE_RESPONDING && on_gone)
		on_gone(c->exchange.data);
	c->in_turn = false;
	connection_free(c);
}

static void reset_on_close(struct connection *c)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(
		bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void connection_reset(struct connection *c)
{
	reset_on_close(c);
	close_connection(c);
}

/* Memory ran out amid an answer. The app may be up the stack, so the loop says it is gone. */
void connection_fail(struct connection *c)
{
	c->is_broken = true;
	reset_on_close(c);
	bufferevent_trigger_event(c->bev, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
}

static void start_linger(struct connection *c)
{
	c->is_dead = c->has_ended || shutdown(bufferevent_getfd(c->bev), SHUT_WR) != 0;
	c->stage = STAGE_LINGERING;
}

static enum deadline deadline_of(const struct connection *c)
{
	if (c->stage == STAGE_LINGERING)
		return DEADLINE_LINGER;
	if (c->stage != STAGE_READING || output_is_full(c)) /* output has its own period */
		return DEADLINE_NONE;
	if (input_unread(c) > 0)
		return DEADLINE_NEXT_TURN;
	if (!c->reader)
		return c->has_begun ? DEADLINE_IDLE : DEADLINE_FIRST;
	if (c->edge->is_draining)
		return DEADLINE_DRAIN;
	return c->has_head ? DEADLINE_BODY : DEADLINE_HEAD;
}

/* Head, body and drain have one deadline in all, so the timer that runs stays. A timer that is
 * for nothing any more is left to fire for nothing: mostly it is set anew before. */
static void set_deadline(struct connection *c)
{
	enum deadline deadline = deadline_of(c);
	bool is_new = deadline != c->deadline || deadline == DEADLINE_IDLE;
	if (is_new && deadline != DEADLINE_NONE)
		evtimer_add(&c->timer, c->edge->deadlines[deadline]);
	c->deadline = deadline;
}

static bool is_idle(const struct connection *c)
{
	return c->stage == STAGE_READING && !c->reader && input_unread(c) == 0;
}

static void choose_end(struct connection *c)
{
	if (c->stage == STAGE_READING && c->has_ended && input_unread(c) == 0)
		c->stage = STAGE_FLUSHING;
	if (is_idle(c) && c->edge->is_draining) {
		c->stage = STAGE_FLUSHING;
		c->is_dead = output_unsent(c) == 0;
	}
}

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
	if (!c->is_dead && !c->is_broken) {
		output_send_now(c);
		choose_end(c);
		if (c->stage == STAGE_FLUSHING && output_unsent(c) == 0 && !c->is_dead)
			start_linger(c);
		if (c->stage == STAGE_LINGERING)
			input_discard(c);
		set_deadline(c);
		input_update_reading(c);
		output_update_count(c);
		admission_set_idle(&c->edge->admission, c, is_idle(c) && output_unsent(c) == 0);
	}
	c->in_turn = false;
	if (c->is_dead)
		connection_free(c);
}

static void take_turn(struct connection *c)
{
	bool is_inner = connection_begin_turn(c);
	input_process(c);
	connection_end_turn(c, is_inner);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	take_turn(arg);
}

/* Comes when no more than OUTPUT_LOW is left. */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	bool is_inner = connection_begin_turn(c);
	(void)bev;
	output_on_written(c);
	if (c->is_full) {
		c->is_full = false;
		if (c->exchange.on_writable)
			c->exchange.on_writable(&c->exchange, c->exchange.data);
	}
	connection_end_turn(c, is_inner);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	struct connection *c = arg;
	if ((what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING) && c->stage != STAGE_LINGERING) {
		/* It may have closed only its side: an answer that is under way is for it. */
		c->has_ended = true;
		take_turn(c);
	} else {
		connection_drop(c);
	}
}

void connection_abort(struct connection *c)
{
	if (c->stage == STAGE_RESPONDING || output_unsent(c) > 0)
		reset_on_close(c);
	connection_drop(c);
}

static void time_out(struct connection *c)
{
	bool is_inner = connection_begin_turn(c);
	c->edge->counts.timed_out++;
	input_refuse(c, ST_REQUEST_TIMEOUT, NULL);
	connection_end_turn(c, is_inner);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct connection *c = arg;
	enum deadline deadline = c->deadline;
	c->deadline = DEADLINE_NONE;
	switch (deadline) {
	case DEADLINE_NEXT_TURN:
		take_turn(c);
		break;
	case DEADLINE_HEAD:
	case DEADLINE_BODY:
	case DEADLINE_DRAIN:
		time_out(c);
		break;
	case DEADLINE_FIRST:
	case DEADLINE_IDLE: /* what is not read in time has the output's period */
		c->stage = STAGE_FLUSHING;
		if (output_unsent(c) == 0)
			close_connection(c);
		break;
	case DEADLINE_LINGER:
		close_connection(c);
		break;
	case DEADLINE_NONE:
	case DEADLINE_COUNT:
		break;
	}
}

static struct connection *connection_new(struct edge *edge, int fd, const union address *from)
{
	struct connection *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->edge = edge;
	if (!admission_enter(&edge->admission, c, from)) {
		free(c);
		return NULL;
	}
	c->bev = bufferevent_socket_new(edge->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!c->bev) {
		admission_leave(&edge->admission, c);
		free(c);
		return NULL;
	}
	return c;
}

bool connection_open(struct edge *edge, int fd, const union address *from)
{
	struct connection *c = connection_new(edge, fd, from);
	if (!c)
		return false;
	evtimer_assign(&c->timer, edge->base, on_timer, c);
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	bufferevent_disable(c->bev, EV_WRITE); /* see output_send_now */
	bufferevent_setwatermark(c->bev, EV_WRITE, OUTPUT_LOW, 0);
	bufferevent_set_max_single_write(c->bev, OUTPUT_FULL);
	input_update_reading(c);
	LIST_INSERT_HEAD(&edge->connections, c, others);
	set_deadline(c);
	admission_set_idle(&edge->admission, c, true);
	return true;
}
