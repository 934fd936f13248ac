#include "tests/unit/worker_double.h"

#include <check.h>
#include <zmq.h>

#include "common/envelope.h"
#include "common/method.h"
#include "common/msg.h"
#include "common/service.h"
#include "common/uuid.h"

enum { CREDIT = 256 };

struct worker_double worker;

void worker_connect(const char *endpoint)
{
	worker.context = zmq_ctx_new();
	worker.socket = zmq_socket(worker.context, ZMQ_DEALER);
	ck_assert_int_eq(zmq_connect(worker.socket, endpoint), 0);
}

void worker_disconnect(void)
{
	zmq_close(worker.socket);
	zmq_ctx_term(worker.context);
}

static void send_body(struct buf *body)
{
	(void)zmq_send(worker.socket, body->bytes, body->len, ZMQ_DONTWAIT);
	buf_fini(body);
}

static void put_uuid(struct buf *out)
{
	static const unsigned char uuid[16] = { 1 };
	char text[UUID_TEXT_LEN];
	uuid_format(uuid, text);
	msg_put_text(out, (struct span){ text, sizeof text });
}

static void send_ready(void)
{
	struct buf params = { 0 }, body = { 0 };
	msg_put_map(&params, 4);
	msg_put_key(&params, "worker");
	put_uuid(&params);
	msg_put_key(&params, "epoch");
	msg_put_int(&params, worker.epoch);
	msg_put_key(&params, "credit");
	msg_put_int(&params, worker.responses + CREDIT);
	msg_put_key(&params, "database");
	msg_put_bool(&params, true);
	envelope_put_notification(&body, "worker.ready", buf_view(&params));
	buf_fini(&params);
	send_body(&body);
	worker.ready_ms = service_now_ms();
}

static int64_t sum_of(struct span bytes)
{
	int64_t sum = 0;
	for (size_t i = 0; i < bytes.len; i++)
		sum = (sum * 31 + (unsigned char)bytes.bytes[i]) % 1000003;
	return sum;
}

/* The id of a read is computed from its params, so that a lost param shows. The params of a write
 * hold an id that the gateway generates. */
static void put_topic(struct buf *out, const struct envelope *request)
{
	bool is_write = method_find(request->method)->is_write;
	msg_put_map(out, 3);
	msg_put_key(out, "id");
	msg_put_int(out, is_write ? 7 : sum_of(request->params));
	msg_put_key(out, "name");
	msg_put_text(
		out, SPAN("A topic whose name is longer than the smallest buffer of a response, "
			  "so that the buffer grows while it is written, and grows again after "
			  "that, as it does with the notes of a session or with a page of a list "
			  "of many topics: an allocation in the middle of what is being made"));
	msg_put_key(out, "updated_at");
	msg_put_text(out, SPAN("2024-01-01T00:00:00.000000Z"));
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	msg_put_key(out, key);
	msg_put_key(out, text);
}

static void put_login(struct buf *out, const struct envelope *request)
{
	(void)request;
	msg_put_map(out, 5);
	msg_put_key(out, "account_id");
	msg_put_int(out, 7);
	put_text(out, "login_id", "01890a5d-ac96-774b-bcce-b302099a8057");
	put_text(out, "role", "learner");
	put_text(out, "username", "ada");
	put_text(out, "expires_at", "2100-01-01T00:00:00.000000Z");
}

static void put_exported(struct buf *out, const struct envelope *request)
{
	msg_put_map(out, 2);
	put_text(out, "table", "topics");
	msg_put_key(out, "row");
	put_topic(out, request);
}

/* The rows of other methods are topics. */
static const struct {
	const char *method;
	void (*put_row)(struct buf *out, const struct envelope *request);
} rows[] = {
	{ "logins.open", put_login },
	{ "account.export", put_exported },
};

static void put_row(struct buf *out, const struct envelope *request)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (span_is(request->method, rows[i].method)) {
			rows[i].put_row(out, request);
			return;
		}
	put_topic(out, request);
}

/* A list has two pages. */
static void put_page(struct buf *out, const struct envelope *request)
{
	struct span cursor;
	bool is_first = !msg_find_text(request->params, "cursor", &cursor);
	msg_put_map(out, 2);
	msg_put_key(out, "data");
	msg_put_array(out, 1);
	put_row(out, request);
	msg_put_key(out, "next_cursor");
	if (is_first)
		msg_put_text(out, SPAN("after-the-first"));
	else
		msg_put_nil(out);
}

static void respond(const struct envelope *request)
{
	struct buf result = { 0 }, credit = { 0 }, body = { 0 };
	worker.calls++;
	worker.responses++;
	if (method_find(request->method)->shape == RESULT_PAGE)
		put_page(&result, request);
	else
		put_row(&result, request);
	msg_put_map(&credit, 2);
	msg_put_key(&credit, "epoch");
	msg_put_int(&credit, worker.epoch);
	msg_put_key(&credit, "credit");
	msg_put_int(&credit, worker.responses + CREDIT);
	envelope_put_notification(&body, "worker.credit", buf_view(&credit));
	envelope_put_result(&body, request->msgid, buf_view(&result));
	buf_fini(&result);
	buf_fini(&credit);
	send_body(&body);
}

static void receive(struct span bytes)
{
	struct msg_reader in = msg_reader(bytes);
	struct envelope e;
	while (in.at < in.end) {
		ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
		if (e.kind == ENVELOPE_REQUEST)
			respond(&e);
		else if (span_is(e.method, "gateway.hello"))
			ck_assert(msg_find_int(e.params, "epoch", &worker.epoch));
	}
}

void worker_turn(void)
{
	zmq_msg_t message;
	if (service_now_ms() - worker.ready_ms > 200)
		send_ready();
	zmq_msg_init(&message);
	while (zmq_msg_recv(&message, worker.socket, ZMQ_DONTWAIT) >= 0)
		receive((struct span){ zmq_msg_data(&message), zmq_msg_size(&message) });
	zmq_msg_close(&message);
}
