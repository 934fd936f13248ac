#include "gateway/input.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "gateway/connection.h"

enum {
	READ_AHEAD_MAX = 64 << 10, /* bytes that wait while a request is being answered */
	STEPS_PER_TURN = 64,       /* so that one that pipelines can't starve the others */
	LINGER_BYTES = 256 << 10,
	DROPPED_BODY_MAX = 64 << 10, /* of a refused request whose connection stays */
};

size_t input_unread(const struct connection *c)
{
	return evbuffer_get_length(bufferevent_get_input(c->bev));
}

/* A connection whose request is served within the turn must not look as if it had stayed idle. */
static bool take_reader(struct connection *c)
{
	c->has_begun = true;
	admission_set_idle(&c->edge->admission, c, false);
	if (!c->reader)
		c->reader = edge_borrow_reader(c->edge);
	return c->reader;
}

static void count_body(struct connection *c, size_t bytes)
{
	c->edge->bodies += bytes - c->body_counted;
	c->body_counted = bytes;
}

void input_return_reader(struct connection *c)
{
	c->has_head = c->drops_request = false;
	count_body(c, 0);
	if (c->reader)
		edge_return_reader(c->edge, &c->reader);
}

/* Dropping what still comes keeps the kernel from sending RST, which could overtake the answer
 * (RFC 9112 section 9.6). */
void input_discard(struct connection *c)
{
	c->dropped += input_unread(c);
	evbuffer_drain(bufferevent_get_input(c->bev), input_unread(c));
	c->is_dead |= c->dropped > LINGER_BYTES;
}

/* Not by a read high-water mark: where that is reached and the input is left, libevent calls
 * on_read again and again. Reading goes on below the bound to learn of a client that is gone;
 * while the output is full, writing tells. */
void input_update_reading(struct connection *c)
{
	bool wants = !c->has_ended && input_unread(c) < READ_AHEAD_MAX && !output_is_full(c);
	if (wants == c->is_reading)
		return;
	c->is_reading = wants;
	if (wants)
		bufferevent_enable(c->bev, EV_READ);
	else
		bufferevent_disable(c->bev, EV_READ);
}

static bool is_last_request(const struct connection *c)
{
	return c->edge->is_draining || !c->reader->request.keep_alive
	       || (c->has_ended && input_unread(c) == 0);
}

static void dispatch_request(struct connection *c)
{
	struct edge *edge = c->edge;
	edge->counts.requests++;
	c->stage = STAGE_RESPONDING;
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
	else if (request->expect_continue && request->minor_version > 0 && input_unread(c) == 0)
		output_put(c, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* A request that has its response gets no second one. */
void input_refuse(struct connection *c, enum status st, const struct fail *why)
{
	if (c->drops_request) {
		input_return_reader(c);
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
	(void)fail_set(&why, ST_OVERLOADED, "too many request bodies are in progress");
	c->edge->counts.refused++;
	input_refuse(c, ST_OVERLOADED, &why);
}

static void end_request(struct connection *c)
{
	if (c->drops_request) {
		input_return_reader(c);
		c->deadline = DEADLINE_NONE; /* what follows has its own */
		return;
	}
	c->has_head = true;
	if (has_room_for_body(c))
		dispatch_request(c);
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
		connection_reset(c);
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
		input_refuse(c, c->reader->refusal, &why);
	}
}

static bool can_feed(const struct connection *c)
{
	return c->stage == STAGE_READING && !c->is_dead && !c->is_broken && input_unread(c) > 0
	       && !output_is_full(c);
}

void input_process(struct connection *c)
{
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): within a turn nothing is freed */
	for (int i = 0; i < STEPS_PER_TURN && can_feed(c); i++)
		feed(c);
}
