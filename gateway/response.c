#include "gateway/response.h"

#include <stdio.h>

#include "common/json_out.h"

static void read_meta(struct row_meta *meta, struct span key, const struct msg_token *value)
{
	if (span_is(key, "updated_at") && value->type == MSG_TEXT)
		meta->updated_at = value->text;
	if (!span_is(key, "id"))
		return;
	if (value->type == MSG_TEXT)
		meta->id = value->text;
	if (value->type == MSG_INT) {
		int len = snprintf(
			meta->id_digits, sizeof meta->id_digits, "%lld", (long long)value->integer);
		meta->id = (struct span){ meta->id_digits, (size_t)len };
	}
}

/* NULL if the column is shown. */
static bool *hidden_meta(struct row_meta *meta, struct span column)
{
	if (span_is(column, "created"))
		return &meta->was_created;
	return span_is(column, "replayed") ? &meta->was_replayed : NULL;
}

void response_put_row(struct buf *out, struct span row, struct row_meta *meta)
{
	struct msg_reader in = msg_reader(row);
	struct msg_token map, key, head;
	*meta = (struct row_meta){ 0 };
	if (msg_read(&in, &map) != ST_OK || map.type != MSG_MAP) {
		json_out_value(out, row);
		return;
	}
	char separator = '{';
	for (uint32_t i = 0; i < map.count; i++) {
		struct span value;
		if (msg_read(&in, &key) != ST_OK || key.type != MSG_TEXT
			|| msg_skip(&in, &value) != ST_OK)
			break;
		struct msg_reader peek = msg_reader(value);
		if (msg_read(&peek, &head) != ST_OK)
			break;
		if (span_is(key.text, "topic_archived") && !(head.type == MSG_BOOL && head.boolean))
			continue; /* shown if true: existing clients know the other fields */
		bool *hidden = hidden_meta(meta, key.text);
		if (hidden) {
			*hidden = head.type == MSG_BOOL && head.boolean;
			continue;
		}
		read_meta(meta, key.text, &head);
		buf_byte(out, separator);
		json_out_text(out, key.text);
		buf_byte(out, ':');
		json_out_value(out, value);
		separator = ',';
	}
	buf_text(out, separator == '{' ? "{}" : "}");
}

enum status response_put_rows(
	struct buf *out, struct span page, bool is_first, struct span *next_cursor)
{
	struct span data, row;
	struct msg_token array;
	if (msg_find(page, "data", &data) != ST_OK)
		return ST_MALFORMED;
	struct msg_reader in = msg_reader(data);
	if (msg_read(&in, &array) != ST_OK || array.type != MSG_ARRAY)
		return ST_MALFORMED;
	for (uint32_t i = 0; i < array.count; i++) {
		if (msg_skip(&in, &row) != ST_OK)
			return ST_MALFORMED;
		if (!is_first || i > 0)
			buf_byte(out, ',');
		json_out_value(out, row);
	}
	if (!msg_find_text(page, "next_cursor", next_cursor))
		*next_cursor = (struct span){ 0 };
	return ST_OK;
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
