#include "common/envelope.h"

#include <string.h>

#include "common/utf8.h"

static enum status refuse(struct fail *why, const char *rule)
{
	return fail_set(why, ST_MALFORMED, "message: %s", rule);
}

static bool read_int(struct msg_reader *in, int64_t min, int64_t max, int64_t *out)
{
	struct msg_token t;
	if (msg_read(in, &t) != ST_OK || t.type != MSG_INT || t.integer < min || t.integer > max)
		return false;
	*out = t.integer;
	return true;
}

static bool read_text(struct msg_reader *in, struct span *out)
{
	struct msg_token t;
	if (msg_read(in, &t) != ST_OK || t.type != MSG_TEXT)
		return false;
	*out = t.text;
	return true;
}

static bool is_map(const struct msg_reader *in)
{
	struct msg_reader peek = *in;
	struct msg_token t;
	return msg_read(&peek, &t) == ST_OK && t.type == MSG_MAP;
}

static bool read_map(struct msg_reader *in, struct span *out)
{
	return is_map(in) && msg_skip(in, out) == ST_OK;
}

/* The last value of a message: msg_measure has found its end already. */
static void take_last(struct msg_reader *in, struct span *out)
{
	*out = (struct span){ in->at, (size_t)(in->end - in->at) };
	in->at = in->end;
}

static bool take_last_map(struct msg_reader *in, struct span *out)
{
	if (!is_map(in))
		return false;
	take_last(in, out);
	return true;
}

static bool read_array(struct msg_reader *in, uint32_t count)
{
	struct msg_token t;
	return msg_read(in, &t) == ST_OK && t.type == MSG_ARRAY && t.count == count;
}

static enum status refuse_context(struct fail *why, const char *key, const char *rule)
{
	return fail_field(why, ST_INVALID_INPUT, key, "context.%s must be %s", key, rule);
}

/* The values of a context as they were sent; empty if one is absent. */
struct context_fields {
	struct span account, request_id, deadline_ms, position;
};

static struct span *find_field(struct context_fields *fields, struct span key)
{
	if (span_is(key, "account"))
		return &fields->account;
	if (span_is(key, "request_id"))
		return &fields->request_id;
	if (span_is(key, "deadline_ms"))
		return &fields->deadline_ms;
	return span_is(key, "position") ? &fields->position : NULL;
}

/* Of a key that is given twice, the first value counts, as with msg_find. */
static void read_fields(struct span map, struct context_fields *fields)
{
	struct msg_reader in = msg_reader(map);
	struct msg_token head;
	struct span key, value;
	if (msg_read(&in, &head) != ST_OK || head.type != MSG_MAP)
		return;
	for (uint32_t i = 0; i < head.count && msg_read_pair(&in, &key, &value) == ST_OK; i++) {
		struct span *field = find_field(fields, key);
		if (field && field->len == 0)
			*field = value;
	}
}

static bool is_of_type(struct span value, enum msg_type type, struct msg_token *token)
{
	struct msg_reader in = msg_reader(value);
	return msg_read(&in, token) == ST_OK && token->type == type;
}

/* False if the field is given and is not a positive integer. */
static bool take_positive(struct span field, int64_t *out)
{
	struct msg_token token;
	if (msg_is_nil(field))
		return true;
	if (!is_of_type(field, MSG_INT, &token))
		return false;
	*out = token.integer;
	return token.integer > 0;
}

static bool take_request_id(struct span field, struct span *out)
{
	struct msg_token token;
	if (msg_is_nil(field))
		return true;
	if (!is_of_type(field, MSG_TEXT, &token))
		return false;
	*out = token.text;
	return token.text.len > 0 && token.text.len <= ENVELOPE_REQUEST_ID_MAX;
}

enum status context_read(struct span map, struct context *out, struct fail *why)
{
	struct context c = *out;
	struct context_fields fields = { 0 };
	read_fields(map, &fields);
	if (!take_positive(fields.account, &c.account))
		return refuse_context(why, "account", "a positive integer");
	if (!take_request_id(fields.request_id, &c.request_id))
		return refuse_context(why, "request_id", "a text of 1 to 128 bytes");
	if (!take_positive(fields.deadline_ms, &c.deadline_ms))
		return refuse_context(why, "deadline_ms", "a positive integer");
	if (!msg_is_nil(fields.position) && !position_read(fields.position, &c.position))
		return refuse_context(why, "position", "[timeline, position], as it was sent");
	*out = c;
	return ST_OK;
}

