#include "gateway/exchange.h"

#include <assert.h>
#include <event2/event.h>

#include "gateway/connection.h"
#include "gateway/input.h"

static struct connection *connection_of(struct exchange *x)
{
	return (struct connection *)x;
}

static struct connection *take(struct exchange **x)
{
	struct connection *c = connection_of(*x);
	*x = NULL;
	return c;
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
	if (c->is_last || !c->reader)
		return HTTP_CLOSE;
	return c->reader->request.minor_version == 0 ? HTTP_KEEP_ALIVE : HTTP_PERSISTENCE_IMPLIED;
}

static struct span view(const struct buf *b)
{
	return b ? buf_view(b) : (struct span){ 0 };
}

static size_t body_len(const struct exchange_response *response)
{
	return response->body ? response->body->len : response->static_body.len;
}

/* A buffer that has failed holds only a part. */
static bool has_failed(const struct exchange_response *response)
{
	return (response->headers && response->headers->failed)
	       || (response->body && response->body->failed);
}

static void put_head(
	struct connection *c, const struct exchange_response *response, enum http_body_end body_end)
{
	struct http_head head = { .http_status = response->http_status,
		.date = date_now(c->edge),
		.content_type = response->content_type,
		.headers = view(response->headers),
		.body_end = body_end,
		.length = body_len(response),
		.persistence = persistence_of(c) };
	if (has_failed(response)) {
		connection_fail(c);
		return;
	}
	http_head_put(output_buf(c), &head);
	output_check(c);
}

static bool is_head(const struct connection *c)
{
	return c->reader && span_is(c->reader->request.method, "HEAD");
}

static void put_body(struct connection *c, const struct exchange_response *response)
{
	if (is_head(c) || !http_status_has_body(response->http_status))
		return;
	if (response->body)
		output_put(c, buf_view(response->body));
	else
		output_put_static(c, response->static_body);
}

static void put_refusal(struct connection *c, enum status st, const struct fail *why)
{
	struct edge *edge = c->edge;
	struct buf headers = { 0 }, body = { 0 };
	struct edge_refusal refusal = { .st = st,
		.why = why,
		.http = c->reader ? http_reader_known(c->reader) : NULL,
		.peer = &c->peer,
		.data = c->exchange.data };
	int http_status = edge->options.format_error(&headers, &body, &refusal, edge->options.arg);
	if (http_status == 503)
		buf_text(&headers, "Retry-After: 1\r\n");
	struct exchange_response response = { .http_status = http_status,
		.content_type = "application/json",
		.headers = &headers,
		.body = &body };
	put_head(c, &response, HTTP_LENGTH);
	put_body(c, &response);
	buf_fini(&headers);
	buf_fini(&body);
}

void exchange_drop(struct connection *c)
{
	struct exchange gone = c->exchange;
	c->exchange = (struct exchange){ 0 };
	if (gone.on_gone)
		gone.on_gone(gone.data);
}

void exchange_refuse(struct connection *c, enum status st, const struct fail *why)
{
	c->is_last = true;
	put_refusal(c, st, why);
	exchange_drop(c); /* the app may have got its head */
	input_return_reader(c);
	connection_enter(c, STAGE_FLUSHING);
}

void exchange_refuse_head(struct connection *c, enum status st, const struct fail *why)
{
	put_refusal(c, st, why);
	if (!c->is_last)
		return;
	input_return_reader(c);
	connection_enter(c, STAGE_FLUSHING);
}

const struct http_request *exchange_request(const struct exchange *x)
{
	return &((const struct connection *)x)->reader->request;
}

const union address *exchange_peer(const struct exchange *x)
{
	return &((const struct connection *)x)->peer;
}

void **exchange_connection_data(struct exchange *x)
{
	return &((struct connection *)x)->app_data;
}

void exchange_set_data(struct exchange *x, void *data, void (*on_gone)(void *data))
{
	x->data = data;
	x->on_gone = on_gone;
}

void *exchange_data(const struct exchange *x)
{
	return x->data;
}

void exchange_read_body(struct exchange *x)
{
	struct connection *c = connection_of(x);
	input_read_body(c);
	if (!c->in_turn)
		connection_take_turn_later(c);
}

