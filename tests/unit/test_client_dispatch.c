/* The client against a gateway that this file plays: one thread, turn by turn, so that what
 * happens between two turns is ours to say. */
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "client/client.h"
#include "client/studytracker.h"
#include "common/envelope.h"

enum { PATIENCE_MS = 20000, ASKED_MAX = 4096 };

/* ---- The gateway ---- */

struct asked {
	char peer[64];
	size_t peer_len;
	uint32_t msgid;
	char method[64], request_id[64], session_id[64];
	int64_t account, deadline_ms;
};

struct gateway {
	char endpoint[96];
	void *context, *router;
	int bodies, count; /* that came, since it was opened */
	struct asked asked[ASKED_MAX];
};

static struct gateway here, there;
static char dir[64];
static struct study_client *client;

static void gateway_open(struct gateway *g)
{
	static const int linger = 1000;
	g->context = zmq_ctx_new();
	g->router = zmq_socket(g->context, ZMQ_ROUTER);
	zmq_setsockopt(g->router, ZMQ_LINGER, &linger, sizeof linger);
	g->bodies = g->count = 0;
	ck_assert_int_eq(zmq_bind(g->router, g->endpoint), 0);
}

static void gateway_close(struct gateway *g)
{
	if (!g->context)
		return;
	zmq_close(g->router);
	zmq_ctx_term(g->context);
	g->context = g->router = NULL;
}

static void copy(char *out, size_t size, struct span text)
{
	(void)snprintf(out, size, "%.*s", (int)text.len, text.bytes);
}

static void note(struct gateway *g, zmq_msg_t *peer, const struct envelope *e)
{
	struct asked *a = &g->asked[g->count++];
	ck_assert_int_lt(g->count, ASKED_MAX);
	struct span session_id = { "", 0 };
	a->peer_len = zmq_msg_size(peer);
	memcpy(a->peer, zmq_msg_data(peer), a->peer_len);
	a->msgid = e->msgid;
	a->account = e->context.account;
	a->deadline_ms = e->context.deadline_ms;
	copy(a->method, sizeof a->method, e->method);
	copy(a->request_id, sizeof a->request_id, e->context.request_id);
	if (!msg_find_text(e->params, "session_id", &session_id))
		session_id = SPAN("");
	copy(a->session_id, sizeof a->session_id, session_id);
}

static void gateway_read(struct gateway *g)
{
	zmq_msg_t peer, body;
	zmq_msg_init(&peer);
	zmq_msg_init(&body);
	while (g->router && zmq_msg_recv(&peer, g->router, ZMQ_DONTWAIT) >= 0) {
		ck_assert_int_ge(zmq_msg_recv(&body, g->router, 0), 0);
		ck_assert(!zmq_msg_more(&body));
		ck_assert_uint_le(zmq_msg_size(&body), ENVELOPE_BODY_MAX);
		struct msg_reader in =
			msg_reader((struct span){ zmq_msg_data(&body), zmq_msg_size(&body) });
		struct envelope e;
		struct fail why = { 0 };
		g->bodies++;
		for (; in.at < in.end; note(g, &peer, &e))
			ck_assert_msg(envelope_decode(&in, &e, &why) == ST_OK, "%s", why.text);
	}
	zmq_msg_close(&peer);
	zmq_msg_close(&body);
}

static void say_to(struct gateway *g, const struct asked *a, struct span body)
{
	zmq_send(g->router, a->peer, a->peer_len, ZMQ_SNDMORE);
	ck_assert_int_eq(zmq_send(g->router, body.bytes, body.len, 0), (int)body.len);
}

/* What happened to it stands in the result: {method, n}. */
static void put_answer(struct buf *out, const struct asked *a, int n)
{
	envelope_open_result(out, a->msgid);
	msg_put_map(out, 2);
	msg_put_key(out, "method");
	msg_put_key(out, a->method);
	msg_put_key(out, "n");
	msg_put_int(out, n);
}

static void answer(struct gateway *g, int index, int n)
{
	struct buf out = { 0 };
	put_answer(&out, &g->asked[index], n);
	say_to(g, &g->asked[index], buf_view(&out));
	buf_fini(&out);
}

