#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "client/study/lines.h"
#include "client/study/rows_inside.h"
#include "common/utf8.h"

static const char separators[] = ",;\t";

/* Records. */

/* The lines inside a wrong quote are separate rows. */
static void refuse_quote(struct rows *r, const char *how, uint64_t opens, uint64_t ends)
{
	record_refuse(
		&r->refusal, 0, "", "the quote that opens on line %" PRIu64 " %s", opens, how);
	if (ends == opens)
		return;
	record_add(&r->refusal,
		" on line %" PRIu64 "; lines %" PRIu64 " to %" PRIu64 " are read as separate rows",
		ends, opens + 1, ends);
}

static enum rows_result refuse_broken(
	struct rows *r, const struct csv_extent *extent, struct refusal *why)
{
	uint64_t opens = rows_line_at(r, extent->quote_at + 1);
	uint64_t ends = rows_line_at(r, extent->fault_at + 1);
	switch (extent->fault) {
	case CSV_STRAY_QUOTE:
		record_refuse(&r->refusal, 0, "",
			"a field contains a quote but does not begin with one, on line %" PRIu64,
			ends);
		break;
	case CSV_TEXT_AFTER_QUOTE:
		refuse_quote(r, "is closed before the end of its field", opens, ends);
		break;
	case CSV_OPEN_QUOTE:
		refuse_quote(r, opens == ends ? "is not closed" : "is not closed, not even", opens,
			ends);
		break;
	case CSV_TOO_LONG:
		record_refuse(&r->refusal, 0, "", "is larger than 256 KiB");
	}
	return rows_drop(r, extent->len, extent->is_cut, why);
}

/* True for a row of separators only, too, as spreadsheets write below a table. */
static bool is_blank(const struct rows *r, struct span text)
{
	size_t i = 0;
	while (i < text.len
		&& (text.bytes[i] == r->separator || memchr(" \t\r\n", text.bytes[i], 4)))
		i++;
	return i == text.len;
}

/* Splits the next record that is not blank. */
static enum rows_result take(
	struct rows *r, uint64_t *line, uint64_t *last_line, struct refusal *why)
{
	struct csv_extent extent;
	enum rows_result result = ROWS_RECORD;
	if (r->is_cut)
		return rows_skip(r, why);
	while (result == ROWS_RECORD) {
		struct span in = source_view(r->source);
		enum csv_result found = csv_scan(in, r->separator, r->source->is_end, &extent);
		struct span record = { in.bytes, extent.len };
		if (found == CSV_BROKEN)
			return refuse_broken(r, &extent, why);
		if (found == CSV_MORE) {
			result = r->source->is_end && in.len == 0 ? ROWS_END : rows_read_more(r);
			continue;
		}
		const char *wrong = rows_wrong_bytes(record);
		if (wrong) {
			record_refuse(&r->refusal, 0, "", "%s", wrong);
			return rows_drop(r, extent.len, false, why);
		}
		*line = r->source->line;
		*last_line = rows_line_at(r, extent.len);
		bool is_row = !is_blank(r, record);
		if (is_row)
			csv_split(record, r->separator, &r->record);
		source_take(r->source, extent.len);
		if (is_row)
			return ROWS_RECORD;
	}
	return result;
}

/* The header. */

static char *trim(char *text)
{
	size_t len = strlen(text), start = utf8_trim_start(text, len);
	text[start + utf8_trim_end(text + start, len - start)] = '\0';
	return text + start;
}

static char *name_of(struct rows *r, size_t index)
{
	return trim(r->record.bytes + (r->record.fields[index].text - r->record.bytes));
}

static size_t kept(const struct rows *r)
{
	return r->record.count < CSV_FIELDS_MAX ? r->record.count : CSV_FIELDS_MAX;
}

/* The number of columns that are fields of a session if this is the separator. */
static size_t known_columns(struct rows *r, char separator)
{
	struct csv_extent extent;
	size_t known = 0;
	int rank;
	if (csv_scan(source_view(r->source), separator, r->source->is_end, &extent) != CSV_RECORD)
		return 0;
	csv_split((struct span){ source_view(r->source).bytes, extent.len }, separator, &r->record);
	for (size_t i = 0; i < kept(r); i++)
		known += record_field(name_of(r, i), &rank) != FIELD_COUNT;
	return known;
}

static char choose_separator(struct rows *r)
{
	char best = separators[0];
	size_t most = 0;
	for (const char *at = separators; *at; at++) {
		size_t known = known_columns(r, *at);
		if (known > most)
			best = *at;
		most = known > most ? known : most;
	}
	return best;
}

/* Spreadsheets write a first line sep=; */
static bool is_separator_line(struct span line, char *out)
{
	struct span text = line;
	while (text.len > 0 && strchr("\r\n\"", text.bytes[text.len - 1])
		&& text.bytes[text.len - 1])
		text.len--;
	while (text.len > 0 && *text.bytes == '"')
		text = (struct span){ text.bytes + 1, text.len - 1 };
	if (text.len != 5 || strncasecmp(text.bytes, "sep=", 4) != 0)
		return false;
	char c = text.bytes[4];
	*out = c;
	return c == '\t' || (c > ' ' && c < 0x7f && !isalnum((unsigned char)c) && c != '"');
}

