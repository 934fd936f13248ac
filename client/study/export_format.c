#include "client/study/export_format.h"

#include "client/study/csv.h"

const char *const export_formats[] = {
	[EXPORT_CSV] = "csv", [EXPORT_JSON] = "json", [EXPORT_NDJSON] = "ndjson", NULL
};

/* CSV. */

static void put_header(struct buf *out, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", names[i]);
	buf_text(out, "\r\n");
}

static void put_json(struct buf *out, const struct study_value *value)
{
	char *json = NULL;
	if (study_value_to_json(value, &json) == STUDY_OK)
		buf_text(out, json);
	else
		out->failed = true;
	study_text_free(&json);
}

/* The JSON text of a list as a cell. */
static void put_list(struct buf *out, const struct study_value *value,
	void (*put_text)(struct buf *out, const char *text))
{
	char *json = NULL;
	if (study_value_to_json(value, &json) == STUDY_OK)
		put_text(out, json);
	else
		out->failed = true;
	study_text_free(&json);
}

static void put_cell(struct buf *out, const struct study_value *value,
	void (*put_text)(struct buf *out, const char *text))
{
	switch (study_value_type(value)) {
	case STUDY_BOOL:
	case STUDY_INT:
	case STUDY_REAL:
		put_json(out, value);
		break;
	case STUDY_ARRAY:
	case STUDY_MAP:
		put_list(out, value, put_text);
		break;
	default:
		put_text(out, study_value_text(value, NULL));
	}
}

static void put_csv_row(struct buf *out, const struct export_columns *columns,
	const struct study_value *row, void (*put_text)(struct buf *out, const char *text))
{
	for (int i = 0; i < columns->count; i++) {
		buf_text(out, i > 0 ? "," : "");
		put_cell(out, study_value_get(row, columns->names[i]), put_text);
	}
	buf_text(out, "\r\n");
}

static void csv_begin(struct buf *out, const struct export_columns *columns)
{
	put_header(out, columns->names, columns->count);
}

static void csv_row(struct buf *out, const struct export_columns *columns,
	const struct study_value *row, bool is_first)
{
	(void)is_first;
	put_csv_row(out, columns, row, csv_put);
}

/* Spreadsheets need the byte order mark to detect UTF-8. */
static void spreadsheet_begin(struct buf *out, const struct export_columns *columns)
{
	buf_text(out, "\xef\xbb\xbf");
	put_header(out, columns->titles, columns->count);
}

static void spreadsheet_row(struct buf *out, const struct export_columns *columns,
	const struct study_value *row, bool is_first)
{
	(void)is_first;
	put_csv_row(out, columns, row, csv_put_cell);
}

/* JSON. */

static void put_object(
	struct buf *out, const struct export_columns *columns, const struct study_value *row)
{
	for (int i = 0; i < columns->count; i++) {
		buf_printf(out, "%s\"%s\":", i > 0 ? "," : "{", columns->names[i]);
		put_json(out, study_value_get(row, columns->names[i]));
	}
	buf_byte(out, '}');
}

static void json_begin(struct buf *out, const struct export_columns *columns)
{
	(void)columns;
	buf_text(out, "[");
}

static void json_row(struct buf *out, const struct export_columns *columns,
	const struct study_value *row, bool is_first)
{
	buf_text(out, is_first ? "\n" : ",\n");
	put_object(out, columns, row);
}

static void json_end(struct buf *out)
{
	buf_text(out, "\n]\n");
}

static void ndjson_row(struct buf *out, const struct export_columns *columns,
	const struct study_value *row, bool is_first)
{
	(void)is_first;
	put_object(out, columns, row);
	buf_text(out, "\n");
}

static void begin_nothing(struct buf *out, const struct export_columns *columns)
{
	(void)out, (void)columns;
}

static void end_nothing(struct buf *out)
{
	(void)out;
}

static const struct {
	void (*begin)(struct buf *out, const struct export_columns *columns);
	void (*row)(struct buf *out, const struct export_columns *columns,
		const struct study_value *row, bool is_first);
	void (*end)(struct buf *out);
	bool is_json;
} format_table[] = {
	[EXPORT_CSV] = { csv_begin, csv_row, end_nothing, false },
	[EXPORT_JSON] = { json_begin, json_row, json_end, true },
	[EXPORT_NDJSON] = { begin_nothing, ndjson_row, end_nothing, true },
	[EXPORT_SPREADSHEET] = { spreadsheet_begin, spreadsheet_row, end_nothing, false },
};

void export_begin(enum export_format format, const struct export_columns *columns, struct buf *out)
{
	format_table[format].begin(out, columns);
}

void export_row(enum export_format format, const struct export_columns *columns,
	const struct study_value *row, bool is_first, struct buf *out)
{
	format_table[format].row(out, columns, row, is_first);
}

void export_end(enum export_format format, struct buf *out)
{
	format_table[format].end(out);
}

bool export_is_json(enum export_format format)
{
	return format_table[format].is_json;
}
