/*
 * json_scan: checks that a text is JSON as RFC 8259 defines it.
 *
 * Pure, one pass, no recursion, no allocation. It must run before json-c, which accepts much that
 * is not JSON. It is stricter than the RFC:
 *   - The text is one object, unless the caller takes any value.
 *   - A byte order mark is refused, unless the caller takes one (section 8.1 leaves it open).
 *   - U+0000 is refused, because PostgreSQL can't store it.
 *   - Surrogates come in pairs.
 *   - Containers are nested at most JSON_DEPTH_MAX deep.
 *   - There are at most JSON_VALUES_MAX values, unless the caller takes any number. Without this
 *     limit a body of 1 MiB could block the event loop for a third of a second.
 */
#ifndef COMMON_JSON_SCAN_H
#define COMMON_JSON_SCAN_H

#include "common/buf.h"
#include "common/status.h"

enum { JSON_DEPTH_MAX = 32, JSON_VALUES_MAX = 10000 };

/* The error of a text that is JSON, but not an object. */
#define JSON_SCAN_NOT_AN_OBJECT "the body must be a JSON object"

/* The error of more than JSON_VALUES_MAX values, which may be good JSON. */
#define JSON_SCAN_TOO_MANY "the body must not have more than 10000 JSON values"

struct json_scan {
	/* Set by the caller: takes any value, with any number of values in it. */
	bool takes_any;
	/* Set by the caller: ignores a byte order mark at the start. */
	bool takes_mark;
	size_t mark_bytes; /* of the mark that was ignored */
	size_t members;    /* of all objects, including repeated names */
	/* Called for each name of the outermost object, with its quotes and escapes; may be
	 * NULL. */
	void (*on_name)(struct span name, void *arg);
	void *arg;
	/* Set if the text is broken: the error and the byte where it is. */
	const char *broken;
	size_t broken_at;
};

/* ST_INVALID_JSON gives the error and its byte; ST_INVALID_INPUT (U+0000) gives the field. */
enum status json_scan(struct json_scan *scan, struct span text, struct fail *why) MUST_CHECK;

#endif
