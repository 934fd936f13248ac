#include "tests/unit/lanes_double.h"

#include <poll.h>
#include <string.h>

/* Failures and ends. */

static const enum status find_errors[] = { ST_DATABASE_UNAVAILABLE, ST_OVERLOADED,
	ST_DEADLINE_EXCEEDED, ST_INTERNAL };

START_TEST(an_error_of_the_search_is_the_response)
{
	log_in(9, "correct horse");
	not_found(last_internal(), find_errors[_i], "as the lane says");
	ck_assert(passwords_is_idle(passwords));
	check_refused(9, find_errors[_i], NULL);
	ck_assert_uint_eq(internal_count, 1);
	ck_assert_uint_eq(hash_double.checked, 0);
	ck_assert(strstr(gateway.out.bytes, "as the lane says"));
}
END_TEST

START_TEST(an_error_of_the_hash_is_the_response)
{
	hash_double.hash_fails = true;
	SEND(9, &join, "username", "ada", "password", "battery staple");
	await_idle();
	check_refused(9, ST_NO_MEMORY, NULL);
	ck_assert_uint_eq(internal_count, 0);
}
END_TEST

START_TEST(more_requests_than_jobs_are_overloaded)
{
	hash_double_hold();
	for (uint32_t i = 0; i < HASH_JOBS_MAX; i++)
		log_in(i, "correct horse");
	uint64_t deadline_ms = service_now_ms() + SOON_MS;
	ck_assert_int_eq(log_in_by(99, "correct horse", deadline_ms), ST_OVERLOADED);
	const char *known = hash_of("correct horse", &higher_costs);
	for (size_t i = 0; i < HASH_JOBS_MAX; i++)
		found(&internals[i], known);
	ck_assert_int_eq(log_in_by(99, "correct horse", deadline_ms), ST_OVERLOADED);
	ck_assert_uint_eq(passwords_hashing(passwords), HASH_JOBS_MAX);
	hash_double_await();
	hash_double_let_go();
	await_idle();
	ck_assert_uint_eq(internal_count, 2 * HASH_JOBS_MAX);
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		const struct internal *then = &internals[HASH_JOBS_MAX + i];
		ck_assert_uint_eq(then->e.msgid, i);
		ck_assert(is_verified(then->e.params));
	}
	ck_assert_uint_eq(hash_double.checked, HASH_JOBS_MAX);
	ck_assert_uint_eq(idle_count, 1);
	ck_assert_uint_eq(gateway.responses, 0);
}
END_TEST

/* Where the request is when nobody waits for it any more. */
enum stage { FINDING, WAITING, RUNNING };
enum cause { CANCELLED, EPOCH_ENDED, LATE };

static const struct {
	enum stage stage;
	enum cause cause;
	unsigned checked; /* work that is done all the same */
} ends[] = {
	{ FINDING, CANCELLED, 0 },
	{ FINDING, EPOCH_ENDED, 0 },
	{ FINDING, LATE, 0 },
	{ WAITING, CANCELLED, 1 },
	{ WAITING, EPOCH_ENDED, 1 },
	{ WAITING, LATE, 1 },
	{ RUNNING, CANCELLED, 1 },
	{ RUNNING, EPOCH_ENDED, 1 },
	{ RUNNING, LATE, 1 },
};

static void end_by(enum cause cause, uint64_t deadline_ms)
{
	if (cause == CANCELLED) {
		ck_assert(!passwords_abandon(passwords, &gateway.origin, EPOCH, 8));
		ck_assert(!passwords_abandon(passwords, &gateway.origin, EPOCH + 1, 9));
		ck_assert(passwords_abandon(passwords, &gateway.origin, EPOCH, 9));
	} else if (cause == EPOCH_ENDED) {
		gateway.epoch++;
		passwords_end_epoch(passwords, &gateway.origin, EPOCH);
	} else {
		while (service_now_ms() < deadline_ms)
			(void)poll(NULL, 0, 1);
	}
}

