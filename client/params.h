/*
 * params: the map of named arguments, as MessagePack that grows at its end.
 */
#ifndef CLIENT_PARAMS_H
#define CLIENT_PARAMS_H

#include "client/studytracker.h"
#include "common/msg.h"

/* Inside [0, msgid, method, [context, params]], which is three deep. */
enum { PARAMS_DEPTH_MAX = MSG_DEPTH_MAX - 4 };

/* What is left of a body beside the envelope. */
enum { PARAMS_BYTES_MAX = (1 << 20) - 1024 };

struct params_level {
	size_t mark; /* of its header */
	uint32_t count;
	bool is_array;
};

struct study_params {
	struct buf bytes; /* the map's header is written by params_put */
	struct params_level levels[PARAMS_DEPTH_MAX + 1];
	int depth;
	const char *wrong; /* the first failure; NULL: none */
};

/* Text that may hold anything but invalid UTF-8 and NUL; `key` as in the public calls. */
void params_text(struct study_params *p, struct span key, struct span value);

/* Steps of the public calls, for keys that are not NUL-terminated; false after a failure. */
bool params_begin(struct study_params *p, struct span key, size_t value_bytes);
void params_open(struct study_params *p, struct span key, bool is_array);
bool params_has(const struct study_params *p, struct span key); /* in the innermost map */

/* Why they can't be sent: INVALID_ARGUMENT or NO_MEMORY. `p` may be NULL: an empty map. */
enum study_status params_check(const struct study_params *p, struct study_error *why) MUST_CHECK;

/* Appends the map, with session_id first where it is given (NULL: none) and not among them. */
void params_put(struct buf *out, const struct study_params *p, const char *session_id);

#endif
