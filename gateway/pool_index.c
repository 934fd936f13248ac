#include "gateway/pool_index.h"

#include <stdlib.h>

enum { FIRST_SIZE = 1024 };

void pool_index_init(struct pool_index *index)
{
	*index = (struct pool_index){ .next_msgid = 1 };
}

void pool_index_fini(struct pool_index *index)
{
	free(index->chains);
	index->chains = NULL;
	index->size = index->count = 0;
}

static struct pool_call **chain_of(const struct pool_index *index, uint32_t msgid)
{
	return &index->chains[msgid & (index->size - 1)];
}

static void put(struct pool_index *index, struct pool_call *call)
{
	struct pool_call **chain = chain_of(index, call->msgid);
	call->next_indexed = *chain;
	*chain = call;
}

static bool grow(struct pool_index *index)
{
	size_t size = index->size > 0 ? index->size * 2 : FIRST_SIZE, old_size = index->size;
	struct pool_call **old = index->chains, **grown = calloc(size, sizeof *grown);
	if (!grown)
		return old_size > 0;
	index->chains = grown;
	index->size = size;
	for (size_t i = 0; i < old_size; i++)
		for (struct pool_call *call = old[i], *next; call; call = next) {
			next = call->next_indexed;
			put(index, call);
		}
	free(old);
	return true;
}

bool pool_index_reserve(struct pool_index *index)
{
	return index->count < index->size || grow(index);
}

void pool_index_add(struct pool_index *index, struct pool_call *call)
{
	while (pool_index_find(index, index->next_msgid))
		index->next_msgid++;
	call->msgid = index->next_msgid++;
	put(index, call);
	index->count++;
}

struct pool_call *pool_index_find(const struct pool_index *index, uint32_t msgid)
{
	struct pool_call *call = index->size > 0 ? *chain_of(index, msgid) : NULL;
	while (call && call->msgid != msgid)
		call = call->next_indexed;
	return call;
}

void pool_index_remove(struct pool_index *index, const struct pool_call *call)
{
	struct pool_call **at = chain_of(index, call->msgid);
	while (*at != call)
		at = &(*at)->next_indexed;
	*at = call->next_indexed;
	index->count--;
}
