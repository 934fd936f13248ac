/* study heatmap: shows every day of a year. */
#include <string.h>

#include "client/study/account.h"
#include "client/study/command.h"
#include "client/study/service.h"
#include "common/date.h"

static int run(struct study *study, const struct arguments *args);

static const struct option options[] = {
	{ "year", OPTION_INT, "YEAR", "1900 to 9999 (default: the current year)", .param = "year",
		.min = 1900, .max = 9999 },
	{ 0 },
};

const struct command command_heatmap = { "heatmap", "", "Show every study day of a year", NULL,
	options, 0, 0, run };

enum { WEEK = 7, WEEKS_MAX = 54, LABEL_COLUMNS = 4, NAME_COLUMNS = 3 };

struct year {
	int64_t first, end; /* days since 1970, end exclusive */
	int64_t grid_first; /* first day of the week that contains `first` */
	int week_start;     /* 1 is Monday */
	int weeks;
	signed char level[WEEK * WEEKS_MAX]; /* by day of the grid; -1: a day of another year */
};

static int level_of(int64_t minutes, int64_t max)
{
	if (minutes <= 0 || max <= 0)
		return 0;
	int level = 1 + (int)((double)minutes / (double)max * (HEAT_LEVELS - 1) - 1e-9);
	return level < HEAT_LEVELS ? level : HEAT_LEVELS - 1;
}

static void lay_out(struct year *y)
{
	y->grid_first = account_week_first(y->first, y->week_start);
	y->weeks = (int)((y->end - y->grid_first + WEEK - 1) / WEEK);
	for (int i = 0; i < WEEK * WEEKS_MAX; i++) {
		int64_t day = y->grid_first + i;
		y->level[i] = day >= y->first && day < y->end ? 0 : -1;
	}
}

static bool fill(struct year *y, const struct study_value *response)
{
	int64_t max = study_value_int(study_value_get(response, "max_minutes"), 0), day;
	const struct study_value *data = study_value_get(response, "data");
	if (!date_parse(span_of(study_value_text(study_value_get(response, "from"), "")), &y->first)
		|| !date_parse(
			span_of(study_value_text(study_value_get(response, "to"), "")), &y->end)
		|| y->end - y->first > 366)
		return false;
	lay_out(y);
	for (size_t i = 0; i < study_value_count(data); i++) {
		const struct study_value *row = study_value_at(data, i);
		const char *date = study_value_text(study_value_get(row, "date"), "");
		if (!date_parse(span_of(date), &day) || day < y->first || day - y->first > 366)
			continue;
		int64_t minutes = study_value_int(study_value_get(row, "minutes"), 0);
		y->level[day - y->grid_first] = (signed char)level_of(minutes, max);
	}
	return true;
}

static void draw_cell(const struct terminal *out, int level, int columns)
{
	static const char *const blocks[] = { "\u00b7", "\u2591", "\u2592", "\u2593", "\u2588" };
	static const char *const letters[] = { ".", ":", "+", "*", "#" };
	static const char *const squares[] = { "\u25a0", "\u25a0", "\u25a0", "\u25a0", "\u25a0" };
	if (level < 0) {
		fprintf(out->to, "%*s", columns, "");
		return;
	}
	const char *const *cells = !out->is_utf8 ? letters : out->has_colour ? squares : blocks;
	terminal_style(out, STYLE_HEAT + (enum style)level);
	fprintf(out->to, "%s%*s", cells[level], columns - 1, "");
}

/* The month of the last day of a week, and its *day. 0: the day is in another year. */
static int month_of(const struct year *y, int week, int *day)
{
	char date[DATE_TEXT_LEN + 1] = "";
	int64_t last = y->grid_first + (int64_t)week * WEEK + WEEK - 1;
	if (last >= y->end)
		return 0;
	date_format(last, date);
	*day = (date[8] - '0') * 10 + date[9] - '0';
	return (date[5] - '0') * 10 + date[6] - '0';
}

/* The month, 1 to 12, to print above a week: if the week is the first of the month, or the first
 * one drawn with enough room before the next month. Else 0. */
