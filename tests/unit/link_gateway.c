#include "tests/unit/link_gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

struct event_base *base;
struct link *worker;
static struct socket_hub *hub, *gateway_hub;
static struct socket *gateway;
static char dir[64], endpoint[96];

static char peer[SOCKET_PEER_MAX];
static size_t peer_len;
struct last_ready ready;
struct buf received;
int64_t hello_epoch;

struct heartbeat heartbeat;
struct accepted requests[REQUESTS_MAX];
size_t request_count;
bool responds_at_once;
int left_count;
int64_t ended_epoch;
uint32_t cancelled[8];
size_t cancelled_count;

static const unsigned char uuid[16] = { 1 };

/* The gateway. */

void send_body(struct buf *body)
{
	ck_assert(!body->failed);
	ck_assert(socket_send(gateway, (struct span){ peer, peer_len }, buf_view(body)) == ST_OK);
	buf_fini(body);
}

void put_hello(struct buf *body, int64_t epoch)
{
	struct buf params = { 0 };
	msg_put_map(&params, 2);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, epoch);
	msg_put_key(&params, "unknown");
	msg_put_nil(&params);
	envelope_put_notification(body, "gateway.hello", buf_view(&params));
	buf_fini(&params);
}

void put_request(struct buf *body, uint32_t msgid, int64_t account)
{
	struct context context = { account, SPAN("trace"), 1000 };
	struct buf params = { 0 };
	msg_put_map(&params, 0);
	envelope_put_request(body, msgid, SPAN("stats.totals"), &context, buf_view(&params));
	buf_fini(&params);
}

void send_requests(uint32_t first, uint32_t count)
{
	struct buf body = { 0 };
	for (uint32_t i = 0; i < count; i++)
		put_request(&body, first + i, 1);
	send_body(&body);
}

static int64_t int_in(struct span map, const char *key)
{
	int64_t value = -1;
	ck_assert_msg(msg_find_int(map, key, &value), "no %s", key);
	return value;
}

static void record_ready(struct span params)
{
	struct span value, id;
	struct msg_token t;
	ck_assert(msg_find_text(params, "worker", &id));
	ck_assert(span_is(id, "01000000-0000-0000-0000-000000000000"));
	ck_assert_int_eq(int_in(params, "pid"), getpid());
	ready.count++;
	ready.epoch = int_in(params, "epoch");
	ready.credit = int_in(params, "credit");
	ck_assert(msg_find(params, "database", &value) == ST_OK);
	struct msg_reader in = msg_reader(value);
	ck_assert(msg_read(&in, &t) == ST_OK);
	ready.has_database = t.boolean;
	ck_assert(msg_find(params, "methods", &value) == ST_OK);
	in = msg_reader(value);
	ck_assert(msg_read(&in, &t) == ST_OK && t.type == MSG_ARRAY);
	ready.methods = t.count;
	ck_assert(msg_find(params, "stats", &value) == ST_OK);
	ck_assert_int_eq(int_in(value, "queued"), 3);
	ck_assert(msg_find(params, "link", &value) == ST_OK);
	ck_assert_int_ge(int_in(value, "epochs"), 0);
}

static void on_ready(struct span params)
{
	struct buf body = { 0 };
	record_ready(params);
	if (!hello_epoch)
		return;
	put_hello(&body, hello_epoch);
	send_body(&body);
}

static void record_response(const struct envelope *e)
{
	struct span code;
	struct msg_token t = { 0 };
	struct msg_reader in = msg_reader(e->result);
	if (msg_find_text(e->error, "code", &code)) {
		buf_printf(&received, "%u!%.*s ", e->msgid, (int)code.len, code.bytes);
		return;
	}
	ck_assert(msg_read(&in, &t) == ST_OK);
	if (t.type == MSG_INT)
		buf_printf(&received, "%u=%lld ", e->msgid, (long long)t.integer);
	else
		buf_printf(&received, "%u=long ", e->msgid);
}

static void record(const struct envelope *e)
{
	if (e->kind == ENVELOPE_RESPONSE)
		record_response(e);
	else if (span_is(e->method, "worker.ready"))
		on_ready(e->params);
	else if (span_is(e->method, "worker.credit"))
		buf_printf(&received, "credit %lld %lld ", (long long)int_in(e->params, "epoch"),
			(long long)int_in(e->params, "credit"));
	else if (span_is(e->method, "worker.leaving"))
		buf_printf(&received, "leaving %lld ", (long long)int_in(e->params, "epoch"));
	else
		ck_abort_msg("an unknown message");
}

