/*
 * api_limit: counts a request of the API against its limit (gateway/limits.h).
 *
 * A request with valid credentials counts for its account, any other one for its address: also one
 * that is refused by its head, or whose credentials are wrong. So wrong credentials cannot be tried
 * without end, and an address without tokens refuses nobody who shows valid ones where they are
 * read: an open route ignores them. OPTIONS, probes (struct route_row) and requests that the
 * gateway could not check (5xx) do not count.
 *
 * Refresh and log-out count once their token is read: for its log-in if the gateway has signed it,
 * else for the address. Only the worker knows whether the log-in still lasts. A request that it
 * refuses counts for the address, too. Once the gateway knows that a log-in has ended, the tokens
 * of the log-in are wrong credentials, and count for the address only. So whoever has stolen a
 * token uses up no limit of its owner's account, and cannot keep the worker busy with it after the
 * owner has ended the log-in.
 *
 * What was counted is in r->limit, from which every response gets its header lines. Without limits,
 * nothing is done.
 *
 *	if (api->limits)
 *		st = api_limit_take(r, st, &why);       once, when the request is decided
 *	...
 *	st = api_limit_login(r, username, &why);       before a password is checked
 */
#ifndef GATEWAY_API_LIMIT_H
#define GATEWAY_API_LIMIT_H

#include "gateway/api_request.h"

/* `st` is the decision. Returns it, or ST_RATE_LIMITED. */
enum status api_limit_take(struct api_request *r, enum status st, struct fail *why) MUST_CHECK;

/* The same for a request whose form is api_login_token_form, once its token is read, also without
 * limits. If `st` is ST_OK, r->login_id is that of the token. */
enum status api_limit_token(struct api_request *r, enum status st, struct fail *why) MUST_CHECK;

/* Once the worker has answered such a request: `st` is its refusal, or ST_OK if it has ended the
 * log-in. Also without limits. */
void api_limit_ended(const struct api_request *r, enum status st);

/* For a log-in, before its call. The response shows this limit. ST_OK without limits,
 * ST_RATE_LIMITED. */
enum status api_limit_login(
	struct api_request *r, struct span username, struct fail *why) MUST_CHECK;

/* The same for other methods with passwords: see limits_count_passwords. ST_OK for methods without
 * passwords. */
enum status api_limit_password(struct api_request *r, struct fail *why) MUST_CHECK;

/* Appends the header lines of a refusal of the edge. One that has no request yet, or whose token
 * has not come, counts for its address, and keeps its own status. */
void api_limit_put_refusal(
	const struct api *api, const struct edge_refusal *refusal, struct buf *headers);

#endif
