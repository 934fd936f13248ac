/*
 * path: the segments of a request's path (RFC 3986 section 3.3); pure.
 *
 * A path stays percent-encoded. Segments are compared by what they mean: an escaped unreserved
 * character equals the character itself (section 6.2.2.2), and %2F does not separate segments.
 *
 *	struct span rest = path_without_last_slash(http->path);
 *	while (path_has_segment(rest)) {
 *		struct span segment = path_take_segment(&rest);
 *		if (path_segment_is(segment, SPAN("topics"))) ...
 *	}
 */
#ifndef GATEWAY_PATH_H
#define GATEWAY_PATH_H

#include "common/buf.h"

/* "/topics/" means "/topics"; "/" stays. */
struct span path_without_last_slash(struct span path);

/* Whether the rest of a path begins with a slash. */
bool path_has_segment(struct span rest);

/* Takes the first slash and what follows it, up to the next slash. May be empty. */
struct span path_take_segment(struct span *rest);

/* `literal` has unreserved characters only (RFC 3986 section 2.3). */
bool path_segment_is(struct span segment, struct span literal);

/* Segments that equal one literal have the same hash. */
uint64_t path_segment_hash(uint64_t seed, struct span segment);

/* Whether the first segments of the path are those of `prefix`, which has no slash at its end. */
bool path_begins_with(struct span path, struct span prefix);

#endif
