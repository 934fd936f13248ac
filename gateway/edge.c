#include "gateway/edge.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "gateway/http_head.h"
#include "gateway/listener.h"

enum {
	READ_AHEAD_MAX = 64 << 10,  /* bytes that wait while a request is being answered */
	UNSENT_FULL = 256 << 10,    /* exchange_write says so from here */
	UNSENT_DRAINED = 64 << 10,  /* and on_drained is called here */
	STEPS_PER_TURN = 64,        /* so that one that pipelines can't starve the others */
	SPARE_READERS = 64,
	LINGER_BYTES = 256 << 10,
};

enum stage {
	READING,   /* the next request: none of it, a part of it, or a whole one that waits its turn */
	ANSWERING, /* the exchange is the app's */
	FLUSHING,  /* the last answer is written: closes when it is sent */
	LINGERING, /* sent: drops what comes until the client closes as well */
};

enum deadline { NONE, NEXT_TURN, IDLE, HEAD, BODY, DRAIN, LINGER, WRITE, DEADLINES };

/* A request that is half here when the drain begins: clients are cut rather than the restart
 * delayed. */
enum { DRAIN_MS = 5000, LINGER_MS = 2000 };

struct exchange {
	void *data;
	void (*on_gone)(void *data);
	void (*on_drained)(struct exchange *x, void *data);
};

/*
 * Whoever calls up does so within a turn; within a turn nothing is freed, sent or handed up
 * recursively: what the app does there is looked at when the turn ends (end_turn).
 */
struct connection {
	struct exchange exchange; /* first: a struct exchange * is a struct connection * */
	struct edge *edge;
	struct bufferevent *bev;
	struct http_reader *reader; /* NULL while nothing of a request has come */
	struct event timer;
	LIST_ENTRY(connection) others;
	size_t dropped;
	enum stage stage;
	enum deadline deadline; /* what the timer is for; NONE: it may be pending still */
	enum http_framing framing; /* of an answer in pieces */
	bool drops_body;        /* it is to HEAD */
	bool has_head;          /* reader->request is what came */
	bool is_last;           /* no request after this one */
	bool is_full;           /* exchange_write said so */
	bool has_ended;         /* the client sent FIN: it may still read */
	bool is_writing;        /* the loop waits until more can be sent */
	bool is_reading;
	bool is_broken;         /* memory ran out amid an answer: on_event ends it */
	bool in_turn, is_dead;
};

struct edge {
	struct event_base *base;
	struct edge_options options;
	struct edge_counts counts;
	struct listener *listener;
	LIST_HEAD(, connection) connections;
	const struct timeval *deadlines[DEADLINES]; /* equal ones share a queue of libevent's */
	struct http_reader *spares[SPARE_READERS];
	size_t spare_count;
	struct buf scratch;
	time_t date_second;
	char date[HTTP_DATE_SIZE];
	bool is_draining;
	struct event *drained;
	void (*on_drained)(void *arg);
	void *drained_arg;
};

static struct connection *connection_of(struct exchange *x)
{
	return (struct connection *)x;
}

static size_t unread(const struct connection *c)
{
	return evbuffer_get_length(bufferevent_get_input(c->bev));
}

