/*
 * Memory runs out at each allocation of a request in the gateway: in edge, api, pool and wire.
 *
 * Whichever allocation fails, the client gets the usual response, or a whole 503, or its connection
 * is cut before the response is whole. Afterwards the gateway serves as before.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/log.h"
#include "common/service.h"
#include "common/socket.h"
#include "gateway/api.h"
#include "gateway/jwt_secret.h"
#include "tests/unit/faults.h"
#include "tests/unit/suite.h"
#include "tests/unit/worker_double.h"

enum { PATIENCE_MS = 60000, FAILURES_MAX = 3000 };

static struct event_base *base;
static struct socket_hub *hub;
static struct workers *workers;
static struct edge *edge;
static struct jwt_secret *secret;
static struct settings settings;
static struct api api;
static char dir[64], endpoint[96];

/* Allocations fail in the turn of the gateway only. */
static void turn(void)
{
	faults_resume();
	int outcome = event_base_loop(base, EVLOOP_NONBLOCK);
	faults_pause(); /* before Check allocates */
	ck_assert_int_ge(outcome, 0);
	worker_turn();
}

static void set_up(void)
{
	char name[] = "gateway", deadline[] = "--deadline-ms=10000";
	char *arguments[] = { name, deadline, NULL };
	enum settings_task task;
	struct fail why = { 0 };
	(void)signal(SIGPIPE, SIG_IGN);
	faults_use_for_events();
	ck_assert(settings_load(FOR_GATEWAY, 2, arguments, &settings, &task, &why) == ST_OK);
	ck_assert(log_open("error", NULL) == ST_OK);
	(void)snprintf(dir, sizeof dir, "/tmp/st-memory-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/w", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	struct workers_options options = { endpoint, 1, 100, "0", 0 };
	ck_assert(workers_open(&workers, hub, base, &options, NULL) == ST_OK);
	ck_assert(api_init(&api, &settings, workers, NULL) == ST_OK);
	struct jwt_secret_options secrets = { .secret = "a secret of the tests, 32 bytes long" };
	ck_assert(crypto_init(NULL) == ST_OK);
	ck_assert(jwt_secret_open(&secret, &secrets, NULL) == ST_OK);
	api.secret = secret;
	struct edge_options edge_options = { .host = "127.0.0.1",
		.connections_max = 10,
		.on_head = api_on_head,
		.on_request = api_on_request,
		.format_error = api_format_error,
		.free_connection_data = api_free_connection_data,
		.arg = &api };
	ck_assert(edge_open(&edge, base, &edge_options, &why) == ST_OK);
	worker_connect(endpoint);
	bool has_worker, has_database;
	while (!workers_ready(workers, &has_worker, &has_database))
		turn();
}

static void tear_down(void)
{
	worker_disconnect();
	edge_free(&edge);
	api_fini(&api);
	jwt_secret_free(&secret);
	workers_free(&workers);
	socket_hub_free(&hub);
	event_base_free(base);
	unlink(endpoint + strlen("ipc://"));
	ck_assert_int_eq(rmdir(dir), 0);
}

/* The client. */

struct response {
	char bytes[1 << 20];
	size_t len;
	int status;
	bool is_whole;
};

static int connect_client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)edge_port(edge)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_ge(fd, 0);
	ck_assert(connect(fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS);
	return fd;
}

/* Reads the status and finds out whether the response is whole. */
static void parse(struct response *r, const char *request)
{
	const char *length, *end = strstr(r->bytes, "\r\n\r\n");
	if (!end || sscanf(r->bytes, "HTTP/1.1 %d ", &r->status) != 1)
		return;
	size_t body = r->len - (size_t)(end + 4 - r->bytes);
	if (r->status == 204 || r->status == 304 || strncmp(request, "HEAD", 4) == 0)
		r->is_whole = true;
	else if ((length = strstr(r->bytes, "Content-Length: ")) && length < end)
		r->is_whole = body == strtoul(length + 16, NULL, 10);
	else
		r->is_whole = body >= 5 && memcmp(r->bytes + r->len - 5, "0\r\n\r\n", 5) == 0;
}

/* Overwrites a value that differs from one response to the next. */
static void hide(struct response *r, const char *name, size_t len)
{
	char *at = strstr(r->bytes, name);
	if (at)
		memset(at + strlen(name), '*', len);
}

