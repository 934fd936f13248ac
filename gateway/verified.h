/*
 * verified: what was found out about credentials, for a few seconds.
 *
 * Pure: the caller gives the time (monotonic milliseconds). An entry has the tag of a credential
 * (crypto_tag) and the verdict, so the table has no secret. It is valid until its time comes. If
 * the table is full, the entry that was used longest ago gives way (LRU).
 *
 * A revoked credential stays in use as long as its entry: so a verdict must not be kept for more
 * than VERIFIED_MS, counted from the time when the question was sent, because the answer may have
 * been made then.
 *
 *	struct verified *verified = verified_new(VERIFIED_MAX);
 *	verdict.until_ms = asked_ms + VERIFIED_MS;
 *	verified_put(verified, tag, &verdict);
 *	...
 *	if (verified_find(verified, tag, now_ms, &verdict))
 *		use it
 *	verified_free(&verified);
 */
#ifndef GATEWAY_VERIFIED_H
#define GATEWAY_VERIFIED_H

#include "common/crypto.h"
#include "gateway/principal.h"

enum { VERIFIED_MAX = 4096 /* entries */, VERIFIED_MS = 4000 };

struct verdict {
	enum status st;             /* ST_OK, or why the credential is refused */
	struct principal principal; /* at ST_OK */
	uint64_t until_ms;          /* when it ends */
};

struct verified;

struct verified *verified_new(size_t entries_max); /* at least 1; NULL: no memory */
void verified_free(struct verified **v);           /* accepts NULL inside */

/* False: there is no entry, or its time has come. */
bool verified_find(struct verified *v, const unsigned char tag[CRYPTO_TAG_SIZE], uint64_t now_ms,
	struct verdict *out);

/* Replaces the entry of the tag, if there is one. */
void verified_put(struct verified *v, const unsigned char tag[CRYPTO_TAG_SIZE],
	const struct verdict *verdict);

size_t verified_count(const struct verified *v); /* entries, also those whose time has come */

#endif
