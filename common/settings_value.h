/*
 * settings_value: checks the text of a setting by its kind and stores the value.
 *
 * Error texts name the flag or variable; the caller adds the file and line.
 */
#ifndef COMMON_SETTINGS_VALUE_H
#define COMMON_SETTINGS_VALUE_H

#include "common/settings.h"

/* The path of a Unix socket has at most 107 bytes. */
enum { IPC_ENDPOINT_MAX = sizeof "ipc://" - 1 + 107 };

/* Stores the value in `field`, whose type is that of the kind. ST_BAD_SETTING. */
enum status setting_store(
	const struct setting_source *from, void *field, struct fail *why) MUST_CHECK;

/* True if the value is one of the choices of the row. */
bool setting_is_choice(const struct setting *row, const char *value);

/* Whether an alias of the setting's variable counts with this value. */
bool setting_takes_alias(const struct setting *row, const char *value);

#endif
