#include "client/study/rows.h"

#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/csv.h"
#include "common/utf8.h"

struct rows {
	struct source *source;
	enum rows_format format;
	bool is_past_mark;    /* the byte order mark */
	const char *cut_rule; /* of a line that is too long, while it is passed over */
	uint64_t cut_line;
	signed char column[FIELD_COUNT]; /* CSV: where each field stands, -1: nowhere */
	struct csv_record record;
	struct json_tokener *tokener;
	struct json_object *object; /* what raw borrows */
	char line[CSV_RECORD_MAX + 1];
};

struct rows *rows_new(struct source *source, enum rows_format format)
{
	struct rows *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->source = source;
	r->format = format;
	r->tokener = json_tokener_new_ex(8);
	if (!r->tokener)
		rows_free(&r);
	else
		json_tokener_set_flags(
			r->tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	return r;
}

void rows_free(struct rows **rows)
{
	struct rows *r = *rows;
	if (!r)
		return;
	*rows = NULL;
	if (r->tokener)
		json_tokener_free(r->tokener);
	json_object_put(r->object);
	free(r);
}

/* ROWS_RECORD: there is more in view. */
static enum rows_result read_more(struct rows *r)
{
	static const enum rows_result results[] = {
		[SOURCE_MORE] = ROWS_RECORD,
		[SOURCE_WAIT] = ROWS_WAIT,
		[SOURCE_END] = ROWS_END,
		[SOURCE_FULL] = ROWS_RECORD,
		[SOURCE_FAILED] = ROWS_FAILED,
	};
	return results[source_fill(r->source)];
}

/* Lines of either kind: a whole one is in view with its extent. */

static enum csv_result scan_line(struct span in, bool is_end, struct csv_extent *out)
{
	size_t most = in.len < CSV_RECORD_MAX ? in.len : CSV_RECORD_MAX;
	const char *end = most > 0 ? memchr(in.bytes, '\n', most) : NULL;
	if (!end && in.len < CSV_RECORD_MAX && (!is_end || in.len == 0))
		return CSV_MORE;
	*out = (struct csv_extent){ .len = end ? (size_t)(end - in.bytes) + 1 : in.len };
	if (end || in.len < CSV_RECORD_MAX)
		return CSV_RECORD;
	end = memchr(in.bytes, '\n', in.len);
	out->len = end ? (size_t)(end - in.bytes) + 1 : in.len;
	out->is_cut = !end;
	out->wrong = "over 64 KiB";
	return CSV_BROKEN;
}

/* Told only at its end: an import that is interrupted then goes on with a whole line. */
static enum rows_result skip_line(struct rows *r, struct refusal *why)
{
	enum rows_result result = ROWS_RECORD;
	while (result == ROWS_RECORD) {
		struct span in = source_view(r->source);
		const char *end = in.len > 0 ? memchr(in.bytes, '\n', in.len) : NULL;
		source_take(r->source, end ? (size_t)(end - in.bytes) + 1 : in.len);
		result = end ? ROWS_END : read_more(r);
	}
	if (result != ROWS_END)
		return result;
	record_refuse(why, r->cut_line, "", "%s", r->cut_rule);
	r->cut_rule = NULL;
	return ROWS_REFUSED;
}

static enum rows_result refuse_line(
	struct rows *r, const struct csv_extent *extent, struct refusal *why)
{
	uint64_t line = r->source->line;
	source_take(r->source, extent->len);
	record_refuse(why, line, "", "%s", extent->wrong);
	if (!extent->is_cut)
		return ROWS_REFUSED;
	r->cut_rule = extent->wrong;
	r->cut_line = line;
	return skip_line(r, why);
}

static bool is_blank(const char *at, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", at[len - 1]) && at[len - 1])
		len--;
	return len == 0;
}

/* The extent of the next record that is not blank. */
static enum rows_result find(struct rows *r, struct csv_extent *extent, struct refusal *why)
{
	enum rows_result result = ROWS_RECORD;
	if (r->cut_rule)
		return skip_line(r, why);
	while (result == ROWS_RECORD) {
		struct span in = source_view(r->source);
		enum csv_result found = (r->format == ROWS_CSV ? csv_scan : scan_line)(
			in, r->source->is_end, extent);
		if (found == CSV_RECORD && !is_blank(in.bytes, extent->len))
			return ROWS_RECORD;
		if (found == CSV_BROKEN)
			return refuse_line(r, extent, why);
		if (found == CSV_RECORD)
			source_take(r->source, extent->len);
		else
			result = read_more(r);
		if (result == ROWS_END && source_view(r->source).len > 0)
			result = ROWS_RECORD; /* the last line, without its end */
	}
	return result;
}

/* A record's text is judged as a whole: NUL and what is no UTF-8 are nowhere allowed. */
static enum rows_result take(struct rows *r, struct span *out, uint64_t *line, struct refusal *why)
{
	struct csv_extent extent = { 0 };
	enum rows_result result = find(r, &extent, why);
	if (result != ROWS_RECORD)
		return result;
	out->bytes = r->source->bytes + r->source->start;
	out->len = extent.len;
	*line = r->source->line;
	source_take(r->source, extent.len); /* moves nothing: the bytes stay until the next fill */
	if (!utf8_is_valid(out->bytes, out->len))
		record_refuse(why, *line, "", "is not UTF-8");
	else if (memchr(out->bytes, '\0', out->len))
		record_refuse(why, *line, "", "holds a NUL byte");
	else
		return ROWS_RECORD;
	return ROWS_REFUSED;
}

/* CSV. */

static const char *trim(char *text)
{
	size_t len = strlen(text), start = utf8_trim_start(text, len);
	text[start + utf8_trim_end(text + start, len - start)] = '\0';
	return text + start;
}

static const char *missing_column(const struct rows *r)
{
	static const char *const names[] = {
		[FIELD_ID] = "id",
		[FIELD_DAY] = "timestamp or study_date",
		[FIELD_MINUTES] = "minutes",
		[FIELD_TAG] = "tag",
	};
	for (int f = 0; f < FIELD_NOTES; f++)
		if (r->column[f] < 0)
			return names[f];
	return NULL;
}

static enum rows_result read_header(struct rows *r, struct refusal *why)
{
	int ranks[FIELD_COUNT] = { 0 };
	struct span text;
	uint64_t line;
	enum rows_result result = take(r, &text, &line, why);
	if (result != ROWS_RECORD)
		return result;
	memset(r->column, -1, sizeof r->column);
	csv_split(text, &r->record);
	for (size_t i = 0; i < r->record.count; i++) {
		int rank;
		char *name = r->record.bytes + (r->record.fields[i].text - r->record.bytes);
		enum field field = record_field(trim(name), &rank);
		if (field == FIELD_COUNT || (r->column[field] >= 0 && ranks[field] <= rank))
			continue;
		r->column[field] = (signed char)i;
		ranks[field] = rank;
	}
	const char *missing = missing_column(r);
	if (!missing)
		return ROWS_RECORD;
	record_refuse(why, line, "header",
		"has no column %s; id, timestamp or study_date, minutes and tag must be there",
		missing);
	return ROWS_REFUSED;
}

static enum rows_result next_csv(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	struct span text;
	enum rows_result result = take(r, &text, &raw->line, why);
	if (result != ROWS_RECORD)
		return result;
	csv_split(text, &r->record);
	for (int f = 0; f < FIELD_COUNT; f++) {
		bool is_there = r->column[f] >= 0 && (size_t)r->column[f] < r->record.count;
		const struct csv_field *field = is_there ? &r->record.fields[r->column[f]] : NULL;
		bool is_given = field && (*field->text || field->is_quoted);
		raw->text[f] = is_given ? field->text : NULL;
	}
	return ROWS_RECORD;
}

/* JSON. */

/* An array's own lines, and the commas after its elements. */
static size_t without_array(const char *line, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", line[len - 1]))
		len--;
	size_t start = strspn(line, " \t");
	if (start + 1 == len && (line[start] == '[' || line[start] == ']'))
		return 0;
	return len > 0 && line[len - 1] == ',' ? len - 1 : len;
}

/* NULL, or what is wrong with a value. Numbers are taken as they are written. */
static const char *take_value(struct json_object *value, const char **out)
{
	enum json_type type = json_object_get_type(value);
	if (type == json_type_object || type == json_type_array || type == json_type_boolean)
		return "must be text or a number";
	*out = json_object_get_string(value);
	if (type == json_type_string && strlen(*out) != (size_t)json_object_get_string_len(value))
		return "holds U+0000";
	return NULL;
}

static enum rows_result fill_raw(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	int ranks[FIELD_COUNT] = { 0 };
	uint64_t line = raw->line;
	*raw = (struct raw_record){ .line = line };
	struct json_object_iterator at = json_object_iter_begin(r->object);
	struct json_object_iterator end = json_object_iter_end(r->object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *value = json_object_iter_peek_value(&at);
		int rank;
		enum field field = record_field(json_object_iter_peek_name(&at), &rank);
		if (field == FIELD_COUNT || !value || (raw->text[field] && ranks[field] <= rank))
			continue;
		const char *wrong = take_value(value, &raw->text[field]);
		if (wrong) {
			record_refuse(why, line, json_object_iter_peek_name(&at), "%s", wrong);
			return ROWS_REFUSED;
		}
		ranks[field] = rank;
	}
	return ROWS_RECORD;
}

static const char *parse(struct rows *r, size_t len)
{
	json_object_put(r->object);
	json_tokener_reset(r->tokener);
	r->line[len] = '\0';
	r->object = json_tokener_parse_ex(r->tokener, r->line, (int)len + 1);
	if (json_tokener_get_error(r->tokener) != json_tokener_success)
		return json_tokener_error_desc(json_tokener_get_error(r->tokener));
	return json_object_is_type(r->object, json_type_object) ? NULL : "no object";
}

static enum rows_result next_json(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	struct span text;
	size_t len = 0;
	while (len == 0) {
		enum rows_result result = take(r, &text, &raw->line, why);
		if (result != ROWS_RECORD)
			return result;
		len = without_array(text.bytes, text.len);
	}
	memcpy(r->line, text.bytes, len);
	const char *wrong = parse(r, len);
	if (!wrong)
		return fill_raw(r, raw, why);
	record_refuse(why, raw->line, "", "is no JSON object: %s", wrong);
	return ROWS_REFUSED;
}

/* Both. */

/* What the first line that is not blank begins with; looks only. ROWS_END: there is none. */
static enum rows_result peek(struct rows *r, char *out)
{
	enum rows_result result = ROWS_RECORD;
	size_t at = 0;
	while (result == ROWS_RECORD && at < CSV_RECORD_MAX) {
		struct span in = source_view(r->source);
		while (at < in.len && strchr(" \t\r\n", in.bytes[at]) && in.bytes[at])
			at++;
		if (at < in.len) {
			*out = in.bytes[at];
			return ROWS_RECORD;
		}
		result = read_more(r);
	}
	return result == ROWS_RECORD ? ROWS_END : result;
}

static enum rows_result find_format(struct rows *r)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct span in = source_view(r->source);
	while (in.len < 3 && !r->source->is_end) {
		enum rows_result result = read_more(r);
		if (result != ROWS_RECORD && result != ROWS_END)
			return result;
		in = source_view(r->source);
	}
	if (!r->is_past_mark && in.len >= 3 && memcmp(in.bytes, mark, 3) == 0)
		source_take(r->source, 3);
	r->is_past_mark = true;
	if (r->format != ROWS_ANY)
		return ROWS_RECORD;
	char first = '\0';
	enum rows_result result = peek(r, &first);
	if (result != ROWS_RECORD && result != ROWS_END)
		return result;
	r->format = first == '{' || first == '[' ? ROWS_NDJSON : ROWS_CSV;
	return ROWS_RECORD;
}

enum rows_result rows_begin(struct rows *r, struct refusal *why)
{
	enum rows_result result = find_format(r);
	if (result != ROWS_RECORD || r->format == ROWS_NDJSON)
		return result;
	result = read_header(r, why);
	if (result != ROWS_END)
		return result;
	record_refuse(why, 1, "header", "is missing: the file is empty");
	return ROWS_REFUSED;
}

enum rows_result rows_next(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	return r->format == ROWS_CSV ? next_csv(r, raw, why) : next_json(r, raw, why);
}
