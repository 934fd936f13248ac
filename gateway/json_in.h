/*
 * json_in: a JSON body to the params of an RPC method; the one room of json-c.
 *
 * json-c, strict (RFC 8259), with our own scan of the bytes before it (common/json_scan.h) and
 * checks after it (a name twice, integers that were clamped), because json-c alone lets all of
 * these through. What a value
 * may be is not judged here: common/params.c does, in the worker, for HTTP and RPC alike.
 *
 *	struct json_in *json = NULL;
 *	enum status st = json_in_parse(http->body, &json, &why);
 *	if (st == ST_OK)
 *		st = json_in_put_params(json, method, is_strict, params, &pairs, &why);
 *	json_in_free(&json);
 */
#ifndef GATEWAY_JSON_IN_H
#define GATEWAY_JSON_IN_H

#include "common/method.h"

struct json_in;

/* The body must be one object. ST_INVALID_JSON with what is wrong (and at which byte) where it is
 * none; ST_INVALID_INPUT with the field where a key comes twice or a text holds U+0000. */
enum status json_in_parse(struct span body, struct json_in **out, struct fail *why) MUST_CHECK;

/* Whether a body can never give this param: it names or bounds what the request is about. */
bool json_in_is_reserved(const char *name);

/* Whether the object has the field. Null is as good as absent. */
bool json_in_has(const struct json_in *j, const char *field);

/* Gives a field another name. ST_INVALID_INPUT with the old name where the object has both with
 * different values; null is as good as absent. */
enum status json_in_rename(
	struct json_in *j, const char *from, const char *to, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT with the first of the fields (NULL-terminated) that the object has, null aside. */
enum status json_in_refuse(
	const struct json_in *j, const char *const *fields, struct fail *why) MUST_CHECK;

/* Leaves the fields out. */
void json_in_ignore(struct json_in *j, const char *const *fields);

/* Appends key and value of each member the method has a param for and adds their number to
 * *pairs. Never from a body: session_id, if_match, if_none_match, idempotency_key, limit, cursor, and the names
 * in `taken` (NULL-terminated, may be NULL), which the path gives. Other members: where is_strict
 * ST_INVALID_INPUT `unknown field "x"`, field x; else left out. A null is left out where not is_strict: it means absence there. Integers over 64 bits
 * and numbers with a fraction go as reals, objects and arrays empty: no param takes any, and the
 * worker refuses them in its words. */
enum status json_in_put_params(const struct json_in *j, const struct method *m, bool is_strict,
	const char *const *taken, struct buf *out, uint32_t *pairs, struct fail *why) MUST_CHECK;

void json_in_free(struct json_in **j);

#endif
