/* study topics: lists topics or creates one. */
#include "client/study/command.h"
#include "client/study/pages.h"
#include "client/study/service.h"
#include "client/study/table.h"

static int run(struct study *study, const struct arguments *args);

enum { ARCHIVED, ADD, DESCRIPTION, SEARCH };

static const struct option options[] = {
	[ARCHIVED] = { "archived", OPTION_FLAG, NULL, "include archived topics" },
	[ADD] = { "add", OPTION_TEXT, "NAME", "make a topic", .param = "name" },
	[DESCRIPTION] = { "description", OPTION_TEXT, "TEXT", "description of the new topic",
		.param = "description" },
	[SEARCH] = { "search", OPTION_TEXT, "TEXT", "text in the name or the description" },
	{ 0 },
};

const struct command command_topics = { "topics", "", "List topics, or make one", NULL, options, 0,
	0, run };

static void fill(struct study_params *params, const void *arg)
{
	const struct option_value *given = arg;
	if (!given[ARCHIVED].is_given)
		study_params_bool(params, "archived", false);
	if (given[SEARCH].is_given)
		study_params_text(params, "q", given[SEARCH].text);
}

static void add_row(struct table *table, const struct study_value *topic)
{
	char id[24];
	bool is_archived = !study_value_is_null(study_value_get(topic, "archived_at"));
	(void)snprintf(
		id, sizeof id, "%lld", (long long)study_value_int(study_value_get(topic, "id"), 0));
	table_add(
		table, (const char *[]){ id, study_value_text(study_value_get(topic, "name"), "?"),
			       is_archived ? "archived" : "",
			       study_value_text(study_value_get(topic, "description"), "") });
}

static int list(struct study *study, struct pages *pages)
{
	static const struct column columns[] = { { "Id", 0, true }, { "Topic", 40, false },
		{ "", 0, false }, { "Description", 0, false } };
	struct table table;
	table_init(&table, &study->out, columns, 4);
	while (pages_next(pages)) {
		for (size_t i = 0; i < study_value_count(pages->data); i++)
			add_row(&table, study_value_at(pages->data, i));
		if (study_value_count(pages->data) > 0) /* a page of a search may be empty */
			(void)table_print(&table);
	}
	const struct option_value *given = pages->arg;
	if (pages->exit == STUDY_EXIT_DONE && pages->row_count == 0)
		fputs(given[SEARCH].is_given
				? "No topics match\n"
				: "No topics yet: study topics --add NAME, or study log 25 NAME\n",
			study->out.to);
	table_fini(&table);
	return pages->exit;
}

static int add(struct study *study, const struct arguments *args)
{
	struct study_value *topic = NULL;
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	options_to_params(options, args->own, params);
	if (study->is_json)
		return service_print(study, "topics.create", &params);
	int exit = service_call(study, "topics.create", params, &topic);
	if (exit == STUDY_EXIT_DONE) {
		fprintf(study->out.to, "Topic %lld: ",
			(long long)study_value_int(study_value_get(topic, "id"), 0));
		terminal_text(&study->out, study_value_text(study_value_get(topic, "name"), "?"));
		fputc('\n', study->out.to);
	}
	study_value_free(&topic);
	study_params_free(&params);
	return exit;
}

static int run(struct study *study, const struct arguments *args)
{
	struct pages pages = {
		.study = study, .method = "topics.list", .fill = fill, .arg = args->own
	};
	if (args->own[DESCRIPTION].is_given && !args->own[ADD].is_given) {
		study_print_error(study, "--description needs --add");
		return STUDY_EXIT_USAGE;
	}
	if (args->own[ADD].is_given)
		return add(study, args);
	int exit = study->is_json ? pages_print_json(&pages) : list(study, &pages);
	pages_fini(&pages);
	return exit;
}