static void refuse(struct gateway *g, int index, enum status st)
{
	struct buf out = { 0 }, error = { 0 };
	envelope_put_error_map(&error, st, NULL);
	envelope_put_error(&out, g->asked[index].msgid, buf_view(&error));
	say_to(g, &g->asked[index], buf_view(&out));
	buf_fini(&error);
	buf_fini(&out);
}

/* ---- The client's side ---- */

struct outcome {
	int times;
	enum study_status status;
	int64_t n;
	struct study_error error;
};

static int ended;

static void on_reply(
	void *arg, enum study_status status, const struct study_value *result, const struct study_error *error)
{
	struct outcome *o = arg;
	ck_assert_int_eq(status, error->status);
	ck_assert((result != NULL) == (status == STUDY_OK));
	o->times++;
	o->status = status;
	o->n = study_value_int(study_value_get(result, "n"), -1);
	o->error = *error;
	ended++;
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* As a loop does it: waits for the client's descriptor or its time, or the gateways'. */
static void turn(void)
{
	zmq_pollitem_t items[3] = { { NULL, study_fd(client), ZMQ_POLLIN, 0 } };
	int count = 1;
	if (here.router)
		items[count++] = (zmq_pollitem_t){ here.router, 0, ZMQ_POLLIN, 0 };
	if (there.router)
		items[count++] = (zmq_pollitem_t){ there.router, 0, ZMQ_POLLIN, 0 };
	int wait = study_next_timeout_ms(client);
	(void)zmq_poll(items, count, wait < 0 || wait > 1000 ? 1000 : wait);
	study_dispatch(client);
	gateway_read(&here);
	gateway_read(&there);
}

#define UNTIL(condition)                                                              \
	for (int64_t until_ = now_ms() + PATIENCE_MS; !(condition); turn())             \
	ck_assert_msg(now_ms() < until_, "not within the deadline: %s", #condition)

static void open_with(struct study_options options)
{
	struct study_error why = { 0 };
	ck_assert_msg(study_client_open(&client, &options, &why) == STUDY_OK, "%s", why.message);
}

static void submit_for(struct outcome *o, const char *method, int timeout_ms)
{
	*o = (struct outcome){ 0 };
	ck_assert_int_eq(study_submit(client, method, NULL, on_reply, o, timeout_ms), STUDY_OK);
}

static void submit(struct outcome *o, const char *method)
{
	submit_for(o, method, PATIENCE_MS);
}

static void set_up(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-client-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(here.endpoint, sizeof here.endpoint, "ipc://%s/here", dir);
	(void)snprintf(there.endpoint, sizeof there.endpoint, "ipc://%s/there", dir);
	gateway_open(&here);
	open_with((struct study_options){ .endpoints = here.endpoint, .account = 7 });
	ended = 0;
}

static void tear_down(void)
{
	study_client_close(&client);
	study_client_close(&client);
	gateway_close(&here);
	gateway_close(&there);
	unlink(here.endpoint + strlen("ipc://"));
	unlink(there.endpoint + strlen("ipc://"));
	ck_assert_int_eq(rmdir(dir), 0);
}

static void reopen_with(struct study_options options)
{
	study_client_close(&client);
	open_with(options);
}

START_TEST(a_request_carries_its_context_and_gets_its_answer)
{
	struct outcome o;
	submit_for(&o, "topics.list", 3000);
	UNTIL(here.count == 1);
	ck_assert_str_eq(here.asked[0].method, "topics.list");
	ck_assert_int_eq(here.asked[0].account, 7);
	ck_assert_uint_eq(strlen(here.asked[0].request_id), 36);
	ck_assert_int_gt(here.asked[0].deadline_ms, 0);
	ck_assert_int_le(here.asked[0].deadline_ms, 3000);
	ck_assert_uint_eq(study_in_flight(client), 1);
	ck_assert_str_eq(study_client_endpoint(client), here.endpoint);
	answer(&here, 0, 42);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
	ck_assert_int_eq(o.n, 42);
	ck_assert_str_eq(o.error.request_id, here.asked[0].request_id);
	ck_assert_uint_eq(study_in_flight(client), 0);
}
END_TEST

START_TEST(requests_of_one_turn_go_as_one_body_and_are_answered_in_any_order)
{
	static struct outcome o[100];
	for (int i = 0; i < 100; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 100);
	ck_assert_int_eq(here.bodies, 1);
	for (int i = 99; i >= 0; i--)
		answer(&here, i, i);
	UNTIL(ended == 100);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(o[i].times, 1);
		ck_assert_int_eq(o[i].n, i);
	}
}
END_TEST

START_TEST(many_answers_in_one_body_all_arrive)
{
	static struct outcome o[100];
	struct buf out = { 0 };
	for (int i = 0; i < 100; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 100);
	for (int i = 0; i < 100; i++)
		put_answer(&out, &here.asked[i], i);
	say_to(&here, &here.asked[0], buf_view(&out));
	buf_fini(&out);
	UNTIL(ended == 100);
}
END_TEST

/* More bodies than a turn takes: their edge is over, next_timeout has to say so. */
START_TEST(more_answers_than_one_turn_takes_all_arrive)
{
	static struct outcome o[1000];
	for (int i = 0; i < 1000; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 1000);
	for (int i = 0; i < 1000; i++)
		answer(&here, i, i);
	UNTIL(ended == 1000);
}
END_TEST

START_TEST(large_requests_are_spread_over_bodies_within_the_limit)
{
	static char text[300000];
	static struct outcome o[10];
	struct study_params *params = NULL;
	memset(text, 'x', sizeof text - 1);
	ck_assert_int_eq(study_params_new(&params), STUDY_OK);
	study_params_text(params, "notes", text);
	for (int i = 0; i < 10; i++) {
		o[i].times = 0;
		ck_assert_int_eq(study_submit(client, "x", params, on_reply, &o[i], 0), STUDY_OK);
	}
	study_params_free(&params);
	UNTIL(here.count == 10);
	ck_assert_int_eq(here.bodies, 4); /* 3 + 3 + 3 + 1, which gateway_read holds to 1 MiB */
	for (int i = 0; i < 10; i++)
		answer(&here, i, i);
	UNTIL(ended == 10);
}
END_TEST

START_TEST(past_the_bound_it_is_busy_until_an_answer_makes_room)
{
	struct outcome o[3];
	reopen_with((struct study_options){ .endpoints = here.endpoint, .max_in_flight = 2 });
	submit(&o[0], "topics.get");
	submit(&o[1], "topics.get");
	ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply, &o[2], 0), STUDY_BUSY);
	ck_assert_str_eq(study_client_error(client)->code, "BUSY");
	UNTIL(here.count == 2);
	answer(&here, 1, 1);
	UNTIL(ended == 1);
	submit(&o[2], "topics.get");
	UNTIL(here.count == 3);
	answer(&here, 0, 0);
	answer(&here, 2, 2);
	UNTIL(ended == 3);
	ck_assert_int_eq(o[2].n, 2);
}
END_TEST

