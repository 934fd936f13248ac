/* What is asked, answered, refused, overdue; callbacks and calls that wait. */
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "gateway_double.h"

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
	ck_assert_int_eq(o.n, refusals[_i].status == STUDY_REFUSED ? REFUSAL_N : -1);
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

/* ---- Callbacks and ends ---- */

static void on_reply_ask_again(void *arg, enum study_status status,
	const struct study_value *result, const struct study_error *error)
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
	ck_assert_int_eq(
		study_submit(client, "topics.get", NULL, on_reply_ask_again, &o, 0), STUDY_OK);
	for (int i = 0; i < 50; i++) {
		UNTIL(here.count == i + 1);
		answer(&here, i, i);
	}
	UNTIL(o.times == 50);
}
END_TEST

static void on_reply_try_again(void *arg, enum study_status status,
	const struct study_value *result, const struct study_error *error)
{
	on_reply(arg, status, result, error);
	ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply, arg, 0), STUDY_OK);
}

START_TEST(overdue_callbacks_may_submit_and_a_close_ends_all_once)
{
	static struct outcome o[64];
	for (int i = 0; i < 64; i++) {
		o[i].times = 0;
		ck_assert_int_eq(
			study_submit(client, "topics.get", NULL, on_reply_try_again, &o[i], 30),
			STUDY_OK);
	}
	UNTIL(ended == 64);
	submit(&o[0], "topics.create");
	ck_assert_uint_eq(study_in_flight(client), 65);
	UNTIL(here.count >= 65); /* on a busy machine not all were sent before they were overdue */
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
	struct gateway_double *g = arg;
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

/* A loop that is told of edges only, and looks at nothing but the descriptor and the time. */
START_TEST(it_may_be_watched_for_edges)
{
	static struct outcome o[64];
	pthread_t server;
	struct epoll_event edge = { .events = EPOLLIN | EPOLLET }, told;
	int loop = epoll_create1(EPOLL_CLOEXEC);
	reopen_with((struct study_options){ .endpoints = here.endpoint });
	ck_assert_int_eq(epoll_ctl(loop, EPOLL_CTL_ADD, study_fd(client), &edge), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, &here), 0);
	for (int round = 64; round > 0; round--) {
		for (int i = 0; i < round; i++)
			submit(&o[i], round == 1 ? "stop" : "topics.get");
		for (int due = ended + round; ended < due; study_dispatch(client)) {
			int wait = study_next_timeout_ms(client);
			int got = epoll_wait(loop, &told, 1, wait);
			ck_assert_msg(
				got || (wait >= 0 && wait < PATIENCE_MS / 2), "an edge was lost");
		}
		for (int i = 0; i < round; i++)
			ck_assert_int_eq(o[i].status, STUDY_OK);
	}
	pthread_join(server, NULL);
	close(loop);
}
END_TEST

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

int main(void)
{
	TCase *tests = tests_new("client dispatch");
	tcase_add_test(tests, a_request_carries_its_context_and_gets_its_answer);
	tcase_add_test(tests, requests_of_one_turn_go_as_one_body_and_are_answered_in_any_order);
	tcase_add_test(tests, many_answers_in_one_body_all_arrive);
	tcase_add_test(tests, more_answers_than_one_turn_takes_all_arrive);
	tcase_add_test(tests, large_requests_are_spread_over_bodies_within_the_limit);
	tcase_add_test(tests, past_the_bound_it_is_busy_until_an_answer_makes_room);
	tcase_add_loop_test(tests, a_refusal_says_what_the_service_said, 0, ROWS(refusals));
	tcase_add_test(tests, without_an_answer_the_deadline_ends_it_and_a_late_answer_is_dropped);
	tcase_add_test(tests, a_second_answer_is_dropped);
	tcase_add_test(tests, a_callback_may_ask_again);
	tcase_add_test(tests, overdue_callbacks_may_submit_and_a_close_ends_all_once);
	tcase_add_test(tests, close_takes_what_was_never_sent);
	tcase_add_test(tests, an_idle_client_asks_for_no_wakeup);
	tcase_add_test(tests, it_may_be_watched_for_edges);
	tcase_add_test(tests, a_call_waits_for_its_answer_its_refusal_or_its_deadline);
	return tests_run(tests);
}
