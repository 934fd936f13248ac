#include "client/study/csv.h"

#include <string.h>

#include "client/study/lines.h"

enum place {
	AT_START, /* start of a field */
	IN_PLAIN,
	IN_QUOTES,
	AT_QUOTE, /* a quote inside quotes: their end, or the first of two */
	BROKEN
};

/* The state after this character, which is not a line end outside quotes. */
static enum place step(enum place at, char c, char separator, enum csv_fault *fault)
{
	if (at == IN_QUOTES)
		return c == '"' ? AT_QUOTE : IN_QUOTES;
	if (c == separator)
		return AT_START;
	if (c == '"' && at != IN_PLAIN)
		return IN_QUOTES;
	if (c != '"' && at != AT_QUOTE)
		return IN_PLAIN;
	*fault = at == AT_QUOTE ? CSV_TEXT_AFTER_QUOTE : CSV_STRAY_QUOTE;
	return BROKEN;
}

/* A stray quote breaks its own line; other faults break the line with the opening quote of the
 * field. */
static enum csv_result broken(struct span in, bool is_end, struct csv_extent *out)
{
	size_t from = out->fault == CSV_STRAY_QUOTE ? out->fault_at : out->quote_at;
	size_t end = lines_end(in, from, is_end);
	bool has_end = end != SIZE_MAX;
	if (!has_end && !is_end && in.len < CSV_RECORD_MAX)
		return CSV_MORE;
	out->len = has_end ? end : in.len;
	out->is_cut = !has_end && !is_end;
	return CSV_BROKEN;
}

static enum csv_result too_long(struct span in, enum place at, bool is_end, struct csv_extent *out)
{
	out->fault = at == IN_QUOTES ? CSV_OPEN_QUOTE : CSV_TOO_LONG;
	if (out->fault == CSV_TOO_LONG)
		out->quote_at = CSV_RECORD_MAX - 1; /* the line that is too long is the last line */
	return broken(in, is_end, out);
}

enum csv_result csv_scan(struct span in, char separator, bool is_end, struct csv_extent *out)
{
	enum place at = AT_START;
	size_t most = in.len < CSV_RECORD_MAX ? in.len : CSV_RECORD_MAX;
	*out = (struct csv_extent){ 0 };
	for (size_t i = 0; i < most; i++) {
		char c = in.bytes[i];
		if ((c == '\n' || c == '\r') && at != IN_QUOTES) {
			out->len = lines_end(in, i, is_end);
			return out->len == SIZE_MAX ? CSV_MORE : CSV_RECORD;
		}
		if (c == '"' && at == AT_START)
			out->quote_at = i;
		at = step(at, c, separator, &out->fault);
		out->fault_at = i;
		if (at == BROKEN)
			return broken(in, is_end, out);
	}
	if (in.len >= CSV_RECORD_MAX)
		return too_long(in, at, is_end, out);
	if (!is_end || in.len == 0)
		return CSV_MORE;
	if (at == IN_QUOTES) {
		out->fault = CSV_OPEN_QUOTE;
		return broken(in, is_end, out);
	}
	out->len = in.len;
	return CSV_RECORD;
}

static struct span without_line_end(struct span record)
{
	if (record.len > 0 && record.bytes[record.len - 1] == '\n')
		record.len--;
	if (record.len > 0 && record.bytes[record.len - 1] == '\r')
		record.len--;
	return record;
}

/* Copies the first field of `rest`. Returns the position of its separator, or the end. */
static const char *take_field(struct span rest, char separator, char **to, struct csv_field *out)
{
	const char *at = rest.bytes, *end = rest.bytes + rest.len;
	bool is_quoted = at < end && *at == '"', is_inside = is_quoted;
	out->text = *to;
	out->is_quoted = is_quoted;
	for (at += is_quoted; at < end && (is_inside || *at != separator); at++) {
		if (is_quoted && *at == '"') {
			is_inside = !is_inside; /* two quotes toggle it twice */
			if (!is_inside)
				continue;
		}
		*(*to)++ = *at;
	}
	*(*to)++ = '\0';
	return at;
}

void csv_split(struct span record, char separator, struct csv_record *out)
{
	struct span in = without_line_end(record);
	const char *at = in.bytes, *end = in.bytes + in.len;
	char *to = out->bytes;
	out->count = 0;
	for (bool has_more = true; has_more; at++) {
		struct csv_field beyond;
		char *start = to;
		bool is_kept = out->count < CSV_FIELDS_MAX;
		at = take_field((struct span){ at, (size_t)(end - at) }, separator, &to,
			is_kept ? &out->fields[out->count] : &beyond);
		to = is_kept ? to : start;
		out->count++;
		has_more = at < end;
	}
}

static bool needs_quotes(const char *text)
{
	size_t len = strlen(text);
	return len == 0 || *text == ' ' || text[len - 1] == ' ' || strpbrk(text, ",;\t\"\r\n");
}

static void put_quoted(struct buf *out, const char *before, const char *text)
{
	buf_byte(out, '"');
	buf_text(out, before);
	for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
		buf_put(out, text, (size_t)(quote - text) + 1);
		buf_byte(out, '"');
	}
	buf_text(out, text);
	buf_byte(out, '"');
}

void csv_put(struct buf *out, const char *text)
{
	if (!text)
		return;
	if (needs_quotes(text))
		put_quoted(out, "", text);
	else
		buf_text(out, text);
}

/* Spreadsheets of East Asia treat the full-width forms of = + - @ alike. */
static bool begins_formula(const char *text)
{
	static const char *const beginnings[] = { "=", "+", "-", "@", "\xef\xbc\x9d",
		"\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };
	bool has_control = *text == '\t' || *text == '\r' || *text == '\n';
	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (strncmp(text, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return has_control;
}

void csv_put_cell(struct buf *out, const char *text)
{
	if (text && begins_formula(text))
		put_quoted(out, "'", text);
	else
		csv_put(out, text);
}
