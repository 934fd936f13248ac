#include <string.h>

#include "client/client.h"
#include "client/failure.h"
#include "client/value.h"
#include "common/envelope.h"

enum {
	BODIES_PER_TURN = 64, /* then other events of the loop run */
	REPEATS_MAX = 3,      /* a request that kills gateways must not reach all of them */
	ENVELOPE_BYTES = 512, /* upper bound for a request without its params and its token */
};

/* ---- Ending requests ---- */

/* Releases the request, then runs its callback, which may submit a new request into the slot. Takes
 * `value`. */
static void end(struct study_client *c, struct request *request, struct study_error *error,
	struct study_value *value)
{
	study_on_reply on_reply = request->on_reply;
	void *arg = request->arg;
	struct study_value **take = request->take;
	memcpy(error->request_id, request->id, sizeof request->id);
	requests_release(&c->requests, request);
	if (on_reply)
		on_reply(arg, error->status, value, error);
	if (take && value && error->status == STUDY_OK)
		*take = value;
	else
		study_value_free(&value);
}

/* True if a gateway may have received the request and may have run it. */
static bool is_unknown(const struct request *request)
{
	return request->is_write && (request->is_sent || request->maybe_committed);
}

static void end_disconnected(struct study_client *c, struct request *request, const char *what)
{
	struct study_error error = { 0 };
	(void)failure_set(&error, STUDY_DISCONNECTED, "%s", what);
	if (is_unknown(request))
		failure_set_unknown(&error, true);
	end(c, request, &error, NULL);
}

static void end_overdue_one(struct study_client *c, struct request *request)
{
	struct study_error error = { 0 };
	if (!request->is_sent) {
		end_disconnected(c, request, "no gateway could be reached in time");
		return;
	}
	(void)failure_set(&error, STUDY_TIMEOUT, "no response came before the deadline");
	if (is_unknown(request))
		failure_set_unknown(&error, false);
	end(c, request, &error, NULL);
}

static int64_t due_of(const struct request *request)
{
	return request->is_sent ? request->deadline : request->send_by;
}

/* Removes overdue requests, queued and sent, from their lists before any callback runs. */
static struct request_queue take_overdue(struct study_client *c, int64_t now)
{
	struct request_queue overdue = { 0 }, kept = { 0 };
	struct request *request;
	c->due = INT64_MAX;
	while ((request = request_queue_pop(&c->requests.queue)) != NULL)
		request_queue_append(request->send_by <= now ? &overdue : &kept, request);
	c->requests.queue = kept;
	for (size_t i = 0; i < c->requests.count; i++) {
		request = c->requests.slots[i];
		if (!request->is_used)
			continue;
		if (due_of(request) > now)
			c->due = due_of(request) < c->due ? due_of(request) : c->due;
		else if (request->is_sent)
			request_queue_append(&overdue, request);
	}
	return overdue;
}

static void end_overdue(struct study_client *c, int64_t now)
{
	struct request *request;
	if (now < c->due)
		return;
	struct request_queue overdue = take_overdue(c, now);
	while ((request = request_queue_pop(&overdue)) != NULL)
		end_overdue_one(c, request);
}

void dispatch_end_all(struct study_client *c)
{
	c->is_dispatching = true;
	for (size_t i = 0; i < c->requests.count; i++)
		if (c->requests.slots[i]->is_used)
			end_disconnected(c, c->requests.slots[i], "the client was closed");
}

/* ---- Repeating requests ---- */

static void prepare_repeat(struct study_client *c, struct request *request, int64_t now)
{
	int64_t by = now + c->options.as.connect_timeout_ms;
	request->is_sent = false;
	request->send_by = by < request->deadline ? by : request->deadline;
	if (request->send_by < c->due)
		c->due = request->send_by;
}

/* A draining gateway refuses requests that it has not started with SHUTTING_DOWN, and responds to
 * the others. So the client sends it nothing more, and moves to the next gateway when all responses
 * have come. */
