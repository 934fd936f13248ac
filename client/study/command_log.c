/* study log: logs a session. */
#include <limits.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "client/study/command.h"
#include "client/study/pages.h"
#include "client/study/service.h"
#include "common/method.h"
#include "common/utf8.h"

static int run(struct study *study, const struct arguments *args);

static const struct option options[] = {
	{ "date", OPTION_DATE, "DAY", "YYYY-MM-DD, or yesterday (default: today)",
		.param = "study_date" },
	{ "note", OPTION_TEXT, "TEXT", "text about the session", .param = "notes" },
	{ "task", OPTION_INT, "ID", "the task that it was for", .param = "task_id", .min = 1,
		.max = INT64_MAX },
	{ "goal", OPTION_INT, "ID", "the goal that it was for", .param = "goal_id", .min = 1,
		.max = INT64_MAX },
	{ "skill", OPTION_INT, "ID", "the skill that it was for", .param = "skill_id", .min = 1,
		.max = INT64_MAX },
	{ "project", OPTION_INT, "ID", "the project that it was for", .param = "project_id",
		.min = 1, .max = INT64_MAX },
	{ 0 },
};

const struct command command_log = { "log", "MINUTES TOPIC", "Log a session of study",
	"MINUTES is a number, or a duration such as 1:30, 1h or 1h30. TOPIC is the name of a\n"
	"topic; the topic is made if it does not exist. Case makes no difference, unless the\n"
	"names of several topics differ only in case: then TOPIC must be exactly one of them.\n",
	options, 2, 2, run };

static void print_session(const struct study *study, const struct study_value *session)
{
	char duration[DURATION_SIZE];
	terminal_duration(study_value_int(study_value_get(session, "minutes"), 0), duration);
	terminal_style(&study->out, STYLE_GOOD);
	fputs("Logged", study->out.to);
	terminal_style(&study->out, STYLE_NONE);
	fprintf(study->out.to, " %s of ", duration);
	terminal_style(&study->out, STYLE_BOLD);
	terminal_text(&study->out, study_value_text(study_value_get(session, "tag"), "?"));
	terminal_style(&study->out, STYLE_NONE);
	fputs(" on ", study->out.to);
	terminal_text(&study->out, study_value_text(study_value_get(session, "study_date"), "?"));
	if (study_value_bool(study_value_get(session, "topic_archived"), false))
		fputs(" (the topic is archived)", study->out.to);
	fputc('\n', study->out.to);
}

/* Topics whose names differ only in case. */

static bool is_same_name(const char *a, const char *b)
{
	mbstate_t at_a = { 0 }, at_b = { 0 };
	for (;;) {
		wchar_t of_a = 0, of_b = 0;
		size_t len_a = mbrtowc(&of_a, a, MB_LEN_MAX, &at_a);
		size_t len_b = mbrtowc(&of_b, b, MB_LEN_MAX, &at_b);
		if (len_a > MB_LEN_MAX || len_b > MB_LEN_MAX
			|| towlower((wint_t)of_a) != towlower((wint_t)of_b))
			return false;
		if (of_a == 0)
			return true;
		a += len_a;
		b += len_b;
	}
}

static void fill(struct study_params *params, const void *arg)
{
	study_params_text(params, "q", arg);
}

/* The service refuses a name that several topics have in another case. Prints these topics. */
static void print_candidates(struct study *study, const char *name)
{
	struct pages pages = { .study = study, .method = "topics.list", .fill = fill, .arg = name };
	while (pages_next(&pages))
		for (size_t i = 0; i < study_value_count(pages.data); i++) {
			const struct study_value *topic = study_value_at(pages.data, i);
			const char *other = study_value_text(study_value_get(topic, "name"), "");
			if (!is_same_name(other, name))
				continue;
			fputs("  ", study->err.to);
			terminal_text(&study->err, other);
			fprintf(study->err.to, " (%lld)\n",
				(long long)study_value_int(study_value_get(topic, "id"), 0));
		}
	pages_fini(&pages);
}

/* A name that is too long for a search is refused for its length, not as ambiguous. */
static bool may_be_ambiguous(const struct study *study, const char *name)
{
	const struct study_error *why = study->client ? study_client_error(study->client) : NULL;
	const struct param *q = method_param(method_find(span_of("topics.list")), span_of("q"));
	return why && strcmp(why->code, "INVALID_INPUT") == 0 && strcmp(why->field, "tag") == 0
	       && utf8_length(name, strlen(name)) <= (size_t)q->max;
}

static int run(struct study *study, const struct arguments *args)
{
	struct study_value *session = NULL;
	int64_t minutes;
	if (!options_minutes(args->words[0], &minutes)) {
		study_print_error(
			study, "%s is not a duration such as 45, 1:30 or 1h30", args->words[0]);
		return STUDY_EXIT_USAGE;
	}
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	study_params_int(params, "minutes", minutes);
	study_params_text(params, "tag", args->words[1]);
	study_params_bool(params, "match_case", false);
	options_to_params(options, args->own, params);
	if (study->is_json)
		return service_print(study, "sessions.log", &params);
	int exit = service_call(study, "sessions.log", params, &session);
	if (exit == STUDY_EXIT_DONE)
		print_session(study, session);
	else if (exit == STUDY_EXIT_REFUSED && may_be_ambiguous(study, args->words[1]))
		print_candidates(study, args->words[1]);
	study_value_free(&session);
	study_params_free(&params);
	return exit;
}