static size_t unsent(const struct connection *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

/* Readers are large and only needed while a request is here. */
static bool take_reader(struct connection *c)
{
	struct edge *edge = c->edge;
	if (!c->reader)
		c->reader = edge->spare_count ? edge->spares[--edge->spare_count]
					      : calloc(1, sizeof *c->reader);
	return c->reader;
}

static void free_reader(struct http_reader *reader)
{
	http_reader_fini(reader);
	free(reader);
}

static void give_reader(struct connection *c)
{
	struct edge *edge = c->edge;
	struct http_reader *reader = c->reader;
	c->reader = NULL;
	c->has_head = false;
	if (!reader)
		return;
	if (edge->spare_count == SPARE_READERS) {
		free_reader(reader);
		return;
	}
	http_reader_next(reader);
	edge->spares[edge->spare_count++] = reader;
}

static void report_drained(struct edge *edge)
{
	static const struct timeval now;
	if (edge->is_draining && edge->counts.connections == 0)
		evtimer_add(edge->drained, &now);
}

static void connection_free(struct connection *c)
{
	struct edge *edge = c->edge;
	LIST_REMOVE(c, others);
	event_del(&c->timer);
	bufferevent_free(c->bev); /* closes the descriptor, later in this turn of the loop */
	give_reader(c);
	free(c);
	edge->counts.connections--;
	if (edge->listener)
		listener_resume(edge->listener);
	report_drained(edge);
}

static void close_connection(struct connection *c)
{
	c->is_dead = true;
	if (!c->in_turn)
		connection_free(c);
}

/* The client is gone, or as good as. */
static void lose(struct connection *c)
{
	void (*on_gone)(void *data) = c->exchange.on_gone;
	c->exchange.on_gone = NULL;
	c->is_dead = c->in_turn = true;
	if (c->stage == ANSWERING && on_gone)
		on_gone(c->exchange.data);
	c->in_turn = false;
	connection_free(c);
}

static void reset_on_close(struct connection *c)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/* Half an answer must not look like a whole one. */
static void cut(struct connection *c)
{
	reset_on_close(c);
	close_connection(c);
}

/* Memory ran out amid an answer. The app may be up the stack, so the loop says it is gone. */
static void break_off(struct connection *c)
{
	c->is_broken = true;
	reset_on_close(c);
	bufferevent_trigger_event(c->bev, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
}

static void send_later(struct connection *c)
{
	if (!c->is_writing)
		bufferevent_enable(c->bev, EV_WRITE);
	c->is_writing = true;
}

/*
 * Writes right away: through the loop each answer would cost two epoll_ctl and an epoll_wait
 * more. The bufferevent is for what the socket doesn't take, so writing is disabled in between;
 * its own buffer is frozen at the front against such writes. An error shows again when the
 * bufferevent writes, and arrives at on_event then, from the loop and nowhere else. Once the
 * bufferevent writes it has to go on to the end, or on_write would never come.
 */
static void send_now(struct connection *c)
{
	struct evbuffer *output = bufferevent_get_output(c->bev);
	if (c->is_writing || evbuffer_get_length(output) == 0)
		return;
	evbuffer_unfreeze(output, 1);
	(void)evbuffer_write(output, bufferevent_getfd(c->bev));
	evbuffer_freeze(output, 1);
	if (evbuffer_get_length(output) > 0)
		send_later(c);
}

static void put(struct connection *c, struct span bytes)
{
	struct evbuffer *output = bufferevent_get_output(c->bev);
	if (!c->is_broken && evbuffer_add(output, bytes.bytes, bytes.len) != 0)
		break_off(c);
}

/* Dropping what still comes keeps the kernel from sending RST, which could overtake the answer
 * (RFC 9112 section 9.6). */
static void drop_input(struct connection *c)
{
	c->dropped += unread(c);
	evbuffer_drain(bufferevent_get_input(c->bev), unread(c));
	if (c->dropped > LINGER_BYTES)
		close_connection(c);
}

static void start_linger(struct connection *c)
{
	if (c->has_ended || shutdown(bufferevent_getfd(c->bev), SHUT_WR) != 0) {
		close_connection(c);
		return;
	}
	c->stage = LINGERING;
}

static enum deadline reading_deadline(const struct connection *c)
{
	if (unread(c) > 0)
		return NEXT_TURN;
	if (!c->reader)
		return IDLE;
	if (c->edge->is_draining)
		return DRAIN;
	return c->has_head ? BODY : HEAD;
}

/* Head, body and drain have one deadline in all, so the timer that runs stays. A timer that is
 * for nothing any more is left to fire for nothing: mostly it is set anew before. */
static void set_deadline(struct connection *c)
{
	enum deadline deadline = c->stage == READING ? reading_deadline(c)
		: c->stage == LINGERING              ? LINGER
						     : NONE;
	if (deadline != NONE && (deadline != c->deadline || deadline == IDLE))
		evtimer_add(&c->timer, c->edge->deadlines[deadline]);
	c->deadline = deadline;
}

/* Not by a read high-water mark: where that is reached and the input is left, libevent calls
 * on_read again and again. Reading goes on below the bound to learn of a client that is gone. */
static void pace_reading(struct connection *c)
{
	bool wants = !c->has_ended && unread(c) < READ_AHEAD_MAX;
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
	return c->stage == READING && !c->reader && unread(c) == 0;
}

static void choose_end(struct connection *c)
{
	if (c->stage == READING && c->has_ended && unread(c) == 0)
		c->stage = FLUSHING;
	if (is_idle(c) && c->edge->is_draining) {
		c->stage = FLUSHING;
		c->is_dead = unsent(c) == 0;
	}
}

/* True: this is within another turn, whose end will see to what changes. */
static bool begin_turn(struct connection *c)
{
	bool is_inner = c->in_turn;
	c->in_turn = true;
	return is_inner;
}

static void end_turn(struct connection *c, bool is_inner)
{
	if (is_inner)
		return;
	if (!c->is_dead && !c->is_broken) {
		send_now(c);
		choose_end(c);
		if (c->stage == FLUSHING && unsent(c) == 0 && !c->is_dead)
			start_linger(c);
		if (c->stage == LINGERING)
			drop_input(c);
		set_deadline(c);
		pace_reading(c);
	}
	c->in_turn = false;
	if (c->is_dead)
		connection_free(c);
}

static const char *date_now(struct edge *edge)
{
	struct timeval now;
	event_base_gettimeofday_cached(edge->base, &now);
	if (now.tv_sec != edge->date_second)
		http_date_format(now.tv_sec, edge->date);
	edge->date_second = now.tv_sec;
	return edge->date;
}

static enum http_persistence persistence_of(const struct connection *c)
{
	if (c->is_last)
		return HTTP_CLOSE;
	return c->reader->request.minor_version == 0 ? HTTP_KEEP_ALIVE : HTTP_UNSAID;
}

static void put_head(struct connection *c, const struct exchange_reply *reply, enum http_framing framing)
{
	struct edge *edge = c->edge;
	struct http_head head = { .http_status = reply->http_status,
		.date = date_now(edge),
		.content_type = reply->content_type,
		.headers = reply->headers,
		.framing = framing,
		.length = reply->body.len,
		.persistence = persistence_of(c) };
	buf_clear(&edge->scratch);
	http_head_put(&edge->scratch, &head);
	if (edge->scratch.failed)
		break_off(c);
	else
		put(c, buf_view(&edge->scratch));
}

static bool is_last_request(const struct connection *c)
{
	return c->edge->is_draining || !c->reader->request.keep_alive
		|| (c->has_ended && unread(c) == 0);
}

static bool is_head(const struct connection *c)
{
	return c->has_head && span_is(c->reader->request.method, "HEAD");
}

/* The edge's own answer; the connection ends with it. */
static void refuse(struct connection *c, enum status st, const struct fail *why)
{
	struct edge *edge = c->edge;
	struct buf headers = { 0 }, body = { 0 };
	const struct http_request *http = c->has_head ? &c->reader->request : NULL;
	edge->options.format_error(&headers, &body, st, why, http, edge->options.arg);
	struct exchange_reply reply = { .http_status = status_info(st)->http_status,
		.content_type = "application/json",
		.headers = buf_view(&headers),
		.body = buf_view(&body) };
	c->is_last = true;
	put_head(c, &reply, HTTP_LENGTH);
	if (!is_head(c))
		put(c, reply.body);
	buf_fini(&headers);
	buf_fini(&body);
	give_reader(c);
	c->stage = FLUSHING;
}

static void hand_up(struct connection *c)
{
	struct edge *edge = c->edge;
	edge->counts.requests++;
	c->stage = ANSWERING;
	c->deadline = NONE;
	c->is_last = is_last_request(c);
	edge->options.on_request(&c->exchange, edge->options.arg);
}

/* A client that began to send its body doesn't wait for the word. */
static void on_head(struct connection *c)
{
	const struct http_request *request = &c->reader->request;
	c->has_head = true;
	if (request->expect_continue && request->minor_version > 0 && unread(c) == 0)
		put(c, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void feed(struct connection *c)
{
	struct evbuffer *input = bufferevent_get_input(c->bev);
	struct evbuffer_iovec piece = { 0 };
	struct fail why;
	why.text[0] = why.field[0] = '\0';
	if (!take_reader(c)) {
		cut(c);
		return;
	}
	evbuffer_peek(input, -1, NULL, &piece, 1);
	struct span bytes = { piece.iov_base, piece.iov_len };
	enum http_progress progress = http_reader_feed(c->reader, &bytes, &why);
	evbuffer_drain(input, piece.iov_len - bytes.len);
	switch (progress) {
	case HTTP_MORE:
		break;
	case HTTP_HEAD:
		on_head(c);
		break;
	case HTTP_COMPLETE:
		c->has_head = true;
		hand_up(c);
		break;
	case HTTP_REFUSED:
		c->edge->counts.refused++;
		refuse(c, c->reader->refusal, &why);
	}
}

static void take_turn(struct connection *c)
{
	bool is_inner = begin_turn(c);
	for (int i = 0; i < STEPS_PER_TURN && c->stage == READING && !c->is_dead && !c->is_broken
			&& unread(c) > 0; i++)
		feed(c);
	end_turn(c, is_inner);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	take_turn(arg);
}

/* Comes when no more than UNSENT_DRAINED is left. */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;
	bool is_inner = begin_turn(c);
	if (unsent(c) == 0) {
		bufferevent_disable(bev, EV_WRITE);
		c->is_writing = false;
	}
	if (c->is_full) {
		c->is_full = false;
		if (c->exchange.on_drained)
			c->exchange.on_drained(&c->exchange, c->exchange.data);
	}
	end_turn(c, is_inner);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	struct connection *c = arg;
	if (what & BEV_EVENT_TIMEOUT)
		c->edge->counts.timed_out++;
	if ((what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING) && c->stage != LINGERING) {
		/* It may have closed only its side: an answer that is under way is for it. */
		c->has_ended = true;
		take_turn(c);
	} else {
		lose(c);
	}
}

static void time_out(struct connection *c)
{
	bool is_inner = begin_turn(c);
	c->edge->counts.timed_out++;
	refuse(c, ST_REQUEST_TIMEOUT, NULL);
	end_turn(c, is_inner);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct connection *c = arg;
	enum deadline deadline = c->deadline;
	c->deadline = NONE;
	switch (deadline) {
	case NEXT_TURN:
		take_turn(c);
		break;
	case HEAD:
	case BODY:
	case DRAIN:
		time_out(c);
		break;
	case IDLE: /* what is not read in time has the write deadline */
		c->stage = FLUSHING;
		if (unsent(c) == 0)
			close_connection(c);
		break;
	case LINGER:
		close_connection(c);
		break;
	case NONE:
	case WRITE:
	case DEADLINES:
		break;
	}
}

static bool connection_open(struct edge *edge, int fd)
{
	struct connection *c = calloc(1, sizeof *c);
	if (!c)
		return false;
	c->edge = edge;
	c->bev = bufferevent_socket_new(edge->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!c->bev) {
		free(c);
		return false;
	}
	evtimer_assign(&c->timer, edge->base, on_timer, c);
	bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
	bufferevent_disable(c->bev, EV_WRITE); /* see send_now */
	bufferevent_setwatermark(c->bev, EV_WRITE, UNSENT_DRAINED, 0);
	bufferevent_set_max_single_write(c->bev, UNSENT_FULL);
	bufferevent_set_timeouts(c->bev, NULL, edge->deadlines[WRITE]);
	pace_reading(c);
	LIST_INSERT_HEAD(&edge->connections, c, others);
	edge->counts.connections++;
	set_deadline(c);
	return true;
}

static void on_accept(int fd, void *arg)
{
	struct edge *edge = arg;
	edge->counts.accepted++;
	if (!connection_open(edge, fd))
		evutil_closesocket(fd);
	if (edge->counts.connections >= (size_t)edge->options.connections_max)
		listener_pause(edge->listener);
}

static void on_last_gone(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct edge *edge = arg;
	if (edge->on_drained)
		edge->on_drained(edge->drained_arg);
}

static bool init_deadlines(struct edge *edge)
{
	const struct edge_deadlines *given = &edge->options.deadlines;
	const int ms[DEADLINES] = { [IDLE] = given->idle_ms ? given->idle_ms : 60000,
		[HEAD] = given->head_ms ? given->head_ms : 10000,
		[BODY] = given->body_ms ? given->body_ms : 30000,
		[WRITE] = given->write_ms ? given->write_ms : 60000,
		[DRAIN] = DRAIN_MS,
		[LINGER] = LINGER_MS };
	static const struct timeval at_once;
	edge->deadlines[NEXT_TURN] = &at_once;
	for (int i = IDLE; i < DEADLINES; i++) {
		struct timeval duration = { ms[i] / 1000, ms[i] % 1000 * 1000 };
		edge->deadlines[i] = event_base_init_common_timeout(edge->base, &duration);
		if (!edge->deadlines[i])
			return false;
	}
	return true;
}

enum status edge_open(struct edge **out, struct event_base *base, const struct edge_options *options,
	struct fail *why)
{
	struct edge *edge = calloc(1, sizeof *edge);
	if (!edge)
		return ST_NO_MEMORY;
	*edge = (struct edge){ .base = base, .options = *options, .date_second = -1 };
	edge->drained = evtimer_new(base, on_last_gone, edge);
	enum status st = ST_NO_MEMORY;
	if (!edge->drained || !init_deadlines(edge))
		goto failed;
	st = listener_open(&edge->listener, base, options->host, options->port, on_accept, edge, why);
	if (st != ST_OK)
		goto failed;
	*out = edge;
	return ST_OK;

failed:
	edge_free(&edge); /* copes with half-built objects */
	return st;
}

int edge_port(const struct edge *edge)
{
	return edge->listener ? listener_port(edge->listener) : 0;
}

struct edge_counts edge_counts(const struct edge *edge)
{
	return edge->counts;
}

const struct http_request *exchange_request(const struct exchange *x)
{
	return &((const struct connection *)x)->reader->request;
}

void exchange_set_data(struct exchange *x, void *data, void (*on_gone)(void *data))
{
	x->data = data;
	x->on_gone = on_gone;
}

void exchange_on_drained(struct exchange *x, void (*on_drained)(struct exchange *x, void *data))
{
	x->on_drained = on_drained;
}

static struct connection *take(struct exchange **x)
{
	struct connection *c = connection_of(*x);
	*x = NULL;
	return c;
}

static void answered(struct connection *c)
{
	c->exchange = (struct exchange){ 0 };
	c->is_full = false;
	c->stage = c->is_last || c->edge->is_draining ? FLUSHING : READING;
	give_reader(c);
}

/* What is pipelined behind it is handed up later, from the loop: the app is up the stack. */
void exchange_reply(struct exchange **x, const struct exchange_reply *reply)
{
	struct connection *c = take(x);
	bool is_inner = begin_turn(c);
	c->is_last |= c->edge->is_draining;
	put_head(c, reply, HTTP_LENGTH);
	if (!is_head(c) && http_status_has_body(reply->http_status))
		put(c, reply->body);
	answered(c);
	end_turn(c, is_inner);
}

void exchange_start(struct exchange *x, const struct exchange_reply *reply)
{
	struct connection *c = connection_of(x);
	bool is_old = c->reader->request.minor_version == 0;
	c->framing = is_old ? HTTP_UNTIL_CLOSE : HTTP_CHUNKED;
	c->drops_body = is_head(c) || !http_status_has_body(reply->http_status);
	c->is_last |= is_old || c->edge->is_draining;
	put_head(c, reply, c->framing);
	send_later(c);
}

bool exchange_write(struct exchange *x, struct span bytes)
{
	struct connection *c = connection_of(x);
	if (c->drops_body || bytes.len == 0) /* an empty chunk would be the last one */
		return false;
	bool is_chunked = c->framing == HTTP_CHUNKED;
	buf_clear(&c->edge->scratch);
	buf_printf(&c->edge->scratch, "%zx\r\n", bytes.len);
	if (is_chunked)
		put(c, buf_view(&c->edge->scratch));
	put(c, bytes);
	if (is_chunked)
		put(c, SPAN("\r\n"));
	send_now(c);
	c->is_full = unsent(c) > UNSENT_FULL;
	return c->is_full;
}

void exchange_end(struct exchange **x)
{
	struct connection *c = take(x);
	bool is_inner = begin_turn(c);
	if (c->framing == HTTP_CHUNKED && !c->drops_body)
		put(c, SPAN("0\r\n\r\n"));
	answered(c);
	end_turn(c, is_inner);
}

void exchange_abort(struct exchange **x)
{
	cut(take(x));
}

void edge_drain(struct edge *edge, void (*on_drained)(void *arg), void *arg)
{
	edge->is_draining = true;
	edge->on_drained = on_drained;
	edge->drained_arg = arg;
	listener_free(&edge->listener);
	for (struct connection *c = LIST_FIRST(&edge->connections), *next; c; c = next) {
		next = LIST_NEXT(c, others);
		end_turn(c, begin_turn(c));
	}
	report_drained(edge);
}

void edge_free(struct edge **out)
{
	struct edge *edge = *out;
	*out = NULL;
	if (!edge)
		return;
	listener_free(&edge->listener);
	while (!LIST_EMPTY(&edge->connections))
		lose(LIST_FIRST(&edge->connections));
	while (edge->spare_count > 0)
		free_reader(edge->spares[--edge->spare_count]);
	if (edge->drained)
		event_free(edge->drained);
	buf_fini(&edge->scratch);
	free(edge);
}
