#include "worker/backoff.h"

#include <sys/random.h>

static unsigned jittered(unsigned ms)
{
	unsigned noise = 0;
	(void)!getrandom(&noise, sizeof noise, GRND_NONBLOCK);
	return ms / 2 + noise % (ms + 1);
}

unsigned backoff_next_ms(struct backoff *b)
{
	unsigned ms = BACKOFF_FIRST_MS << b->doublings;
	if (ms < BACKOFF_MAX_MS)
		b->doublings++;
	else
		ms = BACKOFF_MAX_MS;
	return jittered(ms);
}

void backoff_reset(struct backoff *b)
{
	b->doublings = 0;
}
