/*
 * failure: fills the struct study_error that callers see.
 */
#ifndef CLIENT_FAILURE_H
#define CLIENT_FAILURE_H

#include "client/studytracker.h"
#include "common/msg.h"

/* Sets status, its code and text (printf-like) and returns the status; the request_id stays as it
 * is. `why` may be NULL. */
enum study_status failure_set(struct study_error *why, enum study_status status, const char *format,
	...) PRINTF_LIKE(3, 4);

/* Same, and names the field it is about. */
enum study_status failure_field(struct study_error *why, enum study_status status,
	const char *field, const char *format, ...) PRINTF_LIKE(4, 5);

/* It may or may not have been done: the code says so, too, unless it is another's. */
void failure_set_unknown(struct study_error *why, bool is_code_ours);

/* From the error map of the wire. STUDY_REFUSED, STUDY_TIMEOUT for DEADLINE_EXCEEDED, or
 * STUDY_PROTOCOL where it is no map with a code. */
enum study_status failure_from_wire(struct study_error *why, struct span error);

#endif
