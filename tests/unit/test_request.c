#include <stdio.h>
#include <string.h>

#include "common/msg.h"
#include "worker/request.h"
#include "tests/unit/suite.h"

static struct request_pool pool;
static struct buf params;

static const struct method *method(const char *name)
{
	const struct method *m = method_find(span_of(name));
	ck_assert_msg(m != NULL, "%s", name);
	return m;
}

static struct span one_int(const char *name, int64_t value)
{
	buf_clear(&params);
	msg_put_map(&params, 1);
	msg_put_key(&params, name);
	msg_put_int(&params, value);
	return buf_view(&params);
}

static struct span one_text(const char *name, const char *value)
{
	buf_clear(&params);
	msg_put_map(&params, 1);
	msg_put_key(&params, name);
	msg_put_key(&params, value);
	return buf_view(&params);
}

static struct span nothing(void)
{
	buf_clear(&params);
	msg_put_map(&params, 0);
	return buf_view(&params);
}

static struct envelope envelope(int64_t account, struct span with)
{
	return (struct envelope){ .kind = ENVELOPE_REQUEST,
		.msgid = 7,
		.context = { account, SPAN("trace"), 1000 },
		.params = with };
}

static struct request *take(const char *name, int64_t account, struct span with)
{
	struct envelope e = envelope(account, with);
	struct request *r = NULL;
	struct fail why = { 0 };
	ck_assert_msg(request_acquire(&pool, method(name), &e, &r, &why) == ST_OK, "%s", why.text);
	return r;
}

START_TEST(a_list_gives_back_in_the_order_it_took)
{
	struct request rows[3] = { 0 };
	struct request_list list = { 0 };
	for (size_t i = 0; i < 3; i++)
		request_list_push(&list, &rows[i]);
	ck_assert_uint_eq(list.count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_ptr_eq(request_list_pop(&list), &rows[i]);
	ck_assert_ptr_null(request_list_pop(&list));
	ck_assert_uint_eq(list.count, 0);
	request_list_push(&list, &rows[1]);
	ck_assert_ptr_eq(list.first, list.last);
}
END_TEST

START_TEST(what_is_prepended_comes_first_and_is_taken)
{
	struct request rows[4] = { 0 };
	struct request_list list = { 0 }, others = { 0 }, none = { 0 };
	request_list_push(&list, &rows[2]);
	request_list_push(&list, &rows[3]);
	request_list_push(&others, &rows[0]);
	request_list_push(&others, &rows[1]);
	request_list_prepend(&list, &others);
	request_list_prepend(&list, &none);
	ck_assert_uint_eq(list.count, 4);
	ck_assert_uint_eq(others.count, 0);
	ck_assert_ptr_null(others.first);
	for (size_t i = 0; i < 4; i++)
		ck_assert_ptr_eq(request_list_pop(&list), &rows[i]);
	request_list_push(&others, &rows[0]);
	request_list_prepend(&list, &others);
	request_list_push(&list, &rows[1]);
	ck_assert_ptr_eq(request_list_pop(&list), &rows[0]);
	ck_assert_ptr_eq(request_list_pop(&list), &rows[1]);
}
END_TEST

START_TEST(a_request_outlives_the_message_it_came_in)
{
	struct request *r = take("topics.create", 5, one_text("name", " Maths "));
	memset(params.bytes, 'x', params.len);
	ck_assert(span_is(r->request_id, "trace"));
	ck_assert(span_is(r->values[0].text, "Maths"));
	ck_assert_int_eq(r->account, 5);
	ck_assert_uint_eq(r->msgid, 7);
	request_release(&pool, &r);
	ck_assert_ptr_null(r);
	request_release(&pool, &r);
}
END_TEST

START_TEST(a_request_that_was_used_before_remembers_nothing)
{
	struct request *r = take("topics.list", 5, one_text("q", "a long text to look for"));
	struct request *former = r;
	r->attempts = 2;
	request_release(&pool, &r);
	r = take("topics.list", 6, nothing());
	ck_assert_ptr_eq(r, former);
	ck_assert_uint_eq(r->attempts, 0);
	const struct param *q = method_param(r->method, SPAN("q"));
	ck_assert(r->values[q - r->method->params].is_null);
	request_release(&pool, &r);
}
END_TEST

START_TEST(wrong_params_are_refused_with_their_field)
{
	struct envelope e = envelope(1, one_int("topic_id", -1));
	struct request *r = NULL;
	struct fail why = { 0 };
	ck_assert(request_acquire(&pool, method("topics.get"), &e, &r, &why) == ST_INVALID_INPUT);
	ck_assert_ptr_null(r);
	ck_assert_str_eq(why.field, "topic_id");
}
END_TEST

START_TEST(a_page_may_ask_for_its_limit_of_rows)
{
	struct request *page = take("topics.list", 1, one_int("limit", 17));
	struct request *standard = take("topics.list", 1, nothing());
	struct request *row = take("topics.get", 1, one_int("topic_id", 1));
	ck_assert_int_eq(request_limit(page), 17);
	ck_assert_int_eq(request_limit(standard), 50);
	ck_assert_int_eq(request_limit(row), 0);
	request_release(&pool, &page);
	request_release(&pool, &standard);
	request_release(&pool, &row);
}
END_TEST

START_TEST(no_two_requests_of_an_execution_have_the_same_key)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *a = take("topics.delete", 1, one_int("topic_id", 1));
	struct request *again = take("topics.delete", 1, one_int("topic_id", 1));
	struct request *other = take("topics.delete", 1, one_int("topic_id", 2));
	struct request *others = take("topics.delete", 2, one_int("topic_id", 1));
	ck_assert(request_keys_add(&keys, a));
	ck_assert(!request_keys_add(&keys, again));
	ck_assert(request_keys_add(&keys, other));
	ck_assert(request_keys_add(&keys, others));
	request_keys_clear(&keys);
	ck_assert(request_keys_add(&keys, again));
	request_release(&pool, &a);
	request_release(&pool, &again);
	request_release(&pool, &other);
	request_release(&pool, &others);
}
END_TEST

