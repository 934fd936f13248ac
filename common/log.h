/*
 * log: writes one line per event to standard error, or one entry to the journal.
 *
 * Forms (STUDYTRACKER_LOG_FORMAT):
 *
 *	text     `level message`
 *	json     {"time":…,"level":…,"message":…, and the fields in small letters}, e.g. in a container
 *	journal  an entry with fields (systemd.journal-fields(7)): MESSAGE, PRIORITY, MESSAGE_ID,
 *	         REQUEST_ID, METHOD, REQUEST_PATH, CODE, DURATION_US
 *	auto     journal if systemd says that stderr is the journal (JOURNAL_STREAM), else text
 *
 * A line of up to PIPE_BUF bytes is written with one write(2), so that lines of several processes
 * on one pipe do not mix. Control bytes become '?', so that outside text cannot forge a line. If
 * the journal does not take an entry, it gets a line with its prefix, such as "<3>".
 *
 * A log never stops a program. If nobody reads standard error, a line that does not fit waits
 * 0.1 s, but none does so within 10 s after another one. Then lines are lost, and the first one
 * that fits again says how many.
 *
 * The level, the form and the state of the output are the only mutable globals of the project (info
 * and auto at first).
 *
 * common/ and parsers do not log. The function that decides logs, once, as `what happened: why:
 * what we did`, with the request id. Never log bodies or secrets.
 *
 *	if (log_open(settings.log_level, &why) != ST_OK) ...
 *	log_warn("worker %s is silent: 3 requests go to other workers", worker);
 *	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STARTED }, "started");
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/span.h"
#include "common/status.h"

#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* What happened. The journal has an id for each (MESSAGE_ID; systemd/studytracker.catalog explains
 * them). */
enum log_event {
	LOG_EVENT_NONE,
	LOG_EVENT_STARTED,
	LOG_EVENT_NOT_STARTED,
	LOG_EVENT_STOPPING,
	LOG_EVENT_STOPPED,
	LOG_EVENT_RELOADED,
	LOG_EVENT_REQUEST,        /* the access log */
	LOG_EVENT_REQUEST_FAILED, /* 500 */
	LOG_EVENT_PEER_LOST,      /* a worker lost a gateway */
	LOG_EVENT_COUNT
};

/* Empty or NULL: not given. */
struct log_fields {
	enum log_event event;
	struct span request_id, method, path;
	const char *code;
	int64_t duration_us; /* of a LOG_EVENT_REQUEST only, where 0 is a time as well */
};

/* Sets the level: "error", "warn", "info" or "debug". ST_BAD_SETTING: the level is unchanged. */
enum status log_open(const char *level, struct fail *why) MUST_CHECK;

/* Sets the form: "text", "json", "journal" or "auto". ST_BAD_SETTING: it is unchanged. */
enum status log_set_format(const char *format, struct fail *why) MUST_CHECK;

/* Check this first if a line is expensive to build. */
bool log_is_on(enum log_level level);

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

/* A line with fields, which text does not show. */
void log_with(enum log_level level, const struct log_fields *fields, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
