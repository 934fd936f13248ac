#include "common/log.h"

#include "common/log_record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char *const level_table[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

enum { LEVEL_COUNT = sizeof level_table / sizeof *level_table };

enum form { FORM_AUTO, FORM_TEXT, FORM_JSON, FORM_JOURNAL, FORM_COUNT };

static const char *const form_table[FORM_COUNT] = { "auto", "text", "json", "journal" };

static enum log_level wanted = LOG_INFO;
static enum form form = FORM_AUTO;
static struct {
	int fd;
	unsigned long long lost; /* lines since one was written */
	bool is_cut;             /* the last line has no end */
	time_t waited_s;
} output = { .fd = -1 };

enum { WAIT_MS = 100, WAIT_AGAIN_S = 10 };

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
		if (strcmp(level_table[i], level) != 0)
			continue;
		wanted = (enum log_level)i;
		return ST_OK;
	}
	return fail_set(why, ST_BAD_SETTING,
		"log level \"%.40s\" is not one of error, warn, info, debug", level);
}

enum status log_set_format(const char *format, struct fail *why)
{
	for (int i = 0; i < FORM_COUNT; i++) {
		if (strcmp(form_table[i], format) != 0)
			continue;
		form = (enum form)i;
		return ST_OK;
	}
	return fail_set(why, ST_BAD_SETTING,
		"log format \"%.40s\" is not one of auto, text, json, journal", format);
}

bool log_is_on(enum log_level level)
{
	return level <= wanted;
}

static bool send_to_journal(const struct log_record *record)
{
	static const struct sockaddr_un to = { AF_UNIX, "/run/systemd/journal/socket" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	ssize_t sent = sendto(fd, record->bytes, record->len, MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&to, sizeof to);
	close(fd);
	return sent >= 0;
}

/* A terminal that poll(2) calls writable may still make write(2) wait. So it gets an open file of
 * our own that never waits: other processes of the terminal do not expect that of theirs. */
static void open_output(void)
{
	if (isatty(STDERR_FILENO))
		output.fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (output.fd < 0)
		output.fd = STDERR_FILENO;
}

static bool is_ready(int wait_ms)
{
	struct pollfd to = { output.fd, POLLOUT, 0 };
	int ready;
	do
		ready = poll(&to, 1, wait_ms);
	while (ready < 0 && errno == EINTR);
	return ready != 0;
}

/* A reader that is slow, but reads, takes at most a hundredth of the program's time. */
static bool may_wait(void)
{
	struct timespec now = { 0 };
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (output.waited_s && now.tv_sec - output.waited_s < WAIT_AGAIN_S)
		return false;
	output.waited_s = now.tv_sec;
	return true;
}

/* A pipe that poll(2) calls writable takes PIPE_BUF bytes without waiting. False: the reader does
 * not read, and *rest is what was not written. Any other failure has nowhere to go. */
static bool write_bytes(struct span *rest)
{
	while (rest->len) {
		if (!is_ready(0) && !(may_wait() && is_ready(WAIT_MS)))
			return false;
		ssize_t done =
			write(output.fd, rest->bytes, rest->len < PIPE_BUF ? rest->len : PIPE_BUF);
		if (done <= 0)
			return errno != EAGAIN;
		*rest = span_drop(*rest, (size_t)done);
	}
	return true;
}

static bool write_record(const struct log_record *record)
{
	struct span rest = { record->bytes, record->len }, line_end = SPAN("\n");
	if (output.fd < 0)
		open_output();
	if (output.is_cut && !write_bytes(&line_end))
		return false;
	bool is_written = write_bytes(&rest);
	output.is_cut = !is_written && rest.len < record->len;
	return is_written;
}

static bool write_line(const struct log_line *line)
{
	struct log_record record;
	record.len = 0;
	if (form == FORM_AUTO)
		form = stderr_is_journal() ? FORM_JOURNAL : FORM_TEXT;
	if (form == FORM_JSON) {
		log_record_json(&record, line);
	} else if (form == FORM_JOURNAL) {
		log_record_journal(&record, line);
		if (send_to_journal(&record))
			return true;
		record.len = 0;
		log_record_prefixed(&record, line);
	} else {
		log_record_text(&record, line);
	}
	return write_record(&record);
}

static bool write_lost(void)
{
	char text[64];
	(void)snprintf(
		text, sizeof text, "%llu lines of the log lost: nobody read it", output.lost);
	return write_line(&(struct log_line){ LOG_WARN, NULL, span_of(text) });
}

static void put_line(const struct log_line *line)
{
	if (output.lost > 0 && write_lost())
		output.lost = 0;
	if (output.lost > 0 || !write_line(line))
		output.lost++;
}

PRINTF_LIKE(3, 0)
static void put_format(
	enum log_level level, const struct log_fields *fields, const char *format, va_list args)
{
	char message[LOG_MESSAGE_MAX];
	if (!log_is_on(level))
		return;
	struct log_line line = { level, fields, log_record_message(message, format, args) };
	put_line(&line);
}

void log_error(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_format(LOG_ERROR, NULL, format, args);
	va_end(args);
}

void log_warn(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_format(LOG_WARN, NULL, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_format(LOG_INFO, NULL, format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_format(LOG_DEBUG, NULL, format, args);
	va_end(args);
}

void log_with(enum log_level level, const struct log_fields *fields, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_format(level, fields, format, args);
	va_end(args);
}
