/*
 * rate: counts requests by key, in token buckets; pure.
 *
 * A bucket holds `count` tokens at first and gets `count` new ones every `seconds`, evenly. A
 * request takes one; without one it is refused, and takes nothing. So a client that waits can send
 * `count` requests at once, and one that is refused can send the next after `seconds / count`.
 *
 * The table has RATE_ENTRIES entries. The entry that was not used for longest makes room for a new
 * key. A bucket that was not used for `seconds` is full, which is what a key without an entry has.
 * So this gives somebody new tokens only if more than RATE_ENTRIES keys were used within `seconds`:
 * whoever wants to empty an entry of its debts must use so many other keys, each at the price of a
 * request, and must not use that entry meanwhile. A table has keys of one kind, so that keys that
 * cost nothing (user names) cannot drive out others.
 *
 * Keys are keyed hashes (common/crypto.h), so that nobody can choose keys that are slow to find.
 *
 *	if (rate_new(&rate, &limit) != ST_OK) ...
 *	rate_take(rate, &key, now_ms, &verdict);
 *	if (!verdict.is_allowed) ...
 *	rate_free(&rate);
 */
#ifndef GATEWAY_RATE_H
#define GATEWAY_RATE_H

#include "common/rate_limit.h"

enum { RATE_ENTRIES = 65536, RATE_KEY_SIZE = 16 };

struct rate;

struct rate_key {
	unsigned char bytes[RATE_KEY_SIZE];
};

struct rate_verdict {
	bool is_allowed;
	int64_t limit;       /* the count; 0: there is no limit, and the rest means nothing */
	int64_t remaining;   /* whole tokens */
	int64_t full_in_ms;  /* until the bucket is full again */
	int64_t retry_in_ms; /* until there is a token; 0 if it is allowed */
};

/* The limit must have a count. ST_NO_MEMORY. Memory is used only for entries that are used. */
enum status rate_new(struct rate **out, const struct rate_limit *limit) MUST_CHECK;
void rate_free(struct rate **rate); /* accepts NULL inside */

/* Takes a token, if there is one. now_ms never decreases. */
void rate_take(
	struct rate *rate, const struct rate_key *key, uint64_t now_ms, struct rate_verdict *out);

#endif