void exchange_refuse_body(struct exchange **x, enum status st, const struct fail *why)
{
	struct connection *c = take(x);
	bool is_inner = connection_begin_turn(c);
	c->exchange.on_gone = NULL;
	input_refuse_body(c, st, why);
	c->exchange = (struct exchange){ 0 };
	connection_end_turn(c, is_inner);
}

void exchange_on_writable(struct exchange *x, void (*on_writable)(struct exchange *x, void *data))
{
	x->on_writable = on_writable;
}

void exchange_on_output_low(struct exchange *x)
{
	if (!x->is_full)
		return;
	x->is_full = false;
	if (x->on_writable)
		x->on_writable(x, x->data);
}

/* The end of the turn sets the timer if the edge drains already. */
void exchange_on_drain(struct exchange *x, void (*on_drain)(struct exchange *x, void *data))
{
	struct connection *c = connection_of(x);
	bool is_inner = connection_begin_turn(c);
	x->on_drain = on_drain;
	connection_end_turn(c, is_inner);
}

void exchange_report_drain(struct exchange *x)
{
	void (*on_drain)(struct exchange * x, void *data) = x->on_drain;
	x->on_drain = NULL;
	if (on_drain)
		on_drain(x, x->data);
}

static void end_response(struct connection *c)
{
	bool is_last = c->is_last || c->edge->is_draining;
	c->exchange = (struct exchange){ 0 };
	connection_enter(c, is_last ? STAGE_FLUSHING : STAGE_IDLE);
	input_return_reader(c);
}

/* Never report a write as not done: a worker may have run it. */
static void refuse_for_memory(struct connection *c)
{
	bool is_read = http_method_is_safe(c->reader->request.method);
	c->exchange = (struct exchange){ 0 };
	exchange_refuse(c, is_read ? ST_NO_MEMORY : ST_OUTCOME_UNKNOWN, NULL);
}

/* The app is on the stack, so the loop dispatches the next request later. */
void exchange_respond(struct exchange **x, const struct exchange_response *response)
{
	struct connection *c = take(x);
	assert(c->stage != STAGE_ACCEPTING); /* the rest of a body would be read as a request */
	bool is_inner = connection_begin_turn(c);
	c->is_last |= c->edge->is_draining;
	if (has_failed(response)) {
		refuse_for_memory(c);
	} else {
		put_head(c, response, HTTP_LENGTH);
		put_body(c, response);
		end_response(c);
	}
	connection_end_turn(c, is_inner);
}

void exchange_start(struct exchange *x, const struct exchange_response *response)
{
	struct connection *c = connection_of(x);
	bool is_old = c->reader->request.minor_version == 0;
	x->body_end = is_old ? HTTP_UNTIL_CLOSE : HTTP_CHUNKED;
	x->omits_body = is_head(c) || !http_status_has_body(response->http_status);
	c->is_last |= is_old || c->edge->is_draining;
	put_head(c, response, x->body_end);
	output_send_later(c);
}

static void put_chunk(struct connection *c, const struct buf *bytes)
{
	struct buf *out = output_buf(c);
	buf_printf(out, "%zx\r\n", bytes->len);
	buf_append(out, bytes);
	buf_text(out, "\r\n");
	output_check(c);
}

bool exchange_write(struct exchange *x, const struct buf *bytes)
{
	struct connection *c = connection_of(x);
	bool is_chunked = x->body_end == HTTP_CHUNKED;
	bool is_empty = bytes->len == 0; /* an empty chunk would end the body */
	if (!bytes->failed && (x->omits_body || is_empty))
		return false;
	if (bytes->failed) {
		connection_fail(c);
		return false;
	}
	if (is_chunked)
		put_chunk(c, bytes);
	else
		output_put(c, buf_view(bytes));
	output_send_now(c);
	output_update_count(c);
	x->is_full = output_is_full(c);
	return x->is_full;
}

void exchange_end(struct exchange **x)
{
	struct connection *c = take(x);
	bool is_inner = connection_begin_turn(c);
	if (c->exchange.body_end == HTTP_CHUNKED && !c->exchange.omits_body)
		output_put(c, SPAN("0\r\n\r\n"));
	end_response(c);
	connection_end_turn(c, is_inner);
}

void exchange_abort(struct exchange **x)
{
	struct connection *c = take(x);
	c->exchange = (struct exchange){ 0 };
	connection_reset(c);
}
