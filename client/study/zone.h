/*
 * zone: an IANA time zone, read from the TZif files of the system (RFC 9636): converts moments to
 * local time and back.
 *
 * The C library has only one global zone, TZ; this is a value. Times are seconds since
 * 1970-01-01T00:00 without leap seconds.
 *
 *	if (!zone_open(&zone, "Europe/Berlin", &why)) ...
 *	local = utc + zone_offset(zone, utc);
 *	if (zone_instant(zone, local, &utc) == ZONE_ONCE) ...
 *	zone_free(&zone);
 */
#ifndef STUDY_ZONE_H
#define STUDY_ZONE_H

#include "common/buf.h"
#include "common/status.h"

struct zone;

/* False with a reason: no such zone, or its file can't be read. */
bool zone_open(struct zone **out, const char *name, struct fail *why);

/* Reads the bytes of a TZif file; the name is for messages. False with a reason. */
bool zone_read(struct zone **out, const char *name, struct span bytes, struct fail *why);

void zone_free(struct zone **zone);
const char *zone_name(const struct zone *zone);

/* Seconds east of UTC at that moment. */
int64_t zone_offset(const struct zone *zone, int64_t utc);

/* How often a local time exists. When clocks go forward, times are skipped; when they go back,
 * times are repeated. Sets *utc only for ZONE_ONCE. */
enum zone_local { ZONE_ONCE, ZONE_TWICE, ZONE_NEVER };
enum zone_local zone_instant(const struct zone *zone, int64_t local, int64_t *utc);

#endif
