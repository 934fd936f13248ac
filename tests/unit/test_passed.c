/* Sockets that systemd passes are found by name, each once. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/passed.h"
#include "tests/unit/suite.h"

static const struct {
	const char *what, *count, *names;
	int http, metrics, next; /* descriptors of NULL, PASSED_METRICS and NULL again */
} sets[] = {
	{ "one without names", "1", NULL, 3, -1, -1 },
	{ "one", "1", "studytracker-gateway@1.socket", 3, -1, -1 },
	{ "metrics second", "2", "studytracker-gateway@1.socket:metrics", 3, 4, -1 },
	{ "metrics first", "2", "metrics:studytracker-gateway@1.socket", 4, 3, -1 },
	{ "metrics only", "1", "metrics", -1, 3, -1 },
	{ "two without names", "2", NULL, 3, -1, 4 },
	{ "none", "0", "", -1, -1, -1 },
	{ "no number", "x", "a", -1, -1, -1 },
};

static void set_environment(int row)
{
	char pid[16];
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", sets[row].count, 1);
	unsetenv("LISTEN_FDNAMES");
	if (sets[row].names)
		setenv("LISTEN_FDNAMES", sets[row].names, 1);
}

START_TEST(a_socket_is_found_by_its_name_and_taken_once)
{
	set_environment(_i);
	ck_assert_msg(passed_take(NULL) == sets[_i].http, "%s", sets[_i].what);
	ck_assert_msg(passed_take(PASSED_METRICS) == sets[_i].metrics, "%s", sets[_i].what);
	ck_assert_msg(passed_take(NULL) == sets[_i].next, "%s", sets[_i].what);
	ck_assert_int_eq(passed_take(PASSED_METRICS), -1);
	ck_assert_int_eq(passed_take(NULL), -1);
}
END_TEST

START_TEST(the_variables_go_when_all_are_taken)
{
	set_environment(2);
	ck_assert_int_eq(passed_take(PASSED_METRICS), 4);
	ck_assert_ptr_nonnull(getenv("LISTEN_FDS"));
	ck_assert_int_eq(passed_take(NULL), 3);
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
}
END_TEST

START_TEST(sockets_of_another_process_are_left)
{
	set_environment(1);
	setenv("LISTEN_PID", "1", 1);
	ck_assert_int_eq(passed_take(NULL), -1);
	ck_assert_ptr_nonnull(getenv("LISTEN_FDS"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("passed");
	tcase_add_loop_test(
		tests, a_socket_is_found_by_its_name_and_taken_once, 0, sizeof sets / sizeof *sets);
	tcase_add_test(tests, the_variables_go_when_all_are_taken);
	tcase_add_test(tests, sockets_of_another_process_are_left);
	return suite_run("passed", tests);
}
