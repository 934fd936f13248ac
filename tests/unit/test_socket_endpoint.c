/* Endpoints: what can be bound, and connections that come and go. */
#include "socket_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

START_TEST(an_endpoint_in_use_is_refused_with_a_reason)
{
	struct socket *second = NULL;
	struct socket_options options = {
		.endpoint = endpoint, .bind = true, .router = true, .on_message = on_message
	};
	struct fail why = { 0 };
	ck_assert(socket_open(hub, &options, &second, &why) == ST_SYSTEM);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(why.text, "another process listens there"));
	void *dealer = open_peer(ZMQ_DEALER); /* the first socket still has the endpoint */
	peer_send(dealer, "x", 1);
	run_until(1);
	zmq_close(dealer);
}
END_TEST

/* Opens a socket for workers in a directory of this mode; 0: socket_open creates it. */
static enum status open_for_workers(const char *name, mode_t mode, struct fail *why)
{
	char there[80], at[96];
	struct socket *opened = NULL;
	(void)snprintf(there, sizeof there, "%s/%s", dir, name);
	(void)snprintf(at, sizeof at, "ipc://%s/w", there);
	struct socket_options options = { .endpoint = at,
		.bind = true,
		.router = true,
		.role = CURVE_WORKER,
		.on_message = on_message };
	if (mode)
		ck_assert(mkdir(there, 0700) == 0 && chmod(there, mode) == 0);
	enum status st = socket_open(hub, &options, &opened, why);
	struct stat socket_file, directory;
	if (st == ST_OK) {
		ck_assert_int_eq(stat(at + strlen("ipc://"), &socket_file), 0);
		ck_assert_uint_eq(socket_file.st_mode & 0777, 0660);
		ck_assert_int_eq(stat(there, &directory), 0);
		ck_assert_uint_eq(directory.st_mode & 0777, mode ? mode : 0750);
	}
	socket_free(&opened);
	unlink(at + strlen("ipc://"));
	rmdir(there);
	return st;
}

START_TEST(a_socket_for_workers_needs_a_directory_without_other_writers)
{
	struct fail why = { 0 };
	mode_t mask = umask(0);
	ck_assert(open_for_workers("made", 0, &why) == ST_OK);
	ck_assert(open_for_workers("mine", 0755, &why) == ST_OK);
	static const mode_t open_modes[] = { 0770, 0757, 01777 };
	for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
		ck_assert(open_for_workers("shared", open_modes[i], &why) == ST_BAD_SETTING);
		ck_assert_ptr_nonnull(strstr(why.text, "others can write"));
	}
	ck_assert_uint_eq(umask(mask), 0);
}
END_TEST

