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

static struct request *acquire(const char *name, int64_t account, struct span with)
{
	struct envelope e = envelope(account, with);
	struct request *r = NULL;
	struct fail why = { 0 };
	ck_assert_msg(request_acquire(&pool, method(name), &e, &r, &why) == ST_OK, "%s", why.text);
	return r;
}

START_TEST(a_list_is_first_in_first_out)
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

START_TEST(prepending_moves_the_other_list_to_the_front)
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

START_TEST(a_request_outlives_its_message)
{
	struct request *r = acquire("topics.create", 5, one_text("name", " Maths "));
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

START_TEST(a_reused_request_is_reset)
{
	struct request *r = acquire("topics.list", 5, one_text("q", "a long text to look for"));
	struct request *former = r;
	r->attempts = 2;
	request_release(&pool, &r);
	r = acquire("topics.list", 6, nothing());
	ck_assert_ptr_eq(r, former);
	ck_assert_uint_eq(r->attempts, 0);
	const struct param *q = method_param(r->method, SPAN("q"));
	ck_assert(r->values[q - r->method->params].is_null);
	request_release(&pool, &r);
}
END_TEST

START_TEST(invalid_params_are_refused_with_their_field)
{
	struct envelope e = envelope(1, one_int("topic_id", -1));
	struct request *r = NULL;
	struct fail why = { 0 };
	ck_assert(request_acquire(&pool, method("topics.get"), &e, &r, &why) == ST_INVALID_INPUT);
	ck_assert_ptr_null(r);
	ck_assert_str_eq(why.field, "topic_id");
}
END_TEST

START_TEST(the_limit_of_a_page_is_its_param)
{
	struct request *page = acquire("topics.list", 1, one_int("limit", 17));
	struct request *standard = acquire("topics.list", 1, nothing());
	struct request *row = acquire("topics.get", 1, one_int("topic_id", 1));
	ck_assert_int_eq(request_limit(page), 17);
	ck_assert_int_eq(request_limit(standard), 50);
	ck_assert_int_eq(request_limit(row), 0);
	request_release(&pool, &page);
	request_release(&pool, &standard);
	request_release(&pool, &row);
}
END_TEST

START_TEST(two_requests_of_an_execution_cannot_have_the_same_key)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *a = acquire("topics.delete", 1, one_int("topic_id", 1));
	struct request *again = acquire("topics.delete", 1, one_int("topic_id", 1));
	struct request *other = acquire("topics.delete", 1, one_int("topic_id", 2));
	struct request *others = acquire("topics.delete", 2, one_int("topic_id", 1));
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

START_TEST(a_uuid_in_either_case_is_the_same_key)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *lower = acquire("sessions.delete", 1,
		one_text("session_id", "0123abcd-0000-7000-8000-00000000000f"));
	struct request *upper = acquire("sessions.delete", 1,
		one_text("session_id", "0123ABCD-0000-7000-8000-00000000000F"));
	ck_assert(request_keys_add(&keys, lower));
	ck_assert(!request_keys_add(&keys, upper));
	request_release(&pool, &lower);
	request_release(&pool, &upper);
}
END_TEST

START_TEST(the_keys_of_a_full_execution_fit)
{
	struct request_keys keys;
	struct request *all[REQUEST_KEYS_MAX];
	request_keys_clear(&keys);
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		all[i] = acquire("topics.delete", 1, one_int("topic_id", i + 1));
		ck_assert(request_keys_add(&keys, all[i]));
	}
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		ck_assert(!request_keys_add(&keys, all[i]));
		request_release(&pool, &all[i]);
	}
}
END_TEST

START_TEST(a_method_without_a_key_has_no_conflicts)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *r = acquire("topics.get", 1, one_int("topic_id", 1));
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

/* Added after a request with session 1 and the key "a". */
static const struct {
	const char *session, *key;
	int64_t account;
	bool fits;
} others[] = {
	{ SESSION "2", "a", 1, false },
	{ SESSION "2", "a", 2, true },
	{ SESSION "2", "b", 1, true },
	{ SESSION "2", NULL, 1, true },
	{ SESSION "1", "b", 1, false },
	{ SESSION "1", NULL, 1, false },
};

