#include "gateway/pool_dispatch.h"

#include "gateway/pool_state.h"

static bool may_send_retry(const struct pool *p)
{
	size_t usable = pool_roster_usable(&p->roster);
	return p->retries_in_flight < (usable > 1 ? usable / 2 : 1);
}

static struct pool_worker *worker_for(const struct pool *p, const struct pool_call *call)
{
	struct pool_worker *w = NULL;
	if (call->state != POOL_RETRY)
		w = call->preferred_worker ? pool_roster_preferred(&p->roster, call)
					   : pool_roster_collecting(&p->roster, call);
	return w ? w : pool_roster_least_loaded(&p->roster, call);
}

/* Assigns the first call that a worker can take; false: there is none. Skips calls that only
 * wait for a worker with their method. */
static bool dispatch_first(struct pool *p, struct pool_list *from)
{
	struct pool_call *call = TAILQ_FIRST(from);
	struct pool_worker *w = call ? worker_for(p, call) : NULL;
	for (int skipped = 0; call && !w; skipped++) {
		if (skipped == POOL_SKIP_MAX || !pool_roster_lacks_method(&p->roster, call))
			return false;
		call = TAILQ_NEXT(call, link);
		w = call ? worker_for(p, call) : NULL;
	}
	if (!w || !pool_index_reserve(&p->index))
		return false;
	pool_state_detach(p, call);
	pool_state_assign(p, call, w);
	return true;
}

void pool_dispatch(struct pool *p)
{
	while (may_send_retry(p) && dispatch_first(p, &p->retries))
		;
	while (dispatch_first(p, &p->slow.calls)) /* first, because their share is bounded */
		;
	while (dispatch_first(p, &p->plain.calls))
		;
}
