#include "gateway/pool_roster.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void pool_roster_fini(struct pool_roster *roster)
{
	for (struct pool_worker *w = roster->first, *next; w; w = next) {
		next = w->next;
		assert(w->in_flight == 0);
		free(w);
	}
	*roster = (struct pool_roster){ 0 };
}

struct pool_worker *pool_roster_add(
	struct pool_roster *roster, const struct pool_registration *registration, int64_t epoch)
{
	struct pool_worker *w = NULL;
	if (roster->count < POOL_WORKERS_MAX && registration->peer.len <= POOL_PEER_MAX)
		w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	memcpy(w->peer, registration->peer.bytes, registration->peer.len);
	w->peer_len = registration->peer.len;
	memcpy(w->uuid, registration->uuid, sizeof w->uuid);
	w->pid = registration->pid;
	w->epoch = epoch;
	w->methods = registration->methods;
	w->methods_hash = registration->methods_hash;
	w->has_database = registration->has_database;
	TAILQ_INIT(&w->assigned);
	TAILQ_INIT(&w->stand_ins);
	TAILQ_INIT(&w->awaiting_fence);
	w->next = roster->first;
	roster->first = w;
	roster->count++;
	return w;
}

void pool_roster_remove(struct pool_roster *roster, struct pool_worker *w)
{
	struct pool_worker **at = &roster->first;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	roster->count--;
	if (roster->last_served == w)
		roster->last_served = NULL;
	for (enum pool_kind kind = 0; kind < POOL_COLLECTED; kind++)
		if (roster->collectors[kind].worker == w)
			roster->collectors[kind].worker = NULL;
}

struct pool_worker *pool_roster_find(const struct pool_roster *roster, struct span peer)
{
	struct pool_worker *w = roster->first;
	while (w && (w->peer_len != peer.len || memcmp(w->peer, peer.bytes, peer.len) != 0))
		w = w->next;
	return w;
}

struct pool_worker *pool_roster_find_process(
	const struct pool_roster *roster, const unsigned char uuid[16])
{
	struct pool_worker *w = roster->first;
	while (w && memcmp(w->uuid, uuid, sizeof w->uuid) != 0)
		w = w->next;
	return w;
}

static bool is_usable(const struct pool_worker *w)
{
	return w->has_database && !w->is_leaving;
}

static int64_t free_credit(const struct pool_worker *w)
{
	int64_t free_now = is_usable(w) ? w->credit - w->sent : 0;
	return free_now < POOL_WINDOW_MAX ? free_now : POOL_WINDOW_MAX;
}

static bool has_method(const struct pool_worker *w, const struct pool_call *call)
{
	return pool_methods_has(&w->methods, call->method);
}

struct pool_worker *pool_roster_preferred(
	const struct pool_roster *roster, const struct pool_call *call)
{
	struct pool_worker *w = pool_roster_find_process(roster, call->preferred_worker);
	return w && free_credit(w) > 0 && has_method(w, call) ? w : NULL;
}

static struct pool_worker *after(const struct pool_roster *roster, const struct pool_worker *w)
{
	return w && w->next ? w->next : roster->first;
}

static size_t slow_share(const struct pool_worker *w)
{
	size_t quarter = (w->in_flight + (size_t)free_credit(w)) / 4;
	if (quarter > POOL_SLOW_SHARE)
		return POOL_SLOW_SHARE;
	return quarter > 0 ? quarter : 1;
}

static bool may_take(const struct pool_worker *w, const struct pool_call *call)
{
	if (call->losses > 0)
		return !w->has_retry;
	return !call->is_slow || w->slow_in_flight < slow_share(w);
}

struct pool_worker *pool_roster_least_loaded(
	const struct pool_roster *roster, const struct pool_call *call)
{
	struct pool_worker *best = NULL, *w = after(roster, roster->last_served);
	for (size_t i = 0; i < roster->count; i++, w = after(roster, w))
		if (free_credit(w) > (best ? free_credit(best) : 0) && may_take(w, call)
			&& has_method(w, call))
			best = w;
	return best;
}

static bool may_collect(const struct pool_worker *w, enum pool_kind kind)
{
	bool is_held_up = kind == POOL_SHORT_READ && w->of_kind[POOL_LONG_READ] > 0;
	return w->of_kind[kind] > 0 && w->of_kind[kind] < POOL_COLLECT_EACH && !is_held_up;
}

struct pool_worker *pool_roster_collecting(
	const struct pool_roster *roster, const struct pool_call *call)
{
	enum pool_kind kind = pool_call_kind(call);
	struct pool_worker *w = kind < POOL_COLLECTED ? roster->collectors[kind].worker : NULL;
	bool may_take = w && may_collect(w, kind) && free_credit(w) > 0 && has_method(w, call);
	return may_take ? w : NULL;
}

void pool_roster_collect(struct pool_roster *roster, struct pool_worker *w, enum pool_kind kind)
{
	if (kind >= POOL_COLLECTED)
		return;
	struct pool_collector *c = &roster->collectors[kind];
	if (c->worker != w || w->of_kind[kind] == 0)
		c->answered = UINT64_MAX; /* the time begins with the next check */
	c->worker = w;
}

static void check_collector(struct pool_collector *c, enum pool_kind kind, uint64_t now_ms)
{
	const struct pool_worker *w = c->worker;
	if (!w || w->of_kind[kind] == 0 || w->answered[kind] != c->answered) {
		c->answered = w ? w->answered[kind] : 0;
		c->answered_ms = now_ms;
	} else if (now_ms - c->answered_ms >= POOL_COLLECT_MS) {
		c->worker = NULL;
	}
}

void pool_roster_check_collecting(struct pool_roster *roster, uint64_t now_ms)
{
	for (enum pool_kind kind = 0; kind < POOL_COLLECTED; kind++)
		check_collector(&roster->collectors[kind], kind, now_ms);
}

bool pool_roster_lacks_method(const struct pool_roster *roster, const struct pool_call *call)
{
	for (const struct pool_worker *w = roster->first; w; w = w->next)
		if (!has_method(w, call) && free_credit(w) > 0 && may_take(w, call))
			return true;
	return false;
}

size_t pool_roster_usable(const struct pool_roster *roster)
{
	size_t usable = 0;
	for (const struct pool_worker *w = roster->first; w; w = w->next)
		usable += is_usable(w);
	return usable;
}

enum status pool_roster_readiness(const struct pool_roster *roster, int method)
{
	bool has_worker = false;
	for (const struct pool_worker *w = roster->first; w; w = w->next) {
		if (method != POOL_ANY_METHOD && !pool_methods_has(&w->methods, (size_t)method))
			continue;
		if (is_usable(w))
			return ST_OK;
		has_worker |= !w->is_leaving;
	}
	return has_worker ? ST_DATABASE_UNAVAILABLE : ST_NO_WORKER;
}
