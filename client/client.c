#include "client/client.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/failure.h"
#include "client/params.h"
#include "common/envelope.h"
#include "version.h"

const char *study_version(void)
{
	return STUDYTRACKER_VERSION;
}

int64_t client_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void study_client_new_id(struct study_client *c, char out[STUDY_ID_SIZE])
{
	unsigned char id[16];
	uuid_v7(&c->ids, id);
	uuid_format(id, out);
	out[UUID_TEXT_LEN] = '\0';
}

/* ---- Open and close ---- */

static enum study_status start(struct study_client *c, struct study_error *why)
{
	const struct study_options *as = &c->options.as;
	struct transport_options transport = { .max_reply_bytes = as->max_reply_bytes,
		.server_key = as->server_key,
		.public_key = as->public_key,
		.secret_key = as->secret_key };
	enum study_status st = transport_open(&c->connection.transport, &transport);
	if (st != STUDY_OK)
		return failure_set(why, st, "ZeroMQ can't be initialized");
	unsigned char random[16];
	uuid_v7(&c->ids, random);
	memcpy(&c->connection.random, random + 12, sizeof c->connection.random);
	c->connection.random |= 1;
	memcpy(c->connection.endpoints, c->options.endpoints, sizeof c->options.endpoints);
	c->connection.count = c->options.count;
	if (c->options.count > 1)
		c->position = (struct position){ .timeline = 1 }; /* asks gateways to tell theirs */
	st = failover_start(&c->connection, client_now_ms());
	if (st == STUDY_INVALID_ARGUMENT)
		return failure_field(why, st, "endpoints",
			"%.128s is not an endpoint that ZeroMQ accepts", c->options.endpoints[0]);
	if (st != STUDY_OK)
		return failure_set(
			why, st, "no socket could be created: out of memory or descriptors");
	return STUDY_OK;
}

enum study_status study_client_open(
	struct study_client **out, const struct study_options *options, struct study_error *why)
{
	if (why)
		*why = (struct study_error){ 0 };
	struct study_client *c = calloc(1, sizeof *c);
	if (!c)
		return failure_set(why, STUDY_NO_MEMORY, "out of memory");
	c->due = INT64_MAX;
	enum study_status st = STUDY_OK;
	if (method_map_init(&c->methods) != ST_OK)
		st = failure_set(why, STUDY_NO_MEMORY, "out of memory");
	if (st == STUDY_OK)
		st = options_take(&c->options, options, why);
	if (st == STUDY_OK)
		st = start(c, why);
	if (st != STUDY_OK) {
		study_client_close(&c);
		return st;
	}
	c->requests.max = c->options.as.max_in_flight;
	*out = c;
	return STUDY_OK;
}

void study_client_close(struct study_client **client)
{
	struct study_client *c = *client;
	*client = NULL;
	if (!c)
		return;
	c->is_closing = true;
	dispatch_end_all(c);
	transport_close(&c->connection.transport);
	requests_fini(&c->requests);
	if (c->out.bytes)
		explicit_bzero(c->out.bytes, c->out.cap); /* it had the token */
	buf_fini(&c->out);
	options_fini(&c->options);
	method_map_fini(&c->methods);
	free(c);
}

const struct study_error *study_client_error(const struct study_client *c)
{
	return &c->error;
}

const char *study_client_endpoint(const struct study_client *c)
{
	const struct failover *at = &c->connection;
	return at->is_up ? at->endpoints[at->current] : NULL;
}

int study_fd(const struct study_client *c)
{
	return transport_fd(c->connection.transport);
}

size_t study_in_flight(const struct study_client *c)
{
	return c->requests.in_use;
}

/* ---- Requests ---- */

/* The methods of the gateway itself (rpc.methods, rpc.status) only read. A method that this library
 * does not know may write. */
static bool may_write(const struct method *known, const char *name)
{
	return known ? known->is_write : strncmp(name, "rpc.", 4) != 0;
}

static const struct method *find_method(const struct study_client *c, const char *name)
{
	return method_map_find_public(&c->methods, span_of(name));
}

static void classify(const struct study_client *c, struct request *request)
{
	const struct method *m = find_method(c, request->method);
	request->is_write = may_write(m, request->method);
	request->is_safe =
		!request->is_write || (m && method_may_repeat(m, buf_view(&request->params)));
}

/* These methods take the id of the new session from the caller: with an id they are safe to
 * repeat. */
static bool makes_session(const char *method)
{
	return strcmp(method, "sessions.create") == 0 || strcmp(method, "sessions.log") == 0;
}

