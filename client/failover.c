#include "client/failover.h"

enum { ATTEMPT_MS = 3500, PAUSE_MS = 20, PAUSE_MAX_MS = 1000 };

static enum study_status attempt(struct failover *c, int64_t now)
{
	enum study_status st = transport_connect(c->transport, c->endpoints[c->current]);
	c->is_trying = st == STUDY_OK;
	c->due = now + ATTEMPT_MS;
	return st;
}

enum study_status failover_start(struct failover *c, int64_t now)
{
	return attempt(c, now);
}

/* Xorshift (Marsaglia 2003). rand has global state, which a library must not use. */
static uint32_t next_random(struct failover *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 17;
	c->random ^= c->random << 5;
	return c->random;
}

/* A random time between half of the pause and all of it. */
static int64_t pause_after(struct failover *c, int rounds)
{
	uint32_t pause = PAUSE_MS;
	while (--rounds > 0 && pause < PAUSE_MAX_MS)
		pause *= 2;
	if (pause > PAUSE_MAX_MS)
		pause = PAUSE_MAX_MS;
	return pause / 2 + next_random(c) % (pause / 2);
}

void failover_next(struct failover *c, int64_t now)
{
	transport_disconnect(c->transport);
	c->is_up = c->is_trying = false;
	c->current = (c->current + 1) % c->count;
	c->failures++;
	bool is_round = c->failures % c->count == 0;
	c->due = now + (is_round ? pause_after(c, c->failures / c->count) : 0);
}

bool failover_check(struct failover *c, int64_t now)
{
	if (!c->is_up && !c->is_trying)
		return false;
	enum transport_state state = transport_state(c->transport);
	if (c->is_up)
		return state != TRANSPORT_UP;
	if (state == TRANSPORT_UP) {
		c->is_up = true;
		c->is_trying = false;
	} else if (state == TRANSPORT_DOWN || now >= c->due) {
		failover_next(c, now);
	}
	return false;
}

void failover_retry(struct failover *c, int64_t now)
{
	for (int tried = 0; tried < c->count; tried++) {
		if (c->is_up || c->is_trying || now < c->due)
			return;
		if (attempt(c, now) != STUDY_OK)
			failover_next(c, now);
	}
}

int64_t failover_due(const struct failover *c)
{
	return c->is_up ? INT64_MAX : c->due;
}
