#include "gateway/verified.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct entry {
	unsigned char tag[CRYPTO_TAG_SIZE];
	struct verdict verdict;
	SLIST_ENTRY(entry) in_bucket;
	TAILQ_ENTRY(entry) in_order;
};

SLIST_HEAD(bucket, entry);
TAILQ_HEAD(order, entry);

struct verified {
	struct entry *entries;
	struct bucket *buckets;
	size_t entries_max, buckets_count; /* buckets: a power of two */
	size_t count;       /* entries that were ever used; they are the first ones */
	struct order order; /* the one that was used last comes first */
};

struct verified *verified_new(size_t entries_max)
{
	struct verified *v = calloc(1, sizeof *v);
	if (!v)
		return NULL;
	for (v->buckets_count = 1; v->buckets_count < entries_max;)
		v->buckets_count *= 2;
	v->entries_max = entries_max;
	v->entries = calloc(entries_max, sizeof *v->entries);
	v->buckets = calloc(v->buckets_count, sizeof *v->buckets);
	TAILQ_INIT(&v->order);
	if (!v->entries || !v->buckets)
		verified_free(&v);
	return v;
}

void verified_free(struct verified **out)
{
	struct verified *v = *out;
	if (!v)
		return;
	*out = NULL;
	free(v->entries);
	free(v->buckets);
	free(v);
}

/* The tag is keyed, so nobody can fill one bucket. */
static struct bucket *bucket_of(struct verified *v, const unsigned char *tag)
{
	size_t number;
	memcpy(&number, tag, sizeof number);
	return &v->buckets[number & (v->buckets_count - 1)];
}

static struct entry *find(struct verified *v, const unsigned char *tag)
{
	struct entry *e;
	SLIST_FOREACH(e, bucket_of(v, tag), in_bucket)
	if (memcmp(e->tag, tag, sizeof e->tag) == 0)
		return e;
	return NULL;
}

static void move_to_front(struct verified *v, struct entry *e)
{
	TAILQ_REMOVE(&v->order, e, in_order);
	TAILQ_INSERT_HEAD(&v->order, e, in_order);
}

bool verified_find(struct verified *v, const unsigned char tag[CRYPTO_TAG_SIZE], uint64_t now_ms,
	struct verdict *out)
{
	struct entry *e = find(v, tag);
	if (!e || now_ms >= e->verdict.until_ms)
		return false;
	move_to_front(v, e);
	*out = e->verdict;
	return true;
}

/* An entry for another tag, first in the order. */
static struct entry *take_entry(struct verified *v, const unsigned char *tag)
{
	struct entry *e = &v->entries[v->count];
	if (v->count < v->entries_max) {
		v->count++;
		TAILQ_INSERT_HEAD(&v->order, e, in_order);
	} else {
		e = TAILQ_LAST(&v->order, order);
		SLIST_REMOVE(bucket_of(v, e->tag), e, entry, in_bucket);
		move_to_front(v, e);
	}
	memcpy(e->tag, tag, sizeof e->tag);
	SLIST_INSERT_HEAD(bucket_of(v, tag), e, in_bucket);
	return e;
}

void verified_put(
	struct verified *v, const unsigned char tag[CRYPTO_TAG_SIZE], const struct verdict *verdict)
{
	struct entry *e = find(v, tag);
	if (e)
		move_to_front(v, e);
	else
		e = take_entry(v, tag);
	e->verdict = *verdict;
}

size_t verified_count(const struct verified *v)
{
	return v->count;
}
