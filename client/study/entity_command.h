/*
 * entity_command: the commands of entities: `study task add`, `study goal done`, `study learn`.
 *
 * Every entity of entity.h with a word has the plain verbs that its methods allow. Other words are
 * rows of a table: most of them set one field. This module makes the `struct command` of a typed
 * command; command_entity.c runs it.
 */
#ifndef STUDY_ENTITY_COMMAND_H
#define STUDY_ENTITY_COMMAND_H

#include "client/study/command.h"
#include "client/study/entity.h"

/* What a command does with the response. */
enum entity_output { ENTITY_PRINTS_LIST, ENTITY_PRINTS_ROW, ENTITY_REPORTS_ROW };

struct entity_verb {
	const char *word, *method; /* "add", "create": after the dot */
	unsigned needs;            /* of enum entity_verbs */
	enum entity_output output;
	const char *summary, *past; /* "Add", before "a task"; "Added", before "task 7" */
};

/* A word that sets a field of a row, or that calls a method of its own with the id. */
struct entity_shortcut {
	const char *entity, *word, *field;
	const char *value; /* NULL: the second word of the command */
	const char *summary, *past;
	const char *method, *result; /* without a field: the method, and the entity of its row */
};

struct entity_command {
	struct command command; /* its `about` is this struct */
	const struct entity *entity;
	const struct entity_verb *verb;
	const struct entity_shortcut *shortcut; /* NULL: a plain verb */
	struct option words[WORDS_MAX + 1];     /* with a NULL name at the end */
	char name[48], shown_words[128], summary[128];
};

/* Makes the command that argv[0], argv[1]… begin with, and sets *used to their number. False: there
 * is none. Without a verb it is the list. *out must not move afterwards. */
bool entity_command_find(char *const *argv, int argc, struct entity_command *out, int *used);

/* The option of `edit` that sets the field, or NULL. */
const struct option *entity_command_field(const struct entity *entity, const char *field);

/* The words after that of the entity; NULL past the end. */
const char *entity_command_word(const struct entity *entity, size_t index);

/* The summary of such a command. */
void entity_command_summary(
	const struct entity *entity, const char *word, char *out, size_t out_size);

/* A command without the word of an entity: "learn" and its entity; NULL past the end. */
const char *entity_command_alias(size_t index, const struct entity **entity);

/* command_entity.c */
int command_entity_run(struct study *study, const struct arguments *args);

#endif