static const struct {
	enum status said;
	enum study_status status;
	bool is_retryable, is_unknown;
} refusals[] = {
	{ ST_TOPIC_NOT_FOUND, STUDY_REFUSED, false, false },
	{ ST_OVERLOADED, STUDY_REFUSED, true, false },
	{ ST_OUTCOME_UNKNOWN, STUDY_REFUSED, true, true },
	{ ST_DEADLINE_EXCEEDED, STUDY_TIMEOUT, true, true },
	{ ST_INTERNAL, STUDY_REFUSED, false, false },
};

START_TEST(a_refusal_says_what_the_service_said)
{
	struct outcome o;
	submit(&o, "topics.create");
	UNTIL(here.count == 1);
	refuse(&here, 0, refusals[_i].said);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, refusals[_i].status);
	const struct status_info *info = status_info(refusals[_i].said);
	ck_assert_str_eq(o.error.code, info->code);
	ck_assert_str_eq(o.error.message, info->message);
	ck_assert_str_eq(o.error.field, info->field ? info->field : "");
	ck_assert(o.error.is_retryable == refusals[_i].is_retryable);
	ck_assert(o.error.is_outcome_unknown == refusals[_i].is_unknown);
}
END_TEST

START_TEST(without_an_answer_the_deadline_ends_it_and_a_late_answer_is_dropped)
{
	struct outcome late, next;
	submit_for(&late, "topics.create", 50);
	UNTIL(late.times);
	ck_assert_int_eq(here.count, 1);
	ck_assert_int_eq(late.status, STUDY_TIMEOUT);
	ck_assert(late.error.is_outcome_unknown && late.error.is_retryable);
	submit(&next, "topics.get");
	UNTIL(here.count == 2);
	answer(&here, 0, 1);
	answer(&here, 1, 2);
	UNTIL(next.times);
	ck_assert_int_eq(next.n, 2);
	ck_assert_int_eq(late.times, 1);
}
END_TEST