/* ROWS_RECORD: a whole line that is not blank is in view. */
static enum rows_result find_line(struct rows *r, size_t *len)
{
	enum rows_result result = ROWS_RECORD;
	while (result == ROWS_RECORD) {
		struct span in = source_view(r->source);
		bool is_all = in.len <= CSV_RECORD_MAX;
		in.len = is_all ? in.len : CSV_RECORD_MAX; /* the same result for any view */
		size_t end = lines_end(in, 0, is_all && r->source->is_end);
		if (end == SIZE_MAX && !r->source->is_end && in.len < CSV_RECORD_MAX) {
			result = rows_read_more(r);
			continue;
		}
		*len = end != SIZE_MAX ? end : in.len;
		if (*len == 0)
			return ROWS_END;
		if (!is_blank(r, (struct span){ in.bytes, *len }))
			return ROWS_RECORD;
		source_take(r->source, *len);
	}
	return result == ROWS_END ? find_line(r, len) : result;
}

static bool refuse_header(struct refusal *why, uint64_t line, const char *rule)
{
	record_refuse(why, line, "header", "%s", rule);
	return false;
}

static bool is_there_twice(struct rows *r, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcasecmp(name_of(r, i), name_of(r, index)) == 0)
			return true;
	return false;
}

static bool map_columns(struct rows *r, uint64_t line, struct refusal *why)
{
	memset(r->column, -1, sizeof r->column);
	r->columns = r->record.count;
	if (r->columns > CSV_FIELDS_MAX)
		return refuse_header(why, line, "has more than 64 columns");
	for (size_t i = 0; i < r->columns; i++) {
		char shown[48];
		int rank = 0;
		const char *name = name_of(r, i);
		utf8_show(name, strlen(name), shown, sizeof shown);
		if (!*name) {
			record_refuse(why, line, "header", "has no name for column %zu", i + 1);
			return false;
		}
		if (is_there_twice(r, i)) {
			record_refuse(why, line, "header", "has the column %s twice", shown);
			return false;
		}
		enum field field = record_field(name, &rank);
		if (field == FIELD_COUNT)
			names_add(&r->ignored, name);
		else
			r->column[field][rank] = (signed char)i;
	}
	return true;
}

static bool has_column(const struct rows *r, enum field field)
{
	return r->column[field][0] >= 0 || r->column[field][1] >= 0;
}

/* The file has changed cells, which must not be imported. */
static bool is_for_spreadsheets(struct rows *r)
{
	for (size_t i = 0; i < r->columns; i++)
		if (strcmp(name_of(r, i), CSV_SPREADSHEET_COLUMN) == 0)
			return true;
	return false;
}

static bool has_all_columns(struct rows *r, uint64_t line, struct refusal *why)
{
	if (is_for_spreadsheets(r))
		return refuse_header(why, line,
			"is that of study export --spreadsheet, which changes cells: export again "
			"without it");
	const char *missing = !has_column(r, FIELD_ID) ? "id"
			      : !has_column(r, FIELD_DAY) && !has_column(r, FIELD_TIME)
				      ? "timestamp or study_date"
			      : !has_column(r, FIELD_MINUTES) ? "minutes"
			      : !has_column(r, FIELD_TAG)     ? "tag"
							      : NULL;
	if (!missing)
		return true;
	record_refuse(why, line, "header",
		"has no column %s; id, timestamp or study_date, minutes and tag are required, "
		"with "
		"commas, semicolons or tabs between them",
		missing);
	return false;
}

enum rows_result rows_begin_csv(struct rows *r, struct refusal *why)
{
	size_t len = 0;
	uint64_t line, last_line;
	enum rows_result result = find_line(r, &len);
	struct span in = source_view(r->source);
	if (result == ROWS_RECORD && !r->is_past_separator
		&& is_separator_line((struct span){ in.bytes, len }, &r->separator)) {
		r->is_past_separator = true;
		source_take(r->source, len);
		result = find_line(r, &len);
	}
	if (result == ROWS_RECORD && !r->is_past_separator)
		r->separator = choose_separator(r);
	if (result == ROWS_RECORD)
		result = take(r, &line, &last_line, why);
	if (result == ROWS_END) {
		record_refuse(why, 1, "header", "is missing: the file is empty");
		return ROWS_REFUSED;
	}
	if (result != ROWS_RECORD)
		return result;
	return map_columns(r, line, why) && has_all_columns(r, line, why) ? ROWS_RECORD
									  : ROWS_REFUSED;
}

/* Rows. */

static const char *text_of(const struct rows *r, int column)
{
	const struct csv_field *field = column >= 0 ? &r->record.fields[column] : NULL;
	return field && (*field->text || field->is_quoted) ? field->text : NULL;
}

enum rows_result rows_next_csv(struct rows *r, struct raw_record *raw, struct refusal *why)
{
	struct named_texts named;
	enum rows_result result = take(r, &raw->line, &raw->last_line, why);
	if (result != ROWS_RECORD)
		return result;
	if (r->record.count != r->columns) {
		record_refuse(why, raw->line, "", "has %zu field%s, the header has %zu",
			r->record.count, r->record.count == 1 ? "" : "s", r->columns);
		why->last_line = raw->last_line;
		return ROWS_REFUSED;
	}
	for (int f = 0; f < FIELD_COUNT; f++)
		for (int i = 0; i < FIELD_NAMES_MAX; i++)
			named.text[f][i] = text_of(r, r->column[f][i]);
	named.has_notes = has_column(r, FIELD_NOTES);
	if (record_merge(&named, raw, why))
		return ROWS_RECORD;
	why->last_line = raw->last_line;
	return ROWS_REFUSED;
}
