#include "worker/hash_thread.h"

#include <event2/event.h>
#include <string.h>
#include <sys/resource.h>

#include "common/service.h"
#include "tests/unit/hash_double.h"
#include "tests/unit/suite.h"

enum { SOON_MS = 60000 };

static const struct span right = SPAN_INIT("correct horse"), wrong = SPAN_INIT("incorrect horse");
static struct event_base *base;
static struct hash_thread *thread;
static struct hash_job *done[HASH_JOBS_MAX + 1];
static size_t done_count;

static void on_done(void *arg, struct hash_job *job)
{
	ck_assert_ptr_eq(arg, &thread);
	done[done_count++] = job;
}

static void open_thread(const struct password_costs *costs)
{
	struct fail why = { 0 };
	struct hash_thread_options options = {
		.costs = *costs, .on_done = on_done, .arg = &thread
	};
	ck_assert(hash_thread_open(base, &options, &thread, &why) == ST_OK);
}

static void start(void)
{
	struct fail why = { 0 };
	ck_assert(crypto_init(&why) == ST_OK);
	base = event_base_new();
	hash_double_reset();
	open_thread(&cheap_costs);
	hash_double_reset();
}

static void end(void)
{
	hash_thread_free(&thread);
	event_base_free(base);
}

static struct hash_job job_of(const struct span *checks, const struct span *sets, const char *known)
{
	struct hash_job job = { .checks = checks, .sets = sets, .renews = true };
	job.deadline_ms = service_now_ms() + SOON_MS;
	strcpy(job.known, known);
	return job;
}