START_TEST(a_second_answer_is_dropped)
{
	struct outcome first, next;
	submit(&first, "topics.get");
	UNTIL(here.count == 1);
	answer(&here, 0, 1);
	answer(&here, 0, 99);
	UNTIL(first.times);
	submit(&next, "topics.get");
	UNTIL(here.count == 2);
	answer(&here, 0, 98);
	answer(&here, 1, 2);
	UNTIL(next.times);
	ck_assert_int_eq(first.times, 1);
	ck_assert_int_eq(first.n, 1);
	ck_assert_int_eq(next.n, 2);
}
END_TEST

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
	const char *bytes;
	size_t len;
} malformed[] = {
	{ BYTES("") },
	{ BYTES("\xc1") },
	{ BYTES("hello") },
	{ BYTES("\x94\x01\x00\xc0") },                   /* cut short */
	{ BYTES("\x94\x01\x00\xc0\xdd\xff\xff\xff\xff") }, /* claims what is not there */
	{ BYTES("\x94\x01\x00\xc0\xa1\xff") },           /* no UTF-8 */
	{ BYTES("\x94\x01\x00\xc0\xd4\x01\x01") },       /* an extension */
};

START_TEST(a_gateway_that_talks_nonsense_is_left_and_what_is_safe_asked_again)
{
	struct outcome reads, writes;
	submit(&reads, "topics.get");
	submit(&writes, "topics.create");
	UNTIL(here.count == 2);
	say_to(&here, &here.asked[0], (struct span){ malformed[_i].bytes, malformed[_i].len });
	UNTIL(writes.times);
	ck_assert_int_eq(writes.status, STUDY_PROTOCOL);
	ck_assert(writes.error.is_outcome_unknown);
	UNTIL(here.count == 3);
	answer(&here, 2, 5);
	UNTIL(reads.times);
	ck_assert_int_eq(reads.n, 5);
}
END_TEST

START_TEST(nonsense_without_end_is_not_asked_for_without_end)
{
	struct outcome o;
	submit(&o, "topics.get");
	for (int i = 0; i < 4; i++) {
		UNTIL(here.count == i + 1);
		say_to(&here, &here.asked[i], SPAN("\xc1"));
	}
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_PROTOCOL);
	ck_assert_int_eq(here.count, 4);
}
END_TEST

/* [1, msgid, error, result] of which the parts are no answer: only that request is wrong. */
START_TEST(an_answer_that_is_wrong_in_itself_ends_its_request_only)
{
	struct outcome o[3];
	struct buf out = { 0 };
	for (int i = 0; i < 3; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 3);
	envelope_put_result(&out, here.asked[0].msgid, SPAN("\x81\x01\x02"));
	envelope_put_error(&out, here.asked[1].msgid, SPAN("\x81\xa7message\xa2no"));
	put_answer(&out, &here.asked[2], 3);
	say_to(&here, &here.asked[0], buf_view(&out));
	buf_fini(&out);
	UNTIL(ended == 3);
	ck_assert_int_eq(o[0].status, STUDY_PROTOCOL);
	ck_assert_int_eq(o[1].status, STUDY_PROTOCOL);
	ck_assert_int_eq(o[2].n, 3);
}
END_TEST

