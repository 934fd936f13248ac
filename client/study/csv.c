#include "client/study/csv.h"

#include <string.h>

enum place {
	AT_START, /* of a field */
	IN_PLAIN,
	IN_QUOTES,
	AT_QUOTE, /* in quotes: their end, or the first of two */
	AT_CR     /* outside of them: a line end, or a character like any other */
};

static const char stray_quote[] = "a quote in a field that does not begin with one";
static const char after_quote[] = "text after the closing quote of a field";
static const char open_quote[] = "a quote that is not closed";
static const char too_long[] = "over 64 KiB";

/* Where a record goes on after this character; *wrong is set where it can't. */
static enum place step(enum place at, char c, const char **wrong)
{
	if (at == IN_QUOTES)
		return c == '"' ? AT_QUOTE : IN_QUOTES;
	if (c == ',')
		return AT_START;
	if (c == '"' && at == AT_START)
		return IN_QUOTES;
	if (c == '"' && at == AT_QUOTE)
		return IN_QUOTES;
	if (c == '\r')
		return at == AT_QUOTE ? AT_QUOTE : AT_CR;
	if (c == '"' || at == AT_QUOTE)
		*wrong = c == '"' ? stray_quote : after_quote;
	return IN_PLAIN;
}

/* A broken record's input goes on with the line after `from`. */
static enum csv_result broken(
	struct span in, size_t from, bool is_end, const char *wrong, struct csv_extent *out)
{
	const char *end = memchr(in.bytes + from, '\n', in.len - from);
	if (!end && !is_end && in.len < CSV_RECORD_MAX)
		return CSV_MORE;
	out->wrong = wrong;
	out->len = end ? (size_t)(end - in.bytes) + 1 : in.len;
	out->is_cut = !end && !is_end;
	return CSV_BROKEN;
}

enum csv_result csv_scan(struct span in, bool is_end, struct csv_extent *out)
{
	enum place at = AT_START;
	const char *wrong = NULL;
	for (size_t i = 0; i < in.len && i < CSV_RECORD_MAX; i++) {
		if (in.bytes[i] == '\n' && at != IN_QUOTES) {
			*out = (struct csv_extent){ .len = i + 1 };
			return CSV_RECORD;
		}
		at = step(at, in.bytes[i], &wrong);
		if (wrong)
			return broken(in, i, is_end, wrong, out);
	}
	if (in.len >= CSV_RECORD_MAX)
		return broken(in, 0, is_end, at == IN_QUOTES ? open_quote : too_long, out);
	if (!is_end || in.len == 0)
		return CSV_MORE;
	if (at == IN_QUOTES)
		return broken(in, 0, is_end, open_quote, out);
	*out = (struct csv_extent){ .len = in.len };
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

/* Copies one field from `at`; past it: at its comma, or at the end. */
static const char *take_field(const char *at, const char *end, char **to, struct csv_field *out)
{
	bool is_quoted = at < end && *at == '"', is_inside = is_quoted;
	out->text = *to;
	out->is_quoted = is_quoted;
	for (at += is_quoted; at < end && (is_inside || *at != ','); at++) {
		if (is_quoted && *at == '"') {
			is_inside = !is_inside; /* twice for a doubled one */
			if (!is_inside)
				continue;
		}
		*(*to)++ = *at;
	}
	*(*to)++ = '\0';
	return at;
}

void csv_split(struct span record, struct csv_record *out)
{
	struct span in = without_line_end(record);
	const char *at = in.bytes, *end = in.bytes + in.len;
	char *to = out->bytes;
	out->count = 0;
	do {
		if (out->count > 0)
			at++; /* the comma */
		at = take_field(at, end, &to, &out->fields[out->count++]);
	} while (at < end && out->count < CSV_FIELDS_MAX);
}

void csv_put(struct buf *out, const char *text)
{
	if (!text)
		return;
	if (*text && !strpbrk(text, ",\"\r\n") && *text != ' ') {
		buf_text(out, text);
		return;
	}
	buf_byte(out, '"');
	for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
		buf_put(out, text, (size_t)(quote - text) + 1);
		buf_byte(out, '"');
	}
	buf_text(out, text);
	buf_byte(out, '"');
}
