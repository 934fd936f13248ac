/*
 * credential_memo: the credential that a connection has shown last, and the verdict about it.
 *
 * Most connections show the same credential with each request. Comparing it with the last one is
 * cheaper than reading and hashing it. The memo has a copy of the verdict, so it needs nothing of
 * gateway/verified.h later, and it ends when the verdict ends.
 *
 * A memo has a secret in memory while its connection is open. It is overwritten when it is replaced
 * or freed. A proxy may send the requests of several people over one connection, so the comparison
 * takes the same time wherever the bytes differ.
 *
 *	struct credential_memo *memo = NULL;                    of a connection
 *	if (!credential_memo_find(memo, field, now_ms, &verdict))
 *		credential_memo_put(&memo, field, &verdict);    once there is a verdict
 *	credential_memo_free(&memo);
 */
#ifndef GATEWAY_CREDENTIAL_MEMO_H
#define GATEWAY_CREDENTIAL_MEMO_H

#include "gateway/verified.h"

enum { CREDENTIAL_MEMO_MAX = 1024 /* bytes of a field; a longer one is not kept */ };

struct credential_memo;

/* True: the field is the one of the memo, byte for byte, and its verdict has not ended. A NULL memo
 * and an empty field find nothing. */
bool credential_memo_find(const struct credential_memo *memo, struct span field, uint64_t now_ms,
	struct verdict *out);

/* Replaces the memo; leaves it NULL if there is no memory, or if the field is empty or too long. */
void credential_memo_put(
	struct credential_memo **memo, struct span field, const struct verdict *verdict);

void credential_memo_free(struct credential_memo **memo); /* accepts NULL inside */

#endif
