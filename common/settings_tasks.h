/*
 * settings_tasks: the tasks of the command line that print settings and end the program.
 */
#ifndef COMMON_SETTINGS_TASKS_H
#define COMMON_SETTINGS_TASKS_H

#include "common/settings.h"

/* Finds the task that an argument names; false if it names none. */
bool settings_find_task(const char *arg, enum settings_task *task);

/* Whether the task checks the settings and does not start the program. */
bool settings_task_checks(enum settings_task task);

/* Prints what the task asks for. The settings must be of settings_load with the same task. */
void settings_print(
	const struct settings *s, enum settings_task task, const char *program, FILE *to);

#endif
