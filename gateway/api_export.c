#include "gateway/api_export.h"

#include <string.h>

#include "common/json_out.h"
#include "gateway/api_stream.h"

static bool is_single(struct span table)
{
	return span_is(table, "account");
}

static bool is_open(const struct buf *member, struct span table)
{
	return member->len == table.len && memcmp(member->bytes, table.bytes, table.len) == 0;
}

static void close_member(const struct buf *member, struct buf *document)
{
	if (member->len && !is_single(buf_view(member)))
		buf_byte(document, ']');
}

static void open_member(struct buf *member, struct span table, struct buf *document)
{
	close_member(member, document);
	buf_byte(document, member->len ? ',' : '{');
	json_out_text(document, table);
	buf_text(document, is_single(table) ? ":" : ":[");
	buf_clear(member);
	buf_span(member, table);
}

static enum status put_row(struct buf *member, struct span row, struct buf *document)
{
	struct span table, value;
	if (!msg_find_text(row, "table", &table) || table.len == 0
		|| msg_find(row, "row", &value) != ST_OK)
		return ST_MALFORMED;
	if (is_open(member, table))
		buf_byte(document, ',');
	else
		open_member(member, table, document);
	if (!msg_is_nil(value))
		json_out_value(document, value);
	document->failed |= member->failed;
	return ST_OK;
}

static enum status put_rows(struct buf *member, struct span data, struct buf *document)
{
	struct msg_reader in = msg_reader(data);
	struct msg_token array;
	struct span row;
	enum status st = msg_read(&in, &array);
	if (st == ST_OK && array.type != MSG_ARRAY)
		st = ST_MALFORMED;
	for (uint32_t i = 0; st == ST_OK && i < array.count; i++) {
		st = msg_skip(&in, &row);
		if (st == ST_OK)
			st = put_row(member, row, document);
	}
	return st;
}

enum status api_export_put(
	struct buf *member, struct span page, struct buf *document, struct span *next_cursor)
{
	struct span data;
	enum status st = msg_find(page, "data", &data);
	if (st == ST_OK)
		st = put_rows(member, data, document);
	if (st != ST_OK)
		return ST_MALFORMED;
	if (msg_find_text(page, "next_cursor", next_cursor))
		return ST_OK;
	*next_cursor = (struct span){ 0 };
	close_member(member, document);
	buf_text(document, member->len ? "}" : "{}");
	return ST_OK;
}

static enum status put_page(
	struct api_request *r, struct span page, struct buf *body, struct span *next_cursor)
{
	return api_export_put(&r->member, page, body, next_cursor);
}

static const struct api_stream_form document = {
	.put_page = put_page,
	.headers = "Content-Disposition: attachment; filename=\"studytracker.json\"\r\n",
};

void api_export_respond(struct api_request **request, struct span page)
{
	api_stream_respond(request, &document, page);
}
