/*
 * pool_index: the calls in flight by msgid.
 *
 * Every call in it has a msgid no other one has. Ids ascend by one and go round after UINT32_MAX,
 * so they spread over the chains by themselves. The index owns its chains, not the calls.
 *
 *	if (pool_index_reserve(&index))
 *		pool_index_add(&index, call); // call->msgid is its new id
 *	...
 *	call = pool_index_find(&index, msgid);
 *	pool_index_remove(&index, call);
 */
#ifndef GATEWAY_POOL_INDEX_H
#define GATEWAY_POOL_INDEX_H

#include <stddef.h>

#include "gateway/pool_call.h"

struct pool_index {
	struct pool_call **chains;
	size_t size;  /* of chains: a power of two, or 0 */
	size_t count; /* of calls */
	uint32_t next_msgid;
};

void pool_index_init(struct pool_index *index);
void pool_index_fini(struct pool_index *index);

/* Makes room for one more call, in chains of one in the mean; false: out of memory at the first.
 * Later on the chains get longer instead. */
bool pool_index_reserve(struct pool_index *index) MUST_CHECK;

/* Gives the call a msgid, after pool_index_reserve. */
void pool_index_add(struct pool_index *index, struct pool_call *call);

struct pool_call *pool_index_find(const struct pool_index *index, uint32_t msgid); /* NULL: none */
void pool_index_remove(struct pool_index *index, const struct pool_call *call);    /* it is there */

#endif