static bool requeue_if_draining(struct study_client *c, struct request *request, struct span error)
{
	struct span code;
	if (!msg_find_text(error, "code", &code) || !span_is(code, "SHUTTING_DOWN"))
		return false;
	c->is_leaving = true;
	prepare_repeat(c, request, client_now_ms());
	request_queue_append(&c->requests.queue, request);
	return true;
}

static bool is_any_sent(const struct study_client *c)
{
	for (size_t i = 0; i < c->requests.count; i++)
		if (c->requests.slots[i]->is_used && c->requests.slots[i]->is_sent)
			return true;
	return false;
}

/* ---- Responses ---- */

/* True if the refusal says nothing about an earlier attempt. Credentials may have been revoked
 * between the two. */
static bool is_about_this_attempt(enum status st)
{
	int http_status = status_info(st)->http_status;
	return status_means_not_done(st) || http_status == 401 || http_status == 403;
}

/* A gateway knows whether its own attempt ran the request. It knows nothing of an earlier attempt
 * on a lost connection. An invalid refusal says nothing of either. */
static void set_refused(
	const struct request *request, struct span refusal, struct study_error *error)
{
	enum study_status st = failure_from_wire(error, refusal);
	enum status code = status_from_code(error->code, strlen(error->code));
	if (st != STUDY_REFUSED && is_unknown(request))
		failure_set_unknown(error, st == STUDY_PROTOCOL);
	else if (st == STUDY_REFUSED && request->maybe_committed && request->is_write
		 && is_about_this_attempt(code))
		failure_set_unknown(error, true);
}

static void end_with_response(
	struct study_client *c, struct request *request, const struct envelope *e)
{
	struct study_error error = { .status = STUDY_OK };
	struct study_value *value = NULL;
	if (!msg_is_nil(e->error)) {
		struct span details;
		set_refused(request, e->error, &error);
		bool has_details = error.status == STUDY_REFUSED
				   && msg_find(e->error, "details", &details) == ST_OK;
		if (has_details && value_decode(details, &value) != STUDY_OK)
			value = NULL; /* the error is complete without them */
	} else {
		enum study_status st = value_decode(e->result, &value);
		if (st != STUDY_OK) {
			(void)failure_set(&error, st, "the response could not be decoded");
			if (is_unknown(request))
				failure_set_unknown(&error, true);
		}
	}
	end(c, request, &error, value);
}

/* Before the response to a write, with reads on a standby (schema/rpc.md, "For clients"). */
static void take_position(struct study_client *c, const struct envelope *e)
{
	struct position told = { 0 };
	if (span_is(e->method, "gateway.position") && position_find(e->params, &told))
		position_advance(&c->position, told);
}

/* False if the body is malformed; the messages after it are ignored, too. */
static bool handle_body(struct study_client *c, struct span body)
{
	struct msg_reader in = msg_reader(body);
	struct envelope e;
	if (body.len == 0)
		return false;
	while (in.at < in.end) {
		if (envelope_decode(&in, &e, NULL) != ST_OK)
			return false;
		if (e.kind == ENVELOPE_NOTIFICATION)
			take_position(c, &e);
		struct request *request =
			e.kind == ENVELOPE_RESPONSE ? requests_find(&c->requests, e.msgid) : NULL;
		if (!request || !request->is_sent)
			continue; /* late or repeated */
		if (requeue_if_draining(c, request, e.error))
			continue;
		c->connection.failures = 0;
		end_with_response(c, request, &e);
	}
	return true;
}

/* After a loss it takes everything that came before the loss. */
static bool receive_responses(struct study_client *c, bool is_lost)
{
	struct span body;
	for (int i = 0; is_lost || i < BODIES_PER_TURN; i++) {
		if (!transport_receive(c->connection.transport, &body))
			break;
		if (!handle_body(c, body))
			return false;
	}
	return true;
}

/* ---- Loss ---- */

static bool may_repeat(const struct request *request, int64_t now)
{
	return request->is_safe && request->repeats < REPEATS_MAX && request->deadline > now;
}

