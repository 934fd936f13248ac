/*
 * log: writes one line per event to standard error.
 *
 * A line is `level message`, written with one write(2), so that lines of several processes on one
 * pipe do not mix. Control bytes become '?', so that outside text cannot forge a line. Under
 * systemd (JOURNAL_STREAM names our stderr) journald's prefix, such as "<3>", replaces the level.
 * The level is the only mutable global of the project (info until log_open).
 *
 * common/ and parsers do not log. The function that decides logs, once, as `what happened: why:
 * what we did`, with the request id. Never log bodies or secrets.
 *
 *	if (log_open(settings.log_level, &why) != ST_OK) ...
 *	log_warn("worker %s is silent: 3 requests go to other workers", worker);
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/status.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Sets the level: "error", "warn", "info" or "debug". ST_BAD_SETTING: the level is unchanged. */
enum status log_open(const char *level, struct fail *why) MUST_CHECK;

/* Check this first if a line is expensive to build. */
bool log_is_on(enum log_level level);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
