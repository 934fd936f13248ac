/*
 * pool_order: the writes in a pool by what they change, so that two writes on one row are never under
 * way at once.
 *
 * The first write with a key leads; later ones with the same key follow it, in the order in which they
 * came. When the leader leaves the pool, its first follower leads the others. Two keys that are equal
 * by chance only make one write wait for another. Calls without a key (0) are in no order.
 *
 *	leader = pool_order_join(&order, call);
 *	if (leader)
 *		call waits in leader->followers;
 *	...
 *	next = pool_order_leave(&order, call); // may be NULL; it may go now
 */
#ifndef GATEWAY_POOL_ORDER_H
#define GATEWAY_POOL_ORDER_H

#include <stddef.h>

#include "gateway/pool_call.h"

enum { POOL_ORDER_CHAINS = 4096 };

struct pool_order {
	struct pool_call *chains[POOL_ORDER_CHAINS]; /* of leaders */
};

/* The call that it follows, or NULL: it leads. The call is outside of any list. */
struct pool_call *pool_order_join(struct pool_order *order, struct pool_call *call);

/* A follower leaves the order; the others stay as they are. */
void pool_order_part(struct pool_order *order, struct pool_call *follower);

/* A leader leaves: who leads now, out of the list of followers and with the others behind it. */
struct pool_call *pool_order_leave(struct pool_order *order, struct pool_call *leader);

#endif
