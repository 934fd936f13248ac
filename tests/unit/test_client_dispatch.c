/* Requests, responses, refusals and deadlines; callbacks, and calls that wait. */
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "gateway_double.h"

START_TEST(a_request_has_its_context_and_gets_its_response)
{
	struct outcome o;
	submit_for(&o, "topics.list", 3000);
	UNTIL(here.count == 1);
	ck_assert_str_eq(here.requests[0].method, "topics.list");
	ck_assert_int_eq(here.requests[0].account, 7);
	ck_assert_uint_eq(strlen(here.requests[0].request_id), 36);
	ck_assert_int_gt(here.requests[0].deadline_ms, 0);
	ck_assert_int_le(here.requests[0].deadline_ms, 3000);
	ck_assert_uint_eq(study_in_flight(client), 1);
	ck_assert_str_eq(study_client_endpoint(client), here.endpoint);
	respond(&here, 0, 42);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, STUDY_OK);
	ck_assert_int_eq(o.n, 42);
	ck_assert_str_eq(o.error.request_id, here.requests[0].request_id);
	ck_assert_uint_eq(study_in_flight(client), 0);
}
END_TEST

START_TEST(requests_of_one_turn_are_one_body_and_responses_may_have_any_order)
{
	static struct outcome o[100];
	for (int i = 0; i < 100; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 100);
	ck_assert_int_eq(here.bodies, 1);
	for (int i = 99; i >= 0; i--)
		respond(&here, i, i);
	UNTIL(ended == 100);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(o[i].times, 1);
		ck_assert_int_eq(o[i].n, i);
	}
}
END_TEST

START_TEST(many_responses_in_one_body_all_arrive)
{
	static struct outcome o[100];
	struct buf out = { 0 };
	for (int i = 0; i < 100; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 100);
	for (int i = 0; i < 100; i++)
		put_response(&out, &here.requests[i], i);
	send_to(&here, &here.requests[0], buf_view(&out));
	buf_fini(&out);
	UNTIL(ended == 100);
}
END_TEST

/* After more bodies than one turn takes there is no new edge, so next_timeout must be 0. */
START_TEST(responses_beyond_one_turn_all_arrive)
{
	static struct outcome o[1000];
	for (int i = 0; i < 1000; i++)
		submit(&o[i], "topics.get");
	UNTIL(here.count == 1000);
	for (int i = 0; i < 1000; i++)
		respond(&here, i, i);
	UNTIL(ended == 1000);
}
END_TEST

START_TEST(large_requests_are_split_into_bodies_within_the_limit)
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
	ck_assert_int_eq(
		here.bodies, 4); /* 3 + 3 + 3 + 1; gateway_read checks the limit of 1 MiB */
	for (int i = 0; i < 10; i++)
		respond(&here, i, i);
	UNTIL(ended == 10);
}
END_TEST

START_TEST(at_the_limit_it_is_busy_until_a_response_makes_room)
{
	struct outcome o[3];
	reopen_with((struct study_options){ .endpoints = here.endpoint, .max_in_flight = 2 });
	submit(&o[0], "topics.get");
	submit(&o[1], "topics.get");
	ck_assert_int_eq(study_submit(client, "topics.get", NULL, on_reply, &o[2], 0), STUDY_BUSY);
	ck_assert_str_eq(study_client_error(client)->code, "BUSY");
	UNTIL(here.count == 2);
	respond(&here, 1, 1);
	UNTIL(ended == 1);
	submit(&o[2], "topics.get");
	UNTIL(here.count == 3);
	respond(&here, 0, 0);
	respond(&here, 2, 2);
	UNTIL(ended == 3);
	ck_assert_int_eq(o[2].n, 2);
}
END_TEST

static const struct {
	enum status refusal;
	enum study_status status;
	bool is_retryable, is_unknown;
} refusals[] = {
	{ ST_TOPIC_NOT_FOUND, STUDY_REFUSED, false, false },
	{ ST_UNAUTHENTICATED, STUDY_REFUSED, false, false },
	{ ST_TOKEN_REVOKED, STUDY_REFUSED, false, false },
	{ ST_SCOPE_MISSING, STUDY_REFUSED, false, false },
	{ ST_RATE_LIMITED, STUDY_REFUSED, true, false },
	{ ST_OVERLOADED, STUDY_REFUSED, true, false },
	{ ST_OUTCOME_UNKNOWN, STUDY_REFUSED, true, true },
	{ ST_DEADLINE_EXCEEDED, STUDY_TIMEOUT, true, true },
	{ ST_INTERNAL, STUDY_REFUSED, false, false },
};

START_TEST(a_refusal_has_the_error_of_the_service)
{
	struct outcome o;
	submit(&o, "topics.create");
	UNTIL(here.count == 1);
	refuse(&here, 0, refusals[_i].refusal);
	UNTIL(o.times);
	ck_assert_int_eq(o.status, refusals[_i].status);
	const struct status_info *info = status_info(refusals[_i].refusal);
	ck_assert_str_eq(o.error.code, info->code);
	ck_assert_str_eq(o.error.message, info->message);
	ck_assert_str_eq(o.error.field, info->field ? info->field : "");
	ck_assert(o.error.is_retryable == refusals[_i].is_retryable);
	ck_assert(o.error.is_outcome_unknown == refusals[_i].is_unknown);
	ck_assert_int_eq(o.n, refusals[_i].status == STUDY_REFUSED ? REFUSAL_N : -1);
}
END_TEST

