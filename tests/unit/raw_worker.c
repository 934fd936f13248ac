#include "tests/unit/raw_worker.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "common/socket.h"
#include "common/uuid.h"
#include "tests/unit/suite.h"

struct event_base *endpoint_base;
static struct socket_hub *hub;
struct workers *workers;
void *strangers;
char endpoint[96];
struct done done;
static char dir[64];

void open_endpoint(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-workers-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/w", dir);
	endpoint_base = event_base_new();
	ck_assert(socket_hub_open(&hub, endpoint_base, NULL) == ST_OK);
	struct workers_options options = { endpoint, 1, 100, "0" };
	ck_assert(workers_open(&workers, hub, endpoint_base, &options, NULL) == ST_OK);
	strangers = zmq_ctx_new();
	memset(&done, 0, sizeof done);
}

void close_endpoint(void)
{
	zmq_ctx_term(strangers);
	workers_free(&workers);
	socket_hub_free(&hub);
	event_base_free(endpoint_base);
	unlink(endpoint + strlen("ipc://"));
	rmdir(dir);
}

void run_turn(void)
{
	const struct timeval soon = { 0, 1000 };
	event_base_loopexit(endpoint_base, &soon);
	event_base_dispatch(endpoint_base);
}

struct envelope raw_worker_receive(struct raw_worker *w)
{
	struct envelope e;
	zmq_msg_t message;
	zmq_msg_init(&message);
	for (int i = 0; zmq_msg_recv(&message, w->socket, ZMQ_DONTWAIT) < 0; i++) {
		ck_assert_msg(i < TRIES, "the worker receives nothing");
		run_turn();
	}
	buf_clear(&w->body);
	buf_put(&w->body, zmq_msg_data(&message), zmq_msg_size(&message));
	zmq_msg_close(&message);
	struct msg_reader in = msg_reader(buf_view(&w->body));
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
	return e;
}

void raw_worker_send(const struct raw_worker *w, struct buf *body)
{
	ck_assert_int_eq(zmq_send(w->socket, body->bytes, body->len, 0), (int)body->len);
	buf_fini(body);
}

static void put_methods(struct buf *out, const char *const *methods)
{
	uint32_t count = 0;
	msg_put_key(out, "methods");
	size_t mark = msg_open_array(out);
	for (; methods[count]; count++)
		msg_put_key(out, methods[count]);
	msg_close(out, mark, count);
}

static void put_position(struct buf *out, struct position committed)
{
	if (!position_is_set(committed))
		return;
	msg_put_key(out, "position");
	position_put(out, committed);
}

void raw_worker_send_ready(const struct raw_worker *w)
{
	const unsigned char uuid[16] = { w->process };
	char text[UUID_TEXT_LEN];
	struct buf params = { 0 }, body = { 0 };
	uuid_format(uuid, text);
	msg_put_map(&params, 4 + (w->methods != NULL) + position_is_set(w->committed));
	put_position(&params, w->committed);
	msg_put_key(&params, "worker");
	msg_put_text(&params, (struct span){ text, sizeof text });
	msg_put_key(&params, "epoch");
	msg_put_int(&params, w->epoch);
	msg_put_key(&params, "credit");
	msg_put_int(&params, CREDIT);
	msg_put_key(&params, "database");
	buf_byte(&params, '\xc3');
	if (w->methods)
		put_methods(&params, w->methods);
	envelope_put_notification(&body, "worker.ready", buf_view(&params));
	buf_fini(&params);
	raw_worker_send(w, &body);
}

void raw_worker_connect_as(struct raw_worker *w, unsigned char process, const char *const *methods)
{
	static const int linger = 0;
	*w = (struct raw_worker){
		.socket = zmq_socket(strangers, ZMQ_DEALER), .process = process, .methods = methods
	};
	zmq_setsockopt(w->socket, ZMQ_LINGER, &linger, sizeof linger);
	ck_assert_int_eq(zmq_connect(w->socket, endpoint), 0);
	raw_worker_send_ready(w);
	struct envelope hello = raw_worker_receive(w);
	ck_assert(span_is(hello.method, "gateway.hello"));
	ck_assert(msg_find_int(hello.params, "epoch", &w->epoch));
	raw_worker_send_ready(w);
	ck_assert(span_is(raw_worker_receive(w).method, "gateway.hello"));
}

void raw_worker_connect(struct raw_worker *w)
{
	raw_worker_connect_as(w, 1, NULL);
}

void raw_worker_close(struct raw_worker *w)
{
	zmq_close(w->socket);
	buf_fini(&w->body);
}

void raw_worker_put_credit(struct buf *body, int64_t epoch, struct position committed)
{
	struct buf params = { 0 };
	msg_put_map(&params, 2 + position_is_set(committed));
	put_position(&params, committed);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, epoch);
	msg_put_key(&params, "credit");
	msg_put_int(&params, CREDIT);
	envelope_put_notification(body, "worker.credit", buf_view(&params));
	buf_fini(&params);
}

void raw_worker_respond(const struct raw_worker *w, uint32_t msgid, const char *code)
{
	struct buf error = { 0 }, body = { 0 };
	raw_worker_put_credit(&body, w->epoch, w->committed);
	msg_put_map(&error, 2);
	msg_put_key(&error, "code");
	msg_put_text(&error, span_of(code));
	msg_put_key(&error, "message");
	msg_put_text(&error, SPAN("as the worker reports"));
	if (code)
		envelope_put_error(&body, msgid, buf_view(&error));
	else
		envelope_put_result(&body, msgid, SPAN("\x80"));
	buf_fini(&error);
	raw_worker_send(w, &body);
}

static void on_done(void *arg, enum status st, struct span error, struct span result)
{
	struct span code = { 0 };
	(void)arg;
	done.times++;
	done.st = st;
	done.result_len = result.len;
	if (error.len > 0 && !msg_is_nil(error))
		ck_assert(msg_find_text(error, "code", &code));
	(void)snprintf(done.code, sizeof done.code, "%.*s", (int)code.len, code.bytes);
}

struct call *start_call(const char *method)
{
	struct call *started = NULL;
	struct context context = { 1, SPAN("id"), 10000 };
	enum status st = workers_call(workers, method_find(span_of(method)), &context, SPAN("\x80"),
		on_done, NULL, &started);
	ck_assert(st == ST_OK && started);
	return started;
}

void wait_until_done(void)
{
	for (int i = 0; done.times == 0; i++) {
		ck_assert_msg(i < TRIES, "the call does not end");
		run_turn();
	}
	ck_assert_int_eq(done.times, 1);
	ck_assert_uint_eq(workers_counts(workers).live, 0);
}