START_TEST(a_uuid_is_one_key_however_it_is_written)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *lower = take("sessions.delete", 1,
		one_text("session_id", "0123abcd-0000-7000-8000-00000000000f"));
	struct request *upper = take("sessions.delete", 1,
		one_text("session_id", "0123ABCD-0000-7000-8000-00000000000F"));
	ck_assert(request_keys_add(&keys, lower));
	ck_assert(!request_keys_add(&keys, upper));
	request_release(&pool, &lower);
	request_release(&pool, &upper);
}
END_TEST

START_TEST(as_many_keys_fit_as_an_execution_has)
{
	struct request_keys keys;
	struct request *all[REQUEST_KEYS_MAX];
	request_keys_clear(&keys);
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		all[i] = take("topics.delete", 1, one_int("topic_id", i + 1));
		ck_assert(request_keys_add(&keys, all[i]));
	}
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		ck_assert(!request_keys_add(&keys, all[i]));
		request_release(&pool, &all[i]);
	}
}
END_TEST

START_TEST(a_method_without_a_key_never_clashes)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *r = take("topics.get", 1, one_int("topic_id", 1));
	ck_assert(request_keys_add(&keys, r));
	ck_assert(request_keys_add(&keys, r));
	request_release(&pool, &r);
}
END_TEST

static struct span a_session(const char *id, const char *idempotency_key)
{
	buf_clear(&params);
	msg_put_map(&params, idempotency_key ? 3 : 2);
	msg_put_key(&params, "session_id");
	msg_put_key(&params, id);
	msg_put_key(&params, "topic_id");
	msg_put_int(&params, 1);
	if (idempotency_key) {
		msg_put_key(&params, "idempotency_key");
		msg_put_key(&params, idempotency_key);
	}
	return buf_view(&params);
}

#define SESSION "0123abcd-0000-7000-8000-00000000000"

/* Against a first one of epoch 1 with the key "a". */
static const struct {
	const char *epoch, *key;
	int64_t account;
	bool fits;
} mates[] = {
	{ SESSION "2", "a", 1, false },
	{ SESSION "2", "a", 2, true },
	{ SESSION "2", "b", 1, true },
	{ SESSION "2", NULL, 1, true },
	{ SESSION "1", "b", 1, false },
	{ SESSION "1", NULL, 1, false },
};

START_TEST(no_two_requests_of_an_execution_have_the_same_idempotency_key)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *first = take("sessions.create", 1, a_session(SESSION "1", "a"));
	struct request *mate = take(
		"sessions.create", mates[_i].account, a_session(mates[_i].epoch, mates[_i].key));
	struct request *last = take("sessions.create", 1, a_session(SESSION "3", "b"));
	ck_assert(request_keys_add(&keys, first));
	ck_assert(request_keys_add(&keys, mate) == mates[_i].fits);
	bool is_taken = mates[_i].fits && mates[_i].key && mates[_i].key[0] == 'b';
	ck_assert(request_keys_add(&keys, last) == !is_taken); /* who is refused leaves nothing */
	request_release(&pool, &first);
	request_release(&pool, &mate);
	request_release(&pool, &last);
}
END_TEST

