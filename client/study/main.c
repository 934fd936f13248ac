/* study: the command line tool of the StudyTracker service. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/account.h"
#include "client/study/commands.h"
#include "client/study/complete.h"
#include "client/study/service.h"

/* The given value, else the environment variable, else NULL. */
static const char *setting(const struct option_value *value, const char *variable)
{
	const char *text = value->is_given ? value->text : getenv(variable);
	return text && *text ? text : NULL;
}

static int read_keys(struct study *study, const struct option_value *given)
{
	struct fail why = { 0 };
	struct curve_options options = {
		.key_file = setting(&given[KEY_FILE], "STUDYTRACKER_CURVE_SECRET_KEY_FILE"),
		.server_key = setting(&given[SERVER_KEY], "STUDYTRACKER_CURVE_SERVER_KEY"),
	};
	if (!options.key_file && !options.server_key)
		return STUDY_EXIT_DONE;
	if (curve_open(&study->curve, &options, &why) == ST_OK)
		return STUDY_EXIT_DONE;
	study_print_error(study, "%s", why.text);
	return STUDY_EXIT_USAGE;
}

static int run(struct study *study, const struct command *c, struct arguments *args)
{
	if (args->word_count < c->words_min) {
		study_print_error(
			study, "%s needs %s; see study %s --help", c->name, c->words, c->name);
		return STUDY_EXIT_USAGE;
	}
	study->endpoints = setting(&args->common[ENDPOINT], "STUDYTRACKER_ENDPOINT");
	study->is_json = args->common[JSON].is_given;
	study->timeout_ms = (int)args->common[TIMEOUT].number;
	int exit = read_keys(study, args->common);
	if (exit == STUDY_EXIT_DONE)
		exit = account_resolve(study, c->options, args->own);
	if (exit == STUDY_EXIT_DONE)
		exit = c->run(study, args);
	return exit;
}

static int ask_for_command(const struct study *study)
{
	struct buf names = { 0 };
	commands_names(&names);
	buf_byte(&names, '\0');
	study_print_error(study, "a command is missing: %s; see study --help",
		names.failed ? "" : names.bytes);
	buf_fini(&names);
	return STUDY_EXIT_USAGE;
}

/* What the command line says, besides the command. */
struct line {
	struct options_parser parser;
	struct arguments args;
	struct entity_command made;
};

/* A first word that needs a second one; NULL: the word is not one. */
static const struct command *group_of_word(const char *word)
{
	const struct command *c = commands_named(word);
	return c && !c->run ? c : NULL;
}

/* After such a word, or that of an entity: its commands. */
static int explain_group(
	const struct study *study, const char *first, const char *word, bool wants_help)
{
	if (!wants_help || word) {
		study_print_error(study, "study %s has no command %s; see study %s --help", first,
			word ? word : "", first);
		return STUDY_EXIT_USAGE;
	}
	if (group_of_word(first))
		commands_print_help_of(group_of_word(first));
	else
		commands_print_words(entity_of_word(first));
	return STUDY_EXIT_DONE;
}

static bool is_help(const char *arg)
{
	return arg && (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0);
}

/* The command at argv[*at] is not found. */
static int explain(struct study *study, struct line *line, char **argv, int at)
{
	bool wants_help = line->args.common[HELP].is_given || is_help(argv[at + 1]);
	const char *word = is_help(argv[at + 1]) ? NULL : argv[at + 1];
	if (group_of_word(argv[at]) || entity_of_word(argv[at]))
		return explain_group(study, argv[at], word, wants_help);
	study_print_error(study, "%s is not a command; see study --help", argv[at]);
	return STUDY_EXIT_USAGE;
}

/* `study task --help` is about the commands of tasks, not about the list. */
static bool is_about_group(const struct line *line, char **argv, int at)
{
	const char *next = argv[at + 1];
	bool wants_help = is_help(next) || (line->args.common[HELP].is_given && !next);
	return (group_of_word(argv[at]) || entity_of_word(argv[at])) && wants_help;
}

static int run_line(struct study *study, struct line *line, const struct command *c)
{
	line->args.command = c;
	if (line->args.common[VERSION].is_given)
		return printf("study %s\n", study_version()) < 0;
	if (line->args.common[HELP].is_given && c)
		commands_print_help_of(c);
	else if (line->args.common[HELP].is_given)
		commands_print_help();
	else
		return c ? run(study, c, &line->args) : ask_for_command(study);
	return STUDY_EXIT_DONE;
}

/* Parses what follows the command and runs it. */
static int run_command(struct study *study, struct line *line, int argc, char **argv, int at)
{
	int used = 0;
	const struct command *c = commands_find(argv + at, argc - at, &line->made, &used);
	if (!c || is_about_group(line, argv, at))
		return explain(study, line, argv, at);
	line->parser.own = c->options;
	line->parser.stops_at_word = false;
	line->parser.words_max = c->words_max;
	if (options_parse(&line->parser, argc, argv, at + used) >= 0)
		return run_line(study, line, c);
	study_print_error(study, "%s; see study %s --help", line->parser.why, c->name);
	return STUDY_EXIT_USAGE;
}

static int parse_and_run(struct study *study, struct line *line, int argc, char **argv)
{
	line->parser = (struct options_parser){
		.common = commands_common, .args = &line->args, .stops_at_word = true
	};
	int at = options_parse(&line->parser, argc, argv, 1);
	if (at >= 0 && at < argc && strcmp(argv[at], "help") == 0) { /* as in git help */
		line->args.common[HELP].is_given = true;
		at = options_parse(&line->parser, argc, argv, at + 1);
	}
	if (at < 0) {
		study_print_error(study, "%s; see study --help", line->parser.why);
		return STUDY_EXIT_USAGE;
	}
	return at < argc ? run_command(study, line, argc, argv, at) : run_line(study, line, NULL);
}

/* The exit status is 0 only if all output was written. */
static int finish_output(const struct study *study, int exit)
{
	bool is_cut = fflush(stdout) != 0 || ferror(stdout);
	if (!is_cut || exit != STUDY_EXIT_DONE)
		return exit;
	study_print_error(study, "the output can't be written: %s", strerror(errno));
	return STUDY_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static struct line line; /* large */
	if (argc > 1 && strcmp(argv[1], "__complete") == 0) {
		complete_print(argv + 2, argc - 2, stdout);
		return fflush(stdout) == 0 ? STUDY_EXIT_DONE : STUDY_EXIT_USAGE;
	}
	struct study study = { 0 };
	bool speaks_utf8 = terminal_use_locale();
	terminal_open(&study.out, stdout, speaks_utf8);
	terminal_open(&study.err, stderr, speaks_utf8);
	int exit = parse_and_run(&study, &line, argc, argv);
	options_free(&line.args);
	study_client_close(&study.client);
	curve_free(&study.curve);
	credential_drop(&study.credential);
	free(study.found);
	return finish_output(&study, exit);
}
