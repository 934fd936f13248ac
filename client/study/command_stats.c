/* study stats: how much, by topic or over time, as bars. */
#include <string.h>

#include "client/study/bar.h"
#include "client/study/command.h"
#include "client/study/glyph.h"
#include "client/study/service.h"
#include "common/date.h"

static int run(struct study *study, const struct arguments *args);

enum { BY, FROM, TO };

static const char *const buckets[] = { "day", "week", "month", "year", NULL };

static const struct option options[] = {
	[BY] = { "by", OPTION_CHOICE, "BUCKET", "day, week, month or year, instead of by topic",
		.choices = buckets, .param = "by" },
	[FROM] = { "from", OPTION_DATE, "DAY", "this day and later, YYYY-MM-DD", .param = "from" },
	[TO] = { "to", OPTION_DATE, "DAY", "before this day", .param = "to" },
	{ 0 },
};

const struct command command_stats = { "stats", "", "Show how much was studied, as bars",
	"Without --from and --to: the last 14 days, 12 weeks, 12 months, all years or all "
	"topics.\n",
	options, 0, 0, run };

enum { LABEL_MAX = 30, DURATION_COLUMNS = 15, LABEL_SIZE = 1024, GAP_MAX = 60 };

struct chart {
	const struct study *study;
	int label_columns, bar_columns;
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

static void draw(const struct chart *c, const char *label, int64_t minutes)
{
	char bar[BAR_SIZE], duration[DURATION_SIZE];
	const struct terminal *out = &c->study->out;
	(void)bar_draw((double)minutes, (double)c->max, c->bar_columns, out->is_utf8, bar);
	terminal_duration(minutes, duration);
	terminal_left(out, label, c->label_columns);
	terminal_right(out, minutes > 0 ? duration : "-", DURATION_COLUMNS);
	fputs("  ", out->to);
	terminal_style(out, STYLE_BAR);
	fputs(bar, out->to);
	terminal_style(out, STYLE_NONE);
	fputc('\n', out->to);
}

static struct chart chart_of(
	const struct study *study, const struct study_value *data, const char *label, int by)
{
	struct chart c = { .study = study };
	for (size_t i = 0; i < study_value_count(data); i++) {
		const struct study_value *row = study_value_at(data, i);
		int columns = by < 0 ? glyph_columns(text_of(row, label), study->out.is_utf8) : 10;
		int64_t minutes = int_of(row, "minutes");
		c.label_columns = columns > c.label_columns ? columns : c.label_columns;
		c.max = minutes > c.max ? minutes : c.max;
	}
	if (c.label_columns > LABEL_MAX)
		c.label_columns = LABEL_MAX;
	c.bar_columns = study->out.columns - c.label_columns - DURATION_COLUMNS - 3;
	return c;
}

/* Over time: what has no sessions is drawn, too. */

/* The first day of the bucket after the one of this first day. */
static int64_t next_bucket(int64_t day, int by)
{
	static const int least[] = { 1, 7, 28, 365 };
	char text[DATE_TEXT_LEN + 1] = "";
	int64_t next = day + least[by];
	if (by < 2)
		return next;
	for (;; next++) {
		date_format(next, text);
		if (strcmp(text + (by == 2 ? 8 : 5), by == 2 ? "01" : "01-01") == 0)
			return next;
	}
}

static void label_of(int64_t day, int by, char out[DATE_TEXT_LEN + 1])
{
	static const int lengths[] = { 10, 10, 7, 4 };
	date_format(day, out);
	out[lengths[by]] = '\0';
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

static void draw_series(const struct study *study, const struct study_value *data, int by)
{
	struct chart c = chart_of(study, data, "from", by);
	int64_t expected = INT64_MAX, day;
	for (size_t i = 0; i < study_value_count(data); i++) {
		char label[DATE_TEXT_LEN + 1] = "";
		const struct study_value *row = study_value_at(data, i);
		if (!date_parse(span_of(text_of(row, "from")), &day))
			continue;
		draw_gap(&c, expected, day, by);
		label_of(day, by, label);
		draw(&c, label, int_of(row, "minutes"));
		expected = next_bucket(day, by);
	}
}

/* By topic: the most first, as they are answered. */
static void draw_topics(const struct study *study, const struct study_value *data)
{
	struct chart c = chart_of(study, data, "tag", -1);
	for (size_t i = 0; i < study_value_count(data); i++) {
		const struct study_value *row = study_value_at(data, i);
		draw(&c, text_of(row, "tag"), int_of(row, "minutes"));
	}
}

static void tell_sum(const struct study *study, const struct study_value *data)
{
	char duration[DURATION_SIZE];
	long long minutes = 0, sessions = 0;
	for (size_t i = 0; i < study_value_count(data); i++) {
		minutes += int_of(study_value_at(data, i), "minutes");
		sessions += int_of(study_value_at(data, i), "sessions");
	}
	terminal_duration(minutes, duration);
	terminal_style(&study->out, STYLE_BOLD);
	fprintf(study->out.to, "%s in %lld session%s", duration, sessions,
		sessions == 1 ? "" : "s");
	terminal_style(&study->out, STYLE_NONE);
	fputc('\n', study->out.to);
}

static void tell_streak(const struct study *study, const struct study_value *streak)
{
	int64_t current = int_of(streak, "current"), longest = int_of(streak, "longest");
	fprintf(study->out.to, "Streak: %lld day%s, the longest %lld\n", (long long)current,
		current == 1 ? "" : "s", (long long)longest);
}

/* So that the range counts from the account's today, which the service knows. */
static void put_default_from(struct study_params *params, const struct study_value *streak, int by)
{
	static const int days[] = { 13, 7 * 12 - 1, 335 };
	char from[DATE_TEXT_LEN + 1] = "";
	int64_t today;
	if (by > 2 || !date_parse(span_of(text_of(streak, "today")), &today))
		return;
	date_format(today - days[by], from);
	if (by == 2) /* whole months */
		from[8] = '0', from[9] = '1';
	study_params_text(params, "from", from);
}

static int show(struct study *study, const char *method, struct study_params *params,
	const struct study_value *streak, int by)
{
	struct study_value *reply = NULL;
	if (study->is_json)
		return service_print(study, method, &params);
	int exit = service_call(study, method, params, &reply);
	study_params_free(&params);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	const struct study_value *data = study_value_get(reply, "data");
	if (by < 0)
		draw_topics(study, data);
	else
		draw_series(study, data, by);
	tell_sum(study, data);
	tell_streak(study, streak);
	study_value_free(&reply);
	return STUDY_EXIT_DONE;
}

static int run(struct study *study, const struct arguments *args)
{
	struct study_value *streak = NULL;
	const struct option_value *by = &args->own[BY];
	bool has_range = args->own[FROM].is_given || args->own[TO].is_given;
	int exit = service_call(study, "stats.streak", NULL, &streak);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	struct study_params *params = service_params(study);
	if (!params) {
		study_value_free(&streak);
		return STUDY_EXIT_UNREACHABLE;
	}
	options_to_params(options, args->own, params);
	if (by->is_given && !has_range)
		put_default_from(params, streak, (int)by->number);
	exit = show(study, by->is_given ? "stats.series" : "stats.summary", params, streak,
		by->is_given ? (int)by->number : -1);
	study_value_free(&streak);
	return exit;
}
