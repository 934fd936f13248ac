/*
 * json_value: reads the values of a JSON object that is not the body of a request: the header and
 * the claims of a token, a set of keys.
 *
 * Every function accepts NULL, which is no value, so that lookups can be chained. A value is read
 * only as the type that it has: nothing is converted. Texts and values inside another are borrowed
 * until the outermost one is freed.
 *
 *	struct json_value *claims = NULL;
 *	if (json_value_parse(text, &claims, &why) != ST_OK) ...
 *	if (!json_value_text(json_value_member(claims, "sub"), &subject)) ...
 *	json_value_free(&claims);
 */
#ifndef GATEWAY_JSON_VALUE_H
#define GATEWAY_JSON_VALUE_H

#include "common/buf.h"
#include "common/status.h"

struct json_value;

/* As json_parse: ST_INVALID_JSON or ST_INVALID_INPUT if the text is not one strict JSON object. */
enum status json_value_parse(
	struct span text, struct json_value **out, struct fail *why) MUST_CHECK;
void json_value_free(struct json_value **value);

/* NULL if it is absent or null, or if this is not an object. */
const struct json_value *json_value_member(const struct json_value *value, const char *name);

/* NULL after the last one, for a null, or if this is not an array. */
const struct json_value *json_value_item(const struct json_value *value, size_t index);

/* The number of items; 0 if this is not an array. */
size_t json_value_count(const struct json_value *value);

bool json_value_is_array(const struct json_value *value);
bool json_value_is_true(const struct json_value *value);

/* False and *out untouched if it is not a text. */
bool json_value_text(const struct json_value *value, struct span *out) MUST_CHECK;
bool json_value_is_text(const struct json_value *value, const char *text);

/* The seconds of a NumericDate (RFC 7519 section 2), without their fraction. False and *out
 * untouched if it is not a number from 0 to 2^53. */
bool json_value_seconds(const struct json_value *value, int64_t *out) MUST_CHECK;

#endif