START_TEST(the_socket_file_of_a_dead_process_is_replaced)
{
	char path[96];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%.60s/dead", dir);
	(void)snprintf(path, sizeof path, "ipc://%.80s", at.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	close(fd);
	struct socket *second = NULL;
	struct socket_options options = {
		.endpoint = path, .bind = true, .router = true, .on_message = on_message
	};
	ck_assert(socket_open(hub, &options, &second, NULL) == ST_OK);
	socket_free(&second);
	unlink(at.sun_path);
}
END_TEST

static const char *const broken[] = { "", "ipc", "ipc:///nowhere/at/all/x", "tcp://127.0.0.1",
	"tcp://127.0.0.1:x", "http://x" };

START_TEST(an_invalid_endpoint_is_refused_with_a_reason)
{
	struct socket *s = NULL;
	struct socket_options options = {
		.endpoint = broken[_i], .bind = true, .router = true, .on_message = on_message
	};
	struct fail why = { 0 };
	ck_assert(socket_open(hub, &options, &s, &why) == ST_SYSTEM);
	ck_assert_ptr_null(s);
	ck_assert_uint_gt(strlen(why.text), 0);
}
END_TEST

START_TEST(any_free_port_can_be_used)
{
	struct socket *s = NULL;
	struct socket_options options = { .endpoint = "tcp://127.0.0.1:*",
		.bind = true,
		.router = true,
		.on_message = on_message };
	ck_assert(socket_open(hub, &options, &s, NULL) == ST_OK);
	int port = 0;
	ck_assert_int_eq(sscanf(socket_endpoint(s), "tcp://127.0.0.1:%d", &port), 1);
	ck_assert_int_gt(port, 0);
	socket_free(&s);
}
END_TEST

static size_t peers_wanted;

static void on_peers(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	if (socket_connection_count(arg) == peers_wanted)
		event_base_loopbreak(base);
}

static void run_until_peers(struct socket *s, size_t count)
{
	static const struct timeval often = { 0, 1000 }, deadline = { 20, 0 };
	struct event *look = event_new(base, -1, EV_PERSIST, on_peers, s);
	struct event *late = evtimer_new(base, on_timeout, NULL);
	peers_wanted = count;
	event_add(look, &often);
	event_add(late, &deadline);
	event_base_dispatch(base);
	event_free(look);
	event_free(late);
}

/* Connections beyond the limit find no socket, and succeed when there is room. */
START_TEST(connections_are_counted_and_limited)
{
	char path[96];
	struct socket *s = NULL;
	(void)snprintf(path, sizeof path, "ipc://%.60s/bounded", dir);
	struct socket_options options = { .endpoint = path,
		.bind = true,
		.router = true,
		.peers_max = 2,
		.on_message = on_message,
		.arg = &received };
	ck_assert(socket_open(hub, &options, &s, NULL) == ST_OK);
	char own[96];
	memcpy(own, endpoint, sizeof own);
	memcpy(endpoint, path, sizeof path);
	void *first = open_peer(ZMQ_DEALER);
	run_until_peers(s, 1);
	void *second = open_peer(ZMQ_DEALER);
	run_until_peers(s, 2);
	void *third = open_peer(ZMQ_DEALER);
	peer_send(first, "1", 1);
	run_until(1);
	peer_send(third, "3", 1);
	peer_send(second, "2", 1);
	run_until(2); /* connected peers stay */
	ck_assert_str_eq(last_body, "2");
	zmq_close(first);
	run_until(3);
	ck_assert_str_eq(last_body, "3");
	ck_assert_uint_eq(socket_connection_count(s), 2);
	zmq_close(second);
	zmq_close(third);
	run_until_peers(s, 0);
	third = open_peer(ZMQ_DEALER);
	run_until_peers(s, 1);
	second = open_peer(ZMQ_DEALER);
	run_until_peers(s, 2);
	zmq_close(second);
	zmq_close(third);
	socket_free(&s); /* removes the file under either name */
	memcpy(endpoint, own, sizeof own);
}
END_TEST

static void on_lost(struct socket *s, void *arg)
{
	(void)s;
	++*(int *)arg;
}

static void run_briefly(void)
{
	static const struct timeval moment = { 0, 10000 };
	event_base_loopexit(base, &moment);
	event_base_dispatch(base);
}

/* A ROUTER at `there` receives a message of the dealer, then closes with its whole context. */
static void come_and_go(struct socket *dealer, const char *there)
{
	void *context = zmq_ctx_new(), *far = zmq_socket(context, ZMQ_ROUTER);
	ck_assert_int_eq(zmq_bind(far, there), 0);
	while (socket_send(dealer, (struct span){ 0 }, SPAN("x")) != ST_OK)
		run_briefly();
	zmq_close(far);
	zmq_ctx_term(context);
}

START_TEST(a_lost_connection_is_reported_by_the_loop_or_on_request)
{
	int lost = 0;
	char there[128];
	(void)snprintf(there, sizeof there, "%s-there", endpoint);
	struct socket_options options = {
		.endpoint = there, .on_message = on_message, .on_lost = on_lost, .arg = &lost
	};
	struct socket *dealer = NULL;
	ck_assert(socket_open(hub, &options, &dealer, NULL) == ST_OK);
	socket_check_lost(dealer);
	ck_assert_int_eq(lost, 0); /* there was no connection yet */
	come_and_go(dealer, there);
	while (lost < 1)
		run_briefly();
	come_and_go(dealer, there);
	while (lost < 2)
		socket_check_lost(dealer);
	run_briefly();
	ck_assert_int_eq(lost, 2);
	socket_free(&dealer);
	unlink(there + strlen("ipc://"));
}
END_TEST

int main(void)
{
	TCase *tests = socket_tests_new("socket_endpoint");
	tcase_add_test(tests, an_endpoint_in_use_is_refused_with_a_reason);
	tcase_add_test(tests, a_socket_for_workers_needs_a_directory_without_other_writers);
	tcase_add_test(tests, the_socket_file_of_a_dead_process_is_replaced);
	tcase_add_loop_test(tests, an_invalid_endpoint_is_refused_with_a_reason, 0,
		sizeof broken / sizeof *broken);
	tcase_add_test(tests, any_free_port_can_be_used);
	tcase_add_test(tests, connections_are_counted_and_limited);
	tcase_add_test(tests, a_lost_connection_is_reported_by_the_loop_or_on_request);
	return suite_run("socket_endpoint", tests);
}