/* The same for a value that a new log-in has. */
static void hide_key(struct response *r, const char *name)
{
	const char *at = strstr(r->bytes, name);
	if (at)
		hide(r, name, strcspn(at + strlen(name), "\";"));
}

/* False: the connection has ended. */
static bool receive(int fd, struct response *r)
{
	ssize_t len = recv(fd, r->bytes + r->len, sizeof r->bytes - 1 - r->len, 0);
	if (len < 0)
		return errno == EAGAIN || errno == ENOTCONN;
	r->len += (size_t)len;
	r->bytes[r->len] = '\0';
	return len > 0;
}

static void exchange(const char *request, struct response *r)
{
	uint64_t until_ms = service_now_ms() + PATIENCE_MS;
	size_t sent = 0, all = strlen(request);
	int fd = connect_client();
	r->len = 0;
	r->bytes[0] = '\0';
	r->status = 0;
	r->is_whole = false;
	bool goes_on = true;
	while (goes_on && !r->is_whole) {
		ck_assert_msg(service_now_ms() < until_ms, "no response, no end: %s after %s",
			request, r->bytes);
		ssize_t len = sent < all ? send(fd, request + sent, all - sent, MSG_NOSIGNAL) : 0;
		sent += len > 0 ? (size_t)len : 0;
		turn();
		goes_on = receive(fd, r);
		parse(r, request);
	}
	hide(r, "\r\nDate: ", strlen("Sun, 06 Nov 1994 08:49:37 GMT"));
	hide(r, "X-Request-Id: 0", UUID_TEXT_LEN - 1); /* of an id that the gateway generated */
	hide(r, "\"trace_id\":\"0", UUID_TEXT_LEN - 1);
	hide_key(r, "\"access_token\":\"");
	hide_key(r, "\"refresh_token\":\"");
	hide_key(r, "Set-Cookie: studytracker_session=");
	close(fd);
	while (edge_counts(edge).connections > 0)
		turn();
}

#define HEAD       " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: same\r\n"
#define LARGE      NOTES NOTES NOTES
#define NOTES      HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define HUNDRED    TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define TEN        "0123456789"
#define BODY(text) "Content-Type: application/json\r\nContent-Length: " text

#define LOGIN "{\"username\":\"a\",\"password\":\"b\"}"

