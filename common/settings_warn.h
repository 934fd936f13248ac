/*
 * settings_warn: finds mistakes in settings that do not stop a program.
 */
#ifndef COMMON_SETTINGS_WARN_H
#define COMMON_SETTINGS_WARN_H

#include "common/settings.h"

/* Calls on_warning with a sentence for each mistake:
 * - a STUDYTRACKER_ variable of the environment or the file that has no row
 * - APP_CONFIG or FLASK_ENV that names no environment while STUDYTRACKER_ENV is not set
 * - a variable in the file that only the environment can set
 * - a file with a secret that every user of the machine can read */
void settings_warn(const struct settings *s, void (*on_warning)(const char *text));

#endif
