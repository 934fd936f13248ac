/*
 * csv: records of separated values (RFC 4180), with quotes and line ends inside quotes. The caller
 * chooses the separator; lines end with LF, CR LF or CR.
 *
 * Pure: the caller holds the bytes. csv_scan finds the end of the first record; csv_split gets its
 * fields.
 *
 *	switch (csv_scan(input, ',', is_end, &extent)) {
 *	case CSV_RECORD: csv_split((struct span){ input.bytes, extent.len }, ',', &record); ...
 *	case CSV_BROKEN: ... extent.fault; continue after extent.len
 *	case CSV_MORE:   ... read more
 *	}
 */
#ifndef STUDY_CSV_H
#define STUDY_CSV_H

#include "common/buf.h"

/* A session with the longest notes, four bytes per character, takes a sixth of this. */
enum { CSV_RECORD_MAX = 256 << 10, CSV_FIELDS_MAX = 64 };

enum csv_result { CSV_RECORD, CSV_MORE, CSV_BROKEN };

enum csv_fault {
	CSV_STRAY_QUOTE,      /* in a field that does not begin with a quote */
	CSV_TEXT_AFTER_QUOTE, /* text after the quote that closes a field */
	CSV_OPEN_QUOTE,       /* not closed in the input or in CSV_RECORD_MAX bytes */
	CSV_TOO_LONG,
};

struct csv_extent {
	size_t len; /* including the line end */
	enum csv_fault fault;
	size_t quote_at, fault_at; /* broken: offsets of the last opening quote and of the fault */
	bool is_cut; /* broken, and its line continues after the input: skip the rest of it */
};

/* Empty input returns CSV_MORE. A broken record ends with the line on which the faulty quote opens.
 * So the following lines, which seem to be inside the quote, are separate records and are not
 * lost. */
enum csv_result csv_scan(struct span input, char separator, bool is_end, struct csv_extent *out);

struct csv_field {
	const char *text; /* NUL-terminated, inside the record; contains no NUL */
	bool is_quoted;
};

struct csv_record {
	size_t count; /* may exceed CSV_FIELDS_MAX, but only so many fields are stored */
	struct csv_field fields[CSV_FIELDS_MAX];
	char bytes[CSV_RECORD_MAX + CSV_FIELDS_MAX + 1];
};

/* Splits a record that csv_scan has found. */
void csv_split(struct span record, char separator, struct csv_record *out);

/* Appends a field for comma-separated records. NULL appends nothing, an empty text appends quotes,
 * so that is_quoted distinguishes them. */
void csv_put(struct buf *out, const char *text);

/* The same for a cell of a spreadsheet: a text that looks like a formula gets an apostrophe in
 * front (OWASP, "CSV Injection"). */
void csv_put_cell(struct buf *out, const char *text);

/* A column name that only the header of a table for spreadsheets has. */
#define CSV_SPREADSHEET_COLUMN "Logged at"

#endif
