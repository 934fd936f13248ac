/*
 * csv: records of separated values, RFC 4180: quotes, line ends inside quotes. The separator is the
 * caller's to say; lines end with LF, CR LF or CR.
 *
 * Pure: the caller holds the bytes. It asks how far the first record goes (csv_scan), and then for
 * the fields of the record (csv_split).
 *
 *	switch (csv_scan(input, ',', is_end, &extent)) {
 *	case CSV_RECORD: csv_split((struct span){ input.bytes, extent.len }, ',', &record); ...
 *	case CSV_BROKEN: ... extent.fault; the input goes on after extent.len
 *	case CSV_MORE:   ... read more
 *	}
 */
#ifndef STUDY_CSV_H
#define STUDY_CSV_H

#include "common/buf.h"

/* A session with the longest notes, each character four bytes, takes a sixth of a record. */
enum { CSV_RECORD_MAX = 256 << 10, CSV_FIELDS_MAX = 64 };

enum csv_result { CSV_RECORD, CSV_MORE, CSV_BROKEN };

enum csv_fault {
	CSV_STRAY_QUOTE,      /* in a field that does not begin with one */
	CSV_TEXT_AFTER_QUOTE, /* which closes a field */
	CSV_OPEN_QUOTE,       /* up to the end of the input, or over CSV_RECORD_MAX bytes */
	CSV_TOO_LONG,
};

struct csv_extent {
	size_t len; /* with its line end */
	enum csv_fault fault;
	size_t quote_at, fault_at; /* broken: where the last quote opens, and where the fault is */
	bool is_cut; /* broken, and its line goes on past the input: pass over the rest of it */
};

/* MORE for no bytes. A broken record's `len` ends with the line on which the faulty quote opens:
 * the lines that such a quote seems to hold are records of their own, and none is lost with it. */
enum csv_result csv_scan(struct span input, char separator, bool is_end, struct csv_extent *out);

struct csv_field {
	const char *text; /* NUL-terminated, in the record; holds no NUL itself */
	bool is_quoted;
};

struct csv_record {
	size_t count; /* may be over CSV_FIELDS_MAX: only the first ones are kept */
	struct csv_field fields[CSV_FIELDS_MAX];
	char bytes[CSV_RECORD_MAX + CSV_FIELDS_MAX + 1];
};

/* A scanned record. */
void csv_split(struct span record, char separator, struct csv_record *out);

/* Appends a field, for records that commas separate. NULL appends nothing: csv_split tells it from
 * the empty text by is_quoted. */
void csv_put(struct buf *out, const char *text);

/* The same for a cell of a spreadsheet: what it would take for a formula gets an apostrophe before
 * it (OWASP, "CSV Injection"). */
void csv_put_cell(struct buf *out, const char *text);

/* A name that only the header of such a table has. */
#define CSV_SPREADSHEET_COLUMN "Logged at"

#endif
