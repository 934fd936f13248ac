#include "common/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

static const struct status_info status_table[STATUS_COUNT] = {
	/*                            code                      http  retry  field       message */
	[ST_OK]                     = { "OK",                     200, false, NULL,       "done" },
	[ST_INVALID_INPUT]          = { "INVALID_INPUT",          400, false, NULL,       "the request is not valid" },
	[ST_INVALID_JSON]           = { "INVALID_JSON",           400, false, NULL,       "the body is not valid JSON" },
#include "schema/status_rows.inc"
	[ST_NAME_TAKEN]             = { "NAME_TAKEN",             409, false, "name",     "a topic of this name exists" },
	[ST_PATH_TAKEN]             = { "PATH_TAKEN",             409, false, "path",     "a project of this path exists" },
	[ST_SKILL_PROJECT_EXISTS]   = { "SKILL_PROJECT_EXISTS",   409, false, "project_id", "the skill has this project already" },
	[ST_TOPIC_HAS_SESSIONS]     = { "TOPIC_HAS_SESSIONS",     409, false, "topic_id", "the topic has sessions" },
	[ST_TOPIC_DELETED]          = { "TOPIC_DELETED",          409, false, "topic_id", "the session's topic is deleted" },
	[ST_SESSION_EXISTS]         = { "SESSION_EXISTS",         409, false, "session_id", "the session exists with other values" },
	[ST_SESSION_DELETED]        = { "SESSION_DELETED",        410, false, "session_id", "the session is deleted: restore it first" },
	[ST_RANGE_TOO_LARGE]        = { "RANGE_TOO_LARGE",        400, false, "from",     "the range has too many rows for one response: use a shorter range" },
	[ST_ACCOUNT_NOT_FOUND]      = { "ACCOUNT_NOT_FOUND",      404, false, NULL,       "no such account" },
	[ST_UNKNOWN_TIME_ZONE]      = { "UNKNOWN_TIME_ZONE",      400, false, "time_zone", "time_zone must be a name of the tz database such as Europe/Berlin" },
	[ST_PRECONDITION_FAILED]    = { "PRECONDITION_FAILED",    412, false, NULL,       "the current version does not meet If-Match or If-None-Match" },
	[ST_IDEMPOTENCY_KEY_REUSED] = { "IDEMPOTENCY_KEY_REUSED", 422, false, "idempotency_key", "the Idempotency-Key was used with a different request before" },
	[ST_UNKNOWN_METHOD]         = { "UNKNOWN_METHOD",         404, false, NULL,       "no such method" },
	[ST_UNAUTHENTICATED]        = { "UNAUTHENTICATED",        401, false, NULL,       "Missing Authorization Header" },
	[ST_INVALID_CREDENTIALS]    = { "INVALID_CREDENTIALS",    401, false, NULL,       "Invalid credentials" },
	[ST_TOKEN_INVALID]          = { "TOKEN_INVALID",          401, false, NULL,       "the token is not valid" },
	[ST_WRONG_TOKEN_TYPE]       = { "WRONG_TOKEN_TYPE",       401, false, NULL,       "Only non-refresh tokens are allowed" },
	[ST_TOKEN_EXPIRED]          = { "TOKEN_EXPIRED",          401, false, NULL,       "Token has expired" },
	[ST_TOKEN_REVOKED]          = { "TOKEN_REVOKED",          401, false, NULL,       "Token has been revoked" },
	[ST_TOKEN_REUSED]           = { "TOKEN_REUSED",           401, false, NULL,       "the refresh token was used before: log in again" },
	[ST_ACCOUNT_DISABLED]       = { "ACCOUNT_DISABLED",       401, false, NULL,       "the account is disabled" },
	[ST_SCOPE_MISSING]          = { "SCOPE_MISSING",          403, false, NULL,       "the credentials lack the scope for this" },
	[ST_REGISTRATION_CLOSED]    = { "REGISTRATION_CLOSED",    403, false, NULL,       "an admin creates the accounts of this service" },
	[ST_USERNAME_TAKEN]         = { "USERNAME_TAKEN",         409, false, "username", "an account with this username exists" },
	[ST_EMAIL_TAKEN]            = { "EMAIL_TAKEN",            409, false, "email",    "an account with this email exists" },
	[ST_WEAK_PASSWORD]          = { "WEAK_PASSWORD",          400, false, "password", "the password is widely known: choose another one" },
	[ST_NO_PASSWORD]            = { "NO_PASSWORD",            409, false, NULL,       "the account has no password" },
	[ST_LAST_ADMIN]             = { "LAST_ADMIN",             409, false, NULL,       "the service would have no active admin" },
	[ST_TOKEN_NOT_FOUND]        = { "TOKEN_NOT_FOUND",        404, false, "token_id", "Token not found" },
	[ST_RATE_LIMITED]           = { "RATE_LIMITED",           429, true,  NULL,       "too many requests: wait before the next one" },
	[ST_BAD_REQUEST]            = { "BAD_REQUEST",            400, false, NULL,       "the bytes are not a valid HTTP/1.1 request" },
	[ST_NOT_FOUND]              = { "NOT_FOUND",              404, false, NULL,       "no such path" },
	[ST_METHOD_NOT_ALLOWED]     = { "METHOD_NOT_ALLOWED",     405, false, NULL,       "the path does not allow this method: see the field Allow" },
	[ST_MISDIRECTED_REQUEST]    = { "MISDIRECTED_REQUEST",    421, false, NULL,       "the service is not known under this host name" },
	[ST_ORIGIN_NOT_ALLOWED]     = { "ORIGIN_NOT_ALLOWED",     403, false, NULL,       "pages of this origin may not change anything" },
	[ST_REQUEST_TIMEOUT]        = { "REQUEST_TIMEOUT",        408, true,  NULL,       "the request did not arrive in time" },
	[ST_PAYLOAD_TOO_LARGE]      = { "PAYLOAD_TOO_LARGE",      413, false, NULL,       "the body is over 1 MiB" },
	[ST_URI_TOO_LONG]           = { "URI_TOO_LONG",           414, false, NULL,       "the request target is over 8 KiB" },
	[ST_UNSUPPORTED_MEDIA_TYPE] = { "UNSUPPORTED_MEDIA_TYPE", 415, false, NULL,       "the body must be application/json" },
	[ST_EXPECTATION_FAILED]     = { "EXPECTATION_FAILED",     417, false, NULL,       "the only supported expectation is 100-continue" },
	[ST_HEADERS_TOO_LARGE]      = { "HEADERS_TOO_LARGE",      431, false, NULL,       "the head is over 16 KiB or 100 fields" },
	[ST_NOT_IMPLEMENTED]        = { "NOT_IMPLEMENTED",        501, false, NULL,       "the method or transfer coding is not implemented" },
	[ST_VERSION_NOT_SUPPORTED]  = { "VERSION_NOT_SUPPORTED",  505, false, NULL,       "the only versions are HTTP/1.0 and HTTP/1.1" },
	[ST_OVERLOADED]             = { "OVERLOADED",             503, true,  NULL,       "too many requests are waiting" },
	[ST_NO_WORKER]              = { "NO_WORKER",              503, true,  NULL,       "no worker is connected" },
	[ST_DATABASE_UNAVAILABLE]   = { "DATABASE_UNAVAILABLE",   503, true,  NULL,       "the database can't be reached" },
	[ST_OUTCOME_UNKNOWN]        = { "OUTCOME_UNKNOWN",        503, true,  NULL,       "the request may or may not have been executed: check before you repeat it" },
	[ST_SHUTTING_DOWN]          = { "SHUTTING_DOWN",          503, true,  NULL,       "the service is shutting down" },
	[ST_DEADLINE_EXCEEDED]      = { "DEADLINE_EXCEEDED",      504, true,  NULL,       "no response came before the deadline" },
	[ST_MALFORMED]              = { "MALFORMED",              400, false, NULL,       "the bytes are not a valid message" },
	[ST_BAD_SETTING]            = { "BAD_SETTING",            500, false, NULL,       "a setting has an invalid value" },
	[ST_NO_MEMORY]              = { "NO_MEMORY",              503, true,  NULL,       "out of memory" },
	[ST_SYSTEM]                 = { "SYSTEM",                 500, false, NULL,       "a system call failed" },
	[ST_INTERNAL]               = { "INTERNAL",               500, false, NULL,       "an unexpected failure: the log shows it under this trace_id" },
};

