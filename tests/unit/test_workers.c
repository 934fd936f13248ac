/* The workers' endpoint with raw ZeroMQ sockets in the place of workers. */
#include <check.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "common/socket.h"
#include "common/uuid.h"
#include "gateway/workers.h"
#include "tests/unit/suite.h"

enum { CREDIT = 9, TRIES = 20000 };

/* One process; where it has two connections the second is the later one. */
struct process {
	void *socket;
	int64_t epoch;
	struct buf heard; /* the last body */
};

static struct event_base *base;
static struct socket_hub *hub;
static struct workers *workers;
static void *strangers;
static char dir[64], endpoint[96];

/* What the caller has heard. */
static struct {
	int times;
	enum status st;
	char code[32];
	size_t result_len;
} heard;

static void open_endpoint(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-workers-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/w", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	struct workers_options options = { endpoint, 1, 100, "0" };
	ck_assert(workers_open(&workers, hub, base, &options, NULL) == ST_OK);
	strangers = zmq_ctx_new();
	memset(&heard, 0, sizeof heard);
}

static void close_endpoint(void)
{
	zmq_ctx_term(strangers);
	workers_free(&workers);
	socket_hub_free(&hub);
	event_base_free(base);
	unlink(endpoint + strlen("ipc://"));
	rmdir(dir);
}

static void turn(void)
{
	const struct timeval soon = { 0, 1000 };
	event_base_loopexit(base, &soon);
	event_base_dispatch(base);
}

static struct envelope hear(struct process *p)
{
	struct envelope e;
	zmq_msg_t message;
	zmq_msg_init(&message);
	for (int i = 0; zmq_msg_recv(&message, p->socket, ZMQ_DONTWAIT) < 0; i++) {
		ck_assert_msg(i < TRIES, "the worker hears nothing");
		turn();
	}
	buf_clear(&p->heard);
	buf_put(&p->heard, zmq_msg_data(&message), zmq_msg_size(&message));
	zmq_msg_close(&message);
	struct msg_reader in = msg_reader(buf_view(&p->heard));
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
	return e;
}

static void say(const struct process *p, struct buf *body)
{
	ck_assert_int_eq(zmq_send(p->socket, body->bytes, body->len, 0), (int)body->len);
	buf_fini(body);
}

static void say_ready(const struct process *p)
{
	static const unsigned char uuid[16] = { 1 };
	char text[UUID_TEXT_LEN];
	struct buf params = { 0 }, body = { 0 };
	uuid_format(uuid, text);
	msg_put_map(&params, 4);
	msg_put_key(&params, "worker");
	msg_put_text(&params, (struct span){ text, sizeof text });
	msg_put_key(&params, "epoch");
	msg_put_int(&params, p->epoch);
	msg_put_key(&params, "credit");
	msg_put_int(&params, CREDIT);
	msg_put_key(&params, "database");
	buf_byte(&params, '\xc3');
	envelope_put_notification(&body, "worker.ready", buf_view(&params));
	buf_fini(&params);
	say(p, &body);
}

static void greet(struct process *p)
{
	static const int linger = 0;
	*p = (struct process){ .socket = zmq_socket(strangers, ZMQ_DEALER) };
	zmq_setsockopt(p->socket, ZMQ_LINGER, &linger, sizeof linger);
	ck_assert_int_eq(zmq_connect(p->socket, endpoint), 0);
	say_ready(p);
	struct envelope hello = hear(p);
	ck_assert(span_is(hello.method, "gateway.hello"));
	ck_assert(msg_find_int(hello.params, "epoch", &p->epoch));
	say_ready(p);
	ck_assert(span_is(hear(p).method, "gateway.hello"));
}

static void leave(struct process *p)
{
	zmq_close(p->socket);
	buf_fini(&p->heard);
}

static void put_credit(struct buf *body, int64_t epoch)
{
	struct buf params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, epoch);
	msg_put_key(&params, "credit");
	msg_put_int(&params, CREDIT);
	envelope_put_notification(body, "worker.credit", buf_view(&params));
	buf_fini(&params);
}

/* The answer to what it heard last; NULL: it is done. */
static void answer(const struct process *p, uint32_t msgid, const char *code)
{
	struct buf error = { 0 }, body = { 0 };
	put_credit(&body, p->epoch);
	msg_put_map(&error, 2);
	msg_put_key(&error, "code");
	msg_put_text(&error, span_of(code));
	msg_put_key(&error, "message");
	msg_put_text(&error, SPAN("as the worker says"));
	if (code)
		envelope_put_error(&body, msgid, buf_view(&error));
	else
		envelope_put_result(&body, msgid, SPAN("\x80"));
	buf_fini(&error);
	say(p, &body);
}

static void on_done(void *arg, enum status st, struct span error, struct span result)
{
	struct span code = { 0 };
	(void)arg;
	heard.times++;
	heard.st = st;
	heard.result_len = result.len;
	if (error.len > 0 && !msg_is_nil(error))
		ck_assert(msg_find_text(error, "code", &code));
	(void)snprintf(heard.code, sizeof heard.code, "%.*s", (int)code.len, code.bytes);
}