static void restart(struct gateway *g)
{
	gateway_close(g);
	gateway_open(g);
}

static const struct {
	const char *method;
	bool is_repeated;
} in_mid_call[] = {
	{ "topics.get", true },      { "sessions.update", true }, { "sessions.log", true },
	{ "sessions.create", true }, { "rpc.methods", true },     { "topics.create", false },
	{ "sessions.delete", false }, { "not.known", false },
};

START_TEST(a_restart_in_mid_call_repeats_what_is_safe_and_nothing_else)
{
	struct outcome o;
	submit(&o, in_mid_call[_i].method);
	UNTIL(here.count == 1);
	struct asked before = here.asked[0];
	restart(&here);
	if (!in_mid_call[_i].is_repeated) {
		UNTIL(o.times);
		ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
		ck_assert_str_eq(o.error.code, "OUTCOME_UNKNOWN");
		ck_assert(o.error.is_outcome_unknown);
		ck_assert_int_eq(here.count, 0);
		return;
	}
	UNTIL(here.count == 1);
	ck_assert_str_eq(here.asked[0].request_id, before.request_id);
	ck_assert_str_eq(here.asked[0].session_id, before.session_id);
	bool makes = strcmp(before.method, "sessions.log") == 0
		|| strcmp(before.method, "sessions.create") == 0;
	ck_assert_uint_eq(strlen(before.session_id), makes ? 36 : 0);
	answer(&here, 0, 8);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 8);
}
END_TEST

START_TEST(an_answer_that_came_before_the_loss_counts)
{
	struct outcome o;
	submit(&o, "topics.create");
	UNTIL(here.count == 1);
	answer(&here, 0, 4);
	gateway_close(&here);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
	ck_assert_int_eq(o.n, 4);
}
END_TEST

START_TEST(what_was_not_sent_waits_for_a_gateway)
{
	struct outcome o;
	gateway_close(&here);
	UNTIL(!study_client_endpoint(client));
	submit(&o, "topics.create");
	study_dispatch(client);
	ck_assert_int_eq(o.times, 0);
	gateway_open(&here);
	UNTIL(here.count == 1);
	answer(&here, 0, 1);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
}
END_TEST

START_TEST(without_any_gateway_it_was_not_done)
{
	struct outcome o;
	gateway_close(&here);
	reopen_with((struct study_options){ .endpoints = here.endpoint, .connect_timeout_ms = 40 });
	submit(&o, "topics.create");
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
	ck_assert_str_eq(o.error.code, "DISCONNECTED");
	ck_assert(o.error.is_retryable && !o.error.is_outcome_unknown);
}
END_TEST

START_TEST(the_next_gateway_takes_over)
{
	char both[256];
	struct outcome o;
	(void)snprintf(both, sizeof both, " %s, %s", here.endpoint, there.endpoint);
	gateway_open(&there);
	reopen_with((struct study_options){ .endpoints = both });
	submit(&o, "topics.get");
	UNTIL(here.count == 1);
	gateway_close(&here);
	UNTIL(there.count == 1);
	ck_assert_str_eq(study_client_endpoint(client), there.endpoint);
	answer(&there, 0, 2);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 2);
	gateway_open(&here);
	submit(&o, "topics.get");
	UNTIL(there.count == 2); /* it stays where it is served */
	gateway_close(&there);
	UNTIL(here.count == 1);
	answer(&here, 0, 3);
	UNTIL(o.times);
}
END_TEST

/* The file of a gateway that is not there any more refuses; the first is not the only one. */
START_TEST(a_first_endpoint_that_is_dead_does_not_matter)
{
	char both[256];
	struct outcome o;
	(void)snprintf(both, sizeof both, "tcp://127.0.0.1:1,%s,%s", there.endpoint, here.endpoint);
	reopen_with((struct study_options){ .endpoints = both });
	submit(&o, "topics.get");
	UNTIL(here.count == 1);
	answer(&here, 0, 1);
	UNTIL(o.times);
}
END_TEST

/* ---- Callbacks and ends ---- */

