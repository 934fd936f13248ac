#include "gateway/pool_order.h"

static struct pool_call **chain_of(struct pool_order *order, uint64_t key)
{
	return &order->chains[(key ^ key >> 32) % POOL_ORDER_CHAINS];
}

/* The place of the leader with this key, or the end of its chain. */
static struct pool_call **place_of(struct pool_order *order, uint64_t key)
{
	struct pool_call **at = chain_of(order, key);
	while (*at && (*at)->key != key)
		at = &(*at)->next_leader;
	return at;
}

struct pool_call *pool_order_add(struct pool_order *order, struct pool_call *call)
{
	TAILQ_INIT(&call->followers);
	call->next_leader = NULL;
	if (call->key == 0)
		return NULL;
	struct pool_call **at = place_of(order, call->key);
	if (*at) {
		TAILQ_INSERT_TAIL(&(*at)->followers, call, link);
		return *at;
	}
	*at = call;
	return NULL;
}

void pool_order_remove_follower(struct pool_order *order, struct pool_call *follower)
{
	struct pool_call *leader = *place_of(order, follower->key);
	TAILQ_REMOVE(&leader->followers, follower, link);
}

void pool_order_replace_leader(
	struct pool_order *order, struct pool_call *leader, struct pool_call *stand_in)
{
	*place_of(order, leader->key) = stand_in;
	stand_in->next_leader = leader->next_leader;
	TAILQ_INIT(&stand_in->followers);
	TAILQ_CONCAT(&stand_in->followers, &leader->followers, link);
}

struct pool_call *pool_order_remove_leader(struct pool_order *order, struct pool_call *leader)
{
	if (leader->key == 0)
		return NULL;
	struct pool_call **at = place_of(order, leader->key);
	struct pool_call *next = TAILQ_FIRST(&leader->followers);
	if (!next) {
		*at = leader->next_leader;
		return NULL;
	}
	TAILQ_REMOVE(&leader->followers, next, link);
	TAILQ_CONCAT(&next->followers, &leader->followers, link);
	next->next_leader = leader->next_leader;
	*at = next;
	return next;
}
