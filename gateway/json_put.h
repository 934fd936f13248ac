/*
 * json_put: appends a value of a JSON object as MessagePack; pure.
 *
 * json_scan has accepted the object. Integers beyond 64 bits and numbers with a fraction or an
 * exponent become reals.
 *
 *	if (!json_put(&params, (struct json_walk){ value, end }, 0))
 *		...                                     it was a container: now it is an empty one
 */
#ifndef GATEWAY_JSON_PUT_H
#define GATEWAY_JSON_PUT_H

#include "common/json_walk.h"
#include "common/method.h"

/* Arrays and objects deeper than `depth` become empty; then it returns false. */
bool json_put(struct buf *out, struct json_walk in, int depth);

/* An array, for a param that is a list.
 *   - In objects of a PARAM_OBJECTS that is not strict, unknown fields and nulls are ignored.
 *   - Containers in other elements become empty, but the elements of a PARAM_VALUES are put
 *     whole. ST_INVALID_INPUT with its name if one of them is nested deeper than
 *     PARAM_VALUES_DEPTH_MAX. */
enum status json_put_list(struct buf *out, struct json_walk in, const struct param *p,
	bool is_strict, struct fail *why) MUST_CHECK;

#endif
