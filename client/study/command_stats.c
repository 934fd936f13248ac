/* study stats: shows the studied time by topic or over time, as bars. */
#include <string.h>

#include "client/study/account.h"
#include "client/study/bar.h"
#include "client/study/command.h"
#include "client/study/glyph.h"
#include "client/study/service.h"
#include "common/date.h"

static int run(struct study *study, const struct arguments *args);

enum { BY, FROM, TO };

static const char *const buckets[] = { "day", "week", "month", "year", NULL };

static const struct option options[] = {
	[BY] = { "by", OPTION_CHOICE, "BUCKET", "day, week, month or year (default: by topic)",
		.choices = buckets, .param = "by" },
	[FROM] = { "from", OPTION_DATE, "DAY", "first day, YYYY-MM-DD", .param = "from" },
	[TO] = { "to", OPTION_DATE, "DAY", "the day after the last day", .param = "to" },
	{ 0 },
};

const struct command command_stats = { "stats", "", "Show the studied time as bars",
	"Without --from and --to: the last 14 days, 12 weeks, 12 months, all years or all "
	"topics.\n",
	options, 0, 0, run };

enum { DAY, WEEK, MONTH, YEAR }; /* buckets */

enum { LABEL_LEAST = 10, LABEL_MAX = 30, BAR_LEAST = 10, GAP_MAX = 60 };

struct range {
	bool is_default; /* no range was given */
	int64_t from, today;
};

struct chart {
	const struct study *study;
	int label_columns, duration_columns, bar_columns;
	int64_t max;
};

static int64_t int_of(const struct study_value *map, const char *key)
{
	return study_value_int(study_value_get(map, key), 0);
}

static const char *text_of(const struct study_value *map, const char *key)
{
	return study_value_text(study_value_get(map, key), "?");
}

static const int label_lengths[] = { [DAY] = 10, [WEEK] = 10, [MONTH] = 7, [YEAR] = 4 };

static void draw(const struct chart *c, const char *label, int64_t minutes)
{
	char bar[BAR_SIZE], duration[DURATION_SIZE];
	const struct terminal *out = &c->study->out;
	(void)bar_draw((double)minutes, (double)c->max, c->bar_columns, out->is_utf8, bar);
	terminal_duration(minutes, duration);
	terminal_left(out, label, c->label_columns);
	fputs("  ", out->to);
	terminal_right(out, minutes > 0 ? duration : "-", c->duration_columns);
	terminal_style(out, STYLE_BAR);
	fprintf(out->to, "%s%s", *bar ? "  " : "", bar);
	terminal_style(out, STYLE_NONE);
	fputc('\n', out->to);
}

static struct chart chart_of(
	const struct study *study, const struct study_value *data, const char *label, int by)
{
	char longest[DURATION_SIZE];
	struct chart c = { .study = study };
	for (size_t i = 0; i < study_value_count(data); i++) {
		const struct study_value *row = study_value_at(data, i);
		int columns = by < 0 ? glyph_columns(text_of(row, label), study->out.is_utf8)
				     : label_lengths[by];
		int64_t minutes = int_of(row, "minutes");
		c.label_columns = columns > c.label_columns ? columns : c.label_columns;
		c.max = minutes > c.max ? minutes : c.max;
	}
	terminal_duration(c.max, longest);
	c.duration_columns = (int)strlen(longest);
	int room = study->out.columns - c.duration_columns - 5;
	int most = room - BAR_LEAST < LABEL_MAX ? room - BAR_LEAST : LABEL_MAX;
	most = most > LABEL_LEAST ? most : LABEL_LEAST;
	c.label_columns = c.label_columns > most ? most : c.label_columns;
	c.bar_columns = room - c.label_columns;
	return c;
}

/* Over time: days without sessions are drawn, too. */

/* The first day of the next bucket; `day` is the first day of a bucket. */
static int64_t next_bucket(int64_t day, int by)
{
	static const int least[] = { [DAY] = 1, [WEEK] = 7, [MONTH] = 28, [YEAR] = 365 };
	char text[DATE_TEXT_LEN + 1] = "";
	int64_t next = day + least[by];
	if (by < MONTH)
		return next;
	for (;; next++) {
		date_format(next, text);
		if (strcmp(text + (by == MONTH ? 8 : 5), by == MONTH ? "01" : "01-01") == 0)
			return next;
	}
}

static void label_of(int64_t day, int by, char out[DATE_TEXT_LEN + 1])
{
	date_format(day, out);
	out[label_lengths[by]] = '\0';
}

static void draw_gap(const struct chart *c, int64_t from, int64_t to, int by)
{
	char label[DATE_TEXT_LEN + 1];
	int count = 0;
	for (int64_t day = from; day < to && count <= GAP_MAX; day = next_bucket(day, by))
		count++;
	if (count > GAP_MAX) {
		fputs(c->study->out.is_utf8 ? "\u22ee\n" : "...\n", c->study->out.to);
		return;
	}
	for (; from < to; from = next_bucket(from, by)) {
		label_of(from, by, label);
		draw(c, label, 0);
	}
}

