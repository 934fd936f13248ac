#include "common/tally.h"

#include <stdatomic.h>
#include <stdlib.h>

struct tally {
	atomic_size_t bytes;
	atomic_size_t users; /* the owner, each message and each part */
	struct tally *whole; /* NULL: none */
};

struct tally *tally_new(struct tally *whole)
{
	struct tally *t = malloc(sizeof *t);
	if (!t)
		return NULL;
	atomic_init(&t->bytes, 0);
	atomic_init(&t->users, 1);
	t->whole = whole;
	if (whole)
		atomic_fetch_add(&whole->users, 1);
	return t;
}

size_t tally_bytes(const struct tally *t)
{
	return atomic_load_explicit(&t->bytes, memory_order_relaxed);
}

static void leave(struct tally *t)
{
	while (t && atomic_fetch_sub(&t->users, 1) == 1) {
		struct tally *whole = t->whole;
		free(t);
		t = whole;
	}
}

struct parcel {
	struct tally *tally;
	size_t len;
};

struct parcel *tally_begin(struct tally *t, size_t bytes)
{
	struct parcel *parcel = malloc(sizeof *parcel);
	if (!parcel)
		return NULL;
	*parcel = (struct parcel){ t, bytes };
	atomic_fetch_add(&t->users, 1);
	for (; t; t = t->whole)
		atomic_fetch_add(&t->bytes, bytes);
	return parcel;
}

void tally_done(void *bytes, void *arg)
{
	struct parcel *parcel = arg;
	free(bytes);
	if (!parcel)
		return;
	for (struct tally *t = parcel->tally; t; t = t->whole)
		atomic_fetch_sub(&t->bytes, parcel->len);
	leave(parcel->tally);
	free(parcel);
}

void tally_free(struct tally **t)
{
	if (*t)
		leave(*t);
	*t = NULL;
}
