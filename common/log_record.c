#include "common/log_record.h"

#include "common/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static const int priorities[] = {
	[LOG_ERROR] = 3, [LOG_WARN] = 4, [LOG_INFO] = 6, [LOG_DEBUG] = 7
};

/* Chosen at random, once; systemd/studytracker.catalog has the same. */
static const struct {
	const char *name, *id;
} event_table[LOG_EVENT_COUNT] = {
	[LOG_EVENT_STARTED] = { "started", "60fb65cc6f7c44eea466506bc3864204" },
	[LOG_EVENT_NOT_STARTED] = { "not_started", "428ee2f5a3b84c04b5f48d55e5514852" },
	[LOG_EVENT_STOPPING] = { "stopping", "139a60a49958427fa9abe3340cc7c231" },
	[LOG_EVENT_STOPPED] = { "stopped", "7f864aaca1b242778828003f308a8b85" },
	[LOG_EVENT_RELOADED] = { "reloaded", "893c29d70eed499d957bff32db019f34" },
	[LOG_EVENT_REQUEST] = { "request", "5783d41ea21244fda78e5769d5d15b05" },
	[LOG_EVENT_REQUEST_FAILED] = { "request_failed", "1463b6ca15ff47fc8ef02afad6b8fd63" },
	[LOG_EVENT_PEER_LOST] = { "peer_lost", "b352ebf860a142e3aa903018dd0ec871" },
};

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

struct span log_record_message(char bytes[LOG_MESSAGE_MAX], const char *format, va_list args)
{
	static const char cut[] = "...";
	int wants = vsnprintf(bytes, LOG_MESSAGE_MAX, format, args);
	size_t len = wants < 0 ? 0 : (size_t)wants;
	if (len >= LOG_MESSAGE_MAX) {
		len = LOG_MESSAGE_MAX - 1;
		memcpy(bytes + len - (sizeof cut - 1), cut, sizeof cut - 1);
	}
	for (size_t i = 0; i < len; i++)
		if (is_control(bytes[i]))
			bytes[i] = '?';
	return (struct span){ bytes, len };
}

/* A whole text or nothing: the largest record fits (LOG_RECORD_MAX). */
static void put(struct log_record *to, struct span text)
{
	if (text.len > sizeof to->bytes - to->len)
		return;
	memcpy(to->bytes + to->len, text.bytes, text.len);
	to->len += text.len;
}

static void put_text(struct log_record *to, const char *text)
{
	put(to, span_of(text));
}

static void put_int(struct log_record *to, int64_t number)
{
	char digits[24];
	(void)snprintf(digits, sizeof digits, "%" PRId64, number);
	put_text(to, digits);
}

void log_record_text(struct log_record *to, const struct log_line *line)
{
	put_text(to, level_names[line->level]);
	put_text(to, " ");
	put(to, line->message);
	put_text(to, "\n");
}

void log_record_prefixed(struct log_record *to, const struct log_line *line)
{
	put_text(to, "<");
	put_int(to, priorities[line->level]);
	put_text(to, ">");
	put(to, line->message);
	put_text(to, "\n");
}

/* A JSON string. Bytes that are no UTF-8 become '?', as control bytes have. */
static void put_json(struct log_record *to, struct span text)
{
	bool is_utf8 = utf8_is_valid(text.bytes, text.len);
	put_text(to, "\"");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.bytes[i];
		if (is_control(c) || (!is_utf8 && (unsigned char)c >= 0x80))
			c = '?';
		if (c == '"' || c == '\\')
			put_text(to, "\\");
		put(to, (struct span){ &c, 1 });
	}
	put_text(to, "\"");
}

static void put_member(struct log_record *to, const char *name, struct span value)
{
	if (!value.len)
		return;
	put_text(to, ",\"");
	put_text(to, name);
	put_text(to, "\":");
	put_json(to, value);
}

static void put_time(struct log_record *to)
{
	struct timespec now;
	struct tm utc;
	char text[64], fraction[32];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	(void)strftime(text, sizeof text, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(fraction, sizeof fraction, ".%06ldZ\"", now.tv_nsec / 1000);
	put_text(to, text);
	put_text(to, fraction);
}

static void put_json_fields(struct log_record *to, const struct log_fields *f)
{
	put_member(to, "event", span_of(event_table[f->event].name));
	put_member(to, "request_id", f->request_id);
	put_member(to, "method", f->method);
	put_member(to, "path", f->path);
	put_member(to, "code", span_of(f->code));
	if (f->event == LOG_EVENT_REQUEST) {
		put_text(to, ",\"duration_us\":");
		put_int(to, f->duration_us);
	}
}

void log_record_json(struct log_record *to, const struct log_line *line)
{
	put_time(to);
	put_member(to, "level", span_of(level_names[line->level]));
	put_member(to, "message", line->message);
	if (line->fields)
		put_json_fields(to, line->fields);
	put_text(to, "}\n");
}

/* A value must have no line end. */
static void put_field(struct log_record *to, const char *name, struct span value)
{
	if (!value.len)
		return;
	put_text(to, name);
	put_text(to, "=");
	for (size_t i = 0; i < value.len; i++)
		put(to, is_control(value.bytes[i]) ? SPAN("?")
						   : (struct span){ value.bytes + i, 1 });
	put_text(to, "\n");
}

static void put_number_field(struct log_record *to, const char *name, int64_t number)
{
	put_text(to, name);
	put_text(to, "=");
	put_int(to, number);
	put_text(to, "\n");
}

static void put_journal_fields(struct log_record *to, const struct log_fields *f)
{
	put_field(to, "MESSAGE_ID", span_of(event_table[f->event].id));
	put_field(to, "REQUEST_ID", f->request_id);
	put_field(to, "METHOD", f->method);
	put_field(to, "REQUEST_PATH", f->path);
	put_field(to, "CODE", span_of(f->code));
	if (f->event == LOG_EVENT_REQUEST)
		put_number_field(to, "DURATION_US", f->duration_us);
}

/* The journal's native protocol: FIELD=value lines in one datagram. */
void log_record_journal(struct log_record *to, const struct log_line *line)
{
	put_number_field(to, "PRIORITY", priorities[line->level]);
	put_field(to, "SYSLOG_IDENTIFIER", span_of(program_invocation_short_name));
	put_field(to, "MESSAGE", line->message);
	if (line->fields)
		put_journal_fields(to, line->fields);
}
