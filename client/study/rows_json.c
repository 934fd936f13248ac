#include <inttypes.h>

#include "client/study/fields.h"
#include "client/study/rows_inside.h"
#include "common/json_scan.h"

static enum rows_result refuse_broken(
	struct rows *r, const struct json_extent *extent, struct refusal *why)
{
	static const char *const rules[] = {
		[JSON_NO_OBJECT] = "is not a JSON object",
		[JSON_OPEN_TEXT] = "is not JSON: a string is not closed on line",
		[JSON_UNFINISHED] = "is not JSON: the file ends inside the object",
		[JSON_TOO_LONG] = "is larger than 256 KiB",
	};
	if (extent->fault == JSON_OPEN_TEXT)
		record_refuse(&r->refusal, 0, "", "%s %" PRIu64, rules[extent->fault],
			rows_line_at(r, extent->fault_at));
	else
		record_refuse(&r->refusal, 0, "", "%s", rules[extent->fault]);
	return rows_drop(r, extent->len, extent->is_cut, why);
}

/* The brackets match, but the content is not JSON. */
static enum rows_result refuse_object(
	struct rows *r, struct span object, size_t wrong_at, struct refusal *why)
{
	uint64_t line = rows_line_at(r, wrong_at);
	if (line != r->source->line)
		record_add(&r->refusal, ", on line %" PRIu64, line);
	return rows_drop(r, json_drop(&r->stream, object), false, why);
}

static bool is_json(struct rows *r, struct span object, size_t *wrong_at)
{
	struct json_scan scan = { 0 };
	struct fail fail = { 0 };
	const char *wrong = rows_wrong_bytes(object);
	*wrong_at = 0;
	if (wrong) {
		record_refuse(&r->refusal, 0, "", "%s", wrong);
		return false;
	}
	enum status st = json_scan(&scan, object, &fail);
	if (st == ST_OK)
		return true;
	*wrong_at = scan.broken_at;
	if (scan.broken)
		record_refuse(&r->refusal, 0, "", "is not JSON: %s", scan.broken);
	else
		record_refuse(&r->refusal, 0, fail.field, "must not contain the character U+0000");
	return false;
}

static enum rows_result take_object(
	struct rows *r, struct span object, struct raw_record *raw, struct refusal *why)
{
	struct named_texts named;
	size_t wrong_at;
	if (!is_json(r, object, &wrong_at))
		return refuse_object(r, object, wrong_at, why);
	raw->line = r->source->line;
	raw->last_line = rows_line_at(r, object.len);
	json_keep(&r->stream);
	source_take(r->source, object.len); /* the bytes stay in place until the next source_fill */
	*why = (struct refusal){ .line = raw->line };
	if (fields_of_json(object, &r->texts, &r->ignored, &named, why)
		&& record_merge(&named, raw, why))
		return ROWS_RECORD;
	why->last_line = raw->last_line;
	return ROWS_REFUSED;
}

/* A truncated file may end between two objects of an array. */
static enum rows_result end(struct rows *r, struct refusal *why)
{
	if (!r->stream.is_in_array)
		return ROWS_END;
	r->stream.is_in_array = false;
	record_refuse(
		why, r->source->line, "", "the file ends inside an array: more may be missing");
	return ROWS_REFUSED;
}

enum rows_result rows_next_json(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	struct json_extent extent;
	enum rows_result result = ROWS_RECORD;
	if (r->is_cut)
		return rows_skip(r, why);
	while (result == ROWS_RECORD) {
		struct span in = source_view(r->source);
		bool is_end = r->source->is_end;
		switch (json_find(&r->stream, in, is_end, &extent)) {
		case JSON_OBJECT:
			return take_object(r, (struct span){ in.bytes, extent.len }, raw, why);
		case JSON_BROKEN:
			return refuse_broken(r, &extent, why);
		case JSON_BLANK:
			source_take(r->source, extent.len);
			break;
		case JSON_MORE:
			result = is_end && in.len == 0 ? ROWS_END : rows_read_more(r);
		}
	}
	return result == ROWS_END ? end(r, why) : result;
}
