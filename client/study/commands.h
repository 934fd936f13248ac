/*
 * commands: the table of commands, and their --help.
 */
#ifndef STUDY_COMMANDS_H
#define STUDY_COMMANDS_H

#include "client/study/entity_command.h"

/* The options of every command. */
enum { ENDPOINT, TIMEOUT, JSON, KEY_FILE, SERVER_KEY, HELP, VERSION };
extern const struct option commands_common[];

/* Finds the command that argv[0], argv[1]… begin with, and sets *used to their number. `made` holds
 * the command of an entity. NULL: there is none. */
const struct command *commands_find(
	char *const *argv, int argc, struct entity_command *made, int *used);

/* The hand-written command of that first word; NULL: there is none. */
const struct command *commands_named(const char *word);

/* The word that selects a command among those of a first word: "list" of "token list". */
const char *commands_second_word(const struct command *c);

/* "log, topics, … or search" */
void commands_names(struct buf *out);

/* Print --help: of `study`, of a command, of the commands of an entity. */
void commands_print_help(void);
void commands_print_help_of(const struct command *c);
void commands_print_words(const struct entity *entity);

#endif
