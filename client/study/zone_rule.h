/*
 * zone_rule: the rule of a time zone for all years to come, as the TZ variable of POSIX has it:
 * "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 9636 section 3.3.1).
 */
#ifndef STUDY_ZONE_RULE_H
#define STUDY_ZONE_RULE_H

#include "common/buf.h"

struct zone_day {
	char kind; /* 'M' month, week and weekday; 'J' day 1 to 365 without leap days; '0' day 0 to 365 */
	int month, week, day;
	int64_t at; /* seconds of local time */
};

struct zone_rule {
	int64_t standard, daylight; /* seconds east of UTC */
	bool has_daylight;
	struct zone_day start, end; /* of daylight time */
};

/* False: it is none. */
bool zone_rule_parse(const char *text, struct zone_rule *out);

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t utc);

#endif
