/*
 * Requests that are authenticated later: by a double whose decisions the test makes, over HTTP
 * and RPC. There is no worker, so that what passes ends in a response of the gateway itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "common/log.h"
#include "common/socket.h"
#include "gateway/api.h"
#include "gateway/rpc.h"
#include "tests/unit/suite.h"

enum { TURNS_MAX = 10000 };

static struct event_base *base;
static struct socket_hub *hub;
static struct workers *workers;
static struct edge *edge;
static struct rpc *rpc;
static struct settings settings;
static struct api api;
static char dir[64], worker_endpoint[96], rpc_endpoint_text[96];
static void *zmq_context, *rpc_client;
static bool is_drained;

/* The authenticator. */

static struct authentication *waiting;
static int started, cancelled;

static bool begin(struct authentication *a, const struct credentials *shown, struct fail *why)
{
	(void)why;
	ck_assert(!shown->http != !shown->rpc_context.len);
	ck_assert_ptr_null(waiting);
	waiting = a;
	started++;
	return false;
}

static void cancel(struct authentication *a)
{
	ck_assert_ptr_eq(a, waiting);
	waiting = NULL;
	cancelled++;
}

static const struct authenticator slow = { .start = begin, .cancel = cancel };

static void decide(enum status st)
{
	struct authentication *a = waiting;
	struct fail why = { 0 };
	ck_assert_ptr_nonnull(a);
	waiting = NULL;
	a->st = st;
	a->principal = (struct principal){ .account = 1 };
	(void)fail_set(&why, st, "said the double");
	authentication_decide(a, &why);
}

/* The gateway. */

static void turn(void)
{
	static const struct timeval soon = { 0, 1000 };
	event_base_loopexit(base, &soon);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
}