static void on_reply_ask_again(
	void *arg, enum study_status status, const struct study_value *result, const struct study_error *error)
{
	struct outcome *o = arg;
	struct study_value *value = NULL;
	on_reply(arg, status, result, error);
	ck_assert_int_eq(study_call(client, "topics.get", NULL, &value), STUDY_INVALID_ARGUMENT);
	study_dispatch(client); /* does nothing */
	if (o->times < 50)
		ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply_ask_again, o, 0),
			STUDY_OK);
}

START_TEST(a_callback_may_ask_again)
{
	struct outcome o = { 0 };
	ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply_ask_again, &o, 0), STUDY_OK);
	for (int i = 0; i < 50; i++) {
		UNTIL(here.count == i + 1);
		answer(&here, i, i);
	}
	UNTIL(o.times == 50);
}
END_TEST

static void on_reply_try_again(
	void *arg, enum study_status status, const struct study_value *result, const struct study_error *error)
{
	on_reply(arg, status, result, error);
	ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply, arg, 0),
		status == STUDY_TIMEOUT ? STUDY_OK : STUDY_INVALID_ARGUMENT);
}

START_TEST(overdue_callbacks_may_submit_and_a_close_ends_all_once)
{
	static struct outcome o[64];
	for (int i = 0; i < 64; i++) {
		o[i].times = 0;
		ck_assert_int_eq(
			study_submit(client, "topics.get", NULL, on_reply_try_again, &o[i], 30), STUDY_OK);
	}
	UNTIL(ended == 64);
	submit(&o[0], "topics.create");
	ck_assert_uint_eq(study_in_flight(client), 65);
	UNTIL(here.count == 64 + 65);
	study_client_close(&client);
	ck_assert_ptr_null(client);
	ck_assert_int_eq(ended, 64 + 65);
	ck_assert_int_eq(o[0].times, 2);
	ck_assert_int_eq(o[63].times, 2);
	ck_assert_int_eq(o[63].status, STUDY_DISCONNECTED);
}
END_TEST

START_TEST(close_takes_what_was_never_sent)
{
	struct outcome o;
	ck_assert_int_eq(study_submit(client, "topics.create", NULL, on_reply, &o, 0), STUDY_OK);
	o.times = 0;
	study_client_close(&client);
	ck_assert_int_eq(o.times, 1);
	ck_assert(!o.error.is_outcome_unknown);
}
END_TEST

START_TEST(an_idle_client_asks_for_no_wakeup)
{
	UNTIL(study_client_endpoint(client));
	ck_assert_int_eq(study_next_timeout_ms(client), -1);
	struct outcome o;
	submit(&o, "topics.get");
	ck_assert_int_eq(study_next_timeout_ms(client), 0);
	UNTIL(here.count == 1);
	study_dispatch(client);
	ck_assert_int_gt(study_next_timeout_ms(client), 0);
	answer(&here, 0, 1);
	UNTIL(o.times);
	ck_assert_int_eq(study_next_timeout_ms(client), -1);
}
END_TEST

/* ---- Calls that wait ---- */

/* Answers whatever comes until it is asked "stop"; its router is its own meanwhile. */
static void *serve(void *arg)
{
	struct gateway *g = arg;
	for (int done = 0;;) {
		zmq_pollitem_t item = { g->router, 0, ZMQ_POLLIN, 0 };
		(void)zmq_poll(&item, 1, PATIENCE_MS);
		gateway_read(g);
		for (; done < g->count; done++) {
			if (strcmp(g->asked[done].method, "topics.create") == 0)
				refuse(g, done, ST_NAME_TAKEN);
			else if (strcmp(g->asked[done].method, "silence") != 0)
				answer(g, done, done);
			if (strcmp(g->asked[done].method, "stop") == 0)
				return NULL;
		}
	}
}

