/*
 * json_parse: parses a JSON text strictly, with json-c.
 *
 * json-c is not strict enough (RFC 8259). So json_scan (common/json_scan.h) checks the bytes before
 * it, and this module checks its result: it refuses an object that has a name twice, at any depth.
 * json-c clamps integers of more than 64 bits to the ends of the range.
 *
 * Only this module and json_value use json-c.
 *
 *	struct json_object *object = NULL;
 *	if (json_parse(text, &object, &why) == ST_OK) ...
 *	json_object_put(object);
 */
#ifndef GATEWAY_JSON_PARSE_H
#define GATEWAY_JSON_PARSE_H

#include "common/buf.h"
#include "common/status.h"

struct json_object;

/* ST_INVALID_JSON with the reason and the byte if the text is not one JSON object. ST_INVALID_INPUT
 * with the field if a name comes twice or a text has U+0000. */
enum status json_parse(struct span text, struct json_object **out, struct fail *why) MUST_CHECK;

/* The same without the object: whether the text has no name twice. */
enum status json_parse_check(struct span text, struct fail *why) MUST_CHECK;

#endif
