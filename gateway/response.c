#include "gateway/response.h"

#include "common/json_out.h"

/* A row that is being written. */
struct row {
	struct buf *out;
	struct row_meta *meta;
	char separator;       /* before the next pair */
	size_t id_at, id_end; /* the value of `id` in `out` */
};

/* NULL if the column is shown. */
static bool *hidden_meta(struct row_meta *meta, struct span column)
{
	if (span_is(column, "created"))
		return &meta->was_created;
	return span_is(column, "replayed") ? &meta->was_replayed : NULL;
}

static bool is_true(const struct msg_token *t)
{
	return t->type == MSG_BOOL && t->boolean;
}

/* Returns whether the column is shown; stores the value of a hidden one. `topic_archived` is shown
 * if it is true: existing clients know the other fields. */
static bool is_shown(struct row_meta *meta, struct span column, const struct msg_token *value)
{
	bool *hidden = hidden_meta(meta, column);
	if (hidden)
		*hidden = is_true(value);
	return !hidden && (is_true(value) || !span_is(column, "topic_archived"));
}

static void put_column(
	struct row *r, struct span column, const struct msg_token *value, struct msg_reader *in)
{
	json_out_key(r->out, r->separator, column);
	r->separator = ',';
	size_t at = r->out->len;
	json_out_token(r->out, value, in);
	if (span_is(column, "id")) {
		r->id_at = at;
		r->id_end = r->out->len;
	}
	if (span_is(column, "updated_at") && value->type == MSG_TEXT)
		r->meta->updated_at = value->text;
}

/* Reads one pair; false at the end. */
static bool put_pair(struct row *r, struct msg_reader *in)
{
	struct msg_token key, value;
	if (msg_read(in, &key) != ST_OK || key.type != MSG_TEXT)
		return false;
	struct msg_reader start = *in;
	if (msg_read(in, &value) != ST_OK)
		return false;
	if (is_shown(r->meta, key.text, &value)) {
		put_column(r, key.text, &value, in);
		return true;
	}
	if (value.type != MSG_ARRAY && value.type != MSG_MAP)
		return true;
	*in = start;
	return msg_skip(in, NULL) == ST_OK;
}

static struct span id_of(const struct row *r)
{
	if (r->out->failed || r->id_end == 0)
		return (struct span){ 0 };
	bool is_quoted = r->out->bytes[r->id_at] == '"';
	return (struct span){ r->out->bytes + r->id_at + is_quoted,
		r->id_end - r->id_at - 2 * (size_t)is_quoted };
}

void response_put_row(struct buf *out, struct span row, struct row_meta *meta)
{
	struct msg_reader in = msg_reader(row);
	struct msg_token map;
	*meta = (struct row_meta){ 0 };
	if (msg_read(&in, &map) != ST_OK || map.type != MSG_MAP) {
		json_out_value(out, row);
		return;
	}
	struct row r = { .out = out, .meta = meta, .separator = '{' };
	for (uint32_t i = 0; i < map.count && put_pair(&r, &in); i++)
		;
	buf_text(out, r.separator == '{' ? "{}" : "}");
	meta->id = id_of(&r);
}

void response_reserve(struct buf *out, struct span value)
{
	(void)buf_room(out, value.len + value.len / 4);
}

static enum status put_data(struct buf *out, struct msg_reader *in, bool is_first)
{
	struct msg_token array;
	if (msg_read(in, &array) != ST_OK || array.type != MSG_ARRAY)
		return ST_MALFORMED;
	if (!is_first && array.count > 0)
		buf_byte(out, ',');
	json_out_elements(out, array.count, in);
	return ST_OK;
}

static enum status read_cursor(struct msg_reader *in, struct span *next_cursor)
{
	struct msg_reader at = *in;
	struct msg_token value;
	if (msg_read(&at, &value) != ST_OK || msg_skip(in, NULL) != ST_OK)
		return ST_MALFORMED;
	if (value.type == MSG_TEXT)
		*next_cursor = value.text;
	return ST_OK;
}

enum status response_put_rows(
	struct buf *out, struct span page, bool is_first, struct span *next_cursor)
{
	struct msg_reader in = msg_reader(page);
	struct msg_token map, key;
	bool has_data = false;
	enum status st = msg_read(&in, &map);
	*next_cursor = (struct span){ 0 };
	response_reserve(out, page);
	if (st == ST_OK && map.type != MSG_MAP)
		return ST_MALFORMED;
	for (uint32_t i = 0; st == ST_OK && i < map.count; i++) {
		st = msg_read(&in, &key);
		if (st != ST_OK || key.type != MSG_TEXT)
			return ST_MALFORMED;
		bool is_data = span_is(key.text, "data") && !has_data;
		has_data |= is_data;
		if (is_data)
			st = put_data(out, &in, is_first);
		else if (span_is(key.text, "next_cursor"))
			st = read_cursor(&in, next_cursor);
		else
			st = msg_skip(&in, NULL);
	}
	return st == ST_OK && !has_data ? ST_MALFORMED : st;
}

struct error_info response_read_error(struct span error_map)
{
	struct error_info error = { .st = ST_INTERNAL };
	if (!msg_find_text(error_map, "code", &error.code)
		|| !msg_find_text(error_map, "message", &error.message))
		return (struct error_info){ .st = ST_INTERNAL };
	error.st = status_from_code(error.code.bytes, error.code.len);
	if (!msg_find_text(error_map, "field", &error.field))
		error.field = (struct span){ 0 };
	if (msg_find(error_map, "details", &error.details) != ST_OK)
		error.details = (struct span){ 0 };
	return error;
}

static struct span message_of(const struct error_info *error)
{
	return error->message.len ? error->message : span_of(status_info(error->st)->message);
}

void response_put_error(struct buf *out, const struct error_info *error, struct span trace_id)
{
	const struct status_info *row = status_info(error->st);
	struct span message = message_of(error);
	struct span field =
		error->code.len || error->field.len ? error->field : span_of(row->field);
	buf_text(out, "{\"error\":{\"code\":");
	json_out_text(out, error->code.len ? error->code : span_of(row->code));
	buf_text(out, ",\"message\":");
	json_out_text(out, message);
	if (field.len) {
		buf_text(out, ",\"field\":");
		json_out_text(out, field);
	}
	if (error->details.len) {
		buf_text(out, ",\"details\":");
		json_out_value(out, error->details);
	}
	buf_text(out, "},\"detail\":");
	json_out_text(out, message);
	buf_text(out, ",\"trace_id\":");
	json_out_text(out, trace_id);
	buf_byte(out, '}');
}