START_TEST(a_call_waits_for_its_answer_its_refusal_or_its_deadline)
{
	pthread_t server;
	struct study_value *value = NULL;
	char *json = NULL;
	reopen_with((struct study_options){ .endpoints = here.endpoint });
	ck_assert_int_eq(pthread_create(&server, NULL, serve, &here), 0);
	ck_assert_int_eq(study_call(client, "topics.get", NULL, &value), STUDY_OK);
	ck_assert_str_eq(study_value_text(study_value_get(value, "method"), ""), "topics.get");
	study_value_free(&value);
	ck_assert_int_eq(study_call(client, "topics.get", NULL, NULL), STUDY_OK);
	ck_assert_int_eq(study_call(client, "topics.create", NULL, &value), STUDY_REFUSED);
	ck_assert_ptr_null(value);
	ck_assert_str_eq(study_client_error(client)->code, "NAME_TAKEN");
	ck_assert_uint_eq(strlen(study_client_error(client)->request_id), 36);
	ck_assert_int_eq(study_call_json(client, "x", "{\"a\":[1]}", &json), STUDY_OK);
	ck_assert_str_eq(json, "{\"method\":\"x\",\"n\":3}");
	study_text_free(&json);
	ck_assert_int_eq(study_call_json(client, "x", "nonsense", &json), STUDY_INVALID_ARGUMENT);
	ck_assert_ptr_null(json);
	client->options.as.timeout_ms = 40;
	ck_assert_int_eq(study_call(client, "silence", NULL, &value), STUDY_TIMEOUT);
	ck_assert_ptr_null(value);
	client->options.as.timeout_ms = PATIENCE_MS;
	ck_assert_int_eq(study_call(client, "stop", NULL, NULL), STUDY_OK);
	pthread_join(server, NULL);
}
END_TEST

static const char forty[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

static const struct {
	struct study_options options;
	const char *field;
} wrong_options[] = {
	{ { 0 }, "endpoints" },
	{ { .endpoints = " , " }, "endpoints" },
	{ { .endpoints = "http://localhost" }, "endpoints" },
	{ { .endpoints = "ipc://" }, "endpoints" },
	{ { .endpoints = "tcp://localhost" }, "endpoints" },
	{ { .endpoints = "tcp://:5" }, "endpoints" },
	{ { .endpoints = "tcp://a:70000" }, "endpoints" },
	{ { .endpoints = "ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,"
			 "ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a,ipc://a" },
	  "endpoints" },
	{ { .endpoints = "ipc://a", .timeout_ms = -1 }, "timeout_ms" },
	{ { .endpoints = "ipc://a", .timeout_ms = 86400001 }, "timeout_ms" },
	{ { .endpoints = "ipc://a", .account = -1 }, "account" },
	{ { .endpoints = "ipc://a", .max_in_flight = 65537 }, "max_in_flight" },
	{ { .endpoints = "ipc://a", .max_reply_bytes = 1 }, "max_reply_bytes" },
	{ { .endpoints = "ipc://a", .server_key = forty }, "public_key" },
	{ { .endpoints = "ipc://a", .secret_key = forty, .public_key = forty }, "server_key" },
	{ { .endpoints = "ipc://a", .server_key = forty, .secret_key = forty, .public_key = "x" },
	  "public_key" },
};

START_TEST(a_wrong_option_is_refused_by_name)
{
	struct study_client *none = NULL;
	struct study_error why = { 0 };
	ck_assert_int_eq(
		study_client_open(&none, &wrong_options[_i].options, &why), STUDY_INVALID_ARGUMENT);
	ck_assert_ptr_null(none);
	ck_assert_str_eq(why.field, wrong_options[_i].field);
	ck_assert(why.message[0] != '\0');
	ck_assert_int_eq(
		study_client_open(&none, &wrong_options[_i].options, NULL), STUDY_INVALID_ARGUMENT);
}
END_TEST

START_TEST(a_wrong_call_is_refused_before_it_is_sent)
{
	char long_name[200];
	struct study_params *open = NULL;
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	ck_assert_int_eq(study_params_new(&open), STUDY_OK);
	study_params_open_map(open, "a");
	ck_assert_int_eq(study_submit(client, "", NULL, NULL, NULL, 0), STUDY_INVALID_ARGUMENT);
	ck_assert_str_eq(study_client_error(client)->field, "method");
	ck_assert_int_eq(study_submit(client, long_name, NULL, NULL, NULL, 0), STUDY_INVALID_ARGUMENT);
	ck_assert_int_eq(study_submit(client, "a", NULL, NULL, NULL, -1), STUDY_INVALID_ARGUMENT);
	ck_assert_int_eq(study_submit(client, "a", open, NULL, NULL, 0), STUDY_INVALID_ARGUMENT);
	ck_assert_uint_eq(study_in_flight(client), 0);
	study_params_free(&open);
}
END_TEST

/* ---- CURVE ---- */

START_TEST(with_keys_it_talks_to_the_server_that_has_them_and_to_no_other)
{
	char server[41], server_secret[41], own[41], secret[41];
	struct gateway *g = &there;
	static const int on = 1;
	struct outcome o;
	if (zmq_curve_keypair(server, server_secret) != 0)
		return; /* ZeroMQ was built without CURVE */
	ck_assert_int_eq(zmq_curve_keypair(own, secret), 0);
	g->context = zmq_ctx_new();
	g->router = zmq_socket(g->context, ZMQ_ROUTER);
	g->bodies = g->count = 0;
	zmq_setsockopt(g->router, ZMQ_CURVE_SERVER, &on, sizeof on);
	zmq_setsockopt(g->router, ZMQ_CURVE_SECRETKEY, server_secret, 41);
	ck_assert_int_eq(zmq_bind(g->router, g->endpoint), 0);
	reopen_with((struct study_options){ .endpoints = g->endpoint, .server_key = server,
		.public_key = own, .secret_key = secret });
	submit(&o, "topics.get");
	UNTIL(g->count == 1);
	answer(g, 0, 6);
	UNTIL(o.times);
	ck_assert_int_eq(o.n, 6);
	reopen_with((struct study_options){ .endpoints = g->endpoint, .server_key = own,
		.public_key = own, .secret_key = secret });
	submit_for(&o, "topics.get", 100);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_DISCONNECTED);
}
END_TEST