static void await(size_t count)
{
	while (done_count < count)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void do_job(struct hash_job *job)
{
	ck_assert(hash_thread_push(thread, job));
	await(done_count + 1);
	ck_assert_ptr_eq(done[done_count - 1], job);
}

enum known { NOBODYS, CHEAP, HIGHER };

static const struct {
	const char *what;
	const struct span *checks, *sets;
	enum known known;
	unsigned checked, hashed;
	bool is_verified;
} table[] = {
	{ "right password", &right, NULL, HIGHER, 1, 0, true },
	{ "wrong password", &wrong, NULL, HIGHER, 1, 0, false },
	{ "nobody's", &right, NULL, NOBODYS, 1, 0, false },
	{ "right, with a cheap hash", &right, NULL, CHEAP, 1, 1, true },
	{ "wrong, with a cheap hash", &wrong, NULL, CHEAP, 1, 0, false },
	{ "new password", NULL, &right, NOBODYS, 0, 1, true },
	{ "new password after a right one", &right, &wrong, HIGHER, 1, 1, true },
	{ "new password after a right one with a cheap hash", &right, &wrong, CHEAP, 1, 1, true },
	{ "new password after a wrong one", &wrong, &wrong, HIGHER, 1, 0, false },
	{ "new password of nobody", &right, &wrong, NOBODYS, 1, 0, false },
};

static const char *known_of(enum known known)
{
	return known == NOBODYS
		       ? ""
		       : hash_of("correct horse", known == CHEAP ? &cheap_costs : &higher_costs);
}

START_TEST(a_job_checks_and_hashes_no_more_than_it_must)
{
	hash_thread_free(&thread);
	open_thread(&higher_costs);
	hash_double_reset();
	struct hash_job job = job_of(table[_i].checks, table[_i].sets, known_of(table[_i].known));
	do_job(&job);
	ck_assert_msg(job.st == ST_OK, "%s", table[_i].what);
	ck_assert_msg(job.is_verified == table[_i].is_verified, "%s", table[_i].what);
	ck_assert_msg(hash_double.checked == table[_i].checked, "%s", table[_i].what);
	ck_assert_msg(hash_double.hashed == table[_i].hashed, "%s", table[_i].what);
	ck_assert_msg(!*job.hash == !table[_i].hashed, "%s", table[_i].what);
	if (*job.hash) {
		const struct span *password = table[_i].sets ? table[_i].sets : &right;
		ck_assert(is_hash_of(job.hash, *password));
		ck_assert(!crypto_password_is_cheaper(job.hash, &higher_costs));
	}
}
END_TEST

/* The work is the same as that for a hash with the costs of the settings. */
START_TEST(nobodys_password_is_checked_against_a_hash_of_the_current_costs)
{
	hash_thread_free(&thread);
	open_thread(&higher_costs);
	hash_double_reset();
	struct hash_job job = job_of(&right, NULL, "");
	do_job(&job);
	ck_assert(!crypto_password_is_cheaper(hash_double.known, &higher_costs));
	struct password_costs more = { higher_costs.memory_bytes + 1024, higher_costs.passes };
	ck_assert(crypto_password_is_cheaper(hash_double.known, &more));
	more = (struct password_costs){ higher_costs.memory_bytes, higher_costs.passes + 1 };
	ck_assert(crypto_password_is_cheaper(hash_double.known, &more));
}
END_TEST

START_TEST(nobodys_password_is_wrong_even_if_it_matches)
{
	hash_double.says_right = true;
	struct hash_job job = job_of(&right, &right, "");
	do_job(&job);
	ck_assert(job.st == ST_OK && !job.is_verified && !*job.hash);
}
END_TEST

START_TEST(a_cheap_hash_stays_if_it_is_not_to_be_renewed)
{
	hash_thread_free(&thread);
	open_thread(&higher_costs);
	hash_double_reset();
	struct hash_job job = job_of(&right, NULL, known_of(CHEAP));
	job.renews = false;
	do_job(&job);
	ck_assert(job.is_verified && hash_double.hashed == 0 && !*job.hash);
}
END_TEST

START_TEST(without_memory_a_new_password_fails_and_a_cheap_hash_stays)
{
	hash_thread_free(&thread);
	open_thread(&higher_costs);
	hash_double_reset();
	hash_double.hash_fails = true;
	struct hash_job sets = job_of(NULL, &right, ""),
			renews = job_of(&right, NULL, known_of(CHEAP));
	do_job(&sets);
	ck_assert_int_eq(sets.st, ST_NO_MEMORY);
	ck_assert_str_eq(sets.why.text, "no memory for a hash");
	do_job(&renews);
	ck_assert(renews.st == ST_OK && renews.is_verified && !*renews.hash);
	ck_assert_uint_eq(hash_double.hashed, 2);
}
END_TEST

START_TEST(without_memory_for_a_check_a_password_is_neither_right_nor_wrong)
{
	hash_double.check_fails = true;
	struct hash_job job = job_of(&right, &right, known_of(CHEAP));
	do_job(&job);
	ck_assert_int_eq(job.st, ST_NO_MEMORY);
	ck_assert_str_eq(job.why.text, "no memory for a hash");
	ck_assert(!job.is_verified && !*job.hash && hash_double.hashed == 0);
}
END_TEST

START_TEST(costs_that_take_too_much_memory_are_refused_at_the_start)
{
	struct fail why = { 0 };
	struct hash_thread_options options = { .costs = cheap_costs, .on_done = on_done };
	struct hash_thread *refused = NULL;
	hash_double.hash_fails = true;
	ck_assert_int_eq(hash_thread_open(base, &options, &refused, &why), ST_NO_MEMORY);
	ck_assert(!refused && *why.text);
}
END_TEST

START_TEST(a_late_job_and_a_dropped_one_are_not_done)
{
	struct hash_job late = job_of(&right, &right, ""), dropped = job_of(&right, &right, "");
	late.deadline_ms = service_now_ms();
	hash_job_drop(&dropped);
	do_job(&late);
	do_job(&dropped);
	ck_assert_int_eq(late.st, ST_DEADLINE_EXCEEDED);
	ck_assert_int_eq(dropped.st, ST_DEADLINE_EXCEEDED);
	ck_assert(!late.is_verified && !dropped.is_verified);
	ck_assert_uint_eq(hash_double.checked + hash_double.hashed, 0);
}
END_TEST

START_TEST(a_job_can_be_dropped_while_it_waits)
{
	struct hash_job first = job_of(NULL, &right, ""), second = job_of(NULL, &right, "");
	hash_double_hold();
	ck_assert(hash_thread_push(thread, &first) && hash_thread_push(thread, &second));
	hash_double_await();
	hash_job_drop(&first);
	hash_job_drop(&second);
	hash_double_let_go();
	await(2);
	ck_assert_int_eq(first.st, ST_OK); /* it had begun */
	ck_assert_int_eq(second.st, ST_DEADLINE_EXCEEDED);
	ck_assert_uint_eq(hash_double.hashed, 1);
}
END_TEST

START_TEST(jobs_are_done_in_order_and_only_so_many_wait)
{
	static struct hash_job jobs[HASH_JOBS_MAX + 1];
	hash_double_hold();
	for (size_t i = 0; i < HASH_JOBS_MAX + 1; i++) {
		jobs[i] = job_of(NULL, &right, "");
		ck_assert(hash_thread_push(thread, &jobs[i]) == (i < HASH_JOBS_MAX));
	}
	hash_double_await();
	hash_double_let_go();
	await(1);
	ck_assert(hash_thread_push(thread, &jobs[HASH_JOBS_MAX]));
	await(HASH_JOBS_MAX + 1);
	for (size_t i = 0; i < HASH_JOBS_MAX + 1; i++)
		ck_assert_ptr_eq(done[i], &jobs[i]);
}
END_TEST

START_TEST(the_thread_has_a_low_priority_and_gets_no_signals)
{
	struct hash_job job = job_of(NULL, &right, "");
	int nice = getpriority(PRIO_PROCESS, 0);
	do_job(&job);
	ck_assert_int_eq(
		hash_double.nice, nice + HASH_THREAD_NICE < 19 ? nice + HASH_THREAD_NICE : 19);
	ck_assert(hash_double.blocks_signals);
	ck_assert(crypto_password_hash(right, &cheap_costs, job.hash, NULL) == ST_OK);
	ck_assert(hash_double.nice == nice && !hash_double.blocks_signals);
}
END_TEST

START_TEST(jobs_that_wait_at_the_end_are_not_done)
{
	struct hash_job jobs[2] = { job_of(NULL, &right, ""), job_of(NULL, &right, "") };
	hash_double_hold();
	ck_assert(hash_thread_push(thread, &jobs[0]) && hash_thread_push(thread, &jobs[1]));
	hash_double_await();
	hash_double_let_go();
	hash_thread_free(&thread);
	ck_assert_uint_eq(done_count, 0);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("hash_thread");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, a_job_checks_and_hashes_no_more_than_it_must, 0,
		sizeof table / sizeof *table);
	tcase_add_test(tests, nobodys_password_is_checked_against_a_hash_of_the_current_costs);
	tcase_add_test(tests, nobodys_password_is_wrong_even_if_it_matches);
	tcase_add_test(tests, a_cheap_hash_stays_if_it_is_not_to_be_renewed);
	tcase_add_test(tests, without_memory_a_new_password_fails_and_a_cheap_hash_stays);
	tcase_add_test(tests, without_memory_for_a_check_a_password_is_neither_right_nor_wrong);
	tcase_add_test(tests, costs_that_take_too_much_memory_are_refused_at_the_start);
	tcase_add_test(tests, a_late_job_and_a_dropped_one_are_not_done);
	tcase_add_test(tests, a_job_can_be_dropped_while_it_waits);
	tcase_add_test(tests, jobs_are_done_in_order_and_only_so_many_wait);
	tcase_add_test(tests, the_thread_has_a_low_priority_and_gets_no_signals);
	tcase_add_test(tests, jobs_that_wait_at_the_end_are_not_done);
	return suite_run("hash_thread", tests);
}