/* Between gateway and worker every field is required. */
static enum status read_whole_context(struct span map, struct context *out, struct fail *why)
{
	if (context_read(map, out, why) != ST_OK)
		return ST_MALFORMED;
	if (out->account == 0)
		return refuse(why, "context.account must be a positive integer");
	if (out->request_id.len == 0)
		return refuse(why, "context.request_id must be a text of 1 to 128 bytes");
	if (out->deadline_ms == 0)
		return refuse(why, "context.deadline_ms must be a positive integer");
	return ST_OK;
}

/* msgid, method, [context, params] */
static enum status read_request(struct msg_reader *in, struct envelope *out, struct fail *why)
{
	int64_t msgid;
	if (!read_int(in, 0, UINT32_MAX, &msgid))
		return refuse(why, "msgid must be an integer from 0 to 4294967295");
	out->msgid = (uint32_t)msgid;
	if (!read_text(in, &out->method)) {
		(void)refuse(why, "the method must be a text");
		return ST_INVALID_INPUT;
	}
	if (!read_array(in, 2) || !read_map(in, &out->context_map)
		|| !take_last_map(in, &out->params)) {
		(void)refuse(why, "a request's arguments must be [context map, params map]");
		return ST_INVALID_INPUT;
	}
	return ST_OK;
}

/* msgid, error, result */
static enum status read_response(struct msg_reader *in, struct envelope *out, struct fail *why)
{
	int64_t msgid;
	if (!read_int(in, 0, UINT32_MAX, &msgid))
		return refuse(why, "msgid must be an integer from 0 to 4294967295");
	out->msgid = (uint32_t)msgid;
	if (msg_skip(in, &out->error) != ST_OK)
		return refuse(why, "a response must be [1, msgid, error, result]");
	take_last(in, &out->result);
	return ST_OK;
}

/* method, params */
static enum status read_notification(struct msg_reader *in, struct envelope *out, struct fail *why)
{
	if (!read_text(in, &out->method))
		return refuse(why, "the method must be a text");
	if (!take_last_map(in, &out->params))
		return refuse(why, "a notification's params must be a map");
	return ST_OK;
}

static const struct {
	uint32_t count; /* elements of the message's array */
	enum status (*read)(struct msg_reader *in, struct envelope *out, struct fail *why);
} kind_table[] = {
	[ENVELOPE_REQUEST] = { 4, read_request },
	[ENVELOPE_RESPONSE] = { 4, read_response },
	[ENVELOPE_NOTIFICATION] = { 3, read_notification },
};

/* Reads one message except the context of a request. `in` and `e` are copies of the caller's. */
static enum status read_message(struct msg_reader *in, struct envelope *e, struct fail *why)
{
	struct span rest = { in->at, (size_t)(in->end - in->at) };
	struct msg_token array;
	int64_t kind;
	size_t size;
	enum status st = msg_measure(rest, &size, why);
	if (st != ST_OK)
		return st;
	struct msg_reader message = msg_reader((struct span){ rest.bytes, size });
	if (msg_read(&message, &array) != ST_OK || array.type != MSG_ARRAY
		|| !read_int(&message, ENVELOPE_REQUEST, ENVELOPE_NOTIFICATION, &kind)
		|| array.count != kind_table[kind].count)
		return refuse(why, "not a request, a response or a notification");
	e->kind = (enum envelope_kind)kind;
	in->at = rest.bytes + size;
	return kind_table[kind].read(&message, e, why);
}

enum status envelope_decode(struct msg_reader *in, struct envelope *out, struct fail *why)
{
	struct msg_reader at = *in;
	struct envelope e = { 0 };
	enum status st = read_message(&at, &e, why);
	if (st == ST_OK && e.kind == ENVELOPE_REQUEST)
		st = read_whole_context(e.context_map, &e.context, why);
	if (st != ST_OK)
		return ST_MALFORMED;
	*in = at;
	*out = e;
	return ST_OK;
}

