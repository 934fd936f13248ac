/*
 * backoff: how long to wait before the next attempt to connect.
 *
 * The wait doubles from BACKOFF_FIRST_MS to BACKOFF_MAX_MS. Each wait is multiplied by a random
 * factor from 0.5 to 1.5, so that many workers do not reconnect at the same moment.
 */
#ifndef WORKER_BACKOFF_H
#define WORKER_BACKOFF_H

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 2000, /* a restarted server is used soon */
};

/* {0} has not waited yet. */
struct backoff {
	unsigned doublings;
};

unsigned backoff_next_ms(struct backoff *b);
void backoff_reset(struct backoff *b);

#endif
