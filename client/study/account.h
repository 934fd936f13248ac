/*
 * account: the calendar of the account: its current day and the first day of its weeks.
 */
#ifndef STUDY_ACCOUNT_H
#define STUDY_ACCOUNT_H

#include "client/study/command.h"

/* Defines the day that a moment belongs to. */
struct account_calendar {
	char time_zone[64];
	int64_t day_starts_at; /* seconds after midnight */
};

/* Each function returns STUDY_EXIT_DONE, or prints an error and returns its exit status. */

int account_calendar(struct study *study, struct account_calendar *out);

/* Sets *out to days since 1970-01-01. */
int account_today(struct study *study, int64_t *out);

/* Sets *out to 1 (Monday) to 7 (Sunday). */
int account_week_start(struct study *study, int *out);

struct zone;

/* The zone of the account, to show moments in. NULL: it is not known, or an error was printed. */
struct zone *account_zone(struct study *study);

/* The first day of the week that contains this day. */
int64_t account_week_first(int64_t day, int week_start);

/* Replaces the values "today" and "yesterday" by days. */
int account_resolve(struct study *study, const struct option *options, struct option_value *values);

#endif
