/*
 * time_zone: which texts name a time zone.
 *
 * A zone is a name of the tz database (https://www.iana.org/time-zones): Europe/Berlin, UTC, CET,
 * EST5EDT, Etc/GMT+1. Offsets and POSIX rules (UTC-3, <+03>-3) are not names: PostgreSQL takes them
 * silently, with the sign the other way round. schema/deploy/time_zones.sql has the same pattern.
 */
#ifndef COMMON_TIME_ZONE_H
#define COMMON_TIME_ZONE_H

#include <stdbool.h>

/* False also where this machine has the tz database without a file of that name. Whether PostgreSQL
 * knows the zone only PostgreSQL can say. */
bool time_zone_exists(const char *name);

#endif
