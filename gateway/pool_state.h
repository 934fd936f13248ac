/*
 * pool_state: the states of a call in a pool (enum pool_state), and the ways into and out of them;
 * internals of gateway/pool.h.
 *
 * Invariants:
 *   - A call is in exactly one list, the one that its state names, or in none (POOL_OUTSIDE).
 *   - counts.queued, suspects and in_flight equal what these lists hold.
 *   - Of the calls with one key only the first can be waiting, suspect, barred or in flight.
 *
 * gateway/pool.c decides which way a call goes:
 *
 *	pool_state_wait(p, call);
 *	...
 *	pool_state_detach(p, call);
 *	pool_state_hold(p, call, worker);
 *	...
 *	pool_state_release(p, call);
 */
#ifndef GATEWAY_POOL_STATE_H
#define GATEWAY_POOL_STATE_H

#include "gateway/pool.h"

/* The line that it waits in, or counts in while it follows. */
struct pool_line *pool_state_line(struct pool *p, const struct pool_call *call);

/* Into a state. The call is in none: it is new, or was detached. */
void pool_state_wait(struct pool *p, struct pool_call *call);
void pool_state_wait_first(struct pool *p, struct pool_call *call); /* a suspect: among these */
void pool_state_follow(struct pool *p, struct pool_call *call);     /* pool_order has it: counts */
void pool_state_hold(struct pool *p, struct pool_call *call, struct pool_worker *w);
void pool_state_suspect(struct pool *p, struct pool_call *call);
void pool_state_bar(struct pool *p, struct pool_call *call, struct pool_worker *ghost);

/* Whether w holds the call, but no message has it yet. */
bool pool_state_is_unsent(const struct pool_worker *w, const struct pool_call *call);

/* Out of its state. Its timer and its place in the order remain. */
void pool_state_detach(struct pool *p, struct pool_call *call);

/* Out of the pool. The first call that followed it goes on. */
void pool_state_release(struct pool *p, struct pool_call *call);

/* Out of its state, with a verdict that pool_take_ended reports. The first call that followed it goes
 * on. */
void pool_state_end(struct pool *p, struct pool_call *call, enum status verdict);

/* The status that may be reported instead of `st`: a write that was sent is never denied. */
enum status pool_state_honest(const struct pool_call *call, bool was_sent, enum status st);

#endif
