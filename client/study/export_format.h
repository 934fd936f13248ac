/*
 * export_format: writes rows as CSV, JSON or NDJSON to a buffer.
 *
 * A row has the columns that are given, in this order. In CSV, null is an empty cell and an empty
 * text is quoted; a list is its JSON text.
 *
 *	const struct export_columns columns = { names, NULL, 6 };
 *	export_begin(EXPORT_CSV, &columns, &out);
 *	for (each row)
 *		export_row(EXPORT_CSV, &columns, row, is_first, &out);
 *	export_end(EXPORT_CSV, &out);
 */
#ifndef STUDY_EXPORT_FORMAT_H
#define STUDY_EXPORT_FORMAT_H

#include "client/studytracker.h"
#include "common/buf.h"

enum export_format {
	EXPORT_CSV,
	EXPORT_JSON,
	EXPORT_NDJSON,
	EXPORT_SPREADSHEET, /* CSV with a byte order mark, `titles` and without formulas */
};

struct export_columns {
	const char *const *names, *const *titles;
	int count;
};

/* The names of the formats but EXPORT_SPREADSHEET; ends with NULL. */
extern const char *const export_formats[];

/* Append to `out`, which keeps an error. */
void export_begin(enum export_format format, const struct export_columns *columns, struct buf *out);
void export_row(enum export_format format, const struct export_columns *columns,
	const struct study_value *row, bool is_first, struct buf *out);
void export_end(enum export_format format, struct buf *out);

bool export_is_json(enum export_format format);

#endif