#define UNTIL(condition)                                     \
	for (int turns_ = 0; !(condition); turn(), turns_++) \
	ck_assert_msg(turns_ < TURNS_MAX, "never: %s", #condition)

static void open_edge(struct edge_deadlines deadlines)
{
	struct edge_options options = { .host = "127.0.0.1",
		.connections_max = 10,
		.deadlines = deadlines,
		.on_head = api_on_head,
		.on_request = api_on_request,
		.format_error = api_format_error,
		.arg = &api };
	struct fail why = { 0 };
	edge_free(&edge);
	ck_assert_msg(edge_open(&edge, base, &options, &why) == ST_OK, "%s", why.text);
}

static void set_up(void)
{
	char name[] = "gateway";
	char *arguments[] = { name, NULL };
	enum settings_task task;
	(void)signal(SIGPIPE, SIG_IGN);
	ck_assert(settings_load(FOR_GATEWAY, 1, arguments, &settings, &task, NULL) == ST_OK);
	ck_assert(log_open("error", NULL) == ST_OK);
	(void)snprintf(dir, sizeof dir, "/tmp/st-principal-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(worker_endpoint, sizeof worker_endpoint, "ipc://%s/w", dir);
	(void)snprintf(rpc_endpoint_text, sizeof rpc_endpoint_text, "ipc://%s/r", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	struct workers_options pool = { worker_endpoint, 1, 100, "0", 0 };
	ck_assert(workers_open(&workers, hub, base, &pool, NULL) == ST_OK);
	ck_assert(api_init(&api, &settings, workers, NULL) == ST_OK);
	api.authenticator = &slow;
	open_edge((struct edge_deadlines){ 0 });
	struct rpc_options options = { .endpoint = rpc_endpoint_text,
		.workers = workers,
		.authenticator = &slow,
		.deadline_ms = 400 };
	ck_assert(rpc_open(&rpc, hub, base, &options, NULL) == ST_OK);
	zmq_context = zmq_ctx_new();
	rpc_client = zmq_socket(zmq_context, ZMQ_DEALER);
	ck_assert_int_eq(zmq_connect(rpc_client, rpc_endpoint_text), 0);
	waiting = NULL;
	started = cancelled = 0;
	is_drained = false;
}

static void tear_down(void)
{
	static const int linger = 0;
	edge_free(&edge);
	rpc_free(&rpc);
	api_fini(&api);
	ck_assert_ptr_null(waiting);
	zmq_setsockopt(rpc_client, ZMQ_LINGER, &linger, sizeof linger);
	zmq_close(rpc_client);
	zmq_ctx_term(zmq_context);
	workers_free(&workers);
	socket_hub_free(&hub);
	event_base_free(base);
	unlink(worker_endpoint + strlen("ipc://"));
	unlink(rpc_endpoint_text + strlen("ipc://"));
	ck_assert_int_eq(rmdir(dir), 0);
}

static void on_drained(void *arg)
{
	ck_assert_ptr_null(arg);
	is_drained = true;
}

/* The HTTP client. */

static char response[1 << 16];
static size_t response_len;

static int client(const char *bytes)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)edge_port(edge)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(evutil_make_socket_nonblocking(fd), 0);
	ck_assert_int_eq(send(fd, bytes, strlen(bytes), 0), (int)strlen(bytes));
	response_len = 0;
	response[0] = '\0';
	return fd;
}

static void send_more(int fd, const char *bytes)
{
	ck_assert_int_eq(send(fd, bytes, strlen(bytes), 0), (int)strlen(bytes));
}

/* False at the end of the connection. */
static bool receive(int fd)
{
	ssize_t len = recv(fd, response + response_len, sizeof response - 1 - response_len, 0);
	if (len > 0)
		response_len += (size_t)len;
	response[response_len] = '\0';
	return len > 0 || (len < 0 && errno == EAGAIN);
}

static void expect(int fd, const char *text)
{
	UNTIL(strstr(response, text) || !receive(fd));
	ck_assert_msg(strstr(response, text), "no \"%s\" in: %s", text, response);
}

static void expect_nothing(int fd)
{
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert(receive(fd));
	ck_assert_str_eq(response, "");
}

#define HEAD      " HTTP/1.1\r\nHost: localhost\r\n"
#define BODY_HEAD "POST /topics" HEAD "Content-Length: 4\r\nContent-Type: application/json\r\n"

START_TEST(a_request_runs_once_it_is_authenticated)
{
	int fd = client("GET /health" HEAD "\r\n");
	UNTIL(waiting);
	expect_nothing(fd);
	decide(ST_OK);
	expect(fd, "{\"status\":\"healthy\"}");
	close(fd);
}
END_TEST

START_TEST(a_refused_request_gets_the_refusals_status_and_text)
{
	int fd = client("GET /topics" HEAD "\r\nGET /health" HEAD "\r\n");
	UNTIL(waiting);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	expect(fd, "\"message\":\"said the double\"");
	UNTIL(waiting); /* the next request has its own */
	decide(ST_OK);
	expect(fd, "{\"status\":\"healthy\"}");
	close(fd);
}
END_TEST

START_TEST(an_unknown_path_and_options_need_no_authentication)
{
	int fd = client(
		"GET /nowhere" HEAD "\r\nOPTIONS /topics" HEAD "Content-Length: 2\r\n\r\n{}");
	expect(fd, "HTTP/1.1 404 Not Found\r\n");
	expect(fd, "HTTP/1.1 204 No Content\r\n");
	ck_assert_int_eq(started, 0);
	close(fd);
}
END_TEST

START_TEST(a_body_is_read_once_its_request_is_authenticated)
{
	int fd = client(BODY_HEAD "Expect: 100-continue\r\n\r\n");
	UNTIL(waiting);
	expect_nothing(fd);
	decide(ST_OK);
	expect(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	send_more(fd, "nope");
	expect(fd, "\"code\":\"INVALID_JSON\"");
	ck_assert_int_eq(started, 1);
	close(fd);
}
END_TEST

START_TEST(a_body_that_came_early_waits)
{
	int fd = client(BODY_HEAD "\r\nnopeGET /health" HEAD "\r\n");
	UNTIL(waiting);
	expect_nothing(fd);
	decide(ST_OK);
	expect(fd, "\"code\":\"INVALID_JSON\"");
	UNTIL(waiting);
	decide(ST_OK);
	expect(fd, "{\"status\":\"healthy\"}");
	close(fd);
}
END_TEST

START_TEST(a_refused_body_is_dropped)
{
	int fd = client(BODY_HEAD "\r\n");
	UNTIL(waiting);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	send_more(fd, "nopeGET /nowhere" HEAD "\r\n");
	expect(fd, "HTTP/1.1 404 Not Found\r\n");
	ck_assert_int_eq(started, 1);
	close(fd);
}
END_TEST

static const char *const requests[] = {
	"GET /health" HEAD "\r\n",
	BODY_HEAD "\r\n",
	BODY_HEAD "\r\nnope",
	BODY_HEAD "Expect: 100-continue\r\n\r\n",
};

enum { REQUESTS = sizeof requests / sizeof *requests };

START_TEST(a_client_that_leaves_cancels_its_authentication)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	int fd = client(requests[_i]);
	UNTIL(waiting);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
	UNTIL(edge_counts(edge).connections == 0);
	ck_assert_ptr_null(waiting);
	ck_assert_int_eq(cancelled, 1);
}
END_TEST

/* It may have closed only its side. */
START_TEST(a_client_that_ends_its_side_gets_its_response)
{
	int fd = client("GET /health" HEAD "\r\n");
	UNTIL(waiting);
	shutdown(fd, SHUT_WR);
	expect_nothing(fd);
	decide(ST_OK);
	expect(fd, "{\"status\":\"healthy\"}");
	close(fd);
}
END_TEST

START_TEST(a_client_that_ends_its_side_amid_the_body_is_dropped)
{
	int fd = client(BODY_HEAD "\r\nno");
	UNTIL(waiting);
	shutdown(fd, SHUT_WR);
	expect_nothing(fd);
	decide(ST_OK);
	UNTIL(edge_counts(edge).connections == 0);
	ck_assert(!receive(fd));
	close(fd);
}
END_TEST

START_TEST(a_client_that_leaves_amid_the_body_leaves_nothing)
{
	int fd = client(BODY_HEAD "\r\nno");
	UNTIL(waiting);
	decide(ST_OK);
	expect_nothing(fd);
	close(fd);
	UNTIL(edge_counts(edge).connections == 0);
}
END_TEST

START_TEST(a_body_that_does_not_come_is_refused)
{
	open_edge((struct edge_deadlines){ .body_ms = 30 });
	int fd = client(BODY_HEAD "\r\nno");
	UNTIL(waiting);
	decide(ST_OK);
	expect(fd, "HTTP/1.1 408 Request Timeout\r\n");
	close(fd);
}
END_TEST

START_TEST(a_drain_waits_for_what_is_authenticating)
{
	int fd = client(requests[_i]);
	UNTIL(waiting);
	edge_drain(edge, on_drained, NULL);
	expect_nothing(fd);
	ck_assert(!is_drained);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect(fd, "HTTP/1.1 403 Forbidden\r\n");
	close(fd);
	UNTIL(is_drained);
	ck_assert_uint_eq(edge_counts(edge).cut_requests, 0);
}
END_TEST

START_TEST(a_drain_cuts_off_what_is_never_authenticated)
{
	open_edge((struct edge_deadlines){ .drain_ms = 30 });
	int fd = client(requests[_i]);
	UNTIL(waiting);
	edge_drain(edge, on_drained, NULL);
	UNTIL(is_drained);
	ck_assert_int_eq(cancelled, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_requests, 1);
	close(fd);
}
END_TEST

START_TEST(closing_the_edge_cancels_what_is_authenticating)
{
	int fd = client(requests[_i]);
	UNTIL(waiting);
	edge_free(&edge);
	ck_assert_int_eq(cancelled, 1);
	close(fd);
}
END_TEST

/* RPC. */

static void call(uint32_t msgid, const char *method)
{
	struct buf body = { 0 };
	struct context context = { .account = 1, .request_id = SPAN("x"), .deadline_ms = 100 };
	envelope_put_request(&body, msgid, span_of(method), &context, SPAN("\x80"));
	ck_assert_int_eq(zmq_send(rpc_client, body.bytes, body.len, 0), (int)body.len);
	buf_fini(&body);
}

static void expect_call(uint32_t msgid, const char *code)
{
	char bytes[1 << 16];
	int len;
	struct envelope e;
	struct span text;
	UNTIL((len = zmq_recv(rpc_client, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0);
	struct msg_reader in = msg_reader((struct span){ bytes, (size_t)len });
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
	ck_assert_uint_eq(e.msgid, msgid);
	if (!msg_find_text(e.error, "code", &text))
		text = SPAN("");
	ck_assert_msg(span_is(text, code), "%.*s", (int)text.len, text.bytes);
}

START_TEST(an_rpc_request_runs_once_it_is_authenticated)
{
	call(1, "rpc.status");
	UNTIL(waiting);
	ck_assert_uint_eq(rpc_counts(rpc).in_flight, 1);
	decide(ST_OK);
	expect_call(1, "");
	call(2, "topics.get");
	UNTIL(waiting);
	decide(ST_OK);
	expect_call(2, "DEADLINE_EXCEEDED"); /* it waited for a worker */
	call(3, "rpc.status");
	UNTIL(waiting);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect_call(3, "ORIGIN_NOT_ALLOWED");
	call(4, "no.such");
	expect_call(4, "UNKNOWN_METHOD");
	ck_assert_int_eq(started, 3);
	ck_assert_uint_eq(rpc_counts(rpc).in_flight, 0);
	ck_assert_uint_eq(rpc_counts(rpc).bytes, 0);
}
END_TEST

START_TEST(a_drain_waits_for_an_rpc_request_that_is_authenticating)
{
	call(1, "topics.list");
	UNTIL(waiting);
	rpc_drain(rpc, on_drained, NULL);
	for (int i = 0; i < 5; i++)
		turn();
	ck_assert(!is_drained);
	decide(ST_ORIGIN_NOT_ALLOWED);
	expect_call(1, "ORIGIN_NOT_ALLOWED");
	UNTIL(is_drained);
}
END_TEST

START_TEST(closing_the_rpc_front_cancels_what_is_authenticating)
{
	call(1, "topics.list");
	UNTIL(waiting);
	rpc_free(&rpc);
	ck_assert_int_eq(cancelled, 1);
}
END_TEST

START_TEST(without_accounts_every_request_is_account_1s)
{
	struct authentication a = { .authenticator = &authenticator_open };
	struct credentials nothing = { 0 };
	ck_assert(authenticate(&a, &nothing, NULL));
	ck_assert_int_eq(a.st, ST_OK);
	ck_assert_int_eq(a.principal.account, 1);
	ck_assert_uint_eq(
		a.principal.scopes, 1 << SCOPE_READ | 1 << SCOPE_WRITE | 1 << SCOPE_ADMIN);
	authentication_cancel(&a);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("principal");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_request_runs_once_it_is_authenticated);
	tcase_add_test(tests, a_refused_request_gets_the_refusals_status_and_text);
	tcase_add_test(tests, an_unknown_path_and_options_need_no_authentication);
	tcase_add_test(tests, a_body_is_read_once_its_request_is_authenticated);
	tcase_add_test(tests, a_body_that_came_early_waits);
	tcase_add_test(tests, a_refused_body_is_dropped);
	tcase_add_loop_test(tests, a_client_that_leaves_cancels_its_authentication, 0, REQUESTS);
	tcase_add_test(tests, a_client_that_ends_its_side_gets_its_response);
	tcase_add_test(tests, a_client_that_ends_its_side_amid_the_body_is_dropped);
	tcase_add_test(tests, a_client_that_leaves_amid_the_body_leaves_nothing);
	tcase_add_test(tests, a_body_that_does_not_come_is_refused);
	tcase_add_loop_test(tests, a_drain_waits_for_what_is_authenticating, 0, REQUESTS);
	tcase_add_loop_test(tests, a_drain_cuts_off_what_is_never_authenticated, 0, REQUESTS);
	tcase_add_loop_test(tests, closing_the_edge_cancels_what_is_authenticating, 0, REQUESTS);
	tcase_add_test(tests, an_rpc_request_runs_once_it_is_authenticated);
	tcase_add_test(tests, a_drain_waits_for_an_rpc_request_that_is_authenticating);
	tcase_add_test(tests, closing_the_rpc_front_cancels_what_is_authenticating);
	tcase_add_test(tests, without_accounts_every_request_is_account_1s);
	return suite_run("principal", tests);
}
