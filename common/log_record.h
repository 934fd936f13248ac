/*
 * log_record: the forms of one line of the log; internal to common/log.h.
 *
 * A record is built in a buffer of its own and never allocates, so that it can report that memory
 * has run out. What does not fit is cut, and the cut is marked with "...".
 */
#ifndef COMMON_LOG_RECORD_H
#define COMMON_LOG_RECORD_H

#include "common/log.h"

#include <stdarg.h>

enum { LOG_MESSAGE_MAX = 2048, LOG_RECORD_MAX = 8192 };

struct log_record {
	size_t len;
	char bytes[LOG_RECORD_MAX];
};

struct log_line {
	enum log_level level;
	const struct log_fields *fields; /* NULL: none */
	struct span message;             /* without control bytes */
};

/* Formats the message into `bytes`, without control bytes. */
struct span log_record_message(char bytes[LOG_MESSAGE_MAX], const char *format, va_list args)
	PRINTF_LIKE(2, 0);

void log_record_text(struct log_record *to, const struct log_line *line);
void log_record_prefixed(
	struct log_record *to, const struct log_line *line); /* for journald's pipe */
void log_record_json(struct log_record *to, const struct log_line *line);
void log_record_journal(struct log_record *to, const struct log_line *line);

#endif
