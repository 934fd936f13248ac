#include "client/study/zone_rule.h"

#include <string.h>

enum { DAY_SECONDS = 86400, HOUR_SECONDS = 3600, HOURS_MAX = 167 };

static bool take_int(const char **at, int max, int *out)
{
	int value = 0;
	size_t digits = strspn(*at, "0123456789");
	if (digits == 0 || digits > 3)
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (*at)[i] - '0';
	*at += digits;
	*out = value;
	return value <= max;
}

static bool take(const char **at, char c)
{
	bool is_there = **at == c;
	*at += is_there;
	return is_there;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **at, int64_t *seconds)
{
	int hours = 0, minutes = 0, rest = 0;
	bool is_minus = take(at, '-');
	if (!is_minus)
		(void)take(at, '+');
	if (!take_int(at, HOURS_MAX, &hours) || (take(at, ':') && !take_int(at, 59, &minutes))
		|| (take(at, ':') && !take_int(at, 59, &rest)))
		return false;
	*seconds = (int64_t)hours * HOUR_SECONDS + minutes * 60 + rest;
	*seconds = is_minus ? -*seconds : *seconds;
	return true;
}

/* "CET" or "<+03>" */
static bool take_name(const char **at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = **at == '<' ? strcspn(*at, ">") + 1 : strspn(*at, letters);
	if (len < 3 || len > strlen(*at))
		return false;
	*at += len;
	return true;
}

static bool take_day(const char **at, struct zone_day *day)
{
	*day = (struct zone_day){ .kind = '0', .at = 2 * HOUR_SECONDS };
	bool is_day = false;
	if (take(at, 'M')) {
		day->kind = 'M';
		is_day = take_int(at, 12, &day->month) && day->month > 0 && take(at, '.')
			 && take_int(at, 5, &day->week) && day->week > 0 && take(at, '.')
			 && take_int(at, 6, &day->day);
	} else {
		day->kind = take(at, 'J') ? 'J' : '0';
		is_day = take_int(at, 365, &day->day) && (day->kind == '0' || day->day > 0);
	}
	return is_day && (!take(at, '/') || take_time(at, &day->at));
}

/* "CEST,M3.5.0,M10.5.0/3". Without an offset after the name it is one hour ahead. */
static bool take_daylight(const char **at, struct zone_rule *rule)
{
	int64_t west = -rule->standard - HOUR_SECONDS;
	if (!take_name(at) || (**at != ',' && !take_time(at, &west)))
		return false;
	rule->daylight = -west;
	return take(at, ',') && take_day(at, &rule->start) && take(at, ',')
	       && take_day(at, &rule->end);
}

bool zone_rule_parse(const char *at, struct zone_rule *out)
{
	struct zone_rule rule = { 0 };
	int64_t west;
	if (!take_name(&at) || !take_time(&at, &west))
		return false;
	rule.standard = -west;
	rule.has_daylight = *at != '\0';
	if (rule.has_daylight && !take_daylight(&at, &rule))
		return false;
	*out = rule;
	return *at == '\0';
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t first_day(int64_t year)
{
	int64_t y = year - 1;
	return 365 * (year - 1970) + y / 4 - y / 100 + y / 400 - 477;
}

/* Days since 1970-01-01. */
static int64_t day_in(const struct zone_day *d, int64_t year)
{
	int64_t day = first_day(year);
	if (d->kind == 'J')
		return day + d->day - 1 + (is_leap(year) && d->day >= 60);
	if (d->kind == '0')
		return day + d->day;
	for (int month = 1; month < d->month; month++)
		day += days_of(year, month);
	int64_t weekday = ((day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	int64_t in_month = (d->day - weekday + 7) % 7 + 7 * (d->week - 1);
	while (in_month >= days_of(year, d->month))
		in_month -= 7;
	return day + in_month;
}

static int64_t year_of(int64_t day)
{
	int64_t year = 1970 + day / 366;
	while (first_day(year + 1) <= day)
		year++;
	while (first_day(year) > day)
		year--;
	return year;
}

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t utc)
{
	if (!rule->has_daylight)
		return rule->standard;
	int64_t local = utc + rule->standard, day = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
	int64_t year = year_of(day);
	int64_t start = day_in(&rule->start, year) * DAY_SECONDS + rule->start.at - rule->standard;
	int64_t end = day_in(&rule->end, year) * DAY_SECONDS + rule->end.at - rule->daylight;
	bool is_daylight = start < end ? utc >= start && utc < end : utc >= start || utc < end;
	return is_daylight ? rule->daylight : rule->standard;
}
