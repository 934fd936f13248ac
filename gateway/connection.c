#include "gateway/connection.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/exchange.h"

enum {
	READ_AHEAD_MAX = 64 << 10, /* bytes that wait while a request is being answered */
	STEPS_PER_TURN = 64,       /* so that one that pipelines can't starve the others */
	LINGER_BYTES = 256 << 10,
	DROPPED_BODY_MAX = 64 << 10, /* of a refused request whose connection stays */
};

static size_t unread(const struct connection *c)
{
	return evbuffer_get_length(bufferevent_get_input(c->bev));
}

static bool take_reader(struct connection *c)
{
	c->has_begun = true;
	if (!c->reader)
		c->reader = edge_take_reader(c->edge);
	return c->reader;
}

static void count_body(struct connection *c, size_t bytes)
{
	c->edge->bodies += bytes - c->body_counted;
	c->body_counted = bytes;
}

void connection_give_reader(struct connection *c)
{
	c->has_head = c->drops_request = false;
	count_body(c, 0);
	if (c->reader)
		edge_give_reader(c->edge, &c->reader);
}

static void connection_free(struct connection *c)
{
	struct edge *edge = c->edge;
	LIST_REMOVE(c, others);
	admission_leave(&edge->admission, c);
	output_forget(c);
	event_del(&c->timer);
	bufferevent_free(c->bev); /* closes the descriptor, later in this turn of the loop */
	connection_give_reader(c);
	free(c);
	edge_on_closed(edge);
}

static void close_connection(struct connection *c)
{
	c->is_dead = true;
	if (!c->in_turn)
		connection_free(c);
}