static int month_to_name(const struct year *y, int week, bool is_first, int columns)
{
	int day = 0, later = 0, wanted = (NAME_COLUMNS + columns) / columns;
	int month = month_of(y, week, &day);
	if (day <= WEEK || !is_first)
		return day <= WEEK ? month : 0;
	return month_of(y, week + wanted - 1, &later) == month ? month : 0;
}

static void draw_months(
	const struct terminal *out, const struct year *y, int from, int to, int columns)
{
	static const char names[13][4] = { "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	int at = 0, end = out->columns - LABEL_COLUMNS;
	fprintf(out->to, "%*s", LABEL_COLUMNS, "");
	for (int week = from; week < to; week++) {
		int month = month_to_name(y, week, week == from, columns);
		int wanted = (week - from) * columns;
		if (month < 1 || month > 12 || (at > 0 && wanted <= at)
			|| wanted + NAME_COLUMNS > end)
			continue;
		fprintf(out->to, "%*s%s", wanted - at, "", names[month]);
		at = wanted + NAME_COLUMNS;
	}
	fputc('\n', out->to);
}

static void draw_weeks(
	const struct terminal *out, const struct year *y, int from, int to, int columns)
{
	static const char names[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	draw_months(out, y, from, to, columns);
	for (int row = 0; row < WEEK; row++) {
		fprintf(out->to, "%-*s", LABEL_COLUMNS, names[(row + y->week_start - 1) % WEEK]);
		for (int week = from; week < to; week++)
			draw_cell(out, y->level[week * WEEK + row], columns);
		terminal_style(out, STYLE_NONE);
		fputc('\n', out->to);
	}
}

/* Draws as many parts as the width of the terminal needs. */
static void draw(const struct terminal *out, const struct year *y)
{
	int columns = out->columns >= LABEL_COLUMNS + 2 * y->weeks ? 2 : 1;
	int weeks = (out->columns - LABEL_COLUMNS) / columns;
	int parts = (y->weeks + weeks - 1) / weeks;
	weeks = (y->weeks + parts - 1) / parts;
	for (int from = 0; from < y->weeks; from += weeks)
		draw_weeks(
			out, y, from, from + weeks < y->weeks ? from + weeks : y->weeks, columns);
}

/* Prints the maximum, which has the strongest colour. */
static void print_summary(const struct study *study, const struct study_value *response)
{
	char sum[DURATION_SIZE], most[DURATION_SIZE];
	size_t days = study_value_count(study_value_get(response, "data"));
	terminal_duration(study_value_int(study_value_get(response, "minutes"), 0), sum);
	terminal_duration(study_value_int(study_value_get(response, "max_minutes"), 0), most);
	fprintf(study->out.to,
		"%lld: ", (long long)study_value_int(study_value_get(response, "year"), 0));
	if (days == 0)
		fputs("no sessions\n", study->out.to);
	else
		fprintf(study->out.to, "%s on %zu day%s, at most %s a day\n", sum, days,
			days == 1 ? "" : "s", most);
}

static int show(struct study *study, const struct study_params *params)
{
	struct year year = { .week_start = 1 };
	struct study_value *response = NULL;
	int exit = service_call(study, "stats.heatmap", params, &response);
	if (exit == STUDY_EXIT_DONE)
		exit = account_week_start(study, &year.week_start); /* not in the response */
	if (exit == STUDY_EXIT_DONE && !fill(&year, response)) {
		study_print_error(study, "the response of stats.heatmap has no year");
		exit = STUDY_EXIT_UNREACHABLE;
	}
	if (exit == STUDY_EXIT_DONE) {
		draw(&study->out, &year);
		print_summary(study, response);
	}
	study_value_free(&response);
	return exit;
}

static int run(struct study *study, const struct arguments *args)
{
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	options_to_params(options, args->own, params);
	if (study->is_json)
		return service_print(study, "stats.heatmap", &params);
	int exit = show(study, params);
	study_params_free(&params);
	return exit;
}
