/*
 * json_scan: is this text JSON, to the letter of RFC 8259?
 *
 * Pure, one pass, no recursion, allocates nothing. Asked before json-c, which takes much that is
 * none. Stricter than the RFC in this: the text is one object, U+0000 is refused as PostgreSQL
 * can't store it, surrogates come in pairs, containers are nested at most JSON_DEPTH_MAX deep,
 * and there are at most JSON_VALUES_MAX values: a body of 1 MiB could else hold enough of them
 * to stop the loop for a third of a second.
 */
#ifndef COMMON_JSON_SCAN_H
#define COMMON_JSON_SCAN_H

#include "common/buf.h"
#include "common/status.h"

enum { JSON_DEPTH_MAX = 32, JSON_VALUES_MAX = 10000 };

struct json_scan {
	size_t members; /* of all objects, repeated names included */
	/* Called, where given, with each name of the outermost object, quotes and escapes included. */
	void (*on_name)(struct span name, void *arg);
	void *arg;
	/* Set where the text is broken: what is wrong, and at which byte. */
	const char *broken;
	size_t broken_at;
};

/* ST_INVALID_JSON says what is wrong and at which byte; ST_INVALID_INPUT (U+0000) the field. */
enum status json_scan(struct json_scan *scan, struct span text, struct fail *why) MUST_CHECK;

#endif
