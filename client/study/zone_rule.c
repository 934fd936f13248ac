#include "client/study/zone_rule.h"

#include <string.h>

enum { DAY_SECONDS = 86400, HOUR_SECONDS = 3600, HOURS_MAX = 167 };

static bool read_int(const char **at, int max, int *out)
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

static bool skip_char(const char **at, char c)
{
	bool is_there = **at == c;
	*at += is_there;
	return is_there;
}

/* [+-]hh[:mm[:ss]] */
static bool read_time(const char **at, int64_t *seconds)
{
	int hours = 0, minutes = 0, rest = 0;
	bool is_minus = skip_char(at, '-');
	if (!is_minus)
		(void)skip_char(at, '+');
	if (!read_int(at, HOURS_MAX, &hours) || (skip_char(at, ':') && !read_int(at, 59, &minutes))
		|| (skip_char(at, ':') && !read_int(at, 59, &rest)))
		return false;
	*seconds = (int64_t)hours * HOUR_SECONDS + (int64_t)minutes * 60 + rest;
	*seconds = is_minus ? -*seconds : *seconds;
	return true;
}

/* "CET" or "<+03>" */
static bool read_name(const char **at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = **at == '<' ? strcspn(*at, ">") + 1 : strspn(*at, letters);
	if (len < 3 || len > strlen(*at))
		return false;
	*at += len;
	return true;
}

static bool read_day(const char **at, struct zone_day *day)
{
	*day = (struct zone_day){ .kind = '0', .at = INT64_C(2) * HOUR_SECONDS };
	bool is_day = false;
	if (skip_char(at, 'M')) {
		day->kind = 'M';
		is_day = read_int(at, 12, &day->month) && day->month > 0 && skip_char(at, '.')
			 && read_int(at, 5, &day->week) && day->week > 0 && skip_char(at, '.')
			 && read_int(at, 6, &day->day);
	} else {
		day->kind = skip_char(at, 'J') ? 'J' : '0';
		is_day = read_int(at, 365, &day->day) && (day->kind == '0' || day->day > 0);
	}
	return is_day && (!skip_char(at, '/') || read_time(at, &day->at));
}

/* "CEST,M3.5.0,M10.5.0/3". Without an offset after the name it is one hour ahead. */
static bool read_daylight(const char **at, struct zone_rule *rule)
{
	int64_t west = -rule->standard - HOUR_SECONDS;
	if (!read_name(at) || (**at != ',' && !read_time(at, &west)))
		return false;
	rule->daylight = -west;
	return skip_char(at, ',') && read_day(at, &rule->start) && skip_char(at, ',')
	       && read_day(at, &rule->end);
}

bool zone_rule_parse(const char *at, struct zone_rule *out)
{
	struct zone_rule rule = { 0 };
	int64_t west;
	if (!read_name(&at) || !read_time(&at, &west))
		return false;
	rule.standard = -west;
	rule.has_daylight = *at != '\0';
	if (rule.has_daylight && !read_daylight(&at, &rule))
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
	int64_t in_month = (d->day - weekday + 7) % 7 + INT64_C(7) * (d->week - 1);
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
