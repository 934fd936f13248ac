#include "tests/unit/principal_gateway.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "common/log.h"
#include "common/socket.h"

struct event_base *base;
static struct socket_hub *hub;
static struct workers *workers;
struct edge *edge;
struct rpc *rpc;
static struct settings settings;
static struct api api;
static struct limits *limits;
static char dir[64], worker_endpoint[96], rpc_endpoint_text[96];
void *rpc_client;
bool is_drained;
static void *zmq_context;

/* The authenticator. */

struct authentication *waiting;
int started, cancelled;
struct principal accepted;

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

void decide(enum status st)
{
	struct authentication *a = waiting;
	struct fail why = { 0 };
	ck_assert_ptr_nonnull(a);
	waiting = NULL;
	a->st = st;
	a->principal = accepted;
	(void)fail_set(&why, st, "said the double");
	authentication_decide(a, &why);
}

/* The gateway. */

void turn(void)
{
	static const struct timeval soon = { 0, 1000 };
	event_base_loopexit(base, &soon);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
}

void open_edge(struct edge_deadlines deadlines)
{
	struct edge_options options = { .host = "127.0.0.1",
		.connections_max = 10,
		.deadlines = deadlines,
		.on_head = api_on_head,
		.on_request = api_on_request,
		.format_error = api_format_error,
		.free_connection_data = api_free_connection_data,
		.arg = &api };
	struct fail why = { 0 };
	edge_free(&edge);
	ck_assert_msg(edge_open(&edge, base, &options, &why) == ST_OK, "%s", why.text);
}

void set_up(void)
{
	char name[] = "gateway";
	char *arguments[] = { name, NULL };
	enum settings_task task;
	(void)signal(SIGPIPE, SIG_IGN);
	ck_assert(settings_load(FOR_GATEWAY, 1, arguments, &settings, &task, NULL) == ST_OK);
	settings.deadline_ms = DEADLINE_MS;
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
	ck_assert(limits_open(&limits, &settings, NULL) == ST_OK);
	api.limits = limits;
	open_edge((struct edge_deadlines){ 0 });
	struct rpc_options options = { .endpoint = rpc_endpoint_text,
		.workers = workers,
		.authenticator = &slow,
		.limits = limits,
		.deadline_ms = 400 };
	ck_assert(rpc_open(&rpc, hub, base, &options, NULL) == ST_OK);
	zmq_context = zmq_ctx_new();
	rpc_client = zmq_socket(zmq_context, ZMQ_DEALER);
	ck_assert_int_eq(zmq_connect(rpc_client, rpc_endpoint_text), 0);
	waiting = NULL;
	accepted = principal_of_owner;
	started = cancelled = 0;
	is_drained = false;
}

void tear_down(void)
{
	static const int linger = 0;
	edge_free(&edge);
	rpc_free(&rpc);
	api_fini(&api);
	limits_free(&limits);
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

void on_drained(void *arg)
{
	ck_assert_ptr_null(arg);
	is_drained = true;
}
