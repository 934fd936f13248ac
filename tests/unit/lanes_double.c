#include "tests/unit/lanes_double.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#define TEXT(n)                                             \
	{                                                   \
		.name = (n), .kind = PARAM_TEXT, .max = 100 \
	}
#define STEP(...)                                    \
	.passwords = &(const struct password_step)   \
	{                                            \
		.then = "logins.create", __VA_ARGS__ \
	}

/* What `then` gets does not depend on the rest of its row. */
const struct method change = {
	.name = "account.change_password",
	STEP(.checks = "current_password", .sets = "new_password"),
	METHOD_PARAMS(TEXT("current_password"), TEXT("new_password")),
};
const struct method join = {
	.name = "accounts.register",
	STEP(.sets = "password"),
	METHOD_PARAMS(TEXT("username"), TEXT("email"), TEXT("password")),
};
const struct method set = {
	.name = "accounts.set_password",
	STEP(.sets = "new_password", .finds_by = "account_id"),
	METHOD_PARAMS(
		{ .name = "account_id", .kind = PARAM_INT, .max = 100 }, TEXT("new_password")),
};
const struct method close_account = {
	.name = "account.delete",
	.passwords = &(const struct password_step){ .then = "logins.end", .checks = "password" },
	METHOD_PARAMS(TEXT("password")),
};

const struct method same_names = {
	.name = "logins.strange",
	STEP(.sets = "session_hash"),
	METHOD_PARAMS(TEXT("session_hash"), TEXT("hash"), TEXT("caller_address")),
};

static struct event_base *base;
struct request_pool pool;
static struct responses responses;
struct passwords *passwords;
size_t internal_count, idle_count;

struct gateway gateway;

static bool has_epoch(struct origin *o, int64_t epoch)
{
	ck_assert_ptr_eq(o, &gateway.origin);
	return epoch == gateway.epoch;
}

static struct buf *open_response(struct origin *o, int64_t epoch)
{
	return has_epoch(o, epoch) ? &gateway.out : NULL;
}

static void close_response(struct origin *o)
{
	ck_assert_ptr_eq(o, &gateway.origin);
	gateway.responses++;
}

static const struct origin_calls calls = { has_epoch, open_response, close_response };

struct internal internals[2 * HASH_JOBS_MAX];

static void submit(void *arg, struct origin *origin, int64_t epoch, const struct envelope *e)
{
	ck_assert_ptr_eq(arg, &internals);
	struct internal *i = &internals[internal_count++];
	ck_assert_uint_lt(e->method.len, sizeof i->method);
	memcpy(i->method, e->method.bytes, e->method.len);
	i->origin = origin;
	i->epoch = epoch;
	i->e = *e;
	buf_span(&i->bytes, e->context.request_id);
	buf_span(&i->bytes, e->params);
	i->e.context.request_id.bytes = i->bytes.bytes;
	i->e.params.bytes = i->bytes.bytes + e->context.request_id.len;
}

const struct internal *last_internal(void)
{
	ck_assert_uint_gt(internal_count, 0);
	return &internals[internal_count - 1];
}

static void on_idle(void *arg)
{
	ck_assert_ptr_eq(arg, &internals);
	idle_count++;
}

static struct password_list *list;

static void open_passwords(void)
{
	struct fail why = { 0 };
	struct passwords_options options = {
		.responses = &responses,
		.costs = higher_costs,
		.list = list,
		.submit = submit,
		.on_idle = on_idle,
		.arg = &internals,
	};
	hash_double_reset();
	ck_assert(passwords_open(base, &options, &passwords, &why) == ST_OK);
	hash_double_reset();
}

void start(void)
{
	struct fail why = { 0 };
	ck_assert(crypto_init(&why) == ST_OK);
	base = event_base_new();
	responses.pool = &pool;
	ck_assert(responses_init(&responses) == ST_OK);
	gateway.origin.calls = &calls;
	gateway.epoch = EPOCH;
	open_passwords();
}

void end(void)
{
	passwords_free(&passwords);
	password_list_free(&list);
	for (size_t i = 0; i < internal_count; i++)
		buf_fini(&internals[i].bytes);
	buf_fini(&gateway.out);
	responses_fini(&responses);
	request_pool_fini(&pool);
	event_base_free(base);
}

void open_with_list(void)
{
	char path[] = "/tmp/passwords-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct fail why = { 0 };
	(void)fputs("#!comment: a list\npassword1\nletmein!!\n", file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_msg(password_list_open(path, &list, &why) == ST_OK, "%s", why.text);
	(void)remove(path);
	passwords_free(&passwords);
	open_passwords();
}

/* Sending requests. */

enum status send_at(
	uint32_t msgid, const struct method *m, struct span params, uint64_t deadline_ms)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.msgid = msgid,
		.context = { 3, SPAN("trace"), 1000 },
		.params = params };
	struct request *r = NULL;
	struct fail why = { 0 };
	enum status st = passwords_admission_status(passwords);
	if (st != ST_OK)
		return st;
	ck_assert_msg(request_acquire(&pool, m, &e, &r, &why) == ST_OK, "%s", why.text);
	r->origin = &gateway.origin;
	r->epoch = gateway.epoch;
	r->deadline_ms = deadline_ms;
	passwords_submit(passwords, r);
	return ST_OK;
}