static void on_body(struct socket *s, struct span from, struct span body, void *arg)
{
	struct msg_reader in = msg_reader(body);
	struct envelope e;
	struct fail why = { 0 };
	size_t len = received.len;
	(void)s, (void)arg;
	memcpy(peer, from.bytes, from.len);
	peer_len = from.len;
	while (in.at < in.end) {
		ck_assert_msg(envelope_decode(&in, &e, &why) == ST_OK, "%s", why.text);
		record(&e);
	}
	if (received.len > len)
		received.bytes[received.len - 1] = '\n';
}

void open_gateway(void)
{
	struct socket_options options = { .endpoint = endpoint,
		.bind = true,
		.router = true,
		.max_body = SOCKET_RESPONSE_BODY_MAX,
		.on_message = on_body };
	struct fail why = { 0 };
	ck_assert(socket_hub_open(&gateway_hub, base, NULL) == ST_OK);
	ck_assert_msg(socket_open(gateway_hub, &options, &gateway, &why) == ST_OK, "%s", why.text);
}

/* ZeroMQ releases the endpoint at once only if the hub is closed, too. */
void close_gateway(void)
{
	socket_free(&gateway);
	socket_hub_free(&gateway_hub);
}

/* The worker. */

static void get_heartbeat(void *arg, struct heartbeat *out)
{
	(void)arg;
	*out = heartbeat;
}

void respond(size_t i)
{
	struct buf *out = origin_open_response(link_origin(worker), requests[i].epoch);
	if (!out)
		return;
	envelope_open_result(out, (uint32_t)requests[i].msgid);
	msg_put_int(out, requests[i].msgid * 10);
	origin_close_response(link_origin(worker));
}

static void on_request(void *arg, struct link *from, int64_t epoch, const struct envelope *e)
{
	(void)arg;
	ck_assert_ptr_eq(from, worker);
	ck_assert(span_is(e->method, "stats.totals"));
	ck_assert_uint_lt(request_count, REQUESTS_MAX);
	requests[request_count++] = (struct accepted){ e->msgid, epoch };
	if (responds_at_once)
		respond(request_count - 1);
}

static void on_cancel(void *arg, struct link *from, int64_t epoch, uint32_t msgid)
{
	(void)arg;
	ck_assert_ptr_eq(from, worker);
	ck_assert_int_eq(epoch, 77);
	cancelled[cancelled_count++] = msgid;
}

static void on_ended(void *arg, struct link *l, int64_t epoch)
{
	(void)arg;
	ck_assert_ptr_eq(l, worker);
	ended_epoch = epoch;
}

static void on_left(void *arg)
{
	(void)arg;
	ck_assert(link_has_left(worker));
	left_count++;
}

/* Time. */

void on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ck_abort_msg("not reached: %s; received: %.*s", (const char *)arg, (int)received.len,
		received.bytes);
}

int received_lines(void)
{
	int count = 0;
	for (size_t i = 0; i < received.len; i++)
		count += received.bytes[i] == '\n';
	return count;
}

void expect_received(const char *wanted)
{
	buf_byte(&received, '\0');
	ck_assert_str_eq(received.bytes, wanted);
	buf_clear(&received);
}

void start_link(void)
{
	ck_assert(log_open("error", NULL) == ST_OK);
	(void)snprintf(dir, sizeof dir, "/tmp/st-link-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(endpoint, sizeof endpoint, "ipc://%s/w", dir);
	base = event_base_new();
	ck_assert(socket_hub_open(&hub, base, NULL) == ST_OK);
	heartbeat = (struct heartbeat){ true, WINDOW, .counts = { .queued = 3 } };
	responds_at_once = true;
	open_gateway();
	struct link_options options = { .endpoint = endpoint,
		.uuid = uuid,
		.version = "1.2.3",
		.get_heartbeat = get_heartbeat,
		.on_request = on_request,
		.on_cancel = on_cancel,
		.on_ended = on_ended,
		.on_left = on_left };
	struct fail why = { 0 };
	ck_assert_msg(link_open(hub, base, &options, &worker, &why) == ST_OK, "%s", why.text);
}

void end_link(void)
{
	link_free(&worker, 0);
	link_free(&worker, 0);
	close_gateway();
	socket_hub_free(&hub);
	event_base_free(base);
	buf_fini(&received);
	unlink(endpoint + strlen("ipc://"));
	rmdir(dir);
}

void register_with(int64_t epoch)
{
	hello_epoch = epoch;
	UNTIL(ready.epoch == epoch);
}
