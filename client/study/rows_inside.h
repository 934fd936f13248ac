/*
 * rows_inside: the struct and functions shared by rows.c, rows_csv.c and rows_json.c.
 */
#ifndef STUDY_ROWS_INSIDE_H
#define STUDY_ROWS_INSIDE_H

#include "client/study/csv.h"
#include "client/study/json_stream.h"
#include "client/study/names.h"
#include "client/study/rows.h"

struct rows {
	struct source *source;
	enum rows_format format;
	bool is_past_mark;      /* the byte order mark */
	bool is_cut;            /* the rest of a broken record must be skipped first */
	struct refusal refusal; /* of that record */
	struct names ignored;
	/* CSV */
	char separator;
	bool is_past_separator; /* the line "sep=;" */
	size_t columns;
	signed char column[FIELD_COUNT][FIELD_NAMES_MAX]; /* the column of a field, -1: none */
	struct csv_record record;
	/* JSON */
	struct json_stream stream;
	struct buf texts; /* the current row borrows them */
};

/* Reads more. ROWS_RECORD: more is in view, or the end is reached. */
enum rows_result rows_read_more(struct rows *r);

/* The line on which the first `len` bytes in view end. A line end belongs to the line that it
 * ends. */
uint64_t rows_line_at(const struct rows *r, size_t len);

/* The rule that the bytes of a record break; NULL: none. */
const char *rows_wrong_bytes(struct span text);

/* Skips the first `len` bytes in view and returns r->refusal. is_cut: more of the broken record
 * follows and is skipped, too; after ROWS_WAIT call rows_skip again, as long as r->is_cut. */
enum rows_result rows_drop(struct rows *r, size_t len, bool is_cut, struct refusal *why);
enum rows_result rows_skip(struct rows *r, struct refusal *why);

enum rows_result rows_begin_csv(struct rows *r, struct refusal *why);
enum rows_result rows_next_csv(struct rows *r, struct raw_record *raw, struct refusal *why);
enum rows_result rows_next_json(struct rows *r, struct raw_record *raw, struct refusal *why);

#endif
