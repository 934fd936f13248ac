/* study: the command line tool of the StudyTracker service. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/account.h"
#include "client/study/command.h"
#include "client/study/service.h"

static const struct command *const commands[] = {
	&command_log, &command_topics, &command_sessions, &command_stats, &command_heatmap,
	&command_import, &command_export, &command_account, &command_rpc, &command_status,
	&command_keys,
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

enum { ENDPOINT, TIMEOUT, JSON, KEY_FILE, SERVER_KEY, HELP, VERSION };

static const struct option common_options[] = {
	[ENDPOINT] = { "endpoint", OPTION_TEXT, "LIST",
		"gateways: ipc://PATH or tcp://HOST:PORT, comma-separated" },
	[TIMEOUT] = { "timeout", OPTION_SECONDS, "SECONDS",
		"maximum time to wait (default: 5, for an import 30)", .min = 1 },
	[JSON] = { "json", OPTION_FLAG, NULL, "print JSON, for scripts" },
	[KEY_FILE] = { "key-file", OPTION_TEXT, "FILE",
		"own key pair for tcp://, made by study keys" },
	[SERVER_KEY] = { "server-key", OPTION_TEXT, "KEY", "the gateway's public key for tcp://" },
	[HELP] = { "help", OPTION_FLAG, NULL, "print this text", .letter = 'h' },
	[VERSION] = { "version", OPTION_FLAG, NULL, "print the version" },
	{ 0 },
};

static const char ends[] =
	"\nExit status: 0: success, 1: the service refused, 2: wrong usage or an unusable file,\n"
	"3: no response or temporarily unable, 4: lines of an import were refused.\n";

static void print_help(void)
{
	printf("Usage: study COMMAND [OPTION...] [WORD...]\n\n");
	for (int i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions of all commands:\n");
	options_print(common_options, stdout);
	printf("\nEnvironment: STUDYTRACKER_ENDPOINT, STUDYTRACKER_CURVE_SECRET_KEY_FILE and\n"
	       "STUDYTRACKER_CURVE_SERVER_KEY are the same as --endpoint, --key-file and\n"
	       "--server-key. NO_COLOR turns colours off.\n%s"
	       "\nFor more, see study COMMAND --help and man study.\n",
		ends);
}

static void print_command_help(const struct command *c)
{
	printf("Usage: study %s [OPTION...]%s%s\n\n%s.\n", c->name, *c->words ? " " : "", c->words,
		c->summary);
	if (c->details)
		printf("\n%s", c->details);
	if (c->options) {
		printf("\nOptions:\n");
		options_print(c->options, stdout);
	}
	printf("\nOptions of all commands:\n");
	options_print(common_options, stdout);
	fputs(ends, stdout);
}

static const struct command *find_command(const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

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

static void ask_for_command(const struct study *study)
{
	struct buf names = { 0 };
	for (int i = 0; i < COMMAND_COUNT; i++)
		buf_printf(&names, "%s%s",
			i == 0                  ? ""
			: i + 1 < COMMAND_COUNT ? ", "
						: " or ",
			commands[i]->name);
	buf_byte(&names, '\0');
	study_print_error(study, "a command is missing: %s; see study --help",
		names.failed ? "" : names.bytes);
	buf_fini(&names);
}

static int parse_and_run(struct study *study, int argc, char **argv)
{
	struct arguments args = { 0 };
	struct options_parser parser = {
		.common = common_options, .args = &args, .stops_at_word = true
	};
	const struct command *c = NULL;
	int at = options_parse(&parser, argc, argv, 1);
	if (at >= 0 && at < argc && strcmp(argv[at], "help") == 0) /* as in git help */
		at = options_parse(&parser, argc, argv, at + 1), args.common[HELP].is_given = true;
	if (at >= 0 && at < argc) {
		c = find_command(argv[at]);
		if (!c) {
			study_print_error(study, "%s is not a command; see study --help", argv[at]);
			return STUDY_EXIT_USAGE;
		}
		parser.own = c->options;
		parser.stops_at_word = false;
		parser.words_max = c->words_max;
		at = options_parse(&parser, argc, argv, at + 1);
	}
	if (at < 0) {
		study_print_error(study, "%s; see study %s%s--help", parser.why, c ? c->name : "",
			c ? " " : "");
		return STUDY_EXIT_USAGE;
	}
	if (args.common[VERSION].is_given)
		return printf("study %s\n", study_version()) < 0;
	if (args.common[HELP].is_given && c)
		print_command_help(c);
	else if (args.common[HELP].is_given)
		print_help();
	else if (c)
		return run(study, c, &args);
	else
		ask_for_command(study);
	return args.common[HELP].is_given ? STUDY_EXIT_DONE : STUDY_EXIT_USAGE;
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
	struct study study = { 0 };
	bool speaks_utf8 = terminal_use_locale();
	terminal_open(&study.out, stdout, speaks_utf8);
	terminal_open(&study.err, stderr, speaks_utf8);
	int exit = parse_and_run(&study, argc, argv);
	study_client_close(&study.client);
	curve_free(&study.curve);
	free(study.found);
	return finish_output(&study, exit);
}
