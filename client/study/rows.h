/*
 * rows: the sessions of a file, one after the other: separated values with a header in any order,
 * or JSON objects (one a line, in an array, or printed over many lines).
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
	ROWS_REFUSED, /* lines that are no record; the next one follows */
	ROWS_WAIT,    /* a pipe has nothing now */
	ROWS_END,
	ROWS_FAILED /* to read: errno */
};

struct rows;

/* The source is borrowed. NULL: no memory. */
struct rows *rows_new(struct source *source, enum rows_format format);
void rows_free(struct rows **rows);

/* Finds the format and reads a CSV's header: ROWS_RECORD once both are known. ROWS_REFUSED: the
 * header, or a file of another kind; there are no rows to be had. Again after ROWS_WAIT. */
enum rows_result rows_begin(struct rows *rows, struct refusal *why);

/* What `raw` borrows is valid until the next. */
enum rows_result rows_next(struct rows *rows, struct raw_record *raw, struct refusal *why);

/* Between two rows: what rows_go_on needs, besides the place of the source, to go on here. */
unsigned rows_mark(const struct rows *rows);
void rows_go_on(struct rows *rows, unsigned mark);

/* Names of columns that are no field of a session, as "mood, rating"; "" for none. */
const char *rows_ignored(const struct rows *rows);

#endif
