/*
 * limits: how many requests and log-ins an account and an address may send; pure.
 *
 * Four limits, each a table of buckets of its own (gateway/rate.h):
 *
 *	setting                          counts                                      default *
 *	STUDYTRACKER_RATE_ACCOUNT        requests with valid credentials, by account  1200/60
 *	STUDYTRACKER_RATE_ADDRESS        all other requests, by address                300/60
 *	STUDYTRACKER_RATE_LOGIN_ACCOUNT  log-ins, by user name                        100/300
 *	STUDYTRACKER_RATE_LOGIN_ADDRESS  log-ins, by address                           10/300
 *
 *	* with accounts; without accounts there is no limit that is not set
 *
 *   - An address is an IPv4 address, an IPv6 network of 64 bits, or a name such as "uid 1000" of
 *     an RPC client on this machine.
 *   - Refreshes and log-outs with a token that the gateway has signed count by log-in, with the
 *     limit of an account, until it is known that the log-in has ended: see gateway/api_limit.h.
 *   - A log-in needs a token of the address first, then one of the user name. So an address with no
 *     tokens takes none of a person, and one address takes at most its own share of a person's.
 *   - Requests with credentials that check a password, such as to change it, count as log-ins, by
 *     account: whoever has stolen a token cannot try passwords with it, nor keep the worker busy.
 *   - All spellings by which the database finds an account are one user name, and so are names
 *     that differ only in accents (gateway/login_name.h). A name and an e-mail of one account have
 *     two buckets.
 *   - Each gateway counts by itself.
 *
 * Without any limit there is no struct limits: callers test the pointer, and nothing else is done.
 *
 *	if (limits_open(&limits, settings, &why) != ST_OK) ...         NULL: no limit
 *	if (limits && !limits_take_account(limits, 7, now_ms, &verdict))
 *		... ST_RATE_LIMITED
 *	limits_put_headers(&verdict, now_s, &headers);
 *	limits_free(&limits);
 */
#ifndef GATEWAY_LIMITS_H
#define GATEWAY_LIMITS_H

#include "common/buf.h"
#include "common/counter.h"
#include "common/method.h"
#include "common/settings.h"
#include "gateway/address.h"
#include "gateway/rate.h"

struct limits;

/* A client by its address, for a bucket. */
struct limits_address {
	unsigned char bytes[64];
	size_t len;
};

struct limits_address limits_address_of(const union address *a);

/* The text of an address, or a name, of which the first 64 bytes count. */
struct limits_address limits_address_of_text(struct span text);

/* *out stays NULL if no limit is set. ST_NO_MEMORY, ST_SYSTEM. */
enum status limits_open(
	struct limits **out, const struct settings *settings, struct fail *why) MUST_CHECK;
void limits_free(struct limits **limits); /* accepts NULL inside */

/* Take a token, and return verdict->is_allowed. If there is no such limit, verdict->limit is 0. */
bool limits_take_account(
	struct limits *l, int64_t account, uint64_t now_ms, struct rate_verdict *verdict);
bool limits_take_address(struct limits *l, const struct limits_address *from, uint64_t now_ms,
	struct rate_verdict *verdict);

/* The same as limits_take_address, but refuses nothing: for a request that is refused anyway. */
void limits_count_address(struct limits *l, const struct limits_address *from, uint64_t now_ms,
	struct rate_verdict *verdict);

/* For a token of gateway/jwt.h that only the worker can accept. Its log-in, a UUID as a text, has a
 * bucket of its own, with the limit of an account. One that has ended takes tokens of the
 * address. */
bool limits_take_jwt(struct limits *l, const struct limits_address *from, struct span login_id,
	uint64_t now_ms, struct rate_verdict *verdict);

/* The log-in has ended, or the worker refuses it. This is kept for an hour, for the last 4,096
 * log-ins. */
void limits_put_ended(struct limits *l, struct span login_id, uint64_t now_ms);

/* Whether a request of the method counts as a log-in: it checks a password, or everybody may make
 * the worker hash one. */
bool limits_count_passwords(const struct method *m);

/* The verdict is that of the bucket that refuses, else of the one with fewer tokens left. */
bool limits_take_login(struct limits *l, const struct limits_address *from, struct span username,
	uint64_t now_ms, struct rate_verdict *verdict);

/* The same for another request that counts as a log-in. The account has a bucket of its own, not
 * that of its name. 0: nobody, only the address counts. */
bool limits_take_password(struct limits *l, const struct limits_address *from, int64_t account,
	uint64_t now_ms, struct rate_verdict *verdict);

/* Appends X-RateLimit-Limit, -Remaining and -Reset (the time in Unix seconds at which the bucket is
 * full again), and Retry-After if it is refused (RFC 9110 section 10.2.3); nothing without a
 * limit. */
void limits_put_headers(const struct rate_verdict *verdict, int64_t now_s, struct buf *headers);

/* ST_RATE_LIMITED, with a text that says how long to wait. */
enum status limits_refuse(const struct rate_verdict *verdict, struct fail *why) MUST_CHECK;

/* What was refused. */
struct limits_counts {
	uint64_t account, address, login_account, login_address;
};

extern const struct counter_table limits_counter_table;

/* Without limits (NULL), the numbers are 0. */
void limits_add_counters(const struct limits *l, struct counter_sources *sources);

#endif
