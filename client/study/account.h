/*
 * account: what the service knows of the account's calendar: which day it is where the account
 * is, and with which day its weeks begin.
 */
#ifndef STUDY_ACCOUNT_H
#define STUDY_ACCOUNT_H

#include "client/study/command.h"

/* Which day a moment belongs to. */
struct account_calendar {
	char time_zone[64];
	int64_t day_starts_at; /* seconds after midnight */
};

/* STUDY_EXIT_DONE, or what is complained of is. */
int account_calendar(struct study *study, struct account_calendar *out);

/* Days since 1970. STUDY_EXIT_DONE, or what is complained of is. */
int account_today(struct study *study, int64_t *out);

/* 1 is Monday, 7 Sunday. */
int account_week_start(struct study *study, int *out);

/* The first day of the week that holds this day. */
int64_t account_week_first(int64_t day, int week_start);

/* Puts days in the place of what was given as "today" or "yesterday". */
int account_resolve(struct study *study, const struct option *options, struct option_value *values);

#endif
