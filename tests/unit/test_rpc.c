/* The endpoint for RPC clients, without workers. The clients are raw ZeroMQ sockets. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "common/socket.h"
#include "gateway/metrics_rpc.h"
#include "gateway/rpc.h"
#include "tests/unit/suite.h"

enum { UNREAD_ALL_MAX = 600000 };

static struct event_base *base;
static struct socket_hub *hub;
static struct workers *workers;
static struct rpc *rpc;
static struct counter_sources counters;
static void *strangers, *client;
static char dir[64], endpoint[96], worker_endpoint[96];
static struct buf received;

static void open_endpoint(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-rpc-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/r", dir);
	(void)snprintf(worker_endpoint, sizeof worker_endpoint, "ipc://%s/w", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	struct workers_options pool = { worker_endpoint, 1, 10000, "0" };
	ck_assert(workers_open(&workers, hub, base, &pool, NULL) == ST_OK);
	workers_add_counters(workers, &counters);
	struct rpc_options options = { .endpoint = endpoint,
		.counters = &counters,
		.workers = workers,
		.deadline_ms = 400,
		.unread_all_max = UNREAD_ALL_MAX };
	ck_assert(rpc_open(&rpc, hub, base, &options, NULL) == ST_OK);
	strangers = zmq_ctx_new();
}

/* The requests that have ended with this method and code; NULL: with any. */
static uint64_t ended(const char *method, const char *code)
{
	static const char name[] = "\nstudytracker_rpc_method_requests_total{";
	char labels[96] = "";
	uint64_t sum = 0;
	struct buf out = { 0 };
	struct metrics_text text = { .out = &out, .format = METRICS_OPEN };
	metrics_rpc_put(rpc_metrics(rpc), &text);
	buf_byte(&out, '\0');
	if (method)
		(void)snprintf(labels, sizeof labels, "method=\"%s\",code=\"%s\"}", method, code);
	for (const char *at = out.bytes; (at = strstr(at, name)) != NULL;) {
		at += sizeof name - 1;
		if (strncmp(at, labels, strlen(labels)) == 0)
			sum += strtoull(strstr(at, "} ") + 2, NULL, 10);
	}
	buf_fini(&out);
	return sum;
}

static void close_endpoint(void)
{
	/* Every request is counted once, at its end. */
	ck_assert_uint_eq(ended(NULL, NULL) + rpc_counts(rpc).in_flight, rpc_counts(rpc).requests);
	static const int linger = 0;
	zmq_setsockopt(client, ZMQ_LINGER, &linger, sizeof linger);
	zmq_close(client);
	zmq_ctx_term(strangers);
	rpc_free(&rpc);
	rpc_free(&rpc);
	workers_free(&workers);
	socket_hub_free(&hub);
	event_base_free(base);
	unlink(endpoint + strlen("ipc://"));
	unlink(worker_endpoint + strlen("ipc://"));
	rmdir(dir);
	buf_fini(&received);
}

static void connect_client(int type)
{
	static const int timeout = 20000;
	client = zmq_socket(strangers, type);
	zmq_setsockopt(client, ZMQ_SNDTIMEO, &timeout, sizeof timeout);
	ck_assert_int_eq(zmq_connect(client, endpoint), 0);
}

static void put_request(struct buf *out, uint32_t msgid, const char *method, struct span params)
{
	msg_put_array(out, 4);
	msg_put_int(out, ENVELOPE_REQUEST);
	msg_put_int(out, msgid);
	msg_put_key(out, method);
	msg_put_array(out, 2);
	msg_put_map(out, 0);
	buf_span(out, params);
}

static void send_body(struct buf *body)
{
	ck_assert_int_eq(zmq_send(client, body->bytes, body->len, 0), (int)body->len);
	buf_fini(body);
}

