/*
 * settings_source: finds where the value of a setting comes from.
 *
 * The order is: the flag; the variable, in the environment and then in the file; each alias of the
 * variable, in the same way; the default. An alias of choices counts only if its value is one of
 * them, because other programs use the same variable.
 */
#ifndef COMMON_SETTINGS_SOURCE_H
#define COMMON_SETTINGS_SOURCE_H

#include "common/settings.h"

struct settings_inputs {
	enum settings_user user;
	const char *flags[SETTINGS_MAX]; /* a value per row, or NULL */
	struct env_file *file;           /* NULL: none */
};

struct setting_source settings_source(const struct settings_inputs *in, const struct setting *row);

/* Reads the file that the inputs name into in->file. It stays NULL if they name none, or if the
 * default file of the environment does not exist. ST_BAD_SETTING, ST_NO_MEMORY. */
enum status settings_read_file(struct settings_inputs *in, struct fail *why) MUST_CHECK;

/* True if the text is a value for the row; an empty one is only for some. */
bool setting_is_set(const struct setting *row, const char *value);

#endif
