/*
 * rows: the sessions of a file, one after the other: CSV with a header in any order, or JSON with
 * one object a line (also as the array that `study export --format json` writes).
 *
 *	if (rows_open(&rows, source, ROWS_ANY, &why) != ROWS_RECORD) ...
 *	while ((result = rows_next(rows, &raw, &why)) != ROWS_END) ...
 *	rows_close(&rows);
 */
#ifndef STUDY_ROWS_H
#define STUDY_ROWS_H

#include "client/study/record.h"
#include "client/study/source.h"

enum rows_format { ROWS_ANY, ROWS_CSV, ROWS_NDJSON };

enum rows_result {
	ROWS_RECORD,
	ROWS_REFUSED, /* a line that is none; the next one follows */
	ROWS_WAIT,    /* a pipe has nothing now */
	ROWS_END,
	ROWS_FAILED /* to read: errno */
};

struct rows;

/* The source is borrowed. NULL: no memory. */
struct rows *rows_new(struct source *source, enum rows_format format);
void rows_free(struct rows **rows);

/* Finds the format and reads a CSV's header: ROWS_RECORD once both are known. ROWS_REFUSED: the
 * header; there are no rows to be had. Again after ROWS_WAIT. */
enum rows_result rows_begin(struct rows *rows, struct refusal *why);

/* What `raw` borrows is valid until the next. */
enum rows_result rows_next(struct rows *rows, struct raw_record *raw, struct refusal *why);

#endif
