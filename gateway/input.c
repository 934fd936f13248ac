#include "gateway/input.h"

#include "gateway/connection.h"

enum {
	STEPS_PER_TURN = 64,         /* so that a client that pipelines cannot starve the others */
	LINGER_BYTES = 256 << 10,    /* a client that sends more is cut */
	DROPPED_BODY_MAX = 64 << 10, /* of a refused request whose connection stays open */
};

size_t input_unread(const struct connection *c)
{
	return edge_transport_unread(&c->transport);
}

/* A connection whose request is served within this turn must not count as idle all the time. The
 * reader may have skipped empty lines in the turn before. */
static bool begin_request(struct connection *c)
{
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
	count_body(c, 0);
	if (c->reader)
		edge_return_reader(c->edge, &c->reader);
}

/* Else the kernel sends RST, which can overtake the response (RFC 9112 section 9.6). */
void input_discard(struct connection *c)
{
	size_t unread = input_unread(c);
	c->discarded += unread;
	edge_transport_consume(&c->transport, unread);
	if (c->discarded > LINGER_BYTES)
		connection_enter(c, STAGE_CLOSED);
}

/* All stages read, up to a limit, to notice a client that is gone. While the output is full,
 * writing notices it. */
void input_update_reading(struct connection *c)
{
	edge_transport_set_reading(&c->transport,
		!c->has_ended && input_unread(c) < EDGE_TRANSPORT_UNREAD && !output_is_full(c));
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
	connection_enter(c, STAGE_RESPONDING);
	c->is_last = is_last_request(c);
	edge->options.on_request(&c->exchange, edge->options.arg);
}

/* A client that expects 100 Continue may send the body or the next request after a refusal
 * (RFC 9110 section 10.1.1), and a large body is not worth reading: these connections end. */
void input_refuse_body(struct connection *c, enum status st, const struct fail *why)
{
	const struct http_request *request = &c->reader->request;
	c->is_last = request->expect_continue || is_last_request(c)
		     || http_reader_body_left(c->reader) > DROPPED_BODY_MAX;
	c->edge->counts.refused++;
	connection_enter(c, STAGE_DROPPING);
	exchange_refuse_head(c, st, why);
}

/* A client that has sent a part of its body does not wait for 100 Continue. */
void input_read_body(struct connection *c)
{
	const struct http_request *request = &c->reader->request;
	connection_enter(c, STAGE_BODY);
	if (request->expect_continue && request->minor_version > 0 && input_unread(c) == 0)
		output_put(c, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
}

static void on_head(struct connection *c)
{
	const struct edge_options *options = &c->edge->options;
	connection_enter(c, STAGE_ACCEPTING);
	if (options->on_head)
		options->on_head(&c->exchange, options->arg);
	else
		input_read_body(c);
}

/* In STAGE_DROPPING the request has its response. */
void input_refuse(struct connection *c, enum status st, const struct fail *why)
{
	if (c->stage == STAGE_DROPPING) {
		input_return_reader(c);
		connection_enter(c, STAGE_FLUSHING);
	} else {
		exchange_refuse(c, st, why);
	}
}

/* Small bodies do not count: most clients send them, and the limit of connections bounds them. */
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
	if (c->stage == STAGE_DROPPING) {
		input_return_reader(c);
		connection_enter(c, STAGE_IDLE);
	} else if (has_room_for_body(c)) {
		dispatch_request(c);
	} else {
		refuse_body(c);
	}
}

static void feed(struct connection *c)
{
	struct fail why;
	fail_clear(&why);
	bool is_between = c->stage <= STAGE_IDLE;
	if (is_between && !begin_request(c)) {
		connection_reset(c);
		return;
	}
	struct span bytes = edge_transport_peek(&c->transport);
	size_t len = bytes.len;
	enum http_progress progress = http_reader_feed(c->reader, &bytes, &why);
	edge_transport_consume(&c->transport, len - bytes.len);
	if (is_between && c->reader->phase != HTTP_AT_START)
		connection_enter(c, STAGE_HEAD);
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
	return connection_input(c) == INPUT_PARSED && input_unread(c) > 0 && !output_is_full(c);
}

void input_process(struct connection *c)
{
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): within a turn nothing is freed */
	for (int i = 0; i < STEPS_PER_TURN && can_feed(c); i++)
		feed(c);
}
