#include "client/study/commands.h"

#include <stdio.h>
#include <string.h>

static const struct command *const table[] = {
	&command_log,
	&command_topics,
	&command_sessions,
	&command_stats,
	&command_heatmap,
	&command_today,
	&command_review,
	&command_search,
	&command_import,
	&command_export,
	&command_login,
	&command_logout,
	&command_whoami,
	&command_account,
	&command_token,
	&command_rpc,
	&command_status,
	&command_keys,
	&command_backup,
	&command_restore,
};

enum { COMMAND_COUNT = sizeof table / sizeof *table };

const struct option commands_common[] = {
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

const struct command *commands_named(const char *word)
{
	for (int i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(table[i]->name, word) == 0)
			return table[i];
	return NULL;
}

const char *commands_second_word(const struct command *c)
{
	return strchr(c->name, ' ') + 1;
}

/* `word` may be an option. */
static const struct command *find_second(const struct command *c, const char *word, int *used)
{
	for (int i = 0; c->commands && c->commands[i]; i++)
		if (strcmp(commands_second_word(c->commands[i]), word) == 0) {
			*used = 2;
			return c->commands[i];
		}
	if (c->run || !c->commands)
		return c;
	return *word == '-' ? c->commands[0] : NULL;
}

const struct command *commands_find(
	char *const *argv, int argc, struct entity_command *made, int *used)
{
	const struct command *first = commands_named(argv[0]);
	*used = 1;
	if (first)
		return find_second(first, argc > 1 ? argv[1] : "-", used);
	return entity_command_find(argv, argc, made, used) ? &made->command : NULL;
}

/* Names. */

/* The name at the index, among hand-written commands, aliases and entities; NULL past the end. */
static const char *name_at(size_t index)
{
	const struct entity *entity;
	if (index < COMMAND_COUNT)
		return table[index]->name;
	index -= COMMAND_COUNT;
	for (size_t i = 0; entity_command_alias(i, &entity); i++)
		if (index-- == 0)
			return entity_command_alias(i, &entity);
	for (size_t i = 0; (entity = entity_at(i)) != NULL; i++)
		if (entity->word && index-- == 0)
			return entity->word;
	return NULL;
}

void commands_names(struct buf *out)
{
	for (size_t i = 0; name_at(i); i++)
		buf_printf(out, "%s%s", i == 0 ? "" : name_at(i + 1) ? ", " : " or ", name_at(i));
}

/* Help. */

static const char ends[] =
	"\nExit status: 0: success, 1: the service refused, 2: wrong usage or an unusable file,\n"
	"3: no response or temporarily unable, 4: lines of an import were refused.\n";

static void print_line(const char *name, const char *summary)
{
	printf("  %-13s  %s\n", name, summary);
}

static void print_entities(void)
{
	const struct entity *entity;
	char text[128];
	const char *alias;
	for (size_t i = 0; (alias = entity_command_alias(i, &entity)) != NULL; i++) {
		entity_command_summary(entity, "add", text, sizeof text);
		print_line(alias, text);
	}
	printf("\n");
	for (size_t i = 0; (entity = entity_at(i)) != NULL; i++) {
		if (!entity->word)
			continue;
		(void)snprintf(text, sizeof text, "Show and change %s", entity->plural);
		print_line(entity->word, text);
	}
}

void commands_print_help(void)
{
	printf("Usage: study COMMAND [OPTION...] [WORD...]\n\n");
	for (int i = 0; i < COMMAND_COUNT; i++)
		print_line(table[i]->name, table[i]->summary);
	print_entities();
	printf("\nOptions of all commands:\n");
	options_print(commands_common, stdout);
	printf("\nEnvironment: STUDYTRACKER_ENDPOINT, STUDYTRACKER_CURVE_SECRET_KEY_FILE and\n"
	       "STUDYTRACKER_CURVE_SERVER_KEY are the same as --endpoint, --key-file and\n"
	       "--server-key. STUDYTRACKER_TOKEN is a token to use instead of that of study "
	       "login.\n"
	       "NO_COLOR turns colours off.\n%s"
	       "\nFor more, see study COMMAND --help and man study.\n",
		ends);
}

void commands_print_help_of(const struct command *c)
{
	if (c->run)
		printf("Usage: study %s [OPTION...]%s%s\n\n%s.\n", c->name, *c->words ? " " : "",
			c->words, c->summary);
	else
		printf("Usage: study %s COMMAND [OPTION...] [WORD...]\n\n%s.\n", c->name,
			c->summary);
	if (c->details)
		printf("\n%s", c->details);
	for (const struct option *word = c->word_help; word && word->name; word++)
		printf("%s  %-22s  %s\n", word == c->word_help ? "\nWords:\n" : "", word->name,
			word->help);
	for (int i = 0; c->commands && c->commands[i]; i++) {
		printf("%s", i == 0 ? "\nCommands:\n" : "");
		print_line(commands_second_word(c->commands[i]), c->commands[i]->summary);
	}
	if (c->options) {
		printf("\nOptions:\n");
		options_print(c->options, stdout);
	}
	printf("\nOptions of all commands:\n");
	options_print(commands_common, stdout);
	fputs(ends, stdout);
}

void commands_print_words(const struct entity *entity)
{
	const char *word;
	printf("Usage: study %s COMMAND [OPTION...] [WORD...]\n\n", entity->word);
	for (size_t i = 0; (word = entity_command_word(entity, i)) != NULL; i++) {
		char summary[128];
		entity_command_summary(entity, word, summary, sizeof summary);
		print_line(word, summary);
	}
	printf("\nOptions of all commands:\n");
	options_print(commands_common, stdout);
	printf("%s\nFor more, see study %s COMMAND --help.\n", ends, entity->word);
}
