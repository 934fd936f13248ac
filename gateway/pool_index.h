/*
 * pool_index: finds the calls in flight by their msgid.
 *
 * A hash table with chains. Every call in it has its own msgid. Ids ascend by one and wrap after
 * UINT32_MAX, so they spread evenly over the chains. The index owns its chains, not the calls.
 *
 *	if (pool_index_reserve(&index))
 *		pool_index_add(&index, call); // sets call->msgid
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
	size_t size;  /* number of chains: a power of two, or 0 */
	size_t count; /* number of calls */
	uint32_t next_msgid;
};

void pool_index_init(struct pool_index *index);
void pool_index_fini(struct pool_index *index);

/* Makes room for one more call: there are at least as many chains as calls. False: no memory for
 * the first chains. When memory runs out later, the chains become longer instead. */
bool pool_index_reserve(struct pool_index *index) MUST_CHECK;

/* Sets call->msgid. Needs a successful pool_index_reserve before each call. */
void pool_index_add(struct pool_index *index, struct pool_call *call);

struct pool_call *pool_index_find(const struct pool_index *index, uint32_t msgid); /* NULL: none */
void pool_index_remove(struct pool_index *index, const struct pool_call *call);

#endif
