/*
 * status: every outcome that a call or a request can have, in one table.
 *
 * The table gives each outcome its code, on which clients branch, its HTTP status, whether the same
 * request can succeed later, the field with the error and a text for people. The same codes are in
 * the error map of the wire (schema/rpc.md) and in the HTTP error body.
 *
 *	struct fail why = { 0 };
 *	enum status st = database_open(..., &why);
 *	if (st != ST_OK)
 *		log_error("database not opened: %s", fail_text(&why, st));
 */
#ifndef COMMON_STATUS_H
#define COMMON_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#define MUST_CHECK                     __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_arg, first) __attribute__((format(printf, format_arg, first)))

enum status {
	ST_OK,
	/* the content of a request is wrong */
	ST_INVALID_INPUT,
	ST_INVALID_JSON,
#include "schema/status_names.inc" /* X_NOT_FOUND, UNKNOWN_X, X_DELETED of entities */
	ST_NAME_TAKEN,
	ST_PATH_TAKEN,
	ST_SKILL_PROJECT_EXISTS,
	ST_TOPIC_HAS_SESSIONS,
	ST_TOPIC_DELETED,
	ST_SESSION_EXISTS,
	ST_SESSION_DELETED,
	ST_RANGE_TOO_LARGE,
	ST_ACCOUNT_NOT_FOUND,
	ST_UNKNOWN_TIME_ZONE,
	ST_PRECONDITION_FAILED,
	ST_IDEMPOTENCY_KEY_REUSED,
	ST_UNKNOWN_METHOD,
	/* accounts: the caller shows wrong credentials, or may not do this */
	ST_UNAUTHENTICATED,
	ST_INVALID_CREDENTIALS,
	ST_TOKEN_INVALID,
	ST_WRONG_TOKEN_TYPE,
	ST_TOKEN_EXPIRED,
	ST_TOKEN_REVOKED,
	ST_TOKEN_REUSED,
	ST_ACCOUNT_DISABLED,
	ST_SCOPE_MISSING,
	ST_REGISTRATION_CLOSED,
	ST_USERNAME_TAKEN,
	ST_EMAIL_TAKEN,
	ST_WEAK_PASSWORD,
	ST_NO_PASSWORD,
	ST_LAST_ADMIN,
	ST_TOKEN_NOT_FOUND,
	ST_RATE_LIMITED,
	/* the form of a request is wrong (HTTP) */
	ST_BAD_REQUEST,
	ST_NOT_FOUND,
	ST_METHOD_NOT_ALLOWED,
	ST_MISDIRECTED_REQUEST,
	ST_ORIGIN_NOT_ALLOWED,
	ST_REQUEST_TIMEOUT,
	ST_PAYLOAD_TOO_LARGE,
	ST_URI_TOO_LONG,
	ST_UNSUPPORTED_MEDIA_TYPE,
	ST_EXPECTATION_FAILED,
	ST_HEADERS_TOO_LARGE,
	ST_NOT_IMPLEMENTED,
	ST_VERSION_NOT_SUPPORTED,
	/* the service can't serve the request now */
	ST_OVERLOADED,
	ST_NO_WORKER,
	ST_DATABASE_UNAVAILABLE,
	ST_OUTCOME_UNKNOWN,
	ST_SHUTTING_DOWN,
	ST_DEADLINE_EXCEEDED,
	/* internal */
	ST_MALFORMED,   /* bytes that are not a valid message */
	ST_BAD_SETTING, /* the value of a setting is refused */
	ST_NO_MEMORY,
	ST_SYSTEM, /* a system or library call failed: see struct fail */
	ST_INTERNAL,
	STATUS_COUNT
};

struct status_info {
	const char *code; /* "TOPIC_NOT_FOUND" */
	int http_status;
	bool retryable;      /* the same request may succeed later */
	const char *field;   /* NULL: the outcome is not about one field */
	const char *message; /* one sentence without a full stop */
};

/* The row of any value of the enum; never NULL. */
const struct status_info *status_info(enum status st);

/* True if the outcome means that nothing was done and the request may be sent again. Never report
 * such an outcome for a write that an earlier attempt may have run. */
bool status_means_not_done(enum status st);

/* Finds a code of `len` bytes in the table; ST_INTERNAL if it is unknown. */
enum status status_from_code(const char *code, size_t len);

/* Carries a text from outside (libpq, errno, a user's value) to the caller; one sentence, truncated
 * at its end. */
struct fail {
	char text[384];
	char field[64];
};

/* Empties it. Zeroing the struct, which is large, costs more: use this on the hot path. */
static inline void fail_clear(struct fail *why)
{
	why->text[0] = why->field[0] = '\0';
}

/* Sets the text, like printf, and returns st. `why` may be NULL. */
enum status fail_set(struct fail *why, enum status st, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same, and sets the field. */
enum status fail_field(struct fail *why, enum status st, const char *field, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* Puts "context: " before the text and returns st. */
enum status fail_wrap(struct fail *why, enum status st, const char *context);

/* The text if one was set, else the message of the table. Never NULL. */
const char *fail_text(const struct fail *why, enum status st);

#endif
