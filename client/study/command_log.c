/* study log: a session that was studied. */
#include "client/study/command.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

static const struct option options[] = {
	{ "date", OPTION_DATE, "DAY", "YYYY-MM-DD, or yesterday (default: today)", .param = "study_date" },
	{ "note", OPTION_TEXT, "TEXT", "what it was about", .param = "notes" },
	{ 0 },
};

const struct command command_log = { "log", "MINUTES TOPIC", "Log a session of study",
	"MINUTES is a number, or like 1:30, 1h or 1h30. A topic that is new is made.\n", options, 2,
	2, run };

static void tell(const struct study *study, const struct study_value *session)
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

static int run(struct study *study, const struct arguments *args)
{
	struct study_value *session = NULL;
	int64_t minutes;
	if (!options_minutes(args->words[0], &minutes)) {
		study_complain(study, "%s is no duration: say 45, 1:30 or 1h30", args->words[0]);
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
		tell(study, session);
	study_value_free(&session);
	study_params_free(&params);
	return exit;
}
