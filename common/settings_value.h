/*
 * settings_value: checks the text of a setting by its kind and stores the value.
 */
#ifndef COMMON_SETTINGS_VALUE_H
#define COMMON_SETTINGS_VALUE_H

#include "common/settings.h"

/* The path of a Unix socket has at most 107 bytes. */
enum { IPC_ENDPOINT_MAX = sizeof "ipc://" - 1 + 107 };

/* A value and the name of the flag or variable that set it, for error texts. */
struct setting_source {
	const struct setting *row;
	const char *value;
	char name[48];
};

/* Stores the value in `field`, whose type is that of the kind. ST_BAD_SETTING. */
enum status setting_store(
	const struct setting_source *from, void *field, struct fail *why) MUST_CHECK;

#endif
