#include "common/date.h"

#include <string.h>

/* Days from civil dates and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
	       - 719468;
}

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int number(const char *digits, int count)
{
	int value = 0;
	for (int i = 0; i < count; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		value = value * 10 + (digits[i] - '0');
	}
	return value;
}

bool date_parse(struct span text, int64_t *days)
{
	if (text.len != DATE_TEXT_LEN || text.bytes[4] != '-' || text.bytes[7] != '-')
		return false;
	int year = number(text.bytes, 4), month = number(text.bytes + 5, 2),
	    day = number(text.bytes + 8, 2);
	if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX || month < 1 || month > 12 || day < 1
		|| day > days_in(year, month))
		return false;
	*days = days_from_civil(year, month, day);
	return true;
}

enum { TIME_AT = DATE_TEXT_LEN + 1, FRACTION_AT = TIME_AT + 8, OFFSET_LEN = 6 };

/* 1900-01-01T00:00Z and 10000-01-01T00:00Z. */
#define FIRST_SECOND INT64_C(-2208988800)
#define END_SECOND   INT64_C(253402300800)

/* "hh:mm:ss" to seconds; -1 if it is not a time. */
static int64_t parse_time(const char *text)
{
	int hour = number(text, 2), minute = number(text + 3, 2), second = number(text + 6, 2);
	bool is_time = text[2] == ':' && text[5] == ':' && hour >= 0 && hour < 24 && minute >= 0
		       && minute < 60 && second >= 0 && second <= 60;
	return is_time ? (hour * 60 + minute) * 60 + second : -1;
}

/* Reads ".1" to ".123456789…" and moves *rest past it. */
static bool parse_fraction(struct span *rest, int64_t *microseconds)
{
	size_t end = 1;
	*microseconds = 0;
	if (rest->len == 0 || rest->bytes[0] != '.')
		return true;
	for (int64_t unit = 100000; end < rest->len && number(rest->bytes + end, 1) >= 0; end++) {
		*microseconds += unit * number(rest->bytes + end, 1);
		unit /= 10;
	}
	rest->bytes += end;
	rest->len -= end;
	return end > 1;
}

/* "Z" or "+hh:mm" to seconds east of UTC. */
static bool parse_offset(struct span text, int64_t *seconds)
{
	*seconds = 0;
	if (text.len == 1)
		return text.bytes[0] == 'Z' || text.bytes[0] == 'z';
	if (text.len != OFFSET_LEN || text.bytes[3] != ':'
		|| (text.bytes[0] != '+' && text.bytes[0] != '-'))
		return false;
	int hours = number(text.bytes + 1, 2), minutes = number(text.bytes + 4, 2);
	*seconds = (text.bytes[0] == '-' ? INT64_C(-60) : 60) * (hours * 60 + minutes);
	return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

/* The date and the time of an instant; *offset is what follows them. */
static bool parse_clock(struct span text, int64_t *microseconds, struct span *offset)
{
	int64_t days, fraction;
	if (text.len < FRACTION_AT || !memchr("Tt ", text.bytes[DATE_TEXT_LEN], 3)
		|| !date_parse((struct span){ text.bytes, DATE_TEXT_LEN }, &days))
		return false;
	int64_t seconds = parse_time(text.bytes + TIME_AT);
	*offset = span_drop(text, FRACTION_AT);
	if (seconds < 0 || !parse_fraction(offset, &fraction))
		return false;
	*microseconds = (days * 86400 + seconds) * 1000000 + fraction;
	return true;
}

static bool is_in_range(int64_t microseconds)
{
	return microseconds >= FIRST_SECOND * 1000000 && microseconds < END_SECOND * 1000000;
}

bool instant_parse(struct span text, int64_t *microseconds)
{
	int64_t clock, east;
	struct span offset;
	if (!parse_clock(text, &clock, &offset) || !parse_offset(offset, &east)
		|| !is_in_range(clock - east * 1000000))
		return false;
	*microseconds = clock - east * 1000000;
	return true;
}

bool local_instant_parse(struct span text, int64_t *microseconds)
{
	char full[FRACTION_AT];
	int64_t clock;
	struct span offset;
	if (text.len == sizeof full - 3) { /* without seconds */
		memcpy(full, text.bytes, text.len);
		memcpy(full + text.len, ":00", 3);
		text = (struct span){ full, sizeof full };
	}
	if (!parse_clock(text, &clock, &offset) || offset.len > 0 || !is_in_range(clock))
		return false;
	*microseconds = clock;
	return true;
}

/* value < 100 */
static void put_pair(char *out, uint32_t value)
{
	out[0] = (char)('0' + value / 10);
	out[1] = (char)('0' + value % 10);
}

/* 32 bits hold the days of an era, and their divisions are cheaper. */
void date_format(int64_t days, char out[DATE_TEXT_LEN])
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	uint32_t day_of_era = (uint32_t)(shifted - era * 146097);
	uint32_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint32_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint32_t shifted_month = (5 * day_of_year + 2) / 153;
	uint32_t month = shifted_month + (shifted_month < 10 ? 3 : -9U);
	uint32_t year = (uint32_t)(year_of_era + era * 400 + (month <= 2)) % 10000;
	put_pair(out, year / 100);
	put_pair(out + 2, year % 100);
	out[4] = out[7] = '-';
	put_pair(out + 5, month);
	put_pair(out + 8, day_of_year - (153 * shifted_month + 2) / 5 + 1);
}

bool time_parse(struct span text, int64_t *minutes)
{
	if (text.len != TIME_TEXT_LEN || text.bytes[2] != ':')
		return false;
	int hour = number(text.bytes, 2), minute = number(text.bytes + 3, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return false;
	*minutes = hour * 60 + minute;
	return true;
}

void time_format(int64_t minutes, char out[TIME_TEXT_LEN])
{
	put_pair(out, (uint32_t)minutes / 60 % 100);
	out[2] = ':';
	put_pair(out + 3, (uint32_t)minutes % 60);
}

void instant_format(int64_t microseconds, char out[INSTANT_TEXT_LEN])
{
	const int64_t day = INT64_C(86400000000);
	int64_t days = microseconds / day, rest = microseconds % day;
	if (rest < 0) {
		days--;
		rest += day;
	}
	uint32_t seconds = (uint32_t)(rest / 1000000), fraction = (uint32_t)(rest % 1000000);
	date_format(days, out);
	out[10] = 'T';
	put_pair(out + 11, seconds / 3600);
	out[13] = out[16] = ':';
	put_pair(out + 14, seconds / 60 % 60);
	put_pair(out + 17, seconds % 60);
	out[19] = '.';
	put_pair(out + 20, fraction / 10000);
	put_pair(out + 22, fraction / 100 % 100);
	put_pair(out + 24, fraction % 100);
	out[26] = 'Z';
}