/* A job that runs, so that the next one waits. */
static void occupy_thread(void)
{
	hash_double_hold();
	log_in(1, "correct horse");
	found(last_internal(), NULL);
	hash_double_await();
}

START_TEST(an_obsolete_request_takes_no_further_step)
{
	enum { LATE_MS = 2000 }; /* the job must begin within this time */
	enum stage stage = ends[_i].stage;
	if (stage == WAITING)
		occupy_thread();
	if (stage == RUNNING)
		hash_double_hold();
	uint64_t deadline_ms = service_now_ms() + (ends[_i].cause == LATE ? LATE_MS : SOON_MS);
	ck_assert(log_in_by(9, "correct horse", deadline_ms) == ST_OK);
	size_t find = internal_count - 1;
	if (stage != FINDING)
		found(&internals[find], NULL);
	if (stage == RUNNING)
		hash_double_await();
	end_by(ends[_i].cause, deadline_ms);
	if (stage == FINDING) {
		ck_assert(origin_has_epoch(internals[find].origin, internals[find].epoch)
			  == (ends[_i].cause == LATE));
		found(&internals[find], NULL);
	} else {
		hash_double_let_go();
	}
	await_idle();
	for (size_t i = find + 1; i < internal_count; i++)
		ck_assert_uint_ne(internals[i].e.msgid, 9);
	ck_assert_uint_eq(hash_double.checked, ends[_i].checked);
	if (ends[_i].cause == EPOCH_ENDED)
		ck_assert_uint_eq(gateway.responses, 0);
	else
		check_refused(9, ST_DEADLINE_EXCEEDED, NULL);
}
END_TEST

START_TEST(requests_that_wait_at_the_end_are_released)
{
	occupy_thread();
	log_in(2, "correct horse");
	log_in(3, "correct horse");
	found(last_internal(), NULL);
	hash_double_let_go();
	passwords_free(&passwords);
	ck_assert_uint_eq(pool.free.count, 3);
	ck_assert_uint_eq(gateway.responses, 0);
}
END_TEST

/* Wiping. */

static const char secret[] = "correct horse battery staple";

static void check_wiped(const struct request *r)
{
	ck_assert_uint_gt(r->bytes.cap, sizeof secret);
	ck_assert_ptr_null(memmem(r->bytes.bytes, r->bytes.cap, secret, sizeof secret - 1));
}

START_TEST(no_password_remains_after_a_request)
{
	log_in(9, secret);
	ck_assert_ptr_null(pool.free.first);
	found(last_internal(), NULL);
	await_idle();
	ck_assert_uint_eq(pool.free.count, 1);
	check_wiped(pool.free.first);
	struct span params = last_internal()->e.params;
	ck_assert_ptr_null(memmem(params.bytes, params.len, secret, sizeof secret - 1));
}
END_TEST

START_TEST(no_password_remains_after_params_that_are_refused)
{
	static const char params[] = "\x82\xa8password\xbc"
				     "correct horse battery staple\xa1x\xc0";
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.context = { 3, SPAN("trace"), 1000 },
		.params = { params, sizeof params - 1 } };
	struct request *r = NULL;
	ck_assert(request_acquire(&pool, &close_account, &e, &r, NULL) == ST_INVALID_INPUT);
	check_wiped(pool.free.first);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("passwords_end");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, an_error_of_the_search_is_the_response, 0, COUNT(find_errors));
	tcase_add_test(tests, an_error_of_the_hash_is_the_response);
	tcase_add_test(tests, more_requests_than_jobs_are_overloaded);
	tcase_add_loop_test(tests, an_obsolete_request_takes_no_further_step, 0, COUNT(ends));
	tcase_add_test(tests, requests_that_wait_at_the_end_are_released);
	tcase_add_test(tests, no_password_remains_after_a_request);
	tcase_add_test(tests, no_password_remains_after_params_that_are_refused);
	return suite_run("passwords_end", tests);
}