START_TEST(without_a_response_the_deadline_ends_it_and_a_late_response_is_dropped)
{
	struct outcome late, next;
	submit_for(&late, "topics.create", 400);
	UNTIL(late.times);
	ck_assert_int_eq(here.count, 1);
	ck_assert_int_eq(late.status, STUDY_TIMEOUT);
	ck_assert(late.error.is_outcome_unknown && late.error.is_retryable);
	submit(&next, "topics.get");
	UNTIL(here.count == 2);
	respond(&here, 0, 1);
	respond(&here, 1, 2);
	UNTIL(next.times);
	ck_assert_int_eq(next.n, 2);
	ck_assert_int_eq(late.times, 1);
}
END_TEST

START_TEST(a_second_response_is_dropped)
{
	struct outcome first, next;
	submit(&first, "topics.get");
	UNTIL(here.count == 1);
	respond(&here, 0, 1);
	respond(&here, 0, 99);
	UNTIL(first.times);
	submit(&next, "topics.get");
	UNTIL(here.count == 2);
	respond(&here, 0, 98);
	respond(&here, 1, 2);
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

START_TEST(a_callback_may_submit)
{
	struct outcome o = { 0 };
	ck_assert_int_eq(
		study_submit(client, "topics.get", NULL, on_reply_ask_again, &o, 0), STUDY_OK);
	for (int i = 0; i < 50; i++) {
		UNTIL(here.count == i + 1);
		respond(&here, i, i);
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
	UNTIL(here.count >= 65); /* on a busy machine some become overdue before they are sent */
	study_client_close(&client);
	ck_assert_ptr_null(client);
	ck_assert_int_eq(ended, 64 + 65);
	ck_assert_int_eq(o[0].times, 2);
	ck_assert_int_eq(o[63].times, 2);
	ck_assert_int_eq(o[63].status, STUDY_DISCONNECTED);
}
END_TEST

START_TEST(close_ends_requests_that_were_never_sent)
{
	struct outcome o;
	ck_assert_int_eq(study_submit(client, "topics.create", NULL, on_reply, &o, 0), STUDY_OK);
	o.times = 0;
	study_client_close(&client);
	ck_assert_int_eq(o.times, 1);
	ck_assert(!o.error.is_outcome_unknown);
}
END_TEST

START_TEST(an_idle_client_needs_no_wakeup)
{
	UNTIL(study_client_endpoint(client));
	ck_assert_int_eq(study_next_timeout_ms(client), -1);
	struct outcome o;
	submit(&o, "topics.get");
	ck_assert_int_eq(study_next_timeout_ms(client), 0);
	UNTIL(here.count == 1);
	study_dispatch(client);
	ck_assert_int_gt(study_next_timeout_ms(client), 0);
	respond(&here, 0, 1);
	UNTIL(o.times);
	ck_assert_int_eq(study_next_timeout_ms(client), -1);
}
END_TEST

/* ---- Calls that wait ---- */

/* Responds to all requests until "stop". Meanwhile only this thread uses its router. */
static void *serve(void *arg)
{
	struct gateway_double *g = arg;
	for (int done = 0;;) {
		zmq_pollitem_t item = { g->router, 0, ZMQ_POLLIN, 0 };
		(void)zmq_poll(&item, 1, PATIENCE_MS);
		gateway_read(g);
		for (; done < g->count; done++) {
			if (strcmp(g->requests[done].method, "topics.create") == 0)
				refuse(g, done, ST_NAME_TAKEN);
			else if (strcmp(g->requests[done].method, "silence") != 0)
				respond(g, done, done);
			if (strcmp(g->requests[done].method, "stop") == 0)
				return NULL;
		}
	}
}

/* A loop that gets only edges, and uses only the descriptor and the timeout. */
START_TEST(it_may_be_watched_edge_triggered)
{
	static struct outcome o[64];
	pthread_t server;
	struct epoll_event edge = { .events = EPOLLIN | EPOLLET }, event;
	int loop = epoll_create1(EPOLL_CLOEXEC);
	reopen_with((struct study_options){ .endpoints = here.endpoint });
	ck_assert_int_eq(epoll_ctl(loop, EPOLL_CTL_ADD, study_fd(client), &edge), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, &here), 0);
	for (int round = 64; round > 0; round--) {
		for (int i = 0; i < round; i++)
			submit(&o[i], round == 1 ? "stop" : "topics.get");
		for (int due = ended + round; ended < due; study_dispatch(client)) {
			int wait = study_next_timeout_ms(client);
			int got = epoll_wait(loop, &event, 1, wait);
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

START_TEST(a_call_waits_for_its_response_its_refusal_or_its_deadline)
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
	ck_assert_int_eq(study_call_json(client, "x", NULL, NULL), STUDY_OK);
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
	tcase_add_test(tests, a_request_has_its_context_and_gets_its_response);
	tcase_add_test(tests, requests_of_one_turn_are_one_body_and_responses_may_have_any_order);
	tcase_add_test(tests, many_responses_in_one_body_all_arrive);
	tcase_add_test(tests, responses_beyond_one_turn_all_arrive);
	tcase_add_test(tests, large_requests_are_split_into_bodies_within_the_limit);
	tcase_add_test(tests, at_the_limit_it_is_busy_until_a_response_makes_room);
	tcase_add_loop_test(tests, a_refusal_has_the_error_of_the_service, 0, ROWS(refusals));
	tcase_add_test(
		tests, without_a_response_the_deadline_ends_it_and_a_late_response_is_dropped);
	tcase_add_test(tests, a_second_response_is_dropped);
	tcase_add_test(tests, a_callback_may_submit);
	tcase_add_test(tests, overdue_callbacks_may_submit_and_a_close_ends_all_once);
	tcase_add_test(tests, close_ends_requests_that_were_never_sent);
	tcase_add_test(tests, an_idle_client_needs_no_wakeup);
	tcase_add_test(tests, it_may_be_watched_edge_triggered);
	tcase_add_test(tests, a_call_waits_for_its_response_its_refusal_or_its_deadline);
	return tests_run(tests);
}