static struct call *call(const char *method)
{
	struct call *started = NULL;
	struct context context = { 1, SPAN("id"), 10000 };
	enum status st = workers_call(workers, method_find(span_of(method)), &context, SPAN("\x80"),
		on_done, NULL, &started);
	ck_assert(st == ST_OK && started);
	return started;
}

static void wait_for_answer(void)
{
	for (int i = 0; heard.times == 0; i++) {
		ck_assert_msg(i < TRIES, "the caller hears nothing");
		turn();
	}
	ck_assert_int_eq(heard.times, 1);
	ck_assert_uint_eq(workers_counts(workers).live, 0);
}

START_TEST(what_a_worker_says_is_handed_on)
{
	struct process p;
	greet(&p);
	call("sessions.create");
	struct envelope request = hear(&p);
	ck_assert(request.kind == ENVELOPE_REQUEST && span_is(request.method, "sessions.create"));
	ck_assert(span_is(request.context.request_id, "id") && request.context.deadline_ms > 0);
	answer(&p, request.msgid, _i == 0 ? NULL : "DATABASE_UNAVAILABLE");
	wait_for_answer();
	ck_assert_int_eq(heard.st, ST_OK);
	ck_assert_str_eq(heard.code, _i == 0 ? "" : "DATABASE_UNAVAILABLE");
	ck_assert_uint_eq(workers_counts(workers).answered, 1);
	leave(&p);
}
END_TEST

/* The process connects anew, so that its first connection is dead with what it held. */
static const struct {
	const char *method, *code; /* what the second one answers */
	enum status st;
} second_answers[] = {
	{ "sessions.create", NULL, ST_OK },
	{ "sessions.create", "DATABASE_UNAVAILABLE", ST_OUTCOME_UNKNOWN },
	{ "sessions.create", "SHUTTING_DOWN", ST_OUTCOME_UNKNOWN },
	{ "sessions.create", "NO_SUCH_CODE", ST_OUTCOME_UNKNOWN },
	{ "sessions.create", "UNKNOWN_TOPIC", ST_OK },
	{ "sessions.get", "DATABASE_UNAVAILABLE", ST_OK },
};

/* A worker is asked to end what the other, of the same process here, has in the database. */
static void fence(struct process *p, const char *code)
{
	struct span worker;
	struct envelope request = hear(p);
	ck_assert(span_is(request.method, "workers.fence"));
	ck_assert(msg_find_text(request.params, "worker", &worker));
	ck_assert(span_is(worker, "01000000-0000-0000-0000-000000000000"));
	answer(p, request.msgid, code);
}

START_TEST(a_second_worker_cannot_say_what_the_first_has_not_done)
{
	const char *code = second_answers[_i].code;
	struct process first, second;
	greet(&first);
	call(second_answers[_i].method);
	ck_assert(hear(&first).kind == ENVELOPE_REQUEST);
	greet(&second);
	if (strcmp(second_answers[_i].method, "sessions.get") != 0)
		fence(&second, NULL);
	answer(&second, hear(&second).msgid, code);
	wait_for_answer();
	bool is_unknown = second_answers[_i].st != ST_OK;
	ck_assert_int_eq(heard.st, second_answers[_i].st);
	ck_assert_str_eq(heard.code, code && !is_unknown ? code : "");
	ck_assert_uint_eq(workers_counts(workers).repeated, 1);
	ck_assert_uint_eq(workers_counts(workers).unknown, is_unknown);
	leave(&first);
	leave(&second);
}
END_TEST

START_TEST(what_could_not_be_ended_is_asked_for_again)
{
	struct process first, second;
	greet(&first);
	call("sessions.create");
	ck_assert(hear(&first).kind == ENVELOPE_REQUEST);
	greet(&second);
	fence(&second, "DATABASE_UNAVAILABLE");
	fence(&second, "DATABASE_UNAVAILABLE");
	fence(&second, NULL);
	struct envelope request = hear(&second);
	ck_assert(span_is(request.method, "sessions.create"));
	answer(&second, request.msgid, NULL);
	wait_for_answer();
	ck_assert_int_eq(heard.st, ST_OK);
	leave(&first);
	leave(&second);
}
END_TEST

START_TEST(what_can_not_be_ended_may_be_done)
{
	struct process first, second;
	greet(&first);
	call("sessions.create");
	ck_assert(hear(&first).kind == ENVELOPE_REQUEST);
	greet(&second);
	fence(&second, "INTERNAL");
	wait_for_answer();
	ck_assert_int_eq(heard.st, ST_OUTCOME_UNKNOWN);
	leave(&first);
	leave(&second);
}
END_TEST

