/* study today: shows a day: what is planned and what is late. */
#include "client/study/command.h"
#include "client/study/entity_table.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

static const struct option options[] = {
	{ "date", OPTION_DATE, "DAY", "another day: YYYY-MM-DD, yesterday or tomorrow",
		.param = "date" },
	{ 0 },
};

const struct command command_today = { "today", "",
	"Show tasks, meetings and action items of today",
	"Also shows the tasks of earlier days that are not done, the action items that are due,\n"
	"and the studied time.\n",
	options, 0, 0, run };

/* clang-format off */
static const struct entity_field task_fields[] = {
	{ "id", "Id", .is_number = true }, { "status", "Status" }, { "priority", "Priority" },
	{ "estimated_time", "Minutes", .is_number = true }, { "title", "Title" }, { 0 },
};
static const struct entity_field late_fields[] = {
	{ "id", "Id", .is_number = true }, { "date", "Date" }, { "status", "Status" },
	{ "priority", "Priority" }, { "title", "Title" }, { 0 },
};
static const struct entity_field meeting_fields[] = {
	{ "id", "Id", .is_number = true }, { "meeting_time", "Time" },
	{ "duration_minutes", "Minutes", .is_number = true }, { "title", "Title" }, { 0 },
};
static const struct entity_field action_fields[] = {
	{ "id", "Id", .is_number = true }, { "due_date", "Due" }, { "priority", "Priority" },
	{ "description", "Description" }, { 0 },
};

static const struct {
	const char *list, *title;
	const struct entity_field *fields;
} sections[] = {
	{ "tasks", "Tasks", task_fields },
	{ "overdue", "Overdue tasks", late_fields },
	{ "meetings", "Meetings", meeting_fields },
	{ "action_items", "Action items", action_fields },
};
/* clang-format on */

static long long number(const struct study_value *day, const char *key)
{
	return (long long)study_value_int(study_value_get(day, key), 0);
}

static void print(struct study *study, const struct study_value *day)
{
	struct entity_style style = { .study = study };
	char studied[DURATION_SIZE], of_week[DURATION_SIZE];
	FILE *to = study->out.to;
	size_t shown = 0;
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const struct study_value *rows = study_value_get(day, sections[i].list);
		entity_table_of(&style, sections[i].title, rows, sections[i].fields);
		shown += study_value_count(rows);
	}
	terminal_duration(number(day, "minutes"), studied);
	terminal_duration(number(day, "minutes_this_week"), of_week);
	if (study_value_bool(study_value_get(day, "has_more"), false))
		fputs("There are more: study task list and study action list show all\n", to);
	if (shown == 0)
		fputs("Nothing is planned\n", to);
	fprintf(to, "Studied on ");
	terminal_text(&study->out, study_value_text(study_value_get(day, "date"), "?"));
	fprintf(to, ": %s in %lld session%s; this week: %s\n", studied, number(day, "sessions"),
		number(day, "sessions") == 1 ? "" : "s", of_week);
}

static int run(struct study *study, const struct arguments *args)
{
	return service_show(study, "today.get", options, args->own, print);
}
