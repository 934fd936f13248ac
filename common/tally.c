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

void tally_begin(struct tally *t, size_t bytes)
{
	atomic_fetch_add(&t->users, 1);
	atomic_fetch_add(&t->bytes, bytes);
}

void tally_done(struct tally *t, size_t bytes)
{
	atomic_fetch_sub(&t->bytes, bytes);
	leave(t);
}

void tally_free(struct tally **t)
{
	if (*t)
		leave(*t);
	*t = NULL;
}
