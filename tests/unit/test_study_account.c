#include "client/study/account.h"
#include "common/date.h"
#include "tests/unit/suite.h"

static const struct {
	const char *day;
	int week_start;
	const char *first;
} weeks[] = {
	{ "2026-11-21", 1, "2026-11-16" }, /* a Saturday */
	{ "2026-11-16", 1, "2026-11-16" },
	{ "2026-11-21", 7, "2026-11-15" },
	{ "2026-11-21", 6, "2026-11-21" },
	{ "2026-01-01", 1, "2025-12-29" },
	{ "1970-01-01", 4, "1970-01-01" },
	{ "1970-01-01", 5, "1969-12-26" },
	{ "1969-12-28", 1, "1969-12-22" },
};

START_TEST(weeks_begin_on_the_day_of_the_account)
{
	char first[DATE_TEXT_LEN + 1] = "";
	int64_t day;
	ck_assert(date_parse(span_of(weeks[_i].day), &day));
	date_format(account_week_first(day, weeks[_i].week_start), first);
	ck_assert_str_eq(first, weeks[_i].first);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("account");
	tcase_add_loop_test(
		tests, weeks_begin_on_the_day_of_the_account, 0, sizeof weeks / sizeof *weeks);
	return suite_run("study account", tests);
}
