#include "gateway/reply.h"

#include <stdio.h>

#include "common/json_out.h"

static void note_fact(struct row_facts *facts, struct span key, const struct msg_token *value)
{
	if (span_is(key, "updated_at") && value->type == MSG_TEXT)
		facts->updated_at = value->text;
	if (!span_is(key, "id"))
		return;
	if (value->type == MSG_TEXT)
		facts->id = value->text;
	if (value->type == MSG_INT) {
		int len = snprintf(facts->id_digits, sizeof facts->id_digits, "%lld",
			(long long)value->integer);
		facts->id = (struct span){ facts->id_digits, (size_t)len };
	}
}

/* NULL where the column is shown. */
static bool *hidden_fact(struct row_facts *facts, struct span column)
{
	if (span_is(column, "created"))
		return &facts->was_created;
	return span_is(column, "replayed") ? &facts->was_replayed : NULL;
}

void reply_row(struct buf *out, struct span row, struct row_facts *facts)
{
	struct msg_reader in = msg_reader(row);
	struct msg_token map, key, head;
	*facts = (struct row_facts){ 0 };
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
			continue; /* said where it is so: existing clients know a session's fields */
		bool *hidden = hidden_fact(facts, key.text);
		if (hidden) {
			*hidden = head.type == MSG_BOOL && head.boolean;
			continue;
		}
		note_fact(facts, key.text, &head);
		buf_byte(out, separator);
		json_out_text(out, key.text);
		buf_byte(out, ':');
		json_out_value(out, value);
		separator = ',';
	}
	buf_text(out, separator == '{' ? "{}" : "}");
}

enum status reply_page_rows(
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

struct error_facts reply_error_facts(struct span error_map)
{
	struct error_facts facts = { .st = ST_INTERNAL };
	if (!msg_find_text(error_map, "code", &facts.code)
		|| !msg_find_text(error_map, "message", &facts.message))
		return (struct error_facts){ .st = ST_INTERNAL };
	facts.st = status_from_code(facts.code.bytes, facts.code.len);
	if (!msg_find_text(error_map, "field", &facts.field))
		facts.field = (struct span){ 0 };
	if (msg_find(error_map, "details", &facts.details) != ST_OK)
		facts.details = (struct span){ 0 };
	return facts;
}

void reply_error(struct buf *out, const struct error_facts *facts, struct span trace_id)
{
	const struct status_info *info = status_info(facts->st);
	struct span message = facts->message.len ? facts->message : span_of(info->message);
	struct span field =
		facts->code.len || facts->field.len ? facts->field : span_of(info->field);
	buf_text(out, "{\"error\":{\"code\":");
	json_out_text(out, facts->code.len ? facts->code : span_of(info->code));
	buf_text(out, ",\"message\":");
	json_out_text(out, message);
	if (field.len) {
		buf_text(out, ",\"field\":");
		json_out_text(out, field);
	}
	if (facts->details.len) {
		buf_text(out, ",\"details\":");
		json_out_value(out, facts->details);
	}
	buf_text(out, "},\"detail\":");
	json_out_text(out, message);
	buf_text(out, ",\"trace_id\":");
	json_out_text(out, trace_id);
	buf_byte(out, '}');
}
