/*
 * time_zone: checks names of time zones.
 *
 * A zone is a name of the tz database (https://www.iana.org/time-zones): Europe/Berlin, UTC, CET,
 * EST5EDT, Etc/GMT+1. Offsets and POSIX rules (UTC-3, <+03>-3) are refused, because PostgreSQL
 * accepts them silently with the opposite sign. schema/deploy/time_zones.sql has the same pattern.
 */
#ifndef COMMON_TIME_ZONE_H
#define COMMON_TIME_ZONE_H

#include <stdbool.h>

/* True if the name has the right form and, where this machine has the tz database, the zone has a
 * file in it. PostgreSQL may still not know the zone. */
bool time_zone_exists(const char *name);

#endif
