/*
 * worker_double: a worker that a test of the gateway plays.
 *
 * It responds to each request at once: with a topic, with one of two pages of one topic, or with
 * what the method has instead of a topic.
 *
 *	worker_connect(endpoint);
 *	...
 *	worker_turn();   after each turn of the gateway's loop
 *	...
 *	worker_disconnect();
 */
#ifndef TESTS_UNIT_WORKER_DOUBLE_H
#define TESTS_UNIT_WORKER_DOUBLE_H

#include <stddef.h>
#include <stdint.h>

struct worker_double {
	void *context, *socket;
	int64_t epoch, responses;
	uint64_t ready_ms; /* when worker.ready was sent last */
	size_t calls;      /* requests received */
};

extern struct worker_double worker;

void worker_connect(const char *endpoint);
void worker_turn(void);
void worker_disconnect(void);

#endif
