/* Time zones, compared with the C library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/study/zone.h"
#include "client/study/zone_rule.h"
#include "tests/unit/suite.h"

/* Each has its own difficulty: southern summers, half hours, skipped days, winter time as daylight
 * saving time, changes at every Ramadan, no changes. */
static const char *const names[] = { "UTC", "Europe/Berlin", "America/New_York", "America/Santiago",
	"Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu",
	"Europe/Dublin", "Asia/Tehran", "America/Sao_Paulo", "Asia/Gaza", "Pacific/Kiritimati",
	"CET", "EST5EDT", "America/Argentina/Buenos_Aires" };

static struct zone *open_zone(const char *name)
{
	struct zone *zone = NULL;
	struct fail why;
	ck_assert_msg(zone_open(&zone, name, &why), "%s", why.text);
	ck_assert_str_eq(zone_name(zone), name);
	return zone;
}

START_TEST(offsets_equal_those_of_the_c_library)
{
	static const int64_t first = -2208988800, end = 4102444800, step = 17 * 3600 + 1234;
	struct zone *zone = open_zone(names[_i]);
	ck_assert_int_eq(setenv("TZ", names[_i], 1), 0);
	tzset();
	for (int64_t utc = first; utc < end; utc += step) {
		struct tm local;
		time_t at = (time_t)utc;
		bool is_same =
			localtime_r(&at, &local) && zone_offset(zone, utc) == local.tm_gmtoff;
		if (!is_same) /* each ck_assert costs a system call */
			ck_abort_msg("%s at %lld: %lld, not %ld", names[_i], (long long)utc,
				(long long)zone_offset(zone, utc), local.tm_gmtoff);
	}
	zone_free(&zone);
}
END_TEST

/* Every local time converts back, or the zone reports that it is not a single moment. */
START_TEST(local_times_convert_back)
{
	struct zone *zone = open_zone(names[_i]);
	for (int64_t utc = 0; utc < INT64_C(2200000000); utc += 7 * 3600 + 111) {
		int64_t again = -1;
		enum zone_local often = zone_instant(zone, utc + zone_offset(zone, utc), &again);
		if (often == ZONE_NEVER || (often == ZONE_ONCE && again != utc))
			ck_abort_msg("%s at %lld", names[_i], (long long)utc);
	}
	zone_free(&zone);
}
END_TEST

static const struct {
	const char *zone;
	int64_t local; /* seconds since 1970-01-01T00:00 */
	enum zone_local often;
} locals[] = {
	{ "UTC", 1585447200, ZONE_ONCE },
	{ "Europe/Berlin", 1585447199, ZONE_ONCE },  /* 2020-03-29T01:59:59 */
	{ "Europe/Berlin", 1585447200, ZONE_NEVER }, /* 02:00:00 */
	{ "Europe/Berlin", 1585450799, ZONE_NEVER }, { "Europe/Berlin", 1585450800, ZONE_ONCE },
	{ "Europe/Berlin", 1603591199, ZONE_ONCE }, /* 2020-10-25T01:59:59 */
	{ "Europe/Berlin", 1603591200, ZONE_TWICE }, { "Europe/Berlin", 1603594799, ZONE_TWICE },
	{ "Europe/Berlin", 1603594800, ZONE_ONCE },
	{ "Europe/Berlin", 4109882400, ZONE_NEVER },       /* 2100-03-28T02:00:00, by the rule */
	{ "Pacific/Apia", 1325203200, ZONE_NEVER },        /* 2011-12-30, a skipped day */
	{ "Australia/Lord_Howe", 1601776800, ZONE_NEVER }, /* 2020-10-04T02:00:00 */
	{ "Australia/Lord_Howe", 1601778600, ZONE_ONCE },  /* 02:30:00 */
};

START_TEST(clocks_go_forward_and_back)
{
	int64_t utc = 0;
	struct zone *zone = open_zone(locals[_i].zone);
	ck_assert_int_eq(zone_instant(zone, locals[_i].local, &utc), locals[_i].often);
	zone_free(&zone);
}
END_TEST

static const char *const no_names[] = { "", "Europe/Berln", "../../../etc/passwd", "/etc/localtime",
	"Europe", "Europe/../UTC", "tzdata.zi", "UTC\x1b[2J",
	"Europe/Berlin/and/so/on/until/it/is/longer/than/any/name/of/a/zone/ever" };

START_TEST(an_invalid_zone_is_refused)
{
	struct zone *zone = NULL;
	struct fail why = { 0 };
	ck_assert(!zone_open(&zone, no_names[_i], &why));
	ck_assert_ptr_null(zone);
	ck_assert_str_ne(why.text, "");
}
END_TEST

/* A file that is truncated anywhere, or has any wrong byte, is refused or read within its
 * bounds. */
START_TEST(broken_files_are_safe)
{
	char bytes[8192];
	struct fail why;
	FILE *from = fopen("/usr/share/zoneinfo/Europe/Berlin", "re");
	ck_assert_ptr_nonnull(from);
	size_t len = fread(bytes, 1, sizeof bytes, from);
	(void)fclose(from);
	srand(1);
	for (size_t cut = 0; cut < len; cut++) {
		struct zone *zone = NULL;
		char *copy = malloc(cut + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, bytes, cut);
		if (cut > 0)
			copy[(size_t)rand() % cut] = (char)rand();
		if (zone_read(&zone, "x", (struct span){ copy, cut }, &why))
			(void)zone_offset(zone, 1600000000);
		zone_free(&zone);
		free(copy);
	}
}
END_TEST

static const struct {
	const char *text;
	bool is_rule;
} rules[] = {
	{ "CET-1CEST,M3.5.0,M10.5.0/3", true },
	{ "<+0330>-3:30", true },
	{ "IST-1GMT0,M10.5.0,M3.5.0/1", true },
	{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true },
	{ "XXX3EDT4,0/0,J365/23", true },
	{ "", false },
	{ "CET", false },
	{ "CET-1CEST", false },
	{ "CET-1CEST,M3.5.0", false },
	{ "CET-1CEST,M13.5.0,M10.5.0", false },
	{ "CET-1CEST,M3.6.0,M10.5.0", false },
	{ "CET-1CEST,M3.5.7,M10.5.0", false },
	{ "CET-1CEST,J0,J365", false },
	{ "CET-1CEST,M3.5.0,M10.5.0/3x", false },
	{ "CET-168", false },
	{ "<+03", false },
};

START_TEST(posix_rules_are_read)
{
	struct zone_rule rule;
	ck_assert_msg(
		zone_rule_parse(rules[_i].text, &rule) == rules[_i].is_rule, "%s", rules[_i].text);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("zone");
	tcase_add_loop_test(tests, offsets_equal_those_of_the_c_library, 0, COUNT(names));
	tcase_add_loop_test(tests, local_times_convert_back, 0, COUNT(names));
	tcase_add_loop_test(tests, clocks_go_forward_and_back, 0, COUNT(locals));
	tcase_add_loop_test(tests, an_invalid_zone_is_refused, 0, COUNT(no_names));
	tcase_add_test(tests, broken_files_are_safe);
	tcase_add_loop_test(tests, posix_rules_are_read, 0, COUNT(rules));
	return suite_run("study zone", tests);
}