static const struct {
	int status;
	const char *text;
} requests[] = {
	{ 200, "GET /topics/7" HEAD "\r\n" },
	{ 200, "GET /topics" HEAD "\r\n" }, /* two pages */
	{ 200, "GET /stats" HEAD "\r\n" },
	{ 200, "GET /api/v1/topics" HEAD "\r\n" },
	{ 200, "HEAD /topics" HEAD "\r\n" },
	{ 200, "GET /" HEAD "\r\n" },
	{ 200, "GET /health" HEAD "\r\n" },
	{ 200, "GET /readyz" HEAD "\r\n" },
	{ 200, "GET /openapi.json" HEAD "\r\n" },
	{ 200, "GET /openapi.json" HEAD "Accept-Encoding: gzip\r\n\r\n" },
	{ 304, "GET /openapi.json" HEAD "If-None-Match: *\r\n\r\n" },
	{ 200, "GET /api/v1/sessions?tag=a%20b&limit=3&from=2024-01-01" HEAD "\r\n" },
	{ 200, "GET /sessions?tag=a%20b" HEAD "If-None-Match: \"a\", \"b\"\r\n\r\n" },
	{ 200, "GET /api/v1/topics/7" HEAD "If-None-Match: \"a\", \"b\"\r\n\r\n" },
	{ 400, "GET /api/v1/topics?nonsense=1" HEAD "\r\n" },
	{ 404, "GET /nowhere" HEAD "\r\n" },
	{ 404, "GET /api/nowhere" HEAD "\r\n" },
	{ 404, "POST /api/nowhere" HEAD BODY("2") "\r\n\r\n{}" },
	{ 415, "POST /api/v1/topics" HEAD "Content-Length: 2\r\n\r\n{}" },
	{ 405, "DELETE /topics" HEAD "\r\n" },
	{ 204, "OPTIONS /topics" HEAD "\r\n" },
	{ 200, "OPTIONS /topics" HEAD
	       "Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n"
	       "Access-Control-Request-Headers: content-type\r\n\r\n" },
	{ 201, "POST /topics" HEAD BODY("13") "\r\n\r\n{\"name\": \"x\"}" },
	{ 400, "POST /topics" HEAD BODY("9") "\r\n\r\n{\"name\": " },
	{ 200, "PATCH /api/v1/topics/7" HEAD BODY("13") "\r\n\r\n{\"name\": \"x\"}" },
	{ 200, "POST /sessions" HEAD
	       "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "bdf\r\n{\"minutes\": 5, \"tag\": \"x\", \"notes\": \"" LARGE "\"}\r\n0\r\n\r\n" },
	{ 200, "POST /api/v1/auth/login" HEAD BODY("31") "\r\n\r\n" LOGIN },
	{ 200, "POST /api/v1/auth/session" HEAD BODY("31") "\r\n\r\n" LOGIN },
	{ 200, "GET /api/v1/account/export" HEAD "\r\n" }, /* two pages */
	{ 400, "NONSENSE\r\n\r\n" },
};

enum { REQUESTS = sizeof requests / sizeof *requests };

static struct response expected, got;

static bool is_read(const char *request)
{
	return strncmp(request, "GET", 3) == 0 || strncmp(request, "HEAD", 4) == 0;
}

/* Never report a write as not done if the worker has received it. */
static void check_response(const char *request, size_t n, size_t calls)
{
	if (!got.is_whole)
		return; /* the client can see that it is cut */
	bool is_same = got.len == expected.len && memcmp(got.bytes, expected.bytes, got.len) == 0;
	bool is_refusal = got.status == 503 && strstr(got.bytes, "Retry-After: 1\r\n");
	ck_assert_msg(is_same || is_refusal, "failure %zu of %s: %s", n, request, got.bytes);
	ck_assert_msg(
		is_same || is_read(request) || calls == 0 || strstr(got.bytes, "OUTCOME_UNKNOWN"),
		"failure %zu of %s reports a write as not done: %s", n, request, got.bytes);
}

static void fail_each(int number, enum faults_mode mode)
{
	const char *request = requests[number].text;
	size_t n = 0, live = 0;
	bool has_failed;
	exchange(request, &expected);
	exchange(request, &expected);
	ck_assert_msg(expected.is_whole && expected.status == requests[number].status, "%s: %s",
		request, expected.bytes);
	do {
		ck_assert_uint_lt(++n, FAILURES_MAX);
		size_t calls = worker.calls;
		faults_arm(n, mode);
		exchange(request, &got);
		has_failed = faults_disarm();
		check_response(request, n, worker.calls - calls);
		exchange(request, &got); /* the gateway serves as before */
		ck_assert_msg(
			got.len == expected.len && memcmp(got.bytes, expected.bytes, got.len) == 0,
			"after failure %zu of %s: %s", n, request, got.bytes);
		if (n == 1)
			live = faults_live();
	} while (has_failed);
	ck_assert_uint_gt(n, 3);
	ck_assert_uint_le(faults_live(), live + 8); /* buffers that the gateway keeps */
}

START_TEST(a_failed_allocation_spoils_no_response)
{
	fail_each(_i, FAULTS_ONE);
}
END_TEST

START_TEST(no_memory_from_an_allocation_on_spoils_no_response)
{
	fail_each(_i, FAULTS_ALL_FROM_THERE);
}
END_TEST

START_TEST(head_of_a_list_calls_for_one_page_only)
{
	size_t before = worker.calls;
	exchange("HEAD /topics" HEAD "\r\n", &got);
	ck_assert_int_eq(got.status, 200);
	ck_assert_ptr_nonnull(strstr(got.bytes, "Transfer-Encoding: chunked\r\n"));
	ck_assert_ptr_null(strstr(got.bytes, "Content-Length"));
	ck_assert_uint_eq(worker.calls, before + 1);
	exchange("GET /topics" HEAD "\r\n", &got);
	ck_assert_uint_eq(worker.calls, before + 3);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("gateway_memory");
	tcase_set_timeout(tests, 100);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_failed_allocation_spoils_no_response, 0, REQUESTS);
	tcase_add_loop_test(tests, no_memory_from_an_allocation_on_spoils_no_response, 0, REQUESTS);
	tcase_add_test(tests, head_of_a_list_calls_for_one_page_only);
	return suite_run("gateway_memory", tests);
}
