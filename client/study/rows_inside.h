/*
 * rows_inside: what rows.c, rows_csv.c and rows_json.c share.
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
	bool is_cut;            /* the rest of a broken record has yet to be passed over */
	struct refusal refusal; /* of it */
	struct names ignored;
	/* CSV */
	char separator;
	bool is_past_separator; /* the line "sep=;" */
	size_t columns;
	signed char column[FIELD_COUNT][FIELD_NAMES_MAX]; /* where a field stands, -1: nowhere */
	struct csv_record record;
	/* JSON */
	struct json_stream stream;
	struct buf texts; /* what a row borrows */
};

/* ROWS_RECORD: there is more in view, or its end is known now. */
enum rows_result rows_read_more(struct rows *r);

/* The line on which the first `len` bytes in view end: a line end belongs to its own line. */
uint64_t rows_line_at(const struct rows *r, size_t len);

/* What is wrong with the bytes of any record; NULL: nothing. */
const char *rows_wrong_bytes(struct span text);

/* Passes over the first `len` bytes in view and tells r->refusal; is_cut: more of the broken record
 * follows, which is passed over, too (again by rows_pass_over after ROWS_WAIT, while r->is_cut). */
enum rows_result rows_drop(struct rows *r, size_t len, bool is_cut, struct refusal *why);
enum rows_result rows_pass_over(struct rows *r, struct refusal *why);

enum rows_result rows_begin_csv(struct rows *r, struct refusal *why);
enum rows_result rows_next_csv(struct rows *r, struct raw_record *raw, struct refusal *why);
enum rows_result rows_next_json(struct rows *r, struct raw_record *raw, struct refusal *why);

#endif