START_TEST(as_many_fit_with_both_keys_as_an_execution_has)
{
	struct request_keys keys;
	struct request *all[REQUEST_KEYS_MAX];
	request_keys_clear(&keys);
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		char id[40], key[16];
		(void)snprintf(id, sizeof id, "0123abcd-0000-7000-8000-%012d", i);
		(void)snprintf(key, sizeof key, "%d", i);
		all[i] = take("sessions.create", 1, a_session(id, key));
		ck_assert(request_keys_add(&keys, all[i]));
	}
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		ck_assert(!request_keys_add(&keys, all[i]));
		request_release(&pool, &all[i]);
	}
}
END_TEST

START_TEST(two_changes_of_an_account_are_of_two_executions)
{
	struct request_keys keys;
	struct request *first = take("account.update", 1, nothing()),
		       *other = take("account.update", 2, nothing()),
		       *again = take("account.update", 1, nothing());
	request_keys_clear(&keys);
	ck_assert(request_keys_add(&keys, first));
	ck_assert(request_keys_add(&keys, other));
	ck_assert(!request_keys_add(&keys, again));
	request_release(&pool, &first);
	request_release(&pool, &other);
	request_release(&pool, &again);
}
END_TEST

static struct span a_change(const char *if_match)
{
	buf_clear(&params);
	msg_put_map(&params, if_match ? 2 : 1);
	msg_put_key(&params, "topic_id");
	msg_put_int(&params, 1);
	if (if_match) {
		msg_put_key(&params, "if_match");
		msg_put_key(&params, if_match);
	}
	return buf_view(&params);
}

static struct span a_topic(const char *idempotency_key)
{
	buf_clear(&params);
	msg_put_map(&params, idempotency_key ? 2 : 1);
	msg_put_key(&params, "name");
	msg_put_key(&params, "Maths");
	if (idempotency_key) {
		msg_put_key(&params, "idempotency_key");
		msg_put_key(&params, idempotency_key);
	}
	return buf_view(&params);
}

static void is_repeatable(bool wanted, const char *name, struct span with)
{
	struct request *r = take(name, 1, with);
	ck_assert_msg(request_is_repeatable(r) == wanted, "%s", name);
	request_release(&pool, &r);
}

START_TEST(what_would_answer_otherwise_is_not_repeated)
{
	is_repeatable(true, "stats.totals", nothing());
	is_repeatable(true, "topics.update", one_int("topic_id", 1));
	is_repeatable(true, "topics.update", a_change(NULL));
	is_repeatable(false, "topics.update", a_change("version"));
	is_repeatable(false, "topics.delete", one_int("topic_id", 1));
	is_repeatable(false, "topics.create", a_topic(NULL));
	is_repeatable(true, "topics.create", a_topic("key"));
}
END_TEST

static void end(void)
{
	request_pool_fini(&pool);
	buf_fini(&params);
}

int main(void)
{
	TCase *tests = tcase_create("request");
	tcase_add_checked_fixture(tests, NULL, end);
	tcase_add_test(tests, a_list_gives_back_in_the_order_it_took);
	tcase_add_test(tests, what_is_prepended_comes_first_and_is_taken);
	tcase_add_test(tests, a_request_outlives_the_message_it_came_in);
	tcase_add_test(tests, a_request_that_was_used_before_remembers_nothing);
	tcase_add_test(tests, wrong_params_are_refused_with_their_field);
	tcase_add_test(tests, a_page_may_ask_for_its_limit_of_rows);
	tcase_add_test(tests, no_two_requests_of_an_execution_have_the_same_key);
	tcase_add_test(tests, a_uuid_is_one_key_however_it_is_written);
	tcase_add_test(tests, as_many_keys_fit_as_an_execution_has);
	tcase_add_loop_test(tests, no_two_requests_of_an_execution_have_the_same_idempotency_key, 0,
		sizeof mates / sizeof *mates);
	tcase_add_test(tests, as_many_fit_with_both_keys_as_an_execution_has);
	tcase_add_test(tests, two_changes_of_an_account_are_of_two_executions);
	tcase_add_test(tests, a_method_without_a_key_never_clashes);
	tcase_add_test(tests, what_would_answer_otherwise_is_not_repeated);
	return suite_run("request", tests);
}
