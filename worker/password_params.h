/*
 * password_params: what requests with passwords pass on: the params of the internal methods that
 * they lead to, and the account that one of them returns.
 *
 *	buf_clear(&params);
 *	password_params_put_find(request, &params);            of passwords.find
 *	st = password_holder_read(response, &holder, &why);    its response
 *	password_params_put_then(request, &result, &params);   of the method `then` of the row
 */
#ifndef WORKER_PASSWORD_PARAMS_H
#define WORKER_PASSWORD_PARAMS_H

#include "worker/request.h"

/* Borrowed from the response of passwords.find. */
struct password_holder {
	int64_t id;                        /* 0: there is no such account */
	struct span hash, username, email; /* empty: none */
};

struct password_result {
	int64_t holder_id; /* 0: none */
	bool is_verified;
	const char *checked_hash, *hash; /* empty: none */
};

/* The value of a param of the request; NULL: the method has none of this name, or it is nil. */
const struct param_value *password_param(const struct request *r, const char *name);

/* Whether the request names somebody to find. */
bool password_params_have_holder(const struct request *r);

/* Append one MessagePack map. */
void password_params_put_find(const struct request *r, struct buf *out);
void password_params_put_then(
	const struct request *r, const struct password_result *result, struct buf *out);

/* `response` is one MessagePack-RPC response. Returns the status of an error, with its text, or
 * ST_NO_MEMORY if the response is cut short. */
enum status password_holder_read(
	struct span response, struct password_holder *out, struct fail *why) MUST_CHECK;

#endif
