/*
 * json_stream: the objects of a JSON text of any size, one after the other: one on each line
 * (NDJSON), in an array, or printed over many lines, also several of these in a row.
 *
 * Pure: the caller holds the bytes, takes `extent.len` of them after each result but JSON_MORE, and
 * asks again. Only the extent of an object is found here; common/json_scan.h says whether it is
 * JSON.
 *
 * What is broken is passed over up to the next line that begins like the broken object, so that
 * one missing quote or bracket does not take the rest of the file with it.
 */
#ifndef STUDY_JSON_STREAM_H
#define STUDY_JSON_STREAM_H

#include "common/buf.h"

/* A session with the longest notes, each character two \u escapes, takes half of a record. */
enum { JSON_RECORD_MAX = 256 << 10 };

enum json_result {
	JSON_OBJECT,
	JSON_BLANK, /* between objects */
	JSON_MORE,  /* read more; at the end of the input: there is nothing more */
	JSON_BROKEN
};

enum json_fault {
	JSON_NO_OBJECT,  /* another value, or no value at all */
	JSON_OPEN_TEXT,  /* its quote is not closed on its line */
	JSON_UNFINISHED, /* the input ends in the object */
	JSON_TOO_LONG
};

/* Where the input is. Its beginning is { .is_line_start = true }. */
struct json_stream {
	bool is_in_array;
	bool is_line_start; /* only blanks since the line began: `indent` of them */
	size_t indent;
	bool is_dropping_line; /* while json_resync is asked: it goes on in the middle of a line */
};

struct json_extent {
	size_t len;
	enum json_fault fault;
	size_t fault_at;
	bool is_cut; /* broken, and where to go on is not in view: take `len` and ask json_resync */
};

enum json_result json_find(
	struct json_stream *stream, struct span input, bool is_end, struct json_extent *out);

/* After JSON_OBJECT one of these: it is JSON, or not, and then so much of it is passed over. */
void json_keep(struct json_stream *stream);
size_t json_drop(struct json_stream *stream, struct span object);

/* How many bytes to pass over; *is_found: the input goes on behind them. Else take them, read more
 * and ask again. */
size_t json_resync(struct json_stream *stream, struct span input, bool is_end, bool *is_found);

#endif
