#include "tests/unit/api_gateway.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/log.h"
#include "tests/unit/suite.h"

struct api api;
struct settings settings;
enum { PATIENCE = 20000 /* turns */ };

static struct edge *edge;
static struct raw_worker worker;
static struct jwt_secret *secret;
static int client = -1;
static char response[1 << 14];
static size_t response_len;

static void open_secret(void)
{
	struct jwt_secret_options options = { .secret = "a secret of the tests, 32 bytes long" };
	ck_assert(crypto_init(NULL) == ST_OK);
	ck_assert(jwt_secret_open(&secret, &options, NULL) == ST_OK);
	api.secret = secret;
}

void api_gateway_open(void)
{
	char name[] = "gateway";
	char *arguments[] = { name, NULL };
	enum settings_task task;
	struct edge_options options = { .host = "127.0.0.1",
		.connections_max = 10,
		.on_head = api_on_head,
		.on_request = api_on_request,
		.format_error = api_format_error,
		.free_connection_data = api_free_connection_data,
		.arg = &api };
	(void)signal(SIGPIPE, SIG_IGN);
	ck_assert(settings_load(FOR_GATEWAY, 1, arguments, &settings, &task, NULL) == ST_OK);
	ck_assert(log_open("error", NULL) == ST_OK);
	open_endpoint();
	ck_assert(api_init(&api, &settings, workers, NULL) == ST_OK);
	open_secret();
	ck_assert(edge_open(&edge, endpoint_base, &options, NULL) == ST_OK);
	raw_worker_connect(&worker);
}

void api_gateway_close(void)
{
	edge_free(&edge);
	api_fini(&api);
	raw_worker_close(&worker);
	close_endpoint();
	jwt_secret_free(&secret);
	close(client);
	client = -1;
}

void api_gateway_send(const char *request)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)edge_port(edge)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (client >= 0)
		close(client);
	client = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(evutil_make_socket_nonblocking(client), 0);
	ck_assert_int_eq(send(client, request, strlen(request), 0), (int)strlen(request));
	response_len = 0;
	response[0] = '\0';
}

void api_gateway_commit(struct position committed)
{
	worker.committed = committed;
}

struct envelope api_gateway_call(const char *method)
{
	struct envelope e;
	do
		e = raw_worker_receive(&worker);
	while (e.kind != ENVELOPE_REQUEST);
	ck_assert_msg(span_is(e.method, method), "%.*s", (int)e.method.len, e.method.bytes);
	return e;
}

void api_gateway_respond(const struct envelope *e, const struct buf *result)
{
	struct buf body = { 0 };
	raw_worker_put_credit(&body, worker.epoch, worker.committed);
	envelope_put_result(&body, e->msgid, buf_view(result));
	raw_worker_send(&worker, &body);
}

void api_gateway_refuse(const struct envelope *e, const char *code)
{
	struct buf error = { 0 }, body = { 0 };
	envelope_put_error_map(&error, status_from_code(code, strlen(code)), NULL);
	raw_worker_put_credit(&body, worker.epoch, worker.committed);
	envelope_put_error(&body, e->msgid, buf_view(&error));
	raw_worker_send(&worker, &body);
	buf_fini(&error);
}

/* False at the end of the connection. */
static bool receive(void)
{
	ssize_t len = recv(client, response + response_len, sizeof response - 1 - response_len, 0);
	if (len > 0)
		response_len += (size_t)len;
	response[response_len] = '\0';
	return len > 0 || (len < 0 && errno == EAGAIN);
}

const char *api_gateway_expect(const char *text)
{
	for (int i = 0; !strstr(response, text) && receive(); i++) {
		ck_assert_msg(i < PATIENCE, "no \"%s\" in: %s", text, response);
		run_turn();
	}
	ck_assert_msg(strstr(response, text), "no \"%s\" in: %s", text, response);
	return strstr(response, text) + strlen(text);
}

const char *api_gateway_response(void)
{
	return response;
}
