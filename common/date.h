/*
 * date: calendar days (proleptic Gregorian), times of day and RFC 3339 instants. Time zones are
 * left to PostgreSQL.
 */
#ifndef COMMON_DATE_H
#define COMMON_DATE_H

#include "common/buf.h"

enum {
	DATE_TEXT_LEN = 10,
	TIME_TEXT_LEN = 5,
	INSTANT_TEXT_LEN = 27,
	LOCAL_INSTANT_TEXT_LEN = INSTANT_TEXT_LEN - 1, /* the same without the Z */
	DATE_YEAR_MIN = 1900,
	DATE_YEAR_MAX = 9999,
};

/* Parses "YYYY-MM-DD" to days since 1970-01-01. The day must exist; years 1900–9999. */
bool date_parse(struct span text, int64_t *days);

/* Formats days since 1970-01-01 as "YYYY-MM-DD"; years 0–9999. Adds no NUL. */
void date_format(int64_t days, char out[DATE_TEXT_LEN]);

/* Parses an RFC 3339 instant (section 5.6), years 1900–9999, to microseconds since
 * 1970-01-01T00:00Z. Ignores digits after the microseconds. A leap second becomes the next
 * second. */
bool instant_parse(struct span text, int64_t *microseconds);

/* Parses an instant without its offset, for a zone that somebody else knows: what a clock shows, in
 * microseconds since it showed 1970-01-01T00:00. The seconds may be absent, as in the form that
 * browsers' input fields give. */
bool local_instant_parse(struct span text, int64_t *microseconds);

/* Parses "HH:MM", 00:00 to 23:59, to minutes since midnight. */
bool time_parse(struct span text, int64_t *minutes);

/* Formats minutes since midnight as "HH:MM". Adds no NUL. */
void time_format(int64_t minutes, char out[TIME_TEXT_LEN]);

/* Formats microseconds since 1970-01-01T00:00Z as "YYYY-MM-DDThh:mm:ss.ffffffZ" (RFC 3339 section
 * 5.6). Adds no NUL. */
void instant_format(int64_t microseconds, char out[INSTANT_TEXT_LEN]);

#endif
