/*
 * failure: fills the struct study_error that callers see.
 */
#ifndef CLIENT_FAILURE_H
#define CLIENT_FAILURE_H

#include "client/studytracker.h"
#include "common/msg.h"

/* Sets the status, its code and a text (like printf), keeps the request_id, and returns the status.
 * `why` may be NULL. */
enum study_status failure_set(struct study_error *why, enum study_status status, const char *format,
	...) PRINTF_LIKE(3, 4);

/* The same, and sets the field. */
enum study_status failure_field(struct study_error *why, enum study_status status,
	const char *field, const char *format, ...) PRINTF_LIKE(4, 5);

/* Marks the outcome as unknown: the request may or may not have run. is_code_ours: sets the code to
 * OUTCOME_UNKNOWN, too. */
void failure_set_unknown(struct study_error *why, bool is_code_ours);

/* Fills `why` from an error map of the wire. STUDY_REFUSED; STUDY_TIMEOUT for DEADLINE_EXCEEDED;
 * STUDY_PROTOCOL if it is not a map with a code. */
enum study_status failure_from_wire(struct study_error *why, struct span error);

#endif
