/*
 * settings_table: the rows of the settings.
 *
 *	for (size_t i = 0; settings_at(i); i++) ...
 */
#ifndef COMMON_SETTINGS_TABLE_H
#define COMMON_SETTINGS_TABLE_H

#include "common/settings.h"

/* A row of the table; NULL past the end. */
const struct setting *settings_at(size_t index);

/* The index of a row of the table. */
size_t settings_index(const struct setting *row);

/* The row with this variable, which may be an alias, or with this flag; NULL if there is none. */
const struct setting *settings_of_variable(struct span name);
const struct setting *settings_of_flag(struct span name);

#endif
