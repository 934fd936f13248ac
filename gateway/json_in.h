/*
 * json_in: a JSON body as the params of an RPC method.
 *
 * json_scan (common/json_scan.h) checks the body, and its values go into the message without a tree
 * between. Only where a name may come twice, json_parse looks for it. The worker checks the
 * values, for HTTP and RPC (common/params.c).
 *
 *	struct json_in *json = NULL;
 *	enum status st = json_in_parse(http->body, &json, &why);
 *	if (st == ST_OK)
 *		st = json_in_put_params(json, &rules, &writer);
 *	json_in_free(&json);
 */
#ifndef GATEWAY_JSON_IN_H
#define GATEWAY_JSON_IN_H

#include "gateway/param_writer.h"

struct json_in;

/* ST_INVALID_JSON with the reason and the byte if the body is not one JSON object. ST_INVALID_INPUT
 * with the field if a name comes twice or a text has U+0000. The result borrows the body. */
enum status json_in_parse(struct span body, struct json_in **out, struct fail *why) MUST_CHECK;

/* Whether no body gives this param: it names the row, or limits the request. */
bool json_in_is_reserved(const char *name);

/* Whether the object has the field. A null counts as absent, here and below. */
bool json_in_has(const struct json_in *j, const char *field);

/* Gives a field another name. ST_INVALID_INPUT with the old name if the object has both with
 * different values. */
enum status json_in_rename(
	struct json_in *j, const char *from, const char *to, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT with the first of the fields (NULL-terminated) that the object has. */
enum status json_in_refuse(
	const struct json_in *j, const char *const *fields, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT `unknown field "x"` with the first field of the object, even if it is null. */
enum status json_in_refuse_all(const struct json_in *j, struct fail *why) MUST_CHECK;

/* Removes the fields (NULL-terminated). */
void json_in_ignore(struct json_in *j, const char *const *fields);

struct json_in_rules {
	const struct method *method;
	bool is_strict;           /* an unknown field is ST_INVALID_INPUT `unknown field "x"` */
	const char *const *taken; /* names that the route gives, NULL-terminated; or NULL */
	bool keeps_nulls;         /* even if it is not strict */
};

/* Appends each member that the method has a param for.
 *   - A body never gives session_id, if_match, if_none_match, idempotency_key, limit, cursor, a
 *     PARAM_CALLER or a name in `taken`: these are unknown fields.
 *   - If it is not strict, unknown fields are ignored. So are the nulls of params that accept them:
 *     they mean absence, unless it keeps them. In the objects of a list all nulls are ignored.
 *   - Integers over 64 bits and numbers with a fraction become reals. Objects and arrays that are
 *     not a list of the row become empty ones: the worker refuses them.
 *   - The elements of a PARAM_VALUES are put whole. ST_INVALID_INPUT with its name if one of
 *     them is nested deeper than PARAM_VALUES_DEPTH_MAX. */
enum status json_in_put_params(const struct json_in *j, const struct json_in_rules *rules,
	struct param_writer *out) MUST_CHECK;

void json_in_free(struct json_in **j);

#endif
