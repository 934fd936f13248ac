/*
 * pool_admission: decides whether calls of a method may wait for a worker.
 *
 * They may while a worker with a live database has the method, and POOL_GRACE_MS longer.
 *
 *	pool_admission_init(&admission, methods, now_ms);
 *	...
 *	st = pool_admission_status(&admission, &roster, call->method, now_ms);
 *	if (st != ST_OK)
 *		refuse the call with st;
 */
#ifndef GATEWAY_POOL_ADMISSION_H
#define GATEWAY_POOL_ADMISSION_H

#include "gateway/pool_roster.h"

enum { POOL_GRACE_MS = 1000 };

struct pool_admission {
	size_t methods;
	/* the last time at which a worker could run the method */
	uint64_t usable_ms[POOL_METHODS_MAX];
};

void pool_admission_init(struct pool_admission *a, size_t methods, uint64_t now_ms);

/* The status that ends waiting calls of the method and refuses new ones; ST_OK: they may wait. */
enum status pool_admission_status(
	struct pool_admission *a, const struct pool_roster *roster, size_t method, uint64_t now_ms);

/* Sets the status of each method. Returns true if all are ST_OK. Must run before workers change,
 * so that the grace begins at the change. */
bool pool_admission_update(struct pool_admission *a, const struct pool_roster *roster,
	enum status statuses[POOL_METHODS_MAX], uint64_t now_ms);

#endif
