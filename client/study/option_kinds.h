/*
 * option_kinds: the kinds of options, in one table: how a value is checked and which param it
 * becomes.
 */
#ifndef STUDY_OPTION_KINDS_H
#define STUDY_OPTION_KINDS_H

#include "client/study/options.h"

bool option_takes_value(enum option_kind kind);
bool option_is_list(enum option_kind kind);

/* Reads a text, borrowed; NULL: the option has no value. `dashes` is what errors put before the
 * name of the option. False: see `why`. */
bool option_read(const struct option *o, const char *text, const char *dashes,
	struct option_value *value, char why[256]);

/* Adds the value of an option that has a param. */
void option_put(
	const struct option *o, const struct option_value *value, struct study_params *params);

#endif