void connection_lose(struct connection *c)
{
	void (*on_gone)(void *data) = c->exchange.on_gone;
	c->exchange.on_gone = NULL;
	c->is_dead = c->in_turn = true;
	if (c->stage == STAGE_ANSWERING && on_gone)
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

void connection_cut(struct connection *c)
{
	reset_on_close(c);
	close_connection(c);
}

/* Memory ran out amid an answer. The app may be up the stack, so the loop says it is gone. */
void connection_break_off(struct connection *c)
{
	c->is_broken = true;
	reset_on_close(c);
	bufferevent_trigger_event(c->bev, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
}

/* Dropping what still comes keeps the kernel from sending RST, which could overtake the answer
 * (RFC 9112 section 9.6). */
static void drop_input(struct connection *c)
{
	c->dropped += unread(c);
	evbuffer_drain(bufferevent_get_input(c->bev), unread(c));
	c->is_dead |= c->dropped > LINGER_BYTES;
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
	if (unread(c) > 0)
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

/* Not by a read high-water mark: where that is reached and the input is left, libevent calls
 * on_read again and again. Reading goes on below the bound to learn of a client that is gone;
 * while the output is full, writing tells. */
static void pace_reading(struct connection *c)
{
	bool wants = !c->has_ended && unread(c) < READ_AHEAD_MAX && !output_is_full(c);
	if (wants == c->is_reading)
		return;
	c->is_reading = wants;
	if (wants)
		bufferevent_enable(c->bev, EV_READ);
	else
		bufferevent_disable(c->bev, EV_READ);
}

static bool is_idle(const struct connection *c)
{
	return c->stage == STAGE_READING && !c->reader && unread(c) == 0;
}

static void choose_end(struct connection *c)
{
	if (c->stage == STAGE_READING && c->has_ended && unread(c) == 0)
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
			drop_input(c);
		set_deadline(c);
		pace_reading(c);
		output_count(c);
		admission_set_idle(
			&c->edge->admission, c, is_idle(c) && output_unsent(c) == 0);
	}
	c->in_turn = false;
	if (c->is_dead)
		connection_free(c);
}

static bool is_last_request(const struct connection *c)
{
	return c->edge->is_draining || !c->reader->request.keep_alive
	       || (c->has_ended && unread(c) == 0);
}

static void hand_up(struct connection *c)
{
	struct edge *edge = c->edge;
	edge->counts.requests++;
	c->stage = STAGE_ANSWERING;
	c->deadline = DEADLINE_NONE;
	c->is_last = is_last_request(c);
	edge->options.on_request(&c->exchange, edge->options.arg);
}

/* A client that expects 100 Continue may send the body or the next request after a refusal
 * (RFC 9110 section 10.1.1), and a large body is not worth reading: these connections end. */
static void refuse_head(struct connection *c, enum status st, const struct fail *why)
{
	const struct http_request *request = &c->reader->request;
	c->is_last = request->expect_continue || is_last_request(c)
		     || http_reader_body_left(c->reader) > DROPPED_BODY_MAX;
	c->edge->counts.refused++;
	exchange_refuse_head(c, st, why);
	c->drops_request = !c->is_last;
}

/* A client that began to send its body does not wait for 100 Continue. */
static void on_head(struct connection *c)
{
	const struct edge_options *options = &c->edge->options;
	const struct http_request *request = &c->reader->request;
	struct fail why = { 0 };
	c->has_head = true;
	enum status st = options->on_head ? options->on_head(request, &why, options->arg) : ST_OK;
	if (st != ST_OK)
		refuse_head(c, st, &why);
	else if (request->expect_continue && request->minor_version > 0 && unread(c) == 0)
		output_put(c, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* A request that has its response gets no second one. */
static void refuse(struct connection *c, enum status st, const struct fail *why)
{
	if (c->drops_request) {
		connection_give_reader(c);
		c->stage = STAGE_FLUSHING;
	} else {
		exchange_refuse(c, st, why);
	}
}

/* Small bodies do not count: they are what most clients send, and as bounded as connections are. */
static bool has_room_for_body(struct connection *c)
{
	const struct buf *body = &c->reader->body;
	count_body(c, body->len > EDGE_SMALL_BODY ? body->cap : 0);
	return c->body_counted == 0 || c->edge->bodies <= c->edge->options.bodies_max;
}

static void refuse_body(struct connection *c)
{
	struct fail why = { 0 };
	(void)fail_set(&why, ST_OVERLOADED, "the bodies of too many requests are under way");
	c->edge->counts.refused++;
	refuse(c, ST_OVERLOADED, &why);
}

static void end_request(struct connection *c)
{
	if (c->drops_request) {
		connection_give_reader(c);
		return;
	}
	c->has_head = true;
	if (has_room_for_body(c))
		hand_up(c);
	else
		refuse_body(c);
}

static void feed(struct connection *c)
{
	struct evbuffer *input = bufferevent_get_input(c->bev);
	struct evbuffer_iovec piece = { 0 };
	struct fail why;
	why.text[0] = why.field[0] = '\0';
	if (!take_reader(c)) {
		connection_cut(c);
		return;
	}
	evbuffer_peek(input, -1, NULL, &piece, 1);
	struct span bytes = { piece.iov_base, piece.iov_len };
	enum http_progress progress = http_reader_feed(c->reader, &bytes, &why);
	evbuffer_drain(input, piece.iov_len - bytes.len);
	switch (progress) {
	case HTTP_MORE:
		if (!has_room_for_body(c))
			refuse_body(c);
		break;
	case HTTP_HEAD:
		on_head(c);
		break;
	case HTTP_COMPLETE:
		end_request(c);
		break;
	case HTTP_REFUSED:
		c->edge->counts.refused++;
		refuse(c, c->reader->refusal, &why);
	}
}

static bool can_feed(const struct connection *c)
{
	return c->stage == STAGE_READING && !c->is_dead && !c->is_broken && unread(c) > 0
	       && !output_is_full(c);
}

static void take_turn(struct connection *c)
{
	bool is_inner = connection_begin_turn(c);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): within a turn nothing is freed */
	for (int i = 0; i < STEPS_PER_TURN && can_feed(c); i++)
		feed(c);
	connection_end_turn(c, is_inner);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	take_turn(arg);
}

/* Comes when no more than OUTPUT_DRAINED is left. */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	bool is_inner = connection_begin_turn(c);
	(void)bev;
	output_wrote(c);
	if (c->is_full) {
		c->is_full = false;
		if (c->exchange.on_drained)
			c->exchange.on_drained(&c->exchange, c->exchange.data);
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
		connection_lose(c);
	}
}

void connection_cut_off(struct connection *c)
{
	if (c->stage == STAGE_ANSWERING || output_unsent(c) > 0)
		reset_on_close(c);
	connection_lose(c);
}

static void time_out(struct connection *c)
{
	bool is_inner = connection_begin_turn(c);
	c->edge->counts.timed_out++;
	refuse(c, ST_REQUEST_TIMEOUT, NULL);
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
	bufferevent_setwatermark(c->bev, EV_WRITE, OUTPUT_DRAINED, 0);
	bufferevent_set_max_single_write(c->bev, OUTPUT_FULL);
	pace_reading(c);
	LIST_INSERT_HEAD(&edge->connections, c, others);
	set_deadline(c);
	admission_set_idle(&edge->admission, c, true);
	return true;
}