/* Runs the loop until the next message comes. */
static struct msg_reader receive(void)
{
	zmq_msg_t message;
	zmq_msg_init(&message);
	for (int i = 0; zmq_msg_recv(&message, client, ZMQ_DONTWAIT) < 0; i++) {
		const struct timeval soon = { 0, 1000 };
		ck_assert_msg(i < 20000, "no response");
		event_base_loopexit(base, &soon);
		event_base_dispatch(base);
	}
	buf_clear(&received);
	buf_put(&received, zmq_msg_data(&message), zmq_msg_size(&message));
	zmq_msg_close(&message);
	return msg_reader(buf_view(&received));
}

static struct envelope next(struct msg_reader *in)
{
	struct envelope e;
	ck_assert(envelope_decode(in, &e, NULL) == ST_OK && e.kind == ENVELOPE_RESPONSE);
	return e;
}

static bool is_code(const struct envelope *e, const char *code)
{
	struct span text;
	return msg_find_text(e->error, "code", &text) && span_is(text, code);
}

/* It waited for a worker: until its deadline, or until the gateway no longer expected one. */
static bool has_run(const struct envelope *e)
{
	return is_code(e, "DEADLINE_EXCEEDED") || is_code(e, "NO_WORKER");
}

static uint64_t ended_runs(void)
{
	return ended("topics.list", "DEADLINE_EXCEEDED") + ended("topics.list", "NO_WORKER");
}

