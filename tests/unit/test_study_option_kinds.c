#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/params.h"
#include "client/study/option_kinds.h"
#include "common/json_out.h"
#include "common/msg.h"
#include "tests/unit/suite.h"

enum { VALUES_MAX = 4 };

static const char *const levels[] = { "high", "low", NULL };
static const struct option team[] = {
	{ "team-name", OPTION_TEXT, "TEXT", "", .param = "team_name" },
	{ "relevance", OPTION_CHOICE, "WORD", "", .param = "relevance", .choices = levels },
	{ 0 },
};
static const struct option event[] = {
	{ "what", OPTION_TEXT, "TEXT", "", .param = "what" },
	{ "count", OPTION_INT, "N", "", .param = "count", .min = 1, .max = 9 },
	{ "day", OPTION_TEXT, "TEXT", "", .param = "day" },
	{ 0 },
};

static const struct option text = { "x", OPTION_TEXT, "TEXT", "", .param = "x" };
static const struct option whole = { "x", OPTION_INT, "N", "", .param = "x", .min = -2, .max = 5 };
static const struct option id = { "x", OPTION_INT, "ID", "", .param = "x", .min = 1,
	.max = INT64_MAX };
static const struct option real = { "x", OPTION_REAL, "N", "", .param = "x", .max = 100 };
static const struct option flag = { "x", OPTION_FLAG, NULL, "", .param = "x" };
static const struct option boolean = { "x", OPTION_BOOL, NULL, "", .param = "x" };
static const struct option day = { "x", OPTION_DATE, "DAY", "", .param = "x" };
static const struct option hour = { "x", OPTION_TIME, "TIME", "", .param = "x" };
static const struct option choice = { "x", OPTION_CHOICE, "WORD", "", .param = "x",
	.choices = levels };
static const struct option texts = { "x", OPTION_TEXTS, "TAG", "", .param = "x" };
static const struct option fields = { "x", OPTION_TEXTS, "FIELD", "", .param = "x",
	.choices = levels };
static const struct option choices = { "x", OPTION_CHOICES, "WORDS", "", .param = "x",
	.choices = levels };
static const struct option ids = { "x", OPTION_IDS, "ID", "", .param = "x" };
static const struct option teams = { "x", OPTION_OBJECTS, "TEAM_NAME[:RELEVANCE]", "", .param = "x",
	.items = team };
static const struct option events = { "x", OPTION_OBJECTS, "WHAT[:COUNT][:DAY]", "", .param = "x",
	.items = event };

