/*
 * status: every outcome a call or a request can have, in one table.
 *
 * The table gives each outcome its code (what clients branch on), its HTTP status, whether
 * the same request can succeed later, the field it is about and a text for people. The same
 * codes travel in the wire's error map (schema/rpc.md) and in the HTTP error body.
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
	/* what a request says is wrong */
	ST_INVALID_INPUT,
	ST_INVALID_JSON,
	ST_UNKNOWN_TOPIC,
	ST_TOPIC_NOT_FOUND,
	ST_SESSION_NOT_FOUND,
	ST_NAME_TAKEN,
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
	/* how it says so is wrong (HTTP) */
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
	/* the service can't answer now */
	ST_OVERLOADED,
	ST_NO_WORKER,
	ST_DATABASE_UNAVAILABLE,
	ST_OUTCOME_UNKNOWN,
	ST_SHUTTING_DOWN,
	ST_DEADLINE_EXCEEDED,
	/* inside */
	ST_MALFORMED,   /* bytes that are no valid message */
	ST_BAD_SETTING, /* a setting's value is refused */
	ST_NO_MEMORY,
	ST_SYSTEM, /* a system or library call failed: see struct fail */
	ST_INTERNAL,
	STATUS_COUNT
};

struct status_info {
	const char *code; /* "TOPIC_NOT_FOUND" */
	int http_status;
	bool retryable;      /* the same request may succeed later */
	const char *field;   /* NULL where the outcome is about no one field */
	const char *message; /* one sentence without a full stop */
};

/* The table's row; any value of the enum, never NULL. */
const struct status_info *status_info(enum status st);

/* Whether it says that nothing was done and the same may be asked again: nothing to be said of a
 * write that an earlier attempt may have done. */
bool status_means_not_done(enum status st);

/* Finds a code of `len` bytes in the table; ST_INTERNAL where it is unknown. */
enum status status_from_code(const char *code, size_t len);

/* Carries outside text (libpq, errno, a user's value) up; one sentence, cut at its end. */
struct fail {
	char text[384];
	char field[64];
};

/* Sets the text, printf-like, and returns st. `why` may be NULL. */
enum status fail_set(struct fail *why, enum status st, const char *format, ...) PRINTF_LIKE(3, 4);

/* Same, and names the field it is about. */
enum status fail_field(struct fail *why, enum status st, const char *field, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* Puts "context: " before the text already there and returns st. */
enum status fail_wrap(struct fail *why, enum status st, const char *context);

/* The text that was set, else the table's message. Never NULL. */
const char *fail_text(const struct fail *why, enum status st);

#endif
