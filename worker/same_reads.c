#include "worker/same_reads.h"

#include <string.h>

#include "common/fnv.h"

void same_reads_clear(struct same_reads *same)
{
	memset(same, 0, sizeof *same);
}

static bool is_same(const struct request *a, const struct request *b)
{
	return a->account == b->account && a->params.len == b->params.len
	       && memcmp(a->params.bytes, b->params.bytes, a->params.len) == 0;
}

struct request **same_reads_slot(struct same_reads *same, const struct request *r)
{
	if (r->method->is_write || !r->method->safe_to_repeat)
		return NULL;
	uint64_t h = fnv_mix(FNV_START, &r->account, sizeof r->account);
	h = fnv_mix(h, r->params.bytes, r->params.len);
	size_t size = sizeof same->slots / sizeof *same->slots;
	size_t at = (size_t)((h ^ h >> 32) % size);
	while (same->slots[at] && !is_same(same->slots[at], r))
		at = (at + 1) % size;
	return &same->slots[at];
}
