#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/edge_app.h"

START_TEST(connections_past_the_limit_wait)
{
	options.connections_max = 2;
	options.deadlines.min_idle_ms = 60000; /* none makes room for another one */
	responds_at_once = true;
	reopen();
	int fds[4];
	for (int i = 0; i < 4; i++) {
		fds[i] = open_client();
		(void)send(fds[i], GET("/1"), strlen(GET("/1")), 0);
	}
	for (int i = 0; i < 20; i++)
		step();
	ck_assert_uint_eq(edge_counts(edge).connections, 2);
	ck_assert_uint_eq(edge_counts(edge).accepted, 2);
	close(fds[0]);
	close(fds[1]);
	expect(fds[2], "GET /1 .");
	expect(fds[3], "GET /1 .");
	ck_assert_uint_eq(edge_counts(edge).accepted, 4);
	close(fds[2]);
	close(fds[3]);
}
END_TEST

/* Never a connection with a request in flight, or with a part of one. */
START_TEST(past_the_limit_the_longest_idle_connection_makes_room)
{
	options.connections_max = 3;
	options.deadlines.min_idle_ms = 1;
	reopen();
	int busy = open_client(), half = open_client(), idle = open_client();
	send_text(busy, GET("/busy"));
	run_until(&dispatched, 1);
	send_text(half, "GET /half HTTP/1.1\r\n");
	run_until_connections(3);
	int late = open_client();
	(void)send(late, GET("/late"), strlen(GET("/late")), 0);
	ck_assert_int_eq(expect_end(idle), 0);
	run_until(&dispatched, 2);
	respond(&pending[0]);
	expect(busy, "GET /busy .");
	run_steps(20);
	ck_assert_uint_eq(
		edge_counts(edge).made_room, 1); /* not for a connection that does not exist */
	respond(&pending[1]);
	expect(late, "GET /late .");
	send_text(half, "Host: h\r\n\r\n");
	run_until(&dispatched, 3);
	respond(&pending[2]);
	expect(half, "GET /half .");
	close(busy);
	close(half);
	close(late);
}
END_TEST

/* Also if the turn ends with the response, so that the connection is never busy between turns. */
START_TEST(a_connection_that_was_just_served_is_not_the_longest_idle_one)
{
	options.connections_max = 2;
	options.deadlines.min_idle_ms = 1;
	responds_at_once = true;
	reopen();
	int served = open_client(), idle = open_client();
	send_text(served, GET("/0"));
	expect(served, "GET /0 .");
	send_text(idle, GET("/1"));
	expect(idle, "GET /1 .");
	send_text(served, GET("/2"));
	expect(served, "GET /2 .");
	int late = open_client();
	send_text(late, GET("/3"));
	expect(late, "GET /3 .");
	ck_assert_int_eq(expect_end(idle), 0);
	send_text(served, GET("/4"));
	expect(served, "GET /4 .");
	close(served);
	close(late);
}
END_TEST

static void send_post(int fd, size_t length, size_t sent)
{
	static const char body[64 << 10];
	char head[128];
	(void)snprintf(head, sizeof head,
		"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", length);
	send_text(fd, head);
	send_bytes(fd, body, sent);
}

START_TEST(bodies_in_progress_share_a_limit)
{
	options.bodies_max = 70 << 10;
	reopen();
	int first = open_client(), second = open_client(), small = open_client();
	send_post(first, 50 << 10, 49 << 10);
	run_steps(20);
	send_post(second, 50 << 10, 49 << 10);
	ck_assert_int_eq(expect_end(second), 0);
	ck_assert_int_eq(count_of("HTTP/1.1 503 "), 1);
	ck_assert_int_eq(count_of("Retry-After: 1\r\n"), 1);
	ck_assert_int_eq(count_of("Connection: close\r\n"), 1);
	ck_assert_int_eq(count_of("OVERLOADED"), 1);
	send_post(small, 1000, 1000);
	run_until(&dispatched, 1);
	respond(&pending[0]);
	send_bytes(first, large, 1 << 10);
	run_until(&dispatched, 2);
	second = open_client(); /* the first body counts until its response */
	send_post(second, 50 << 10, 50 << 10);
	ck_assert_int_eq(expect_end(second), 0);
	respond(&pending[1]);
	second = open_client();
	send_post(second, 50 << 10, 50 << 10);
	run_until(&dispatched, 3);
	respond(&pending[2]);
	close(first);
	close(second);
	close(small);
	run_until_connections(0);
}
END_TEST

