#include "common/tally.h"

#include <stdatomic.h>
#include <stdlib.h>

struct tally {
	atomic_size_t bytes;
	atomic_size_t users; /* the owner and each message */
};

struct tally *tally_new(void)
{
	struct tally *t = malloc(sizeof *t);
	if (!t)
		return NULL;
	atomic_init(&t->bytes, 0);
	atomic_init(&t->users, 1);
	return t;
}

size_t tally_bytes(const struct tally *t)
{
	return atomic_load_explicit(&t->bytes, memory_order_relaxed);
}

static void leave(struct tally *t)
{
	if (atomic_fetch_sub(&t->users, 1) == 1)
		free(t);
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
	atomic_fetch_add(&t->bytes, bytes);
	return parcel;
}

void tally_done(void *bytes, void *arg)
{
	struct parcel *parcel = arg;
	free(bytes);
	if (!parcel)
		return;
	atomic_fetch_sub(&parcel->tally->bytes, parcel->len);
	leave(parcel->tally);
	free(parcel);
}

void tally_free(struct tally **t)
{
	if (*t)
		leave(*t);
	*t = NULL;
}