static enum study_status check(struct study_client *c, const char *method,
	const struct study_params *params, int timeout_ms)
{
	struct study_error *why = &c->error;
	*why = (struct study_error){ 0 };
	if (c->is_closing)
		return failure_set(why, STUDY_INVALID_ARGUMENT, "the client is being closed");
	if (!method || !*method || strlen(method) >= REQUEST_METHOD_MAX)
		return failure_field(why, STUDY_INVALID_ARGUMENT, "method",
			"a method must have 1 to %d bytes", REQUEST_METHOD_MAX - 1);
	if (timeout_ms < 0 || timeout_ms > TIMEOUT_MS_MAX)
		return failure_field(why, STUDY_INVALID_ARGUMENT, "timeout_ms",
			"timeout_ms must be from 0 to %d", TIMEOUT_MS_MAX);
	return params_check(params, why);
}

static void set_deadlines(struct study_client *c, struct request *request, int timeout_ms)
{
	int64_t now = client_now_ms();
	const struct study_options *as = &c->options.as;
	request->deadline = now + (timeout_ms ? timeout_ms : as->timeout_ms);
	request->send_by = now + as->connect_timeout_ms;
	if (request->send_by > request->deadline)
		request->send_by = request->deadline;
	if (request->send_by < c->due)
		c->due = request->send_by;
}

static enum study_status put_params(struct study_client *c, struct request *request,
	const char *method, const struct study_params *params)
{
	char session_id[STUDY_ID_SIZE];
	study_client_new_id(c, session_id);
	params_put(&request->params, params, makes_session(method) ? session_id : NULL);
	if (request->params.failed)
		return failure_set(&c->error, STUDY_NO_MEMORY, "out of memory");
	if (dispatch_request_bytes(c, request) > ENVELOPE_BODY_MAX)
		return failure_set(&c->error, STUDY_INVALID_ARGUMENT,
			"the params and the token are over 1 MiB");
	return STUDY_OK;
}

static struct request *queue_request(struct study_client *c, const char *method,
	const struct study_params *params, int timeout_ms)
{
	bool is_full;
	struct request *request = requests_take(&c->requests, &is_full);
	if (!request) {
		(void)failure_set(&c->error, is_full ? STUDY_BUSY : STUDY_NO_MEMORY,
			is_full ? "%zu requests are in flight"
				: "out of memory, with %zu in flight",
			c->requests.in_use);
		return NULL;
	}
	if (put_params(c, request, method, params) != STUDY_OK) {
		requests_release(&c->requests, request);
		return NULL;
	}
	memcpy(request->method, method, strlen(method) + 1);
	study_client_new_id(c, request->id);
	classify(c, request);
	set_deadlines(c, request, timeout_ms);
	request_queue_append(&c->requests.queue, request);
	c->wants_flush = true;
	return request;
}

enum study_status study_submit(struct study_client *c, const char *method,
	const struct study_params *params, study_on_reply on_reply, void *arg, int timeout_ms)
{
	enum study_status st = check(c, method, params, timeout_ms);
	if (st != STUDY_OK)
		return st;
	struct request *request = queue_request(c, method, params, timeout_ms);
	if (!request)
		return c->error.status;
	request->on_reply = on_reply;
	request->arg = arg;
	return STUDY_OK;
}

/* ---- Calls that wait ---- */

struct wait {
	bool is_done;
	struct study_error error;
};

static void on_done(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error)
{
	struct wait *wait = arg;
	(void)status, (void)result;
	wait->is_done = true;
	wait->error = *error;
}

static void wait_until_done(struct study_client *c, const struct wait *wait)
{
	struct pollfd at = { study_fd(c), POLLIN, 0 };
	study_dispatch(c);
	while (!wait->is_done) {
		(void)poll(&at, 1, study_next_timeout_ms(c));
		study_dispatch(c);
	}
}

enum study_status study_call(struct study_client *c, const char *method,
	const struct study_params *params, struct study_value **reply)
{
	struct wait wait = { 0 };
	enum study_status st = check(c, method, params, 0);
	if (st != STUDY_OK)
		return st;
	if (c->is_dispatching)
		return failure_set(
			&c->error, STUDY_INVALID_ARGUMENT, "study_call was called from on_reply");
	struct request *request = queue_request(c, method, params, 0);
	if (!request)
		return c->error.status;
	request->on_reply = on_done;
	request->arg = &wait;
	request->take = reply;
	wait_until_done(c, &wait);
	c->error = wait.error;
	return wait.error.status;
}

enum study_status study_call_json(
	struct study_client *c, const char *method, const char *json, char **reply)
{
	struct study_params *params = NULL;
	struct study_value *value = NULL;
	c->error = (struct study_error){ 0 };
	enum study_status st = json ? study_params_from_json(&params, json, &c->error) : STUDY_OK;
	if (st == STUDY_OK)
		st = study_call(c, method, params, reply ? &value : NULL);
	if (st == STUDY_OK && reply && study_value_to_json(value, reply) != STUDY_OK) {
		st = failure_set(&c->error, STUDY_NO_MEMORY, "out of memory");
		if (may_write(find_method(c, method), method))
			failure_set_unknown(&c->error, true);
	}
	study_value_free(&value);
	study_params_free(&params);
	return st;
}