/* It says nothing more, and its connection lasts. */
START_TEST(who_is_given_up_is_greeted_with_another_epoch)
{
	struct process p;
	int64_t epoch;
	greet(&p);
	call("sessions.get");
	ck_assert(hear(&p).kind == ENVELOPE_REQUEST);
	struct envelope hello;
	do
		hello = hear(&p); /* it is asked whether it is there before that */
	while (msg_find_int(hello.params, "epoch", &epoch) && epoch == p.epoch);
	ck_assert(span_is(hello.method, "gateway.hello"));
	ck_assert_ptr_null(pool_workers(workers_pool(workers)));
	leave(&p);
}
END_TEST

/* Before a right answer; after it the worker is still believed. */
static const struct {
	const char *what;
	bool has_credit;
	int64_t epoch_off;
	const char *then; /* in the same message, before an answer; NULL: nothing */
	unsigned malformed, stale;
} dialogues[] = {
	{ "an answer without a credit", false, 0, NULL, 1, 0 },
	{ "a credit of another epoch", true, -1, NULL, 0, 1 },
	{ "no message", true, 0, "\xc1", 1, 0 },
	{ "a credit that says nothing", true, 0, "\x93\x02\xadworker.credit\x80", 1, 0 },
	{ "a ready that says nothing", false, 0, "\x93\x02\xacworker.ready\x80", 2, 0 },
	{ "what only a newer worker says", false, 0, "\x93\x02\xa9worker.hm\x80", 1, 0 },
};

START_TEST(what_is_said_out_of_turn_answers_nothing)
{
	struct process p;
	struct buf body = { 0 };
	greet(&p);
	call("sessions.create");
	uint32_t msgid = hear(&p).msgid;
	if (dialogues[_i].has_credit)
		put_credit(&body, p.epoch + dialogues[_i].epoch_off);
	if (dialogues[_i].then)
		buf_text(&body, dialogues[_i].then);
	envelope_put_error(&body, msgid, SPAN("\x80"));
	say(&p, &body);
	answer(&p, msgid, NULL);
	wait_for_answer();
	ck_assert_int_eq(heard.st, ST_OK);
	ck_assert_uint_eq(heard.result_len, 1);
	ck_assert_msg(workers_counts(workers).malformed == dialogues[_i].malformed
			      && workers_counts(workers).stale == dialogues[_i].stale,
		"%s: malformed %llu, stale %llu", dialogues[_i].what,
		(unsigned long long)workers_counts(workers).malformed,
		(unsigned long long)workers_counts(workers).stale);
	leave(&p);
}
END_TEST

START_TEST(who_has_not_said_ready_is_not_heard)
{
	struct process stranger = { .socket = zmq_socket(strangers, ZMQ_DEALER) };
	struct buf body = { 0 };
	ck_assert_int_eq(zmq_connect(stranger.socket, endpoint), 0);
	put_credit(&body, 1);
	say(&stranger, &body);
	for (int i = 0; workers_counts(workers).stale == 0; i++) {
		ck_assert_msg(i < TRIES, "nothing is counted");
		turn();
	}
	ck_assert_ptr_null(pool_workers(workers_pool(workers)));
	leave(&stranger);
}
END_TEST

START_TEST(a_worker_hears_that_a_caller_has_left)
{
	struct process p;
	greet(&p);
	struct call *gone = call("sessions.list");
	uint32_t had = hear(&p).msgid;
	workers_cancel(&gone);
	struct envelope said = hear(&p);
	while (span_is(said.method, "gateway.hello"))
		said = hear(&p);
	ck_assert(said.kind == ENVELOPE_NOTIFICATION && span_is(said.method, "gateway.cancel"));
	int64_t epoch;
	struct span msgids;
	struct msg_token count, msgid;
	ck_assert(msg_find_int(said.params, "epoch", &epoch) && epoch == p.epoch);
	ck_assert(msg_find(said.params, "msgids", &msgids) == ST_OK);
	struct msg_reader in = msg_reader(msgids);
	ck_assert(msg_read(&in, &count) == ST_OK && count.count == 1);
	ck_assert(msg_read(&in, &msgid) == ST_OK && msgid.integer == had);
	ck_assert_int_eq(heard.times, 0);
	leave(&p);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("workers");
	tcase_add_checked_fixture(tc, open_endpoint, close_endpoint);
	tcase_add_loop_test(tc, what_a_worker_says_is_handed_on, 0, 2);
	tcase_add_loop_test(tc, a_second_worker_cannot_say_what_the_first_has_not_done, 0,
		sizeof second_answers / sizeof *second_answers);
	tcase_add_test(tc, what_could_not_be_ended_is_asked_for_again);
	tcase_add_test(tc, what_can_not_be_ended_may_be_done);
	tcase_add_test(tc, who_is_given_up_is_greeted_with_another_epoch);
	tcase_add_loop_test(tc, what_is_said_out_of_turn_answers_nothing, 0,
		sizeof dialogues / sizeof *dialogues);
	tcase_add_test(tc, who_has_not_said_ready_is_not_heard);
	tcase_add_test(tc, a_worker_hears_that_a_caller_has_left);
	return suite_run("workers", tc);
}
