#include "gateway/rate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A debt of `token` is a token that was taken. It shrinks by `count` each millisecond. */
struct entry {
	struct rate_key key;
	uint64_t at_ms; /* the time of `debt` */
	int64_t debt;
	uint32_t next;         /* in its chain; 0: the last one */
	uint32_t older, newer; /* by the time of use, a ring with entry 0 */
};

struct rate {
	int64_t count, window_ms;
	uint32_t used;                 /* entries, without entry 0 */
	uint32_t chains[RATE_ENTRIES]; /* the first entry of each; 0: none */
	struct entry entries[RATE_ENTRIES + 1];
};

enum status rate_new(struct rate **out, const struct rate_limit *limit)
{
	assert(limit->count > 0);
	struct rate *rate = calloc(1, sizeof *rate); /* the kernel's pages, untouched */
	if (!rate)
		return ST_NO_MEMORY;
	rate->count = limit->count;
	rate->window_ms = limit->seconds * 1000;
	*out = rate;
	return ST_OK;
}

void rate_free(struct rate **rate)
{
	free(*rate);
	*rate = NULL;
}

static uint32_t *chain_of(struct rate *rate, const struct rate_key *key)
{
	uint32_t hash;
	memcpy(&hash, key->bytes, sizeof hash);
	return &rate->chains[hash % RATE_ENTRIES];
}

static uint32_t find(struct rate *rate, const struct rate_key *key)
{
	uint32_t at = *chain_of(rate, key);
	while (at && memcmp(&rate->entries[at].key, key, sizeof *key) != 0)
		at = rate->entries[at].next;
	return at;
}

static void unlink_use(struct rate *rate, uint32_t at)
{
	struct entry *entry = &rate->entries[at];
	rate->entries[entry->older].newer = entry->newer;
	rate->entries[entry->newer].older = entry->older;
}

static void link_newest(struct rate *rate, uint32_t at)
{
	uint32_t newest = rate->entries[0].older;
	rate->entries[at].older = newest;
	rate->entries[at].newer = 0;
	rate->entries[newest].newer = at;
	rate->entries[0].older = at;
}

static void evict(struct rate *rate, uint32_t at)
{
	uint32_t *link = chain_of(rate, &rate->entries[at].key);
	while (*link != at)
		link = &rate->entries[*link].next;
	*link = rate->entries[at].next;
	unlink_use(rate, at);
}

static uint32_t add(struct rate *rate, const struct rate_key *key)
{
	uint32_t at = rate->entries[0].newer; /* the oldest */
	uint32_t *chain = chain_of(rate, key);
	if (rate->used < RATE_ENTRIES)
		at = ++rate->used;
	else
		evict(rate, at);
	rate->entries[at] = (struct entry){ .key = *key, .next = *chain };
	*chain = at;
	return at;
}

static struct entry *use(struct rate *rate, const struct rate_key *key)
{
	uint32_t at = find(rate, key);
	if (at)
		unlink_use(rate, at);
	else
		at = add(rate, key);
	link_newest(rate, at);
	return &rate->entries[at];
}

static void shrink_debt(const struct rate *rate, struct entry *entry, uint64_t now_ms)
{
	uint64_t elapsed_ms = now_ms - entry->at_ms;
	entry->at_ms = now_ms;
	if (elapsed_ms >= (uint64_t)rate->window_ms)
		entry->debt = 0;
	else
		entry->debt -= (int64_t)elapsed_ms * rate->count;
	if (entry->debt < 0)
		entry->debt = 0;
}

static int64_t round_up(int64_t value, int64_t unit)
{
	return (value + unit - 1) / unit;
}

void rate_take(
	struct rate *rate, const struct rate_key *key, uint64_t now_ms, struct rate_verdict *out)
{
	struct entry *entry = use(rate, key);
	int64_t token = rate->window_ms, all = rate->count * token;
	shrink_debt(rate, entry, now_ms);
	int64_t over = entry->debt + token - all;
	if (over <= 0)
		entry->debt += token;
	*out = (struct rate_verdict){ .is_allowed = over <= 0,
		.limit = rate->count,
		.remaining = (all - entry->debt) / token,
		.full_in_ms = round_up(entry->debt, rate->count),
		.retry_in_ms = over > 0 ? round_up(over, rate->count) : 0 };
}
