#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/service.h"
#include "tests/unit/suite.h"

static struct service *service;
static int stops;
static bool finish_at_once;
static int notified = -1; /* the receiving end of NOTIFY_SOCKET */

static void on_stop(void *arg)
{
	ck_assert_ptr_eq(arg, &stops);
	stops++;
	if (finish_at_once)
		service_stop(service);
}

/* An abstract socket leaves no file. */
static void listen_as_systemd(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int len = snprintf(
		at.sun_path + 1, sizeof at.sun_path - 1, "studytracker-test-%d", (int)getpid());
	char name[128];
	(void)snprintf(name, sizeof name, "@%s", at.sun_path + 1);
	notified = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(
		bind(notified, (struct sockaddr *)&at,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static const char *next_notice(void)
{
	static char text[256];
	struct pollfd fd = { notified, POLLIN, 0 };
	ck_assert_int_eq(poll(&fd, 1, 20000), 1);
	ssize_t len = recv(notified, text, sizeof text - 1, 0);
	ck_assert_int_gt(len, 0);
	text[len] = '\0';
	return text;
}

static void open_service(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	ck_assert(service_open(&service, on_stop, &stops, NULL) == ST_OK);
}

static void free_service(void)
{
	service_free(&service);
	ck_assert_ptr_null(service);
	service_free(&service);
}

static void send_signal(evutil_socket_t fd, short what, void *number)
{
	(void)fd, (void)what;
	raise(*(const int *)number);
}

static void soon(event_callback_fn call, void *arg)
{
	static const struct timeval now = { 0, 0 };
	ck_assert_int_eq(
		event_base_once(service_base(service), -1, EV_TIMEOUT, call, arg, &now), 0);
}

static int signals[] = { SIGTERM, SIGINT, SIGHUP };

START_TEST(a_signal_starts_one_drain_whose_end_is_a_clean_exit)
{
	finish_at_once = true;
	soon(send_signal, &signals[_i]);
	ck_assert(!service_is_stopping(service));
	ck_assert_int_eq(service_run(service), 0);
	ck_assert_int_eq(stops, 1);
	ck_assert(service_is_stopping(service));
}
END_TEST

static void send_two(evutil_socket_t fd, short what, void *arg)
{
	(void)arg;
	send_signal(fd, what, &signals[0]);
	soon(send_signal, &signals[1]);
}

static int reloads;

static void on_reload(void *arg)
{
	ck_assert_ptr_eq(arg, &stops);
	if (++reloads == 2)
		soon(send_signal, &signals[0]);
	else
		soon(send_signal, &signals[2]);
}

START_TEST(a_hangup_reloads_if_there_is_a_callback)
{
	finish_at_once = true;
	service_on_reload(service, on_reload);
	soon(send_signal, &signals[2]);
	ck_assert_int_eq(service_run(service), 0);
	ck_assert_int_eq(reloads, 2);
	ck_assert_int_eq(stops, 1);
}
END_TEST

START_TEST(a_second_signal_ends_a_drain_that_hangs)
{
	soon(send_two, NULL);
	ck_assert_int_eq(service_run(service), SERVICE_EXIT_FAILED);
	ck_assert_int_eq(stops, 1);
}
END_TEST

START_TEST(a_closed_pipe_does_not_kill)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_lt(write(ends[1], "x", 1), 0);
	close(ends[1]);
}
END_TEST

START_TEST(systemd_gets_ready_watchdog_and_stopping)
{
	listen_as_systemd();
	setenv("WATCHDOG_USEC", "20000", 1);
	finish_at_once = true;
	service_ready(service);
	ck_assert_str_eq(next_notice(), "READY=1");
	service_set_status(service, "2 workers");
	ck_assert_str_eq(next_notice(), "STATUS=2 workers");
	while (recv(notified, &(char){ 0 }, 1, MSG_PEEK | MSG_DONTWAIT)
		< 0) /* until the timer fires */
		ck_assert_int_eq(event_base_loop(service_base(service), EVLOOP_ONCE), 0);
	ck_assert_str_eq(next_notice(), "WATCHDOG=1");
	soon(send_signal, &signals[0]);
	ck_assert_int_eq(service_run(service), 0);
	const char *notice;
	do
		notice = next_notice();
	while (strcmp(notice, "WATCHDOG=1") == 0);
	ck_assert_str_eq(notice, "STOPPING=1\nEXTEND_TIMEOUT_USEC=20000000");
}
END_TEST

START_TEST(the_watchdog_of_another_process_is_ignored)
{
	listen_as_systemd();
	setenv("WATCHDOG_USEC", "1000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	service_ready(service);
	ck_assert_str_eq(next_notice(), "READY=1");
	ck_assert_int_eq(
		event_base_get_num_events(service_base(service), EVENT_BASE_COUNT_ADDED), 3);
}
END_TEST

START_TEST(the_clock_never_goes_back)
{
	uint64_t before = service_now_ms();
	ck_assert_uint_gt(before, 0);
	ck_assert_uint_ge(service_now_ms(), before);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("service");
	tcase_add_checked_fixture(tests, open_service, free_service);
	tcase_add_loop_test(tests, a_signal_starts_one_drain_whose_end_is_a_clean_exit, 0,
		sizeof signals / sizeof *signals);
	tcase_add_test(tests, a_hangup_reloads_if_there_is_a_callback);
	tcase_add_test(tests, a_second_signal_ends_a_drain_that_hangs);
	tcase_add_test(tests, a_closed_pipe_does_not_kill);
	tcase_add_test(tests, systemd_gets_ready_watchdog_and_stopping);
	tcase_add_test(tests, the_watchdog_of_another_process_is_ignored);
	tcase_add_test(tests, the_clock_never_goes_back);
	return suite_run("service", tests);
}
