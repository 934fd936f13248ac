#include "client/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

static const struct {
	const char *name, *code;
	bool is_retryable;
} status_table[] = {
	[STUDY_OK] = { "STUDY_OK", "", false },
	[STUDY_REFUSED] = { "STUDY_REFUSED", "REFUSED", false },
	[STUDY_TIMEOUT] = { "STUDY_TIMEOUT", "DEADLINE_EXCEEDED", true },
	[STUDY_DISCONNECTED] = { "STUDY_DISCONNECTED", "DISCONNECTED", true },
	[STUDY_BUSY] = { "STUDY_BUSY", "BUSY", true },
	[STUDY_INVALID_ARGUMENT] = { "STUDY_INVALID_ARGUMENT", "INVALID_ARGUMENT", false },
	[STUDY_NO_MEMORY] = { "STUDY_NO_MEMORY", "NO_MEMORY", true },
	[STUDY_PROTOCOL] = { "STUDY_PROTOCOL", "PROTOCOL", false },
};

enum { STATUS_ROWS = sizeof status_table / sizeof *status_table };

const char *study_status_text(enum study_status status)
{
	return (unsigned)status < STATUS_ROWS ? status_table[status].name : "unknown status";
}

static void put(char *out, size_t size, struct span text)
{
	size_t len = utf8_cut(text.bytes, text.len, size - 1);
	if (len)
		memcpy(out, text.bytes, len);
	out[len] = '\0';
}

static void reset(struct study_error *why, enum study_status status)
{
	why->status = status;
	why->is_retryable = status_table[status].is_retryable;
	why->is_outcome_unknown = false;
	put(why->code, sizeof why->code, span_of(status_table[status].code));
	why->message[0] = why->field[0] = '\0';
}

PRINTF_LIKE(2, 0)
static void put_message(struct study_error *why, const char *format, va_list args)
{
	char text[2 * sizeof why->message];
	(void)vsnprintf(text, sizeof text, format, args);
	put(why->message, sizeof why->message, span_of(text));
}

enum study_status failure_set(
	struct study_error *why, enum study_status status, const char *format, ...)
{
	if (!why)
		return status;
	va_list args;
	va_start(args, format);
	reset(why, status);
	put_message(why, format, args);
	va_end(args);
	return status;
}

enum study_status failure_field(struct study_error *why, enum study_status status,
	const char *field, const char *format, ...)
{
	if (!why)
		return status;
	va_list args;
	va_start(args, format);
	reset(why, status);
	put_message(why, format, args);
	va_end(args);
	put(why->field, sizeof why->field, span_of(field));
	return status;
}

void failure_set_unknown(struct study_error *why, bool is_code_ours)
{
	why->is_outcome_unknown = true;
	if (is_code_ours)
		put(why->code, sizeof why->code, SPAN("OUTCOME_UNKNOWN"));
}

enum study_status failure_from_wire(struct study_error *why, struct span error)
{
	struct span code, text;
	if (!msg_find_text(error, "code", &code))
		return failure_set(why, STUDY_PROTOCOL, "the error of the response has no code");
	enum status known = status_from_code(code.bytes, code.len);
	bool is_late = known == ST_DEADLINE_EXCEEDED;
	reset(why, is_late ? STUDY_TIMEOUT : STUDY_REFUSED);
	put(why->code, sizeof why->code, code);
	if (!msg_find_text(error, "message", &text))
		text = span_of(status_info(known)->message);
	put(why->message, sizeof why->message, text);
	if (msg_find_text(error, "field", &text))
		put(why->field, sizeof why->field, text);
	why->is_retryable = status_info(known)->retryable;
	why->is_outcome_unknown = known == ST_OUTCOME_UNKNOWN;
	return why->status;
}