/* Sent requests go to the front of the queue if they may be repeated, and end otherwise. */
static void lose(struct study_client *c, int64_t now, bool is_broken)
{
	struct request_queue ended = { 0 }, queue = { 0 };
	struct request *request;
	c->is_leaving = false;
	failover_next(&c->connection, now);
	for (size_t i = 0; i < c->requests.count; i++) {
		request = c->requests.slots[i];
		if (!request->is_used || !request->is_sent)
			continue;
		bool again = may_repeat(request, now);
		request_queue_append(again ? &queue : &ended, request);
		if (!again)
			continue;
		request->maybe_committed = true;
		request->repeats++;
		prepare_repeat(c, request, now);
	}
	while ((request = request_queue_pop(&c->requests.queue)) != NULL)
		request_queue_append(&queue, request);
	c->requests.queue = queue;
	while ((request = request_queue_pop(&ended)) != NULL) {
		struct study_error error = { 0 };
		(void)failure_set(&error, is_broken ? STUDY_PROTOCOL : STUDY_DISCONNECTED, "%s",
			is_broken ? "the gateway sent an invalid message"
				  : "the connection was lost before the response came");
		if (is_unknown(request))
			failure_set_unknown(&error, true);
		end(c, request, &error, NULL);
	}
}

/* ---- Sending ---- */

static void put_request(struct study_client *c, const struct request *request, int64_t now)
{
	struct context context = { .account = c->options.as.account,
		.request_id = span_of(request->id),
		.deadline_ms = request->deadline - now,
		.token = c->options.token,
		.position = c->position };
	envelope_put_request(&c->out, request->msgid, span_of(request->method), &context,
		buf_view(&request->params));
}

size_t dispatch_request_bytes(const struct study_client *c, const struct request *request)
{
	return request->params.len + c->options.token.len + ENVELOPE_BYTES;
}

/* Puts as many requests as fit into one body; returns their number. */
static size_t gather(struct study_client *c, int64_t now)
{
	size_t count = 0;
	buf_clear(&c->out);
	for (struct request *at = c->requests.queue.first; at; at = at->next, count++) {
		size_t len = c->out.len + dispatch_request_bytes(c, at);
		if (count > 0 && (len > ENVELOPE_BODY_MAX || count == ENVELOPE_COUNT_MAX))
			break;
		put_request(c, at, now);
	}
	return count;
}

/* Sends one body; false if nothing was sent. The queue has no overdue requests here. */
static bool send_one(struct study_client *c, int64_t now)
{
	size_t count = gather(c, now);
	if (count == 0 || c->out.failed
		|| !transport_send(c->connection.transport, buf_view(&c->out)))
		return false;
	while (count-- > 0) {
		struct request *request = request_queue_pop(&c->requests.queue);
		request->is_sent = true;
		if (request->deadline < c->due)
			c->due = request->deadline;
	}
	return true;
}

static void flush(struct study_client *c, int64_t now)
{
	if (!c->connection.is_up || c->is_leaving)
		return;
	c->wants_flush = false;
	while (send_one(c, now))
		;
}

/* ---- One turn ---- */

static void turn(struct study_client *c)
{
	int64_t now = client_now_ms();
	bool is_lost = failover_check(&c->connection, now);
	bool is_broken = !receive_responses(c, is_lost);
	if (is_lost || is_broken)
		lose(c, now, is_broken);
	end_overdue(c, now);
	if (c->is_leaving && !is_any_sent(c))
		lose(c, now, false);
	failover_retry(&c->connection, now);
	flush(c, now);
	/* a send may have consumed the edge of a received message */
	c->has_more = c->connection.is_up && transport_has_input(c->connection.transport);
}

void study_dispatch(struct study_client *c)
{
	if (c->is_dispatching)
		return;
	c->is_dispatching = true;
	turn(c);
	c->is_dispatching = false;
}

int study_next_timeout_ms(const struct study_client *c)
{
	int64_t due = failover_due(&c->connection);
	if (c->has_more || (c->connection.is_up && c->wants_flush && !c->is_leaving))
		return 0;
	if (c->requests.in_use > 0 && c->due < due)
		due = c->due;
	if (due == INT64_MAX)
		return -1;
	int64_t left = due - client_now_ms();
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}
