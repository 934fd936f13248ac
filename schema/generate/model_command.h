/*
 * model_command: descriptions as commands of `study`.
 *
 * Every record of a field also has
 *
 *	option                "due-date": without _id and _ids; of a list in the singular
 *	option_kind           OPTION_… (client/study/options.h)
 *	argument, help        "DAY", "YYYY-MM-DD, …": for people
 *	title                 "Due date"
 *	man_option, man_help  option and help as roff (man(7)); man_word: "DUE\-DATE"
 *	default_text          {text}, or none: a default that people can read
 *	is_flag               its option takes no value
 *	is_number             a table aligns it to the right
 *	is_time               it is a moment
 *
 * Every record of an entity also has
 *
 *	has_command, command  whether `study` has a command of its own for it, and its word
 *	man_command           the word as roff
 *	caption               the field that tells rows apart, its first required text, or ""
 *	plural                "action items"
 *	clears, has_clears    the fields that --clear sets to nothing: {option}
 *	shown                 the columns of its table: the records of the fields
 */
#ifndef SCHEMA_GENERATE_MODEL_COMMAND_H
#define SCHEMA_GENERATE_MODEL_COMMAND_H

#include "schema/entities/entity.h"
#include "schema/generate/record.h"

void model_command_describe(struct record *root, const struct entity *e);

/* Adds to the records that model_field_describe has set. */
void model_command_describe_field(struct record *r, const struct field *f);

#endif
