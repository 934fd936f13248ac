/*
 * pool_state: the states of a call in a pool (enum pool_state), and the transitions between them.
 * Only gateway/pool.c uses it.
 *
 * Invariants:
 *   - A call is in exactly one list, that of its state, or in none (POOL_OUTSIDE).
 *   - counts.queued, retries and in_flight equal what these lists hold.
 *   - Of the calls and the stand-in with one key that have not ended, all but the first are in
 *     POOL_FOLLOWING.
 *
 * gateway/pool.c chooses the transition:
 *
 *	pool_state_wait(p, call);
 *	...
 *	pool_state_detach(p, call);
 *	pool_state_assign(p, call, worker);
 *	...
 *	pool_state_release(p, call);
 *
 * A write may end at its deadline, or be removed, while its worker may still run it. Then a
 * stand-in takes its place in the order, so that no write that follows it is done before it. The
 * stand-in is freed when the worker has responded or was fenced, or after POOL_STAND_IN_MS. The
 * credit of the workers bounds the number of stand-ins. Without memory for one, the first follower
 * moves up.
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

/* Removes a call from the pool that no worker runs any more. Its first follower moves up. */
void pool_state_release(struct pool *p, struct pool_call *call);

/* Removes the call from the pool. Its first follower moves up, or a stand-in takes its place. */
void pool_state_abandon(struct pool *p, struct pool_call *call);

/* The same, but to POOL_ENDED, for pool_take_ended. */
void pool_state_end(struct pool *p, struct pool_call *call, enum status outcome);

/* Frees the stand-in. Its first follower moves up. */
void pool_state_free_stand_in(struct pool *p, struct pool_call *stand_in);
void pool_state_free_stand_ins(struct pool *p, struct pool_worker *w); /* all of them */

/* w has responded to a request that is no longer in the pool: frees its stand-in, if any. */
void pool_state_free_stand_in_of(struct pool *p, struct pool_worker *w, uint32_t msgid);

/* The status to report instead of `st`: never report a write as not done if it was sent. */
enum status pool_state_reportable_status(
	const struct pool_call *call, bool was_sent, enum status st);

#endif