/* Draws from the first bucket of the range to that of its last day, if the range is our default. */
static void draw_series(const struct study *study, const struct study_value *data, int by,
	const struct range *range)
{
	struct chart c = chart_of(study, data, "from", by);
	int64_t expected = range->is_default && by != YEAR ? range->from : INT64_MAX, day;
	for (size_t i = 0; i < study_value_count(data); i++) {
		char label[DATE_TEXT_LEN + 1] = "";
		const struct study_value *row = study_value_at(data, i);
		if (!date_parse(span_of(text_of(row, "from")), &day))
			continue;
		draw_gap(&c, expected, day, by);
		label_of(day, by, label);
		draw(&c, label, int_of(row, "minutes"));
		expected = next_bucket(day, by);
		(void)date_parse(span_of(text_of(row, "to")),
			&expected); /* earlier if the bucket is truncated */
	}
	if (range->is_default)
		draw_gap(&c, expected, range->today + 1, by);
}

/* By topic, the longest time first, which is the order of the response. */
static void draw_topics(const struct study *study, const struct study_value *data)
{
	struct chart c = chart_of(study, data, "tag", -1);
	for (size_t i = 0; i < study_value_count(data); i++) {
		const struct study_value *row = study_value_at(data, i);
		draw(&c, text_of(row, "tag"), int_of(row, "minutes"));
	}
}

static void print_sum(const struct study *study, const struct study_value *data, bool is_first)
{
	char duration[DURATION_SIZE];
	long long minutes = 0, sessions = 0;
	for (size_t i = 0; i < study_value_count(data); i++) {
		minutes += int_of(study_value_at(data, i), "minutes");
		sessions += int_of(study_value_at(data, i), "sessions");
	}
	terminal_duration(minutes, duration);
	terminal_style(&study->out, STYLE_BOLD);
	if (sessions > 0)
		fprintf(study->out.to, "%s in %lld session%s", duration, sessions,
			sessions == 1 ? "" : "s");
	else
		fputs(is_first ? "No sessions yet: study log 25 TOPIC" : "No sessions in this time",
			study->out.to);
	terminal_style(&study->out, STYLE_NONE);
	fputc('\n', study->out.to);
}

static void print_streak(const struct study *study, const struct study_value *streak)
{
	int64_t current = int_of(streak, "current"), longest = int_of(streak, "longest");
	fprintf(study->out.to, "Streak: %lld day%s, the longest %lld\n", (long long)current,
		current == 1 ? "" : "s", (long long)longest);
}

/* The range ends with the account's today and has whole buckets. */
static int first_day(struct study *study, int64_t today, int by, int64_t *out)
{
	enum { DAYS = 14, DAYS_BEFORE = 11 * 7 /* whole weeks */, MONTHS = 12 };
	int week_start = 1, exit = STUDY_EXIT_DONE;
	char text[DATE_TEXT_LEN + 1] = "";
	if (by == DAY)
		*out = today - DAYS + 1;
	else if (by == WEEK) {
		exit = account_week_start(study, &week_start);
		*out = account_week_first(today, week_start) - DAYS_BEFORE;
	} else {
		*out = today;
		for (int i = 0; i < MONTHS; i++) {
			*out -= i > 0; /* into the previous month */
			date_format(*out, text);
			*out -= (text[8] - '0') * 10 + text[9] - '0' - 1;
		}
	}
	return exit;
}

static int put_default_from(
	struct study *study, struct study_params *params, int by, struct range *range)
{
	char from[DATE_TEXT_LEN + 1] = "";
	range->is_default = true;
	if (by == YEAR)
		return STUDY_EXIT_DONE;
	int exit = first_day(study, range->today, by, &range->from);
	date_format(range->from, from);
	study_params_text(params, "from", from);
	return exit;
}

static int show(struct study *study, const struct study_params *params,
	const struct study_value *streak, int by, const struct range *range)
{
	struct study_value *response = NULL;
	int exit =
		service_call(study, by < 0 ? "stats.summary" : "stats.series", params, &response);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	const struct study_value *data = study_value_get(response, "data");
	if (by < 0)
		draw_topics(study, data);
	else if (study_value_count(data) > 0)
		draw_series(study, data, by, range);
	bool is_first = int_of(streak, "longest") == 0;
	print_sum(study, data, is_first);
	if (!is_first)
		print_streak(study, streak);
	study_value_free(&response);
	return STUDY_EXIT_DONE;
}

static int run(struct study *study, const struct arguments *args)
{
	struct study_value *streak = NULL;
	struct study_params *params = NULL;
	struct range range = { 0 };
	int by = args->own[BY].is_given ? (int)args->own[BY].number : -1;
	bool has_range = args->own[FROM].is_given || args->own[TO].is_given;
	int exit = service_call(study, "stats.streak", NULL, &streak);
	if (exit == STUDY_EXIT_DONE && !(params = service_params(study)))
		exit = STUDY_EXIT_UNREACHABLE;
	if (exit != STUDY_EXIT_DONE)
		goto failed;
	options_to_params(options, args->own, params);
	if (by >= 0 && !has_range && date_parse(span_of(text_of(streak, "today")), &range.today))
		exit = put_default_from(study, params, by, &range);
	if (exit == STUDY_EXIT_DONE && study->is_json)
		exit = service_print(study, by < 0 ? "stats.summary" : "stats.series", &params);
	else if (exit == STUDY_EXIT_DONE)
		exit = show(study, params, streak, by, &range);

failed:
	study_value_free(&streak);
	study_params_free(&params);
	return exit;
}
