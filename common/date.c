#include "common/date.h"

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

static void put_digits(char *out, int64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
}

void date_format(int64_t days, char out[DATE_TEXT_LEN])
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted_month = (5 * day_of_year + 2) / 153;
	int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);
	put_digits(out, year_of_era + era * 400 + (month <= 2), 4);
	out[4] = out[7] = '-';
	put_digits(out + 5, month, 2);
	put_digits(out + 8, day_of_year - (153 * shifted_month + 2) / 5 + 1, 2);
}

void instant_format(int64_t microseconds, char out[INSTANT_TEXT_LEN])
{
	const int64_t day = INT64_C(86400000000);
	int64_t days = microseconds / day, rest = microseconds % day;
	if (rest < 0) {
		days--;
		rest += day;
	}
	date_format(days, out);
	out[10] = 'T';
	put_digits(out + 11, rest / INT64_C(3600000000), 2);
	out[13] = out[16] = ':';
	put_digits(out + 14, rest / 60000000 % 60, 2);
	put_digits(out + 17, rest / 1000000 % 60, 2);
	out[19] = '.';
	put_digits(out + 20, rest % 1000000, 6);
	out[26] = 'Z';
}
