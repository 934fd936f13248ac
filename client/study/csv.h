/*
 * csv: records of comma-separated values, RFC 4180: quotes, CRLF or LF, line ends inside quotes.
 *
 * Nothing here reads: who holds the bytes asks how far the first record goes (csv_scan), and then
 * for its fields (csv_split).
 *
 *	switch (csv_scan(input, is_end, &extent)) {
 *	case CSV_RECORD: csv_split((struct span){ input.bytes, extent.len }, &record); ...
 *	case CSV_BROKEN: ... extent.wrong; input goes on after extent.len
 *	case CSV_MORE:   ... read more
 *	}
 */
#ifndef STUDY_CSV_H
#define STUDY_CSV_H

#include "common/buf.h"

enum { CSV_RECORD_MAX = 64 << 10, CSV_FIELDS_MAX = 64 };

enum csv_result { CSV_RECORD, CSV_MORE, CSV_BROKEN };

struct csv_extent {
	size_t len;        /* with its line end */
	const char *wrong; /* the rule that a broken record breaks */
	bool is_cut;       /* broken, and its line goes on past the input: pass over it */
};

/* Of no bytes: CSV_MORE. After a quote that isn't closed, or over CSV_RECORD_MAX bytes, it goes on
 * with the next line, so that one stray quote doesn't swallow all that follows. */
enum csv_result csv_scan(struct span input, bool is_end, struct csv_extent *out);

struct csv_field {
	const char *text; /* NUL-terminated, in the record; holds no NUL itself */
	bool is_quoted;
};

struct csv_record {
	size_t count;
	struct csv_field fields[CSV_FIELDS_MAX];
	char bytes[CSV_RECORD_MAX + 1];
};

/* A scanned record. Fields past CSV_FIELDS_MAX are left out. */
void csv_split(struct span record, struct csv_record *out);

/* Appends a field; NULL: nothing, which csv_split tells from the empty text by is_quoted. */
void csv_put(struct buf *out, const char *text);

#endif
