#include "worker/password_params.h"

const struct param_value *password_param(const struct request *r, const char *name)
{
	const struct param *p = name ? method_param(r->method, span_of(name)) : NULL;
	const struct param_value *v = p ? &r->values[p - r->method->params] : NULL;
	return v && !v->is_null ? v : NULL;
}

/* passwords.find. */

bool password_params_have_holder(const struct request *r)
{
	return r->method->passwords->checks || r->method->passwords->finds_by;
}

static void put_holder_id(int64_t id, struct buf *out)
{
	msg_put_key(out, "holder_id");
	msg_put_int(out, id);
}

void password_params_put_find(const struct request *r, struct buf *out)
{
	const char *name = r->method->passwords->finds_by;
	const struct param_value *v = password_param(r, name);
	msg_put_map(out, !name || v ? 1 : 0);
	if (!name)
		put_holder_id(r->account, out);
	else if (v && method_param(r->method, span_of(name))->kind == PARAM_INT)
		put_holder_id(v->integer, out);
	else if (v) {
		msg_put_key(out, "username");
		msg_put_text(out, v->text);
	}
}

static struct span text_of(struct span map, const char *key)
{
	struct span text;
	return msg_find_text(map, key, &text) ? text : (struct span){ 0 };
}

static enum status read_error(struct span error, struct fail *why)
{
	struct span code = text_of(error, "code"), message = text_of(error, "message");
	enum status st = status_from_code(code.bytes, code.len);
	return fail_set(why, st, "%.*s", (int)message.len, message.bytes);
}

enum status password_holder_read(
	struct span response, struct password_holder *out, struct fail *why)
{
	struct msg_reader in = msg_reader(response);
	struct envelope e;
	if (envelope_decode(&in, &e, NULL) != ST_OK || e.kind != ENVELOPE_RESPONSE)
		return ST_NO_MEMORY;
	if (!msg_is_nil(e.error))
		return read_error(e.error, why);
	struct password_holder holder = { 0 };
	if (msg_find_int(e.result, "account_id", &holder.id)) {
		holder.hash = text_of(e.result, "hash");
		holder.username = text_of(e.result, "username");
		holder.email = text_of(e.result, "email");
	}
	*out = holder;
	return ST_OK;
}

/* The method `then`. */

static void put_text(struct buf *out, const char *text)
{
	if (*text)
		msg_put_text(out, span_of(text));
	else
		msg_put_nil(out);
}

static void put_holder(const struct password_result *result, struct buf *out)
{
	if (result->holder_id)
		msg_put_int(out, result->holder_id);
	else
		msg_put_nil(out);
}

static void put_is_verified(const struct password_result *result, struct buf *out)
{
	msg_put_bool(out, result->is_verified);
}

static void put_checked_hash(const struct password_result *result, struct buf *out)
{
	put_text(out, result->checked_hash);
}

static void put_hash(const struct password_result *result, struct buf *out)
{
	put_text(out, result->hash);
}

static const struct {
	const char *name;
	void (*put)(const struct password_result *result, struct buf *out);
} result_table[] = {
	{ "holder_id", put_holder },
	{ "is_verified", put_is_verified },
	{ "checked_hash", put_checked_hash },
	{ "hash", put_hash },
};

enum { RESULT_COUNT = sizeof result_table / sizeof *result_table };

static bool is_of_result(struct span name)
{
	for (size_t i = 0; i < RESULT_COUNT; i++)
		if (span_is(name, result_table[i].name))
			return true;
	return false;
}

static bool is_password(const struct password_step *step, struct span name)
{
	return (step->checks && span_is(name, step->checks))
	       || (step->sets && span_is(name, step->sets));
}

/* Copies the params that both methods have. Returns their count. */
static uint32_t put_shared(const struct request *r, const struct method *then, struct buf *out)
{
	struct msg_reader in = msg_reader(r->params);
	struct msg_token map, name;
	struct span value;
	uint32_t count = 0;
	if (msg_read(&in, &map) != ST_OK)
		return 0;
	for (uint32_t i = 0; i < map.count; i++) {
		if (msg_read(&in, &name) != ST_OK || msg_skip(&in, &value) != ST_OK)
			return count; /* params_decode has read them all */
		if (!method_param(then, name.text) || is_of_result(name.text)
			|| is_password(r->method->passwords, name.text))
			continue;
		msg_put_text(out, name.text);
		buf_span(out, value);
		count++;
	}
	return count;
}

void password_params_put_then(
	const struct request *r, const struct password_result *result, struct buf *out)
{
	const struct method *then = method_find(span_of(r->method->passwords->then));
	size_t mark = msg_open_map(out);
	uint32_t count = put_shared(r, then, out);
	for (size_t i = 0; i < RESULT_COUNT; i++) {
		if (!method_param(then, span_of(result_table[i].name)))
			continue;
		msg_put_key(out, result_table[i].name);
		result_table[i].put(result, out);
		count++;
	}
	msg_close(out, mark, count);
}
