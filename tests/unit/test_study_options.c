#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "client/study/options.h"
#include "tests/unit/suite.h"

enum { TAG, LIMIT, FROM, BY, ALL, FOR };

static const char *const buckets[] = { "day", "week", NULL };

static const struct option own[] = {
	[TAG] = { "tag", OPTION_TEXT, "NAME", "", .param = "tag" },
	[LIMIT] = { "limit", OPTION_INT, "N", "", .min = 1, .max = 500, .param = "limit", .letter = 'n' },
	[FROM] = { "from", OPTION_DATE, "DAY", "", .param = "from" },
	[BY] = { "by", OPTION_CHOICE, "BUCKET", "", .choices = buckets },
	[ALL] = { "all", OPTION_FLAG, NULL, "", .letter = 'a' },
	[FOR] = { "for", OPTION_SECONDS, "SECONDS", "", .min = 1 },
	{ 0 },
};

static const struct option common[] = { { "json", OPTION_FLAG, NULL, "" }, { 0 } };

enum { ARGS_MAX = 8 };

static int count(char *const *args)
{
	int n = 0;
	while (n < ARGS_MAX && args[n])
		n++;
	return n;
}

static int parse(const char *const given[ARGS_MAX], struct arguments *out, char why[256])
{
	static char words[ARGS_MAX][32]; /* borrowed by the arguments until the test ends */
	static char texts[ARGS_MAX][32]; /* borrowed by the arguments until the next call */
	char *args[ARGS_MAX + 1] = { NULL };
	memset(texts, 0, sizeof texts);
	for (int i = 0; i < ARGS_MAX && given[i]; i++) {
		(void)snprintf(words[i], sizeof words[i], "%s", given[i]);
		args[i] = words[i];
	}
	struct options_parser parser = {
		.common = common, .own = own, .args = out, .words_max = 2
	};
	*out = (struct arguments){ 0 };
	int at = options_parse(&parser, count(args), args, 0);
	memcpy(why, parser.why, 256);
	return at;
}

static const struct {
	const char *args[ARGS_MAX], *why; /* a part of the error */
} refused[] = {
	{ { "--nix" }, "unknown option --nix" },
	{ { "-x" }, "unknown option -x" },
	{ { "--tag" }, "--tag needs NAME" },
	{ { "--all=1" }, "takes no value" },
	{ { "-ab" }, "takes no value" },
	{ { "--limit", "0" }, "from 1 to 500" },
	{ { "--limit", "1x" }, "from 1 to 500" },
	{ { "--limit=" }, "from 1 to 500" },
	{ { "--from", "2026-02-30" }, "a day that exists" },
	{ { "--from", "someday" }, "(YYYY-MM-DD), yesterday, today or tomorrow" },
	{ { "--by", "hour" }, "one of day, week" },
	{ { "--for", "0" }, "seconds" },
	{ { "--for", "nan" }, "seconds" },
	{ { "--for", "1e9" }, "seconds" },
	{ { "a", "b", "c" }, "unexpected c (words that belong together need quotes)" },
	{ { "--ta", "x" }, "unknown option" },
};

START_TEST(an_error_explains_the_wrong_argument)
{
	struct arguments args;
	char why[256];
	ck_assert_int_eq(parse(refused[_i].args, &args, why), -1);
	ck_assert_msg(strstr(why, refused[_i].why), "%s", why);
}
END_TEST

START_TEST(options_and_words_mix)
{
	static const char *const given[ARGS_MAX] = { "one", "--tag=a=b", "-n5", "--json", "--by",
		"week", "--", "--all" };
	struct arguments args;
	char why[256];
	ck_assert_int_eq(parse(given, &args, why), 8);
	ck_assert_int_eq(args.word_count, 2);
	ck_assert_str_eq(args.words[0], "one");
	ck_assert_str_eq(args.words[1], "--all");
	ck_assert_str_eq(args.own[TAG].text, "a=b");
	ck_assert_int_eq(args.own[LIMIT].number, 5);
	ck_assert_int_eq(args.own[BY].number, 1);
	ck_assert(args.common[0].is_given && !args.own[ALL].is_given);
}
END_TEST

START_TEST(the_last_value_wins)
{
	static const char *const given[ARGS_MAX] = { "--limit", "3", "-n", "4", "--for", "0.25",
		"-", "-a" };
	struct arguments args;
	char why[256];
	ck_assert_int_eq(parse(given, &args, why), 8);
	ck_assert_int_eq(args.own[LIMIT].number, 4);
	ck_assert_int_eq(args.own[FOR].number, 250);
	ck_assert(args.own[ALL].is_given);
	ck_assert_str_eq(args.words[0], "-");
}
END_TEST

START_TEST(days_have_names)
{
	static const char *const given[][ARGS_MAX] = { { "--from", "today" },
		{ "--from", "yesterday" }, { "--from", "tomorrow" }, { "--from", "1970-01-03" } };
	static const int64_t numbers[] = { 0, -1, 1, 2 };
	struct arguments args;
	char why[256];
	ck_assert_int_eq(parse(given[_i], &args, why), 2);
	ck_assert_int_eq(args.own[FROM].is_relative, _i < 3);
	ck_assert_int_eq(args.own[FROM].number, numbers[_i]);
}
END_TEST

START_TEST(a_command_ends_the_common_options)
{
	char json[] = "--json", command[] = "log", rest[] = "--nix";
	char *args[] = { json, command, rest };
	struct arguments out = { 0 };
	struct options_parser parser = { .common = common, .args = &out, .stops_at_word = true };
	ck_assert_int_eq(options_parse(&parser, 3, args, 0), 1);
	ck_assert(out.common[0].is_given);
}
END_TEST

static const struct {
	const char *text;
	int64_t minutes; /* -1: refused */
} durations[] = {
	{ "45", 45 },
	{ "0", 0 },
	{ "1:30", 90 },
	{ "1h", 60 },
	{ "1h30", 90 },
	{ "1h30m", 90 },
	{ "90m", 90 },
	{ "1h05", 65 },
	{ "", -1 },
	{ "x", -1 },
	{ "1:", -1 },
	{ "1:60", -1 },
	{ "1h60", -1 },
	{ "-5", -1 },
	{ "1.5", -1 },
	{ "5 ", -1 },
	{ "1h30x", -1 },
	{ ":30", -1 },
	{ "99999999999999999999", -1 },
	{ "1:30:00", -1 },
};

START_TEST(durations_are_read)
{
	int64_t minutes = -1;
	bool is_one = options_minutes(durations[_i].text, &minutes);
	ck_assert_msg(is_one == (durations[_i].minutes >= 0), "%s", durations[_i].text);
	ck_assert_msg(!is_one || minutes == durations[_i].minutes, "%s", durations[_i].text);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("options");
	tcase_add_loop_test(
		tests, an_error_explains_the_wrong_argument, 0, sizeof refused / sizeof *refused);
	tcase_add_test(tests, options_and_words_mix);
	tcase_add_test(tests, the_last_value_wins);
	tcase_add_loop_test(tests, days_have_names, 0, 4);
	tcase_add_test(tests, a_command_ends_the_common_options);
	tcase_add_loop_test(tests, durations_are_read, 0, sizeof durations / sizeof *durations);
	return suite_run("study options", tests);
}