START_TEST(the_gateway_runs_its_own_methods)
{
	struct buf body = { 0 };
	struct span found;
	connect_client(ZMQ_DEALER);
	put_request(&body, 1, "rpc.status", SPAN("\x80"));
	put_request(&body, 2, "rpc.methods", SPAN("\x80"));
	put_request(&body, 3, "rpc.methods", SPAN("\x81\xa1x\x01"));
	put_request(&body, UINT32_MAX, "no.such", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	struct envelope e = next(&in);
	ck_assert(e.msgid == 1 && msg_find(e.result, "workers", &found) == ST_OK);
	ck_assert(msg_find(e.result, "counts", &found) == ST_OK);
	e = next(&in);
	ck_assert(e.msgid == 2 && msg_find(e.result, "methods", &found) == ST_OK);
	e = next(&in);
	ck_assert(e.msgid == 3 && is_code(&e, "INVALID_INPUT"));
	e = next(&in);
	ck_assert(e.msgid == UINT32_MAX && is_code(&e, "UNKNOWN_METHOD"));
	ck_assert_ptr_eq(in.at, in.end);
	ck_assert_uint_eq(rpc_counts(rpc).requests, 4);
	ck_assert_uint_eq(rpc_counts(rpc).refused, 2);
	ck_assert_uint_eq(ended("rpc.status", "OK"), 1);
	ck_assert_uint_eq(ended("rpc.methods", "OK"), 1);
	ck_assert_uint_eq(ended("rpc.methods", "INVALID_INPUT"), 1);
	ck_assert_uint_eq(ended("none", "UNKNOWN_METHOD"), 1);
}
END_TEST

/* A REQ socket gets all responses in one message, when the last call has ended. */
START_TEST(a_req_socket_gets_its_responses_together)
{
	struct buf body = { 0 };
	connect_client(ZMQ_REQ);
	put_request(&body, 1, "topics.list", SPAN("\x80"));
	put_request(&body, 2, "rpc.status", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	struct envelope first = next(&in), second = next(&in);
	ck_assert(first.msgid == 2 && msg_is_nil(first.error));
	ck_assert(second.msgid == 1 && has_run(&second));
	ck_assert_uint_eq(rpc_counts(rpc).in_flight, 0);
	ck_assert_uint_eq(ended_runs(), 1);
}
END_TEST

START_TEST(the_rest_after_malformed_bytes_is_dropped_and_the_next_body_is_read)
{
	struct buf body = { 0 };
	connect_client(ZMQ_DEALER);
	put_request(&body, 1, "rpc.status", SPAN("\x80"));
	buf_byte(&body, '\xc1');
	put_request(&body, 2, "rpc.status", SPAN("\x80"));
	send_body(&body);
	put_request(&body, 3, "rpc.status", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	ck_assert_uint_eq(next(&in).msgid, 1);
	if (in.at == in.end)
		in = receive();
	ck_assert_uint_eq(next(&in).msgid, 3);
	ck_assert_uint_eq(rpc_counts(rpc).malformed, 1);
}
END_TEST

START_TEST(the_rest_of_a_body_with_too_many_requests_is_refused)
{
	struct buf body = { 0 };
	connect_client(ZMQ_DEALER);
	for (uint32_t i = 0; i < 50000; i++)
		put_request(&body, i, "rpc.status", SPAN("\x80"));
	send_body(&body);
	put_request(&body, 50000, "rpc.status", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	for (uint32_t i = 0; i < ENVELOPE_COUNT_MAX; i++) {
		struct envelope e = next(&in);
		ck_assert(e.msgid == i && msg_is_nil(e.error));
	}
	struct envelope e = next(&in);
	ck_assert(e.msgid == ENVELOPE_COUNT_MAX && is_code(&e, "INVALID_INPUT"));
	if (in.at == in.end)
		in = receive();
	ck_assert_uint_eq(next(&in).msgid, 50000);
	ck_assert_uint_eq(rpc_counts(rpc).malformed, 1);
	ck_assert_uint_eq(rpc_counts(rpc).requests, ENVELOPE_COUNT_MAX + 2);
}
END_TEST

/* Its calls would still be in flight when the next client with its routing id connects. */
START_TEST(a_client_with_a_routing_id_of_its_own_is_refused)
{
	struct buf body = { 0 };
	client = zmq_socket(strangers, ZMQ_DEALER);
	ck_assert_int_eq(zmq_setsockopt(client, ZMQ_ROUTING_ID, "mine", 4), 0);
	ck_assert_int_eq(zmq_connect(client, endpoint), 0);
	put_request(&body, 1, "topics.list", SPAN("\x80"));
	put_request(&body, 2, "rpc.status", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	struct envelope first = next(&in), second = next(&in);
	ck_assert(first.msgid == 1 && is_code(&first, "INVALID_INPUT"));
	ck_assert(second.msgid == 2 && is_code(&second, "INVALID_INPUT"));
	ck_assert_uint_eq(rpc_counts(rpc).in_flight, 0);
	ck_assert_uint_eq(ended("topics.list", "INVALID_INPUT"), 1);
}
END_TEST

START_TEST(the_unread_responses_of_all_clients_are_bounded)
{
	struct buf body = { 0 };
	uint32_t results = 0, refused = 0;
	connect_client(ZMQ_DEALER);
	for (uint32_t i = 0; i < 1000; i++)
		put_request(&body, i, "rpc.methods", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	size_t len = (size_t)(in.end - in.at);
	while (in.at < in.end) {
		struct envelope e = next(&in);
		ck_assert(msg_is_nil(e.error) || is_code(&e, "OVERLOADED"));
		*(msg_is_nil(e.error) ? &results : &refused) += 1;
	}
	ck_assert_uint_ge(results, 10);
	ck_assert_uint_gt(refused, results);
	ck_assert_uint_eq(results + refused + rpc_counts(rpc).dropped, 1000);
	ck_assert_uint_lt(len, 2 * UNREAD_ALL_MAX + 10000);
	put_request(&body, 1, "rpc.methods",
		SPAN("\x80")); /* the client has read, so there is room again */
	send_body(&body);
	in = receive();
	struct envelope e = next(&in);
	ck_assert(msg_is_nil(e.error));
}
END_TEST

static void run_for_ms(int ms)
{
	const struct timeval soon = { 0, ms * 1000 };
	event_base_loopexit(base, &soon);
	event_base_dispatch(base);
}

/* It only sends, so even refusals are dropped, but only its own. */
START_TEST(a_client_that_reads_nothing_costs_others_no_response)
{
	static const int one = 1, none = 0;
	struct buf body = { 0 };
	void *hoarder = client = zmq_socket(strangers, ZMQ_DEALER);
	zmq_setsockopt(hoarder, ZMQ_RCVHWM, &one, sizeof one);
	zmq_setsockopt(hoarder, ZMQ_LINGER, &none, sizeof none);
	ck_assert_int_eq(zmq_connect(hoarder, endpoint), 0);
	for (int sent = 0; rpc_counts(rpc).dropped < 1000; sent++) {
		ck_assert_int_lt(sent, 200);
		for (uint32_t i = 0; i < 1000; i++)
			put_request(&body, i, "rpc.methods", SPAN("\x80"));
		send_body(&body);
		run_for_ms(20);
	}
	uint64_t dropped = rpc_counts(rpc).dropped;
	connect_client(ZMQ_DEALER);
	put_request(&body, 1, "rpc.status", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	struct envelope e = next(&in);
	ck_assert(msg_is_nil(e.error));
	ck_assert_uint_eq(rpc_counts(rpc).dropped, dropped);
	zmq_close(hoarder);
}
END_TEST

static void on_drained(void *arg)
{
	++*(int *)arg;
}

START_TEST(a_drain_finishes_calls_in_flight_and_refuses_new_ones)
{
	struct buf body = { 0 };
	int drained = 0;
	connect_client(ZMQ_DEALER);
	put_request(&body, 1, "topics.list", SPAN("\x80"));
	put_request(&body, 2, "rpc.status", SPAN("\x80"));
	send_body(&body);
	struct msg_reader in = receive();
	ck_assert_uint_eq(next(&in).msgid, 2);
	rpc_drain(rpc, on_drained, &drained);
	put_request(&body, 3, "topics.list", SPAN("\x80"));
	send_body(&body);
	bool has_ended = false, is_refused = false;
	while (!has_ended || !is_refused) {
		if (in.at == in.end)
			in = receive();
		struct envelope e = next(&in);
		has_ended |= e.msgid == 1 && has_run(&e);
		is_refused |= e.msgid == 3 && is_code(&e, "SHUTTING_DOWN");
		ck_assert(has_ended || drained == 0);
	}
	while (drained == 0)
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_int_eq(drained, 1);
}
END_TEST

START_TEST(calls_in_flight_at_the_end_are_freed)
{
	struct buf body = { 0 };
	connect_client(ZMQ_DEALER);
	put_request(&body, 1, "topics.list", SPAN("\x80"));
	put_request(&body, 2, "rpc.status", SPAN("\x80"));
	send_body(&body);
	(void)receive();
	ck_assert_uint_eq(rpc_counts(rpc).in_flight + ended_runs(), 1);
	ck_assert_uint_eq(rpc_counts(rpc).peers, 1);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("rpc");
	tcase_add_checked_fixture(tc, open_endpoint, close_endpoint);
	tcase_add_test(tc, the_gateway_runs_its_own_methods);
	tcase_add_test(tc, a_req_socket_gets_its_responses_together);
	tcase_add_test(tc, the_rest_after_malformed_bytes_is_dropped_and_the_next_body_is_read);
	tcase_add_test(tc, the_rest_of_a_body_with_too_many_requests_is_refused);
	tcase_add_test(tc, a_client_with_a_routing_id_of_its_own_is_refused);
	tcase_add_test(tc, the_unread_responses_of_all_clients_are_bounded);
	tcase_add_test(tc, a_client_that_reads_nothing_costs_others_no_response);
	tcase_add_test(tc, a_drain_finishes_calls_in_flight_and_refuses_new_ones);
	tcase_add_test(tc, calls_in_flight_at_the_end_are_freed);
	return suite_run("rpc", tc);
}
