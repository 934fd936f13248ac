/* study sessions: lists sessions, the latest first. */
#include "client/study/command.h"
#include "client/study/pages.h"
#include "client/study/service.h"
#include "client/study/table.h"

static int run(struct study *study, const struct arguments *args);

enum { TAG, FROM, TO, SEARCH, TASK, GOAL, SKILL, PROJECT, SORT, LIMIT, IDS };

static const char *const sorts[] = { "created_at", "-created_at", "study_date", "-study_date",
	NULL };

static const struct option options[] = {
	[TAG] = { "tag", OPTION_TEXT, "TOPIC", "sessions of this topic", .param = "tag" },
	[FROM] = { "from", OPTION_DATE, "DAY", "first day, YYYY-MM-DD", .param = "from" },
	[TO] = { "to", OPTION_DATE, "DAY", "the day after the last day", .param = "to" },
	[SEARCH] = { "search", OPTION_TEXT, "TEXT", "text in the notes or in the name of the topic",
		.param = "q" },
	[TASK] = { "task", OPTION_INT, "ID", "sessions of this task", .param = "task_id", .min = 1,
		.max = INT64_MAX },
	[GOAL] = { "goal", OPTION_INT, "ID", "sessions of this goal", .param = "goal_id", .min = 1,
		.max = INT64_MAX },
	[SKILL] = { "skill", OPTION_INT, "ID", "sessions of this skill", .param = "skill_id",
		.min = 1, .max = INT64_MAX },
	[PROJECT] = { "project", OPTION_INT, "ID", "sessions of this project",
		.param = "project_id", .min = 1, .max = INT64_MAX },
	[SORT] = { "sort", OPTION_CHOICE, "KEY",
		"created_at, -created_at, study_date or -study_date (default)", .choices = sorts },
	[LIMIT] = { "limit", OPTION_INT, "N", "maximum number, 0 for all (default: 20)",
		.max = 1000000000 },
	[IDS] = { "ids", OPTION_FLAG, NULL, "show the ids of the sessions" },
	{ 0 },
};

const struct command command_sessions = { "sessions", "", "List sessions, the latest first", NULL,
	options, 0, 0, run };

static void fill(struct study_params *params, const void *arg)
{
	const struct option_value *given = arg;
	options_to_params(options, given, params);
	study_params_text(params, "sort", given[SORT].is_given ? given[SORT].text : "-study_date");
}

static const struct column columns[] = {
	{ "Id", 0, false }, { "Day", 0, false }, { "Time", 0, true }, { "Topic", 30, false },
	{ "Notes", 0, false },
};

/* Without ids the table begins with the second column. */
static void add_row(struct table *table, const struct study_value *session, int skipped)
{
	char duration[DURATION_SIZE];
	terminal_duration(study_value_int(study_value_get(session, "minutes"), 0), duration);
	const char *const cells[] = {
		study_value_text(study_value_get(session, "id"), "?"),
		study_value_text(study_value_get(session, "study_date"), "?"),
		duration,
		study_value_text(study_value_get(session, "tag"), "?"),
		study_value_text(study_value_get(session, "notes"), ""),
	};
	table_add(table, cells + skipped);
}

static void print_rest(const struct study *study, const struct pages *pages)
{
	const struct option_value *given = pages->arg;
	bool has_filter = false;
	for (int i = TAG; i <= PROJECT; i++)
		has_filter = has_filter || given[i].is_given;
	if (pages->row_count == 0)
		fputs(has_filter ? "No sessions match\n" : "No sessions yet: study log 25 TOPIC\n",
			study->out.to);
	else if (pages->has_more && study->out.is_terminal)
		fprintf(study->out.to, "There are more: --limit 0 shows all\n");
}

static int list(struct study *study, struct pages *pages, int skipped)
{
	struct table table;
	table_init(&table, &study->out, columns + skipped, 5 - skipped);
	while (pages_next(pages)) {
		for (size_t i = 0; i < study_value_count(pages->data); i++)
			add_row(&table, study_value_at(pages->data, i), skipped);
		if (study_value_count(pages->data) > 0) /* a page of a search may be empty */
			(void)table_print(&table);
	}
	if (pages->exit == STUDY_EXIT_DONE)
		print_rest(study, pages);
	table_fini(&table);
	return pages->exit;
}

static int run(struct study *study, const struct arguments *args)
{
	struct pages pages = {
		.study = study,
		.method = "sessions.list",
		.fill = fill,
		.arg = args->own,
		.limit = args->own[LIMIT].is_given ? args->own[LIMIT].number : 20,
	};
	int exit = study->is_json ? pages_print_json(&pages)
				  : list(study, &pages, args->own[IDS].is_given ? 0 : 1);
	pages_fini(&pages);
	return exit;
}
