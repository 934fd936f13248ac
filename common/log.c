#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *name, *journal;
} level_table[] = {
	[LOG_ERROR] = { "error", "<3>" },
	[LOG_WARN] = { "warn", "<4>" },
	[LOG_INFO] = { "info", "<6>" },
	[LOG_DEBUG] = { "debug", "<7>" },
};

enum { LEVEL_COUNT = sizeof level_table / sizeof *level_table, LINE_MAX_BYTES = 2048 };

static enum log_level wanted = LOG_INFO;
static bool to_journal;

/* JOURNAL_STREAM is inherited, so it counts only if our stderr is that stream. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat at;
	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2
	       && fstat(STDERR_FILENO, &at) == 0 && at.st_dev == (dev_t)device
	       && at.st_ino == (ino_t)inode;
}

enum status log_open(const char *level, struct fail *why)
{
	for (int i = 0; i < LEVEL_COUNT; i++) {
		if (strcmp(level_table[i].name, level) != 0)
			continue;
		wanted = (enum log_level)i;
		to_journal = stderr_is_journal();
		return ST_OK;
	}
	return fail_set(why, ST_BAD_SETTING,
		"log level \"%.40s\" is not one of error, warn, info, debug", level);
}

bool log_is_on(enum log_level level)
{
	return level <= wanted;
}

/* Cuts a line that is too long and marks the cut. */
PRINTF_LIKE(2, 0)
static void put_line(enum log_level level, const char *format, va_list args)
{
	static const char cut[] = "...";
	char line[LINE_MAX_BYTES];
	int start = to_journal ? snprintf(line, sizeof line, "%s", level_table[level].journal)
			       : snprintf(line, sizeof line, "%s ", level_table[level].name);
	size_t room = sizeof line - (size_t)start - sizeof "\n";
	int wants = vsnprintf(line + start, room, format, args);
	size_t len = (size_t)start;
	if (wants > 0 && (size_t)wants < room)
		len += (size_t)wants;
	else if (wants > 0) {
		len += room - 1;
		memcpy(line + len - (sizeof cut - 1), cut, sizeof cut - 1);
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	ssize_t done = write(STDERR_FILENO, line, len);
	(void)done; /* a failure has nowhere to go */
}

void log_error(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_line(LOG_ERROR, format, args);
	va_end(args);
}

void log_warn(const char *format, ...)
{
	if (!log_is_on(LOG_WARN))
		return;
	va_list args;
	va_start(args, format);
	put_line(LOG_WARN, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	if (!log_is_on(LOG_INFO))
		return;
	va_list args;
	va_start(args, format);
	put_line(LOG_INFO, format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	if (!log_is_on(LOG_DEBUG))
		return;
	va_list args;
	va_start(args, format);
	put_line(LOG_DEBUG, format, args);
	va_end(args);
}
