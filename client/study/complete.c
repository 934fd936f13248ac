#include "client/study/complete.h"

#include <string.h>

#include "client/study/commands.h"
#include "client/study/option_kinds.h"

static void print_values(const struct option *o, FILE *to)
{
	for (int i = 0; o->choices && o->choices[i]; i++)
		fprintf(to, "%s\n", o->choices[i]);
	if (o->kind == OPTION_DATE)
		fputs("yesterday\ntoday\ntomorrow\n", to);
}

static void print_options(const struct option *options, FILE *to)
{
	for (int i = 0; options && options[i].name; i++)
		fprintf(to, "--%s\n", options[i].name);
}

static void print_commands(FILE *to)
{
	const struct entity *entity;
	const char *alias;
	for (size_t i = 0; (alias = entity_command_alias(i, &entity)) != NULL; i++)
		fprintf(to, "%s\n", alias);
	for (size_t i = 0; (entity = entity_at(i)) != NULL; i++)
		if (entity->word)
			fprintf(to, "%s\n", entity->word);
}

/* The option that still needs its value, or NULL. */
static const struct option *open_option(const struct option *options, const char *word)
{
	int at = strncmp(word, "--", 2) == 0 && options ? options_find(options, word + 2) : -1;
	return at >= 0 && option_takes_value(options[at].kind) ? &options[at] : NULL;
}

/* After the command: walks over the words to what is next. */
static void print_next(const struct command *c, char *const *argv, int argc, FILE *to)
{
	const struct option *open = NULL, *word = c->word_help;
	for (int i = 0; i < argc; i++) {
		bool is_value = open != NULL;
		bool is_word = !is_value && *argv[i] != '-';
		open = is_value ? NULL : open_option(c->options, argv[i]);
		if (!is_value && !open)
			open = open_option(commands_common, argv[i]);
		if (is_word && word && word->name)
			word++;
	}
	if (open) {
		print_values(open, to);
		return;
	}
	print_options(c->options, to);
	print_options(commands_common, to);
	if (word && word->name)
		print_values(word, to);
}

/* After the first word of a command: the second words, then what follows without one. */
static void print_second_words(const struct command *c, FILE *to)
{
	for (int i = 0; c->commands[i]; i++)
		fprintf(to, "%s\n", commands_second_word(c->commands[i]));
	print_options(c->options, to);
	print_options(commands_common, to);
}

static void print_words(const struct entity *entity, FILE *to)
{
	const char *word;
	for (size_t i = 0; (word = entity_command_word(entity, i)) != NULL; i++)
		fprintf(to, "%s\n", word);
	print_options(commands_common, to);
}

void complete_print(char *const *argv, int argc, FILE *to)
{
	static struct entity_command made;
	int used = 0;
	const struct entity *entity = argc == 1 ? entity_of_word(argv[0]) : NULL;
	const struct command *first = argc == 1 ? commands_named(argv[0]) : NULL;
	const struct command *c = argc > 0 ? commands_find(argv, argc, &made, &used) : NULL;
	if (argc == 0)
		print_commands(to);
	else if (entity)
		print_words(entity, to);
	else if (first && first->commands)
		print_second_words(first, to);
	else if (c)
		print_next(c, argv + used, argc - used, to);
}
