/*
 * date: calendar days (proleptic Gregorian), times of day and RFC 3339 instants. It has no time zones:
 * PostgreSQL does.
 */
#ifndef COMMON_DATE_H
#define COMMON_DATE_H

#include "common/buf.h"

enum {
	DATE_TEXT_LEN = 10,
	TIME_TEXT_LEN = 5,
	INSTANT_TEXT_LEN = 27,
	DATE_YEAR_MIN = 1900,
	DATE_YEAR_MAX = 9999,
};

/* "YYYY-MM-DD" of a day that exists, years 1900–9999, to days since 1970-01-01. */
bool date_parse(struct span text, int64_t *days);

/* Days since 1970-01-01 to "YYYY-MM-DD"; years 0–9999. Not NUL-terminated. */
void date_format(int64_t days, char out[DATE_TEXT_LEN]);

/* An RFC 3339 instant (section 5.6), years 1900–9999, to microseconds since 1970-01-01T00:00Z. Digits
 * behind the microseconds are cut off. A leap second is the second behind it. */
bool instant_parse(struct span text, int64_t *microseconds);

/* "HH:MM", 00:00 to 23:59, to minutes since midnight. */
bool time_parse(struct span text, int64_t *minutes);

/* Minutes since midnight to "HH:MM". Not NUL-terminated. */
void time_format(int64_t minutes, char out[TIME_TEXT_LEN]);

/* Microseconds since 1970-01-01T00:00Z to "YYYY-MM-DDThh:mm:ss.ffffffZ" (RFC 3339 section 5.6).
 * Not NUL-terminated. */
void instant_format(int64_t microseconds, char out[INSTANT_TEXT_LEN]);

#endif