static void add_tests(TCase *tests)
{
	const TTest *const plain[] = { a_request_carries_its_context_and_gets_its_answer,
		requests_of_one_turn_go_as_one_body_and_are_answered_in_any_order,
		many_answers_in_one_body_all_arrive, more_answers_than_one_turn_takes_all_arrive,
		large_requests_are_spread_over_bodies_within_the_limit,
		past_the_bound_it_is_busy_until_an_answer_makes_room,
		without_an_answer_the_deadline_ends_it_and_a_late_answer_is_dropped,
		a_second_answer_is_dropped, nonsense_without_end_is_not_asked_for_without_end,
		an_answer_that_is_wrong_in_itself_ends_its_request_only,
		an_answer_that_came_before_the_loss_counts, what_was_not_sent_waits_for_a_gateway,
		without_any_gateway_it_was_not_done, the_next_gateway_takes_over,
		a_first_endpoint_that_is_dead_does_not_matter, a_callback_may_ask_again,
		overdue_callbacks_may_submit_and_a_close_ends_all_once,
		close_takes_what_was_never_sent, an_idle_client_asks_for_no_wakeup,
		a_call_waits_for_its_answer_its_refusal_or_its_deadline,
		a_wrong_call_is_refused_before_it_is_sent,
		with_keys_it_talks_to_the_server_that_has_them_and_to_no_other };
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		tcase_add_test(tests, plain[i]);
}

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	Suite *suite = suite_create("client dispatch");
	TCase *tests = tcase_create("client dispatch");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	add_tests(tests);
	tcase_add_loop_test(tests, a_refusal_says_what_the_service_said, 0, ROWS(refusals));
	tcase_add_loop_test(tests, a_gateway_that_talks_nonsense_is_left_and_what_is_safe_asked_again,
		0, ROWS(malformed));
	tcase_add_loop_test(tests, a_restart_in_mid_call_repeats_what_is_safe_and_nothing_else, 0,
		ROWS(in_mid_call));
	tcase_add_loop_test(
		tests, a_wrong_option_is_refused_by_name, 0, ROWS(wrong_options));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