/* Its client has ended its side, but still reads the response to its request before. */
START_TEST(a_body_that_will_not_be_whole_does_not_count)
{
	options.bodies_max = 70 << 10;
	options.on_request = respond_large_at_once;
	reopen();
	for (int responses = 1; responses <= 20; responses++) {
		int first = open_client_of_window(4 << 10);
		for (int i = 0; i < responses; i++)
			send_text(first, GET("/1"));
		run_steps(20);
		send_post(first, 50 << 10, 49 << 10);
		shutdown(first, SHUT_WR);
		run_steps(20);
		int second = open_client();
		send_post(second, 50 << 10, 50 << 10);
		expect(second, "HTTP/1.1 200 OK\r\n");
		close(first);
		close(second);
		run_until_connections(0);
	}
}
END_TEST

START_TEST(accepting_resumes_after_a_lack_of_descriptors)
{
	responds_at_once = true;
	int a = open_client(), b = open_client(), last = dup(a), fillers[64], count = 0;
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)last + 8;
	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fillers[count] = dup(last)) >= 0)
		count++;
	close(last); /* room for one */
	send_text(a, GET("/a"));
	send_text(b, GET("/b"));
	expect(a, "GET /a .");
	ck_assert_uint_eq(edge_counts(edge).connections, 1);
	if (_i)
		close(a);
	else
		close(fillers[--count]); /* no connection closes, so a timer tries again */
	expect(b, "GET /b .");
	while (count > 0)
		close(fillers[--count]);
	close(b);
}
END_TEST

START_TEST(several_edges_share_a_port)
{
	struct edge *second = NULL;
	options.port = edge_port(edge);
	ck_assert(edge_open(&second, base, &options, NULL) == ST_OK);
	ck_assert_int_eq(edge_port(second), edge_port(edge));
	edge_free(&second);
}
END_TEST

START_TEST(an_address_of_another_machine_is_refused_with_a_reason)
{
	struct edge *second = NULL;
	struct fail why = { 0 };
	options.host = _i ? "no such host" : "192.0.2.1";
	options.port = 22112;
	ck_assert(edge_open(&second, base, &options, &why) == ST_SYSTEM);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(why.text, options.host));
	ck_assert_ptr_nonnull(strstr(why.text, " port 22112: "));
}
END_TEST

static int listening_socket(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void serve_on_passed_socket(int fd, int port)
{
	char pid[16];
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	if (dup2(fd, 3) != 3)
		_exit(1);
	struct event_base *own = event_base_new();
	struct edge *mine = NULL;
	if (edge_open(&mine, own, &options, NULL) != ST_OK || edge_port(mine) != port)
		_exit(2);
	if (getenv("LISTEN_FDS") || getenv("LISTEN_PID"))
		_exit(3);
	responds_at_once = true;
	while (edge_counts(mine).accepted == 0 || edge_counts(mine).connections > 0)
		event_base_loop(own, EVLOOP_ONCE);
	_exit(0);
}

START_TEST(a_socket_that_systemd_passes_is_used)
{
	int port, status, fd = listening_socket(&port);
	pid_t child = fork();
	if (child == 0)
		serve_on_passed_socket(fd, port);
	close(fd);
	fd = open_client_to(port);
	send_text(fd, GET("/1"));
	expect(fd, "GET /1 .");
	close(fd);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_socket_that_is_passed_to_another_process_is_not_used)
{
	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	reopen();
	ck_assert_int_gt(edge_port(edge), 0);
	ck_assert_ptr_nonnull(getenv("LISTEN_PID"));
}
END_TEST

int main(void)
{
	TCase *tests = edge_tests_new("edge_listener");
	tcase_add_test(tests, connections_past_the_limit_wait);
	tcase_add_test(tests, past_the_limit_the_longest_idle_connection_makes_room);
	tcase_add_test(tests, a_connection_that_was_just_served_is_not_the_longest_idle_one);
	tcase_add_test(tests, bodies_in_progress_share_a_limit);
	tcase_add_test(tests, a_body_that_will_not_be_whole_does_not_count);
	tcase_add_loop_test(tests, accepting_resumes_after_a_lack_of_descriptors, 0, 2);
	tcase_add_test(tests, several_edges_share_a_port);
	tcase_add_loop_test(tests, an_address_of_another_machine_is_refused_with_a_reason, 0, 2);
	tcase_add_test(tests, a_socket_that_systemd_passes_is_used);
	tcase_add_test(tests, a_socket_that_is_passed_to_another_process_is_not_used);
	return suite_run("edge_listener", tests);
}