static const struct {
	const struct option *option;
	const char *values[VALUES_MAX];
	const char *json; /* the param; NULL: the last value is refused */
	const char *why;  /* a part of the error */
} rows[] = {
	{ &text, { "a b" }, "\"a b\"" },
	{ &text, { "" }, "\"\"" },
	{ &text, { "1", "2" }, "\"2\"" },
	{ &choices, { "low" }, "[\"low\"]" },
	{ &choices, { "low,high" }, "[\"low\",\"high\"]" },
	{ &choices, { "low", "high" }, "[\"low\",\"high\"]" },
	{ &choices, { "" }, NULL, "--x must be one of high, low" },
	{ &choices, { "low," }, NULL, "--x must be one of high, low" },
	{ &choices, { ",low" }, NULL, "--x must be one of high, low" },
	{ &choices, { "low,medium" }, NULL, "--x must be one of high, low" },
	{ &choices, { "low high" }, NULL, "--x must be one of high, low" },
	{ &choices, { "lowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlowlow" }, NULL,
		"--x must be one of high, low" },
	{ &whole, { "-2" }, "-2" },
	{ &whole, { "6" }, NULL, "--x must be a whole number from -2 to 5" },
	{ &id, { "0" }, NULL, "--x must be a whole number from 1" },
	{ &id, { "9007199254740993" }, "9007199254740993" },
	{ &real, { "12.5" }, "12.5" },
	{ &real, { "1e1" }, "10" },
	{ &real, { "100.5" }, NULL, "--x must be a number from 0 to 100" },
	{ &real, { "nan" }, NULL, "a number" },
	{ &real, { "0x10" }, NULL, "a number" },
	{ &real, { "" }, NULL, "a number" },
	{ &flag, { NULL }, "true" },
	{ &boolean, { NULL }, "true" },
	{ &boolean, { "yes" }, "true" },
	{ &boolean, { "no" }, "false" },
	{ &boolean, { "maybe" }, NULL, "--x must be yes or no" },
	{ &day, { "2026-02-28" }, "\"2026-02-28\"" },
	{ &day, { "2026-02-29" }, NULL, "a day that exists" },
	{ &hour, { "09:30" }, "\"09:30\"" },
	{ &hour, { "9:30" }, NULL, "a time of day (HH:MM)" },
	{ &hour, { "24:00" }, NULL, "a time of day" },
	{ &choice, { "low" }, "\"low\"" },
	{ &choice, { "lo" }, NULL, "--x must be one of high, low" },
	{ &texts, { "b", "a", "b" }, "[\"b\",\"a\",\"b\"]" },
	{ &texts, { "a,b" }, "[\"a,b\"]" },
	{ &fields, { "low", "high" }, "[\"low\",\"high\"]" },
	{ &fields, { "low", "x" }, NULL, "--x must be one of high, low" },
	{ &ids, { "3", "12" }, "[3,12]" },
	{ &ids, { "3", "0" }, NULL, "a whole number from 1" },
	{ &ids, { "3,4" }, NULL, "a whole number from 1" },
	{ &teams, { "Platform:high", "Data" },
		"[{\"team_name\":\"Platform\",\"relevance\":\"high\"},{\"team_name\":\"Data\"}]" },
	{ &teams, { "A:B:" }, "[{\"team_name\":\"A:B\"}]" },
	{ &teams, { "A:B:low" }, "[{\"team_name\":\"A:B\",\"relevance\":\"low\"}]" },
	{ &teams, { ":low" }, "[{\"relevance\":\"low\"}]" },
	{ &teams, { "" }, "[{}]" },
	{ &teams, { "A:B" }, NULL,
		"--x must be TEAM_NAME[:RELEVANCE], where relevance must be one of high, low" },
	{ &events, { "a" }, "[{\"what\":\"a\"}]" },
	{ &events, { "a:3" }, "[{\"what\":\"a\",\"count\":3}]" },
	{ &events, { "a:3:z" }, "[{\"what\":\"a\",\"count\":3,\"day\":\"z\"}]" },
	{ &events, { "a:b:3:" }, "[{\"what\":\"a:b\",\"count\":3}]" },
	{ &events, { "a::z" }, "[{\"what\":\"a\",\"day\":\"z\"}]" },
	{ &events, { "a:x:z" }, NULL, "where count must be a whole number from 1 to 9" },
};

/* {"x":VALUE} */
static void put_json(struct buf *out, const struct study_params *params)
{
	struct buf bytes = { 0 };
	msg_put_map(&bytes, params->levels[0].count);
	buf_span(&bytes, buf_view(&params->bytes));
	json_out_value(out, buf_view(&bytes));
	buf_byte(out, '\0');
	ck_assert(!out->failed && !bytes.failed && !params->wrong);
	buf_fini(&bytes);
}

START_TEST(values_become_a_param)
{
	struct study_params *params = NULL;
	struct option_value value = { 0 };
	const struct option *o = rows[_i].option;
	char why[256] = "", expected[256];
	struct buf json = { 0 };
	bool is_read = option_read(o, rows[_i].values[0], "--", &value, why);
	for (int i = 1; is_read && i < VALUES_MAX && rows[_i].values[i]; i++)
		is_read = option_read(o, rows[_i].values[i], "--", &value, why);
	if (rows[_i].json) {
		ck_assert_msg(is_read, "%s", why);
		ck_assert_int_eq(study_params_new(&params), STUDY_OK);
		option_put(o, &value, params);
		put_json(&json, params);
		(void)snprintf(expected, sizeof expected, "{\"x\":%s}", rows[_i].json);
		ck_assert_str_eq(json.bytes, expected);
		buf_fini(&json);
		study_params_free(&params);
	} else {
		ck_assert(!is_read);
		ck_assert_msg(strstr(why, rows[_i].why), "%s", why);
	}
	free(value.list);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("option_kinds");
	tcase_add_loop_test(tests, values_become_a_param, 0, sizeof rows / sizeof *rows);
	return suite_run("study option_kinds", tests);
}
