/*
 * rpc_limit: counts the requests of RPC clients against their limits (gateway/limits.h); pure.
 *
 * The rules are those of HTTP (gateway/api_limit.h). The address of a client on this machine is its
 * user: "uid 1000".
 *
 *	struct rpc_limit limit = { .limits = limits, .principal = principal,
 *		.address = address, .method = method, .params = params };
 *	if (limits)
 *		st = rpc_limit_take(&limit, st, &why);       once, when the request is authenticated
 *	...
 *	st = rpc_limit_password(&limit, &why);               before its call
 */
#ifndef GATEWAY_RPC_LIMIT_H
#define GATEWAY_RPC_LIMIT_H

#include "gateway/limits.h"
#include "gateway/principal.h"

/* One request; borrowed. */
struct rpc_limit {
	struct limits *limits;
	const struct principal *principal;
	struct span address; /* of the client, as text */
	const struct method *method;
	struct span params; /* its MessagePack bytes */
};

/* `st` is the outcome of the authentication. Returns it, or ST_RATE_LIMITED. */
enum status rpc_limit_take(
	const struct rpc_limit *request, enum status st, struct fail *why) MUST_CHECK;

/* A log-in counts for the name that it gives, another check of a password for the account. ST_OK
 * for methods that are not counted as log-ins (limits_count_passwords), ST_RATE_LIMITED. */
enum status rpc_limit_password(const struct rpc_limit *request, struct fail *why) MUST_CHECK;

#endif