/* `texts`: names and values, ended by NULL. */
enum status send_texts(uint32_t msgid, const struct method *m, const char *const *texts)
{
	struct buf params = { 0 };
	size_t mark = msg_open_map(&params);
	uint32_t count = 0;
	for (; texts[2 * count]; count++) {
		msg_put_key(&params, texts[2 * count]);
		msg_put_key(&params, texts[2 * count + 1]);
	}
	msg_close(&params, mark, count);
	enum status st = send_at(msgid, m, buf_view(&params), service_now_ms() + SOON_MS);
	buf_fini(&params);
	return st;
}

/* A log-in over the real row. */
enum status log_in_by(uint32_t msgid, const char *password, uint64_t deadline_ms)
{
	struct buf params = { 0 };
	msg_put_map(&params, 5);
	msg_put_key(&params, "username");
	msg_put_key(&params, "ada");
	msg_put_key(&params, "password");
	msg_put_key(&params, password);
	msg_put_key(&params, "login_id");
	msg_put_key(&params, "01890a5d-ac96-7333-8333-333333333333");
	msg_put_key(&params, "lifetime_s");
	msg_put_int(&params, 60);
	msg_put_key(&params, "caller_address");
	msg_put_nil(&params);
	enum status st =
		send_at(msgid, method_find(SPAN("logins.open")), buf_view(&params), deadline_ms);
	buf_fini(&params);
	return st;
}

void log_in(uint32_t msgid, const char *password)
{
	ck_assert(log_in_by(msgid, password, service_now_ms() + SOON_MS) == ST_OK);
}

/* Answers passwords.find: account 5, "ada", with this hash; NULL: none. */
void found(const struct internal *i, const char *hash)
{
	struct buf *out = origin_open_response(i->origin, i->epoch);
	ck_assert_ptr_nonnull(out);
	envelope_open_result(out, i->e.msgid);
	msg_put_map(out, 4);
	msg_put_key(out, "account_id");
	msg_put_int(out, 5);
	msg_put_key(out, "hash");
	if (hash)
		msg_put_key(out, hash);
	else
		msg_put_nil(out);
	msg_put_key(out, "username");
	msg_put_key(out, "ada.lovelace");
	msg_put_key(out, "email");
	msg_put_key(out, "ada@example.org");
	origin_close_response(i->origin);
}

void found_nobody(const struct internal *i)
{
	struct buf *out = origin_open_response(i->origin, i->epoch);
	envelope_open_result(out, i->e.msgid);
	msg_put_map(out, 2);
	msg_put_key(out, "account_id");
	msg_put_nil(out);
	msg_put_key(out, "hash");
	msg_put_nil(out);
	origin_close_response(i->origin);
}

void not_found(const struct internal *i, enum status st, const char *text)
{
	struct buf *out = origin_open_response(i->origin, i->epoch), error = { 0 };
	struct fail why = { 0 };
	(void)fail_set(&why, st, "%s", text);
	envelope_put_error_map(&error, st, &why);
	envelope_put_error(out, i->e.msgid, buf_view(&error));
	buf_fini(&error);
	origin_close_response(i->origin);
}

void await_idle(void)
{
	while (!passwords_is_idle(passwords))
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* Reading what came out. */

void check_text(struct span map, const char *key, const char *value)
{
	struct span text = { 0 };
	bool has_text = msg_find_text(map, key, &text);
	ck_assert_msg(has_text == !!value && span_is(text, value ? value : ""), "%s: %.*s", key,
		(int)text.len, text.bytes);
}

void check_holder(struct span map, int64_t holder)
{
	int64_t id = 0;
	ck_assert(msg_find_int(map, "holder_id", &id) == (holder != 0));
	ck_assert_int_eq(id, holder);
}

bool is_verified(struct span map)
{
	struct span value;
	ck_assert(msg_find(map, "is_verified", &value) == ST_OK && value.len == 1);
	return *value.bytes == '\xc3';
}

/* The only response so far is this error of the request. */
void check_refused(uint32_t msgid, enum status st, const char *field)
{
	struct msg_reader in = msg_reader(buf_view(&gateway.out));
	struct envelope e;
	ck_assert_uint_eq(gateway.responses, 1);
	ck_assert(envelope_decode(&in, &e, NULL) == ST_OK);
	ck_assert(e.kind == ENVELOPE_RESPONSE && e.msgid == msgid);
	check_text(e.error, "code", status_info(st)->code);
	check_text(e.error, "field", field);
}

const struct internal *check_then(const char *method)
{
	const struct internal *i = last_internal();
	ck_assert_str_eq(i->method, method);
	ck_assert_ptr_eq(i->origin, &gateway.origin);
	ck_assert_int_eq(i->epoch, EPOCH);
	ck_assert_int_eq(i->e.context.account, 3);
	ck_assert(span_is(i->e.context.request_id, "trace"));
	ck_assert(i->e.context.deadline_ms > SOON_MS / 2 && i->e.context.deadline_ms <= SOON_MS);
	ck_assert_uint_eq(gateway.responses, 0);
	return i;
}
