#include "gateway_double.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/suite.h"

struct gateway_double here, there;
struct study_client *client;
int ended;
static char dir[64];

void gateway_open(struct gateway_double *g)
{
	static const int linger = 1000;
	g->context = zmq_ctx_new();
	g->router = zmq_socket(g->context, ZMQ_ROUTER);
	zmq_setsockopt(g->router, ZMQ_LINGER, &linger, sizeof linger);
	g->bodies = g->count = 0;
	ck_assert_int_eq(zmq_bind(g->router, g->endpoint), 0);
}

void gateway_close(struct gateway_double *g)
{
	if (!g->context)
		return;
	zmq_close(g->router);
	zmq_ctx_term(g->context);
	g->context = g->router = NULL;
}

static void copy(char *out, size_t size, struct span text)
{
	(void)snprintf(out, size, "%.*s", (int)text.len, text.bytes);
}

static void note(struct gateway_double *g, zmq_msg_t *peer, const struct envelope *e)
{
	struct received *a = &g->requests[g->count++];
	ck_assert_int_lt(g->count, RECEIVED_MAX);
	struct span session_id = { "", 0 }, token = { "", 0 };
	struct context context = { 0 };
	ck_assert_int_eq(context_read(e->context_map, &context, NULL), ST_OK);
	a->peer_len = zmq_msg_size(peer);
	memcpy(a->peer, zmq_msg_data(peer), a->peer_len);
	a->msgid = e->msgid;
	a->account = context.account;
	a->deadline_ms = context.deadline_ms;
	a->position = context.position;
	copy(a->method, sizeof a->method, e->method);
	copy(a->request_id, sizeof a->request_id, context.request_id);
	if (!msg_find_text(e->params, "session_id", &session_id))
		session_id = SPAN("");
	copy(a->session_id, sizeof a->session_id, session_id);
	if (!msg_find_text(e->context_map, "token", &token))
		token = SPAN("");
	copy(a->token, sizeof a->token, token);
}

void gateway_read(struct gateway_double *g)
{
	zmq_msg_t peer, body;
	zmq_msg_init(&peer);
	zmq_msg_init(&body);
	while (g->router && zmq_msg_recv(&peer, g->router, ZMQ_DONTWAIT) >= 0) {
		ck_assert_int_ge(zmq_msg_recv(&body, g->router, 0), 0);
		ck_assert(!zmq_msg_more(&body));
		ck_assert_uint_le(zmq_msg_size(&body), ENVELOPE_BODY_MAX);
		struct msg_reader in =
			msg_reader((struct span){ zmq_msg_data(&body), zmq_msg_size(&body) });
		struct envelope e;
		struct fail why = { 0 };
		g->bodies++;
		for (; in.at < in.end; note(g, &peer, &e))
			ck_assert_msg(
				envelope_decode_client(&in, &e, &why) == ST_OK, "%s", why.text);
	}
	zmq_msg_close(&peer);
	zmq_msg_close(&body);
}

void send_to(struct gateway_double *g, const struct received *a, struct span body)
{
	zmq_send(g->router, a->peer, a->peer_len, ZMQ_SNDMORE);
	ck_assert_int_eq(zmq_send(g->router, body.bytes, body.len, 0), (int)body.len);
}

/* The result is {method, n}. */
void put_response(struct buf *out, const struct received *a, int n)
{
	envelope_open_result(out, a->msgid);
	msg_put_map(out, 2);
	msg_put_key(out, "method");
	msg_put_key(out, a->method);
	msg_put_key(out, "n");
	msg_put_int(out, n);
}

void respond(struct gateway_double *g, int index, int n)
{
	struct buf out = { 0 };
	put_response(&out, &g->requests[index], n);
	send_to(g, &g->requests[index], buf_view(&out));
	buf_fini(&out);
}

void refuse(struct gateway_double *g, int index, enum status st)
{
	struct buf out = { 0 }, error = { 0 }, details = { 0 };
	msg_put_map(&details, 1);
	msg_put_key(&details, "n");
	msg_put_int(&details, REFUSAL_N);
	envelope_put_error_details(&error, st, NULL, buf_view(&details));
	buf_fini(&details);
	envelope_put_error(&out, g->requests[index].msgid, buf_view(&error));
	send_to(g, &g->requests[index], buf_view(&out));
	buf_fini(&error);
	buf_fini(&out);
}

/* ---- The client ---- */

void on_reply(void *arg, enum study_status status, const struct study_value *result,
	const struct study_error *error)
{
	struct outcome *o = arg;
	ck_assert_int_eq(status, error->status);
	ck_assert(status == STUDY_REFUSED || (result != NULL) == (status == STUDY_OK));
	o->times++;
	o->status = status;
	o->n = study_value_int(study_value_get(result, "n"), -1);
	o->error = *error;
	ended++;
}

void turn(void)
{
	zmq_pollitem_t items[3] = { { NULL, study_fd(client), ZMQ_POLLIN, 0 } };
	int count = 1;
	if (here.router)
		items[count++] = (zmq_pollitem_t){ here.router, 0, ZMQ_POLLIN, 0 };
	if (there.router)
		items[count++] = (zmq_pollitem_t){ there.router, 0, ZMQ_POLLIN, 0 };
	int wait = study_next_timeout_ms(client);
	(void)zmq_poll(items, count, wait < 0 || wait > 1000 ? 1000 : wait);
	study_dispatch(client);
	gateway_read(&here);
	gateway_read(&there);
}

static void open_with(struct study_options options)
{
	struct study_error why = { 0 };
	ck_assert_msg(study_client_open(&client, &options, &why) == STUDY_OK, "%s", why.message);
}

void submit_for(struct outcome *o, const char *method, int timeout_ms)
{
	*o = (struct outcome){ 0 };
	ck_assert_int_eq(study_submit(client, method, NULL, on_reply, o, timeout_ms), STUDY_OK);
}

void submit(struct outcome *o, const char *method)
{
	submit_for(o, method, PATIENCE_MS);
}

static void set_up(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/st-client-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(here.endpoint, sizeof here.endpoint, "ipc://%s/here", dir);
	(void)snprintf(there.endpoint, sizeof there.endpoint, "ipc://%s/there", dir);
	gateway_open(&here);
	open_with((struct study_options){ .endpoints = here.endpoint, .account = 7 });
	ended = 0;
}

static void tear_down(void)
{
	study_client_close(&client);
	study_client_close(&client);
	gateway_close(&here);
	gateway_close(&there);
	unlink(here.endpoint + strlen("ipc://"));
	unlink(there.endpoint + strlen("ipc://"));
	ck_assert_int_eq(rmdir(dir), 0);
}

void reopen_with(struct study_options options)
{
	study_client_close(&client);
	open_with(options);
}

TCase *tests_new(const char *name)
{
	TCase *tests = tcase_create(name);
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	return tests;
}

int tests_run(TCase *tests)
{
	return suite_run("client against a gateway", tests);
}
