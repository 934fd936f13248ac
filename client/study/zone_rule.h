/*
 * zone_rule: the rule of a time zone for future years, in the format of the POSIX TZ variable:
 * "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 9636 section 3.3.1).
 */
#ifndef STUDY_ZONE_RULE_H
#define STUDY_ZONE_RULE_H

#include "common/buf.h"

struct zone_day {
	char kind; /* 'M': month, week, weekday; 'J': day 1–365, no leap days; '0': day 0–365 */
	int month, week, day;
	int64_t at; /* seconds of local time */
};

struct zone_rule {
	int64_t standard, daylight; /* seconds east of UTC */
	bool has_daylight;
	struct zone_day start, end; /* of daylight saving time */
};

/* False if the text is not a rule. */
bool zone_rule_parse(const char *text, struct zone_rule *out);

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t utc);

#endif
