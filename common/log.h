/*
 * log: one line an event, to standard error.
 *
 * A line is `level message` and goes out in one write(2), so lines of several processes on
 * one pipe never mix; control bytes become '?', so nothing from outside forges a line. Under
 * systemd (JOURNAL_STREAM names our stderr) the level is journald's "<3>" prefix instead.
 * The level is the one mutable global of the project (info until log_open).
 *
 * common/ and parsers don't log: the function that decides does, once, as `what happened:
 * why: what we did`, with the request id. Never bodies, never secrets.
 *
 *	if (log_open(settings.log_level, &why) != ST_OK) ...
 *	log_warn("worker %s is silent: 3 requests go to another", worker);
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/status.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* "error", "warn", "info" or "debug"; else ST_BAD_SETTING and the level stays. */
enum status log_open(const char *level, struct fail *why) MUST_CHECK;

/* For the few lines that cost something to make. */
bool log_is_on(enum log_level level);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
