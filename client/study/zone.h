/*
 * zone: an IANA time zone, read from the system's TZif files (RFC 9636): from a moment to its local
 * time and back.
 *
 * The C library knows only the zone of TZ, which is global; this is a value. Times are seconds
 * since 1970-01-01T00:00; leap seconds do not count.
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

/* False: no such zone, or its file can't be read; `why` says which. */
bool zone_open(struct zone **out, const char *name, struct fail *why);

/* The bytes of a TZif file; the name is for messages. False: they are none, or no memory. */
bool zone_read(struct zone **out, const char *name, struct span bytes, struct fail *why);

void zone_free(struct zone **zone);
const char *zone_name(const struct zone *zone);

/* Seconds east of UTC at that moment. */
int64_t zone_offset(const struct zone *zone, int64_t utc);

/* How often a local time exists: clocks that are put forward leave times out, clocks that are put
 * back repeat times. *utc is set where it is ONCE. */
enum zone_local { ZONE_ONCE, ZONE_TWICE, ZONE_NEVER };
enum zone_local zone_instant(const struct zone *zone, int64_t local, int64_t *utc);

#endif
