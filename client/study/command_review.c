/* study review: shows what happened in a week, or in another range. */
#include "client/study/command.h"
#include "client/study/entity_table.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

static const struct option options[] = {
	{ "from", OPTION_DATE, "DAY", "first day", .param = "from" },
	{ "to", OPTION_DATE, "DAY", "the day after the last day", .param = "to" },
	{ 0 },
};

const struct command command_review = { "review", "",
	"Show what happened in a week, by day, tag and topic",
	"Without --from and --to: the account's week. A range has at most 366 days.\n", options, 0,
	0, run };

/* clang-format off */
static const struct entity_field day_fields[] = {
	{ "day", "Day" }, { "tasks", "Tasks", .is_number = true }, { "tasks_done", "Done", .is_number = true },
	{ "learnings", "Learnings", .is_number = true }, { "feedback", "Feedback", .is_number = true },
	{ "meetings", "Meetings", .is_number = true }, { "energy_checkins", "Energy", .is_number = true },
	{ "minutes", "Minutes", .is_number = true }, { 0 },
};
static const struct entity_field tag_fields[] = {
	{ "tag", "Tag" }, { "learnings", "Learnings", .is_number = true },
	{ "feedback", "Feedback", .is_number = true }, { 0 },
};
static const struct entity_field topic_fields[] = {
	{ "tag", "Topic" }, { "minutes", "Minutes", .is_number = true },
	{ "sessions", "Sessions", .is_number = true }, { 0 },
};
/* clang-format on */

static long long number(const struct study_value *counts, const char *key)
{
	return (long long)study_value_int(study_value_get(counts, key), 0);
}

static void print(struct study *study, const struct study_value *review)
{
	struct entity_style style = { .study = study };
	const struct study_value *counts = study_value_get(review, "counts");
	char studied[DURATION_SIZE];
	entity_table_of(&style, "Days", study_value_get(review, "by_day"), day_fields);
	entity_table_of(&style, "Tags", study_value_get(review, "by_tag"), tag_fields);
	entity_table_of(&style, "Topics", study_value_get(review, "by_topic"), topic_fields);
	terminal_duration(number(counts, "minutes"), studied);
	fprintf(study->out.to,
		"Tasks done: %lld of %lld, learnings: %lld, feedback: %lld, meetings: %lld, "
		"energy check-ins: %lld, studied: %s, sessions: %lld\n",
		number(counts, "tasks_done"), number(counts, "tasks"), number(counts, "learnings"),
		number(counts, "feedback"), number(counts, "meetings"),
		number(counts, "energy_checkins"), studied, number(counts, "sessions"));
}

static int run(struct study *study, const struct arguments *args)
{
	return service_show(study, "review.get", options, args->own, print);
}