const struct status_info *status_info(enum status st)
{
	return &status_table[(unsigned)st < STATUS_COUNT ? st : ST_INTERNAL];
}

bool status_means_not_done(enum status st)
{
	const struct status_info *info = status_info(st);
	bool is_open = st == ST_DEADLINE_EXCEEDED || st == ST_OUTCOME_UNKNOWN;
	return !is_open && (info->retryable || info->http_status == 500);
}

enum status status_from_code(const char *code, size_t len)
{
	for (int st = 0; st < STATUS_COUNT; st++)
		if (strlen(status_table[st].code) == len
			&& memcmp(status_table[st].code, code, len) == 0)
			return (enum status)st;
	return ST_INTERNAL;
}

/* Truncates a text that does not fit, between two characters. */
PRINTF_LIKE(2, 0)
static void put_text(struct fail *why, const char *format, va_list args)
{
	int wants = vsnprintf(why->text, sizeof why->text, format, args);
	if (wants >= (int)sizeof why->text)
		why->text[utf8_cut(why->text, sizeof why->text, sizeof why->text - 2)] = '\0';
}

enum status fail_set(struct fail *why, enum status st, const char *format, ...)
{
	if (!why)
		return st;
	va_list args;
	va_start(args, format);
	put_text(why, format, args);
	va_end(args);
	why->field[0] = '\0';
	return st;
}

enum status fail_field(struct fail *why, enum status st, const char *field, const char *format, ...)
{
	if (!why)
		return st;
	va_list args;
	va_start(args, format);
	put_text(why, format, args);
	va_end(args);
	(void)snprintf(why->field, sizeof why->field, "%s", field);
	return st;
}

enum status fail_wrap(struct fail *why, enum status st, const char *context)
{
	if (!why)
		return st;
	char inner[sizeof why->text];
	memcpy(inner, fail_text(why, st), strlen(fail_text(why, st)) + 1);
	(void)snprintf(why->text, sizeof why->text, "%.120s: %.260s", context, inner);
	return st;
}

const char *fail_text(const struct fail *why, enum status st)
{
	return why && why->text[0] ? why->text : status_info(st)->message;
}
