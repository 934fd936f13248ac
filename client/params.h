/*
 * params: the map of named arguments, as MessagePack that grows at its end.
 */
#ifndef CLIENT_PARAMS_H
#define CLIENT_PARAMS_H

#include "client/studytracker.h"
#include "common/msg.h"

/* The params are inside [0, msgid, method, [context, params]], which is three levels deep. */
enum { PARAMS_DEPTH_MAX = MSG_DEPTH_MAX - 4 };

/* A body without the bytes of its envelope. The token of the client takes more of a request. */
enum { PARAMS_BYTES_MAX = (1 << 20) - 1024 };

struct params_level {
	size_t mark; /* offset of the header */
	uint32_t count;
	bool is_array;
};

struct study_params {
	struct buf bytes; /* the pairs; params_put writes the header of the map */
	struct params_level levels[PARAMS_DEPTH_MAX + 1];
	int depth;
	const char *wrong; /* the first error; NULL: none */
};

/* Appends a text, which must be valid UTF-8 without NUL; `key` as in the public calls. */
void params_text(struct study_params *p, struct span key, struct span value);

/* Parts of the public calls, for keys that are not NUL-terminated. params_begin is false after an
 * error. */
bool params_begin(struct study_params *p, struct span key, size_t value_bytes);
void params_open(struct study_params *p, struct span key, bool is_array);
bool params_has(const struct study_params *p, struct span key); /* in the innermost map */

/* Checks that the params can be sent: INVALID_ARGUMENT or NO_MEMORY if not. `p` may be NULL: an
 * empty map. */
enum study_status params_check(const struct study_params *p, struct study_error *why) MUST_CHECK;

/* Appends the map. session_id, which may be NULL, is put if the params have none or a nil one. */
void params_put(struct buf *out, const struct study_params *p, const char *session_id);

#endif
