/*
 * pool_dispatch: assigns the waiting calls of a pool to workers; part of gateway/pool.h.
 *
 * Retries come first, as many as may be in flight, then slow calls, whose share of each worker is
 * bounded, then plain calls. Each queue is first in, first out, but a call that only waits for a
 * worker with its method does not delay the calls behind it.
 *
 *	pool_dispatch(&pool);
 */
#ifndef GATEWAY_POOL_DISPATCH_H
#define GATEWAY_POOL_DISPATCH_H

/* How many calls at the head of a queue may wait for a worker with their method before they
 * delay the calls behind them. */
enum { POOL_SKIP_MAX = 64 };

struct pool;

/* Assigns waiting calls to workers with free credit: see each worker's `unsent`. */
void pool_dispatch(struct pool *p);

#endif
