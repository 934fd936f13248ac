/*
 * json_stream: finds the objects of a JSON text of any size: one per line (NDJSON), in an array, or
 * printed over several lines, or a sequence of these.
 *
 * Pure: the caller holds the bytes, removes `extent.len` of them after each result except
 * JSON_MORE, and calls again. This module finds only the extent of an object; common/json_scan.h
 * checks it.
 *
 * After a broken object it skips to the next line that begins alike, so that a missing quote or
 * bracket does not spoil the rest of the file.
 */
#ifndef STUDY_JSON_STREAM_H
#define STUDY_JSON_STREAM_H

#include "common/buf.h"

/* A session with the longest notes, two \u escapes per character, takes half of this. */
enum { JSON_RECORD_MAX = 256 << 10 };

enum json_result {
	JSON_OBJECT,
	JSON_BLANK, /* between objects */
	JSON_MORE,  /* read more; at the end of the input: the end */
	JSON_BROKEN
};

enum json_fault {
	JSON_NO_OBJECT,  /* another value, or not JSON */
	JSON_OPEN_TEXT,  /* a string is not closed on its line */
	JSON_UNFINISHED, /* the input ends inside the object */
	JSON_TOO_LONG
};

/* The state between calls. Begin with { .is_line_start = true }. */
struct json_stream {
	bool is_in_array;
	bool is_line_start; /* the line has only `indent` blanks so far */
	size_t indent;
	bool is_dropping_line; /* during json_resync: the input continues in the middle of a line */
};

struct json_extent {
	size_t len;
	enum json_fault fault;
	size_t fault_at;
	bool is_cut; /* broken, next object not in view: remove `len`, call json_resync */
};

enum json_result json_find(
	struct json_stream *stream, struct span input, bool is_end, struct json_extent *out);

/* After JSON_OBJECT call json_keep if it is valid JSON. If not, call json_drop, which returns how
 * many bytes to remove. */
void json_keep(struct json_stream *stream);
size_t json_drop(struct json_stream *stream, struct span object);

/* Returns how many bytes to remove. *is_found: the next object may follow. Otherwise read more and
 * call again. */
size_t json_resync(struct json_stream *stream, struct span input, bool is_end, bool *is_found);

#endif
