#include <stdlib.h>
#include <string.h>

#include "client/study/lines.h"
#include "client/study/rows_inside.h"
#include "common/utf8.h"

struct rows *rows_new(struct source *source, enum rows_format format)
{
	struct rows *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->source = source;
	r->format = format;
	r->stream.is_line_start = true;
	return r;
}

void rows_free(struct rows **rows)
{
	if (*rows)
		buf_fini(&(*rows)->texts);
	free(*rows);
	*rows = NULL;
}

const char *rows_ignored(const struct rows *r)
{
	return r->ignored.text;
}

enum { MARK_IN_ARRAY = 1, MARK_LINE_START = 2 };

unsigned rows_mark(const struct rows *r)
{
	return (r->stream.is_in_array ? MARK_IN_ARRAY : 0)
	       | (r->stream.is_line_start ? MARK_LINE_START : 0);
}

void rows_resume(struct rows *r, unsigned mark)
{
	r->stream = (struct json_stream){ .is_in_array = mark & MARK_IN_ARRAY,
		.is_line_start = mark & MARK_LINE_START };
}

enum rows_result rows_read_more(struct rows *r)
{
	static const enum rows_result results[] = {
		[SOURCE_MORE] = ROWS_RECORD,
		[SOURCE_WAIT] = ROWS_WAIT,
		[SOURCE_END] = ROWS_END,
		[SOURCE_FULL] = ROWS_RECORD,
		[SOURCE_FAILED] = ROWS_FAILED,
	};
	enum rows_result result = results[source_fill(r->source)];
	bool has_rest = source_view(r->source).len > 0; /* a last line without a line end */
	return result == ROWS_END && has_rest ? ROWS_RECORD : result;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

uint64_t rows_line_at(const struct rows *r, size_t len)
{
	bool is_after_cr = r->source->is_after_cr;
	struct span in = source_view(r->source);
	while (len > 0 && is_line_end(in.bytes[len - 1]))
		len--;
	return r->source->line + lines_count((struct span){ in.bytes, len }, &is_after_cr);
}

const char *rows_wrong_bytes(struct span text)
{
	if (memchr(text.bytes, '\0', text.len))
		return "contains a NUL byte";
	return utf8_is_valid(text.bytes, text.len) ? NULL : "is not UTF-8";
}

/* How much to skip of a broken record whose end is not in view. */
static size_t rest_of_record(struct rows *r, bool *is_found)
{
	struct span in = source_view(r->source);
	bool is_end = r->source->is_end;
	if (r->format == ROWS_JSON)
		return json_resync(&r->stream, in, is_end, is_found);
	size_t end = lines_end(in, 0, is_end);
	*is_found = end != SIZE_MAX;
	if (*is_found)
		return end;
	bool may_be_half = !is_end && in.len > 0 && in.bytes[in.len - 1] == '\r';
	return in.len - may_be_half;
}

/* The refusal is returned only at the end of the record, so that an interrupted import continues
 * with a whole line. */
enum rows_result rows_skip(struct rows *r, struct refusal *why)
{
	for (bool is_found = false; !is_found;) {
		size_t len = rest_of_record(r, &is_found);
		if (len > 0)
			r->refusal.last_line = rows_line_at(r, len);
		source_take(r->source, len);
		if (is_found || (r->source->is_end && source_view(r->source).len == 0))
			break;
		enum rows_result result = rows_read_more(r);
		if (result == ROWS_WAIT || result == ROWS_FAILED)
			return result;
	}
	r->is_cut = false;
	*why = r->refusal;
	return ROWS_REFUSED;
}

enum rows_result rows_drop(struct rows *r, size_t len, bool is_cut, struct refusal *why)
{
	r->refusal.line = r->source->line;
	r->refusal.last_line = rows_line_at(r, len);
	source_take(r->source, len);
	r->is_cut = is_cut;
	if (is_cut)
		return rows_skip(r, why);
	*why = r->refusal;
	return ROWS_REFUSED;
}

/* The kind of the file. */

static const struct {
	struct span bytes;
	const char *rule;
} other_kinds[] = {
	{ SPAN_INIT("\xff\xfe"), "is UTF-16: save it as UTF-8" },
	{ SPAN_INIT("\xfe\xff"), "is UTF-16: save it as UTF-8" },
	{ SPAN_INIT("PK\x03\x04"), "is a spreadsheet or a ZIP file: save it as CSV" },
	{ SPAN_INIT("\xd0\xcf\x11\xe0"), "is a spreadsheet: save it as CSV" },
	{ SPAN_INIT("\x1f\x8b"), "is compressed: unpack it first" },
};

enum { MARK_LEN = 3, KIND_LEN = 4 };

static bool starts_with(struct span in, struct span start)
{
	return in.len >= start.len && memcmp(in.bytes, start.bytes, start.len) == 0;
}

static const char *other_kind(struct span in)
{
	for (size_t i = 0; i < sizeof other_kinds / sizeof *other_kinds; i++)
		if (starts_with(in, other_kinds[i].bytes))
			return other_kinds[i].rule;
	bool is_wide = in.len >= KIND_LEN && (!in.bytes[0] || !in.bytes[1]);
	return is_wide ? "contains NUL bytes, as UTF-16 does: save it as UTF-8" : NULL;
}

/* Gets the first byte of the first line that is not blank, without removing it. ROWS_END: there is
 * none. */
static enum rows_result peek(struct rows *r, char *out)
{
	enum rows_result result = ROWS_RECORD;
	for (size_t at = 0; result == ROWS_RECORD && at < CSV_RECORD_MAX;) {
		struct span in = source_view(r->source);
		size_t most = in.len < CSV_RECORD_MAX ? in.len : CSV_RECORD_MAX;
		while (at < most && in.bytes[at] && strchr(" \t\r\n", in.bytes[at]))
			at++;
		if (at < most) {
			*out = in.bytes[at];
			return ROWS_RECORD;
		}
		result = r->source->is_end ? ROWS_END : rows_read_more(r);
	}
	return result == ROWS_RECORD ? ROWS_END : result;
}

/* Checks the first bytes of the file once; after ROWS_WAIT it is called again. */
static enum rows_result check_kind(struct rows *r, struct refusal *why)
{
	while (source_view(r->source).len < KIND_LEN && !r->source->is_end) {
		enum rows_result result = rows_read_more(r);
		if (result == ROWS_WAIT || result == ROWS_FAILED)
			return result;
	}
	if (starts_with(source_view(r->source), SPAN("\xef\xbb\xbf")))
		source_take(r->source, MARK_LEN);
	r->is_past_mark = true;
	const char *other = other_kind(source_view(r->source));
	if (!other)
		return ROWS_RECORD;
	record_refuse(why, 1, "file", "%s", other);
	return ROWS_REFUSED;
}

static enum rows_result find_format(struct rows *r, struct refusal *why)
{
	enum rows_result result = r->is_past_mark ? ROWS_RECORD : check_kind(r, why);
	if (result != ROWS_RECORD || r->format != ROWS_ANY)
		return result;
	char first = '\0';
	result = peek(r, &first);
	if (result == ROWS_RECORD || result == ROWS_END)
		r->format = first == '{' || first == '[' ? ROWS_JSON : ROWS_CSV;
	return result == ROWS_END ? ROWS_RECORD : result;
}

enum rows_result rows_begin(struct rows *r, struct refusal *why)
{
	if (r->is_cut) /* a header over the limit whose end has not arrived yet */
		return rows_skip(r, why);
	enum rows_result result = find_format(r, why);
	return result != ROWS_RECORD || r->format == ROWS_JSON ? result : rows_begin_csv(r, why);
}

enum rows_result rows_next(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	return r->format == ROWS_CSV ? rows_next_csv(r, raw, why) : rows_next_json(r, raw, why);
}
