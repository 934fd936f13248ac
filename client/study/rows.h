/*
 * rows: reads the sessions of a file one after the other: separated values with a header in any
 * order, or JSON objects (one per line, in an array, or printed over several lines).
 *
 *	rows = rows_new(&source, ROWS_ANY);
 *	if (rows_begin(rows, &why) != ROWS_RECORD) ...
 *	while ((result = rows_next(rows, &raw, &why)) != ROWS_END) ...
 *	rows_free(&rows);
 */
#ifndef STUDY_ROWS_H
#define STUDY_ROWS_H

#include "client/study/record.h"
#include "client/study/source.h"

enum rows_format { ROWS_ANY, ROWS_CSV, ROWS_JSON };

enum rows_result {
	ROWS_RECORD,
	ROWS_REFUSED, /* lines that are not a record; continue with the next */
	ROWS_WAIT,    /* a pipe has no data now */
	ROWS_END,
	ROWS_FAILED /* reading failed: errno */
};

struct rows;

/* The source is borrowed. NULL: no memory. */
struct rows *rows_new(struct source *source, enum rows_format format);
void rows_free(struct rows **rows);

/* Finds the format and reads the header of a CSV file; ROWS_RECORD after success. ROWS_REFUSED: a
 * wrong header or another kind of file, so there are no rows. Call again after ROWS_WAIT. */
enum rows_result rows_begin(struct rows *rows, struct refusal *why);

/* Reads the next row. `raw` borrows; it is valid until the next call. */
enum rows_result rows_next(struct rows *rows, struct raw_record *raw, struct refusal *why);

/* The state between two rows. With it and the offset of the source, rows_resume continues here. */
unsigned rows_mark(const struct rows *rows);
void rows_resume(struct rows *rows, unsigned mark);

/* The names of columns that are not fields of a session, such as "mood, rating"; "" for none. */
const char *rows_ignored(const struct rows *rows);

#endif