enum status envelope_decode_client(struct msg_reader *in, struct envelope *out, struct fail *why)
{
	struct msg_reader at = *in;
	struct envelope e = { 0 };
	enum status st = read_message(&at, &e, why);
	if (st != ST_OK && st != ST_INVALID_INPUT)
		return st;
	*in = at;
	*out = e;
	return st;
}

bool envelope_is_request(struct span message, uint32_t *msgid)
{
	struct msg_reader in = msg_reader(message);
	struct msg_token array;
	int64_t kind, id;
	if (msg_read(&in, &array) != ST_OK || array.type != MSG_ARRAY
		|| array.count != kind_table[ENVELOPE_REQUEST].count
		|| !read_int(&in, ENVELOPE_REQUEST, ENVELOPE_REQUEST, &kind)
		|| !read_int(&in, 0, UINT32_MAX, &id))
		return false;
	*msgid = (uint32_t)id;
	return true;
}

static void put_context(struct buf *out, const struct context *context)
{
	bool has_position = position_is_set(context->position);
	msg_put_map(out, 2 + (context->account != 0) + (context->token.len > 0) + has_position);
	if (context->account != 0) {
		msg_put_key(out, "account");
		msg_put_int(out, context->account);
	}
	if (context->token.len > 0) {
		msg_put_key(out, "token");
		msg_put_text(out, context->token);
	}
	msg_put_key(out, "request_id");
	msg_put_text(out, context->request_id);
	msg_put_key(out, "deadline_ms");
	msg_put_int(out, context->deadline_ms);
	if (has_position) {
		msg_put_key(out, "position");
		position_put(out, context->position);
	}
}

void envelope_put_request(struct buf *out, uint32_t msgid, struct span method,
	const struct context *context, struct span params)
{
	msg_put_array(out, 4);
	msg_put_int(out, ENVELOPE_REQUEST);
	msg_put_int(out, msgid);
	msg_put_text(out, method);
	msg_put_array(out, 2);
	put_context(out, context);
	buf_span(out, params);
}

void envelope_open_notification(struct buf *out, const char *method)
{
	msg_put_array(out, 3);
	msg_put_int(out, ENVELOPE_NOTIFICATION);
	msg_put_key(out, method);
}

void envelope_put_notification(struct buf *out, const char *method, struct span params)
{
	envelope_open_notification(out, method);
	buf_span(out, params);
}

static void open_response(struct buf *out, uint32_t msgid)
{
	msg_put_array(out, 4);
	msg_put_int(out, ENVELOPE_RESPONSE);
	msg_put_int(out, msgid);
}

void envelope_open_result(struct buf *out, uint32_t msgid)
{
	open_response(out, msgid);
	msg_put_nil(out);
}

void envelope_put_result(struct buf *out, uint32_t msgid, struct span result)
{
	envelope_open_result(out, msgid);
	buf_span(out, result);
}

void envelope_put_error(struct buf *out, uint32_t msgid, struct span error)
{
	open_response(out, msgid);
	buf_span(out, error);
	msg_put_nil(out);
}

void envelope_put_error_map(struct buf *out, enum status st, const struct fail *why)
{
	envelope_put_error_details(out, st, why, (struct span){ 0 });
}

void envelope_put_error_details(
	struct buf *out, enum status st, const struct fail *why, struct span details)
{
	const struct status_info *info = status_info(st);
	const char *field = why && why->text[0] ? why->field : info->field;
	bool has_field = field && *field && utf8_is_valid(field, strlen(field));
	const char *text = fail_text(why, st);
	if (!utf8_is_valid(text, strlen(text)))
		text = info->message; /* one invalid text would make the whole body malformed */
	msg_put_map(out, 2 + (uint32_t)has_field + (details.len > 0));
	msg_put_key(out, "code");
	msg_put_key(out, info->code);
	msg_put_key(out, "message");
	msg_put_key(out, text);
	if (has_field) {
		msg_put_key(out, "field");
		msg_put_key(out, field);
	}
	if (details.len > 0) {
		msg_put_key(out, "details");
		buf_span(out, details);
	}
}