START_TEST(two_requests_of_an_execution_cannot_have_the_same_idempotency_key)
{
	struct request_keys keys;
	request_keys_clear(&keys);
	struct request *first = acquire("sessions.create", 1, a_session(SESSION "1", "a"));
	struct request *mate = acquire("sessions.create", others[_i].account,
		a_session(others[_i].session, others[_i].key));
	struct request *last = acquire("sessions.create", 1, a_session(SESSION "3", "b"));
	ck_assert(request_keys_add(&keys, first));
	ck_assert(request_keys_add(&keys, mate) == others[_i].fits);
	bool is_taken = others[_i].fits && others[_i].key && others[_i].key[0] == 'b';
	ck_assert(request_keys_add(&keys, last) == !is_taken); /* a refused request leaves no key */
	request_release(&pool, &first);
	request_release(&pool, &mate);
	request_release(&pool, &last);
}
END_TEST

START_TEST(a_full_execution_with_both_keys_fits)
{
	struct request_keys keys;
	struct request *all[REQUEST_KEYS_MAX];
	request_keys_clear(&keys);
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		char id[40], key[16];
		(void)snprintf(id, sizeof id, "0123abcd-0000-7000-8000-%012d", i);
		(void)snprintf(key, sizeof key, "%d", i);
		all[i] = acquire("sessions.create", 1, a_session(id, key));
		ck_assert(request_keys_add(&keys, all[i]));
	}
	for (int i = 0; i < REQUEST_KEYS_MAX; i++) {
		ck_assert(!request_keys_add(&keys, all[i]));
		request_release(&pool, &all[i]);
	}
}
END_TEST

START_TEST(two_changes_of_one_account_are_in_two_executions)
{
	struct request_keys keys;
	struct request *first = acquire("account.update", 1, nothing()),
		       *other = acquire("account.update", 2, nothing()),
		       *again = acquire("account.update", 1, nothing());
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

static void expect_repeatable(bool wanted, const char *name, struct span with)
{
	struct request *r = acquire(name, 1, with);
	ck_assert_msg(request_is_repeatable(r) == wanted, "%s", name);
	request_release(&pool, &r);
}

START_TEST(a_request_that_could_respond_differently_is_not_repeatable)
{
	expect_repeatable(true, "stats.totals", nothing());
	expect_repeatable(true, "topics.update", one_int("topic_id", 1));
	expect_repeatable(true, "topics.update", a_change(NULL));
	expect_repeatable(false, "topics.update", a_change("version"));
	expect_repeatable(false, "topics.delete", one_int("topic_id", 1));
	expect_repeatable(false, "topics.create", a_topic(NULL));
	expect_repeatable(true, "topics.create", a_topic("key"));
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
	tcase_add_test(tests, a_list_is_first_in_first_out);
	tcase_add_test(tests, prepending_moves_the_other_list_to_the_front);
	tcase_add_test(tests, a_request_outlives_its_message);
	tcase_add_test(tests, a_reused_request_is_reset);
	tcase_add_test(tests, invalid_params_are_refused_with_their_field);
	tcase_add_test(tests, the_limit_of_a_page_is_its_param);
	tcase_add_test(tests, two_requests_of_an_execution_cannot_have_the_same_key);
	tcase_add_test(tests, a_uuid_in_either_case_is_the_same_key);
	tcase_add_test(tests, the_keys_of_a_full_execution_fit);
	tcase_add_loop_test(tests,
		two_requests_of_an_execution_cannot_have_the_same_idempotency_key, 0,
		sizeof others / sizeof *others);
	tcase_add_test(tests, a_full_execution_with_both_keys_fits);
	tcase_add_test(tests, two_changes_of_one_account_are_in_two_executions);
	tcase_add_test(tests, a_method_without_a_key_has_no_conflicts);
	tcase_add_test(tests, a_request_that_could_respond_differently_is_not_repeatable);
	return suite_run("request", tests);
}
