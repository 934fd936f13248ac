/*
 * pool_order: keeps the writes on one row in their order: one of them is in flight at a time.
 *
 * The first write with a key is the leader. Later writes with the same key follow it, in the order
 * in which they came. When the leader leaves the pool, its first follower becomes the leader, or a
 * stand-in (gateway/pool_state.h) takes its place. If two keys are equal by chance, one write waits
 * for another without need. Calls without a key (0) have no order.
 *
 *	leader = pool_order_add(&order, call);
 *	if (leader)
 *		call waits in leader->followers;
 *	...
 *	next = pool_order_remove_leader(&order, call); // the new leader, or NULL
 */
#ifndef GATEWAY_POOL_ORDER_H
#define GATEWAY_POOL_ORDER_H

#include <stddef.h>

#include "gateway/pool_call.h"

enum { POOL_ORDER_CHAINS = 4096 };

struct pool_order {
	struct pool_call *chains[POOL_ORDER_CHAINS]; /* the leaders, by the hash of their keys */
};

/* Returns the leader that the call follows; NULL: the call is a leader itself. It must be in no
 * list. */
struct pool_call *pool_order_add(struct pool_order *order, struct pool_call *call);

void pool_order_remove_follower(struct pool_order *order, struct pool_call *follower);

/* Gives the place and the followers of the leader to the stand-in, which has its key. */
void pool_order_replace_leader(
	struct pool_order *order, struct pool_call *leader, struct pool_call *stand_in);

/* Returns the new leader, which is no longer in a list of followers; NULL: none. */
struct pool_call *pool_order_remove_leader(struct pool_order *order, struct pool_call *leader);

#endif
