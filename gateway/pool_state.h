/*
 * pool_state: the states of a call in a pool (enum pool_state), and the transitions between them.
 * Only gateway/pool.c uses it.
 *
 * Invariants:
 *   - A call is in exactly one list, that of its state, or in none (POOL_OUTSIDE).
 *   - counts.queued, retries and in_flight equal what these lists hold.
 *   - Of the calls with one key that have not ended, all but the first are in POOL_FOLLOWING.
 *
 * gateway/pool.c chooses the transition:
 *
 *	pool_state_wait(p, call);
 *	...
 *	pool_state_detach(p, call);
 *	pool_state_assign(p, call, worker);
 *	...
 *	pool_state_release(p, call);
 */
#ifndef GATEWAY_POOL_STATE_H
#define GATEWAY_POOL_STATE_H

#include "gateway/pool.h"

/* The queue of the call; it also counts a follower. */
struct pool_queue *pool_state_queue(struct pool *p, const struct pool_call *call);

/* Transitions from POOL_OUTSIDE: the call is new or was detached. */
void pool_state_wait(struct pool *p, struct pool_call *call);
void pool_state_wait_first(
	struct pool *p, struct pool_call *call);                /* a retry: first of the retries */
void pool_state_follow(struct pool *p, struct pool_call *call); /* after pool_order_add */
void pool_state_assign(struct pool *p, struct pool_call *call, struct pool_worker *w);
void pool_state_retry(struct pool *p, struct pool_call *call);
void pool_state_await_fence(struct pool *p, struct pool_call *call, struct pool_worker *lost);

/* True: the call is assigned to w, but in no message yet. */
bool pool_state_is_unsent(const struct pool_worker *w, const struct pool_call *call);

/* To POOL_OUTSIDE. The call keeps its timer and its place in the order. */
void pool_state_detach(struct pool *p, struct pool_call *call);

/* Removes the call from the pool. Its first follower moves up. */
void pool_state_release(struct pool *p, struct pool_call *call);

/* To POOL_ENDED, for pool_take_ended. Its first follower moves up. */
void pool_state_end(struct pool *p, struct pool_call *call, enum status outcome);

/* The status to report instead of `st`: never report a write as not done if it was sent. */
enum status pool_state_reportable_status(
	const struct pool_call *call, bool was_sent, enum status st);

#endif
