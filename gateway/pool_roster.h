/*
 * pool_roster: the workers of a pool, and which of them gets the next call.
 *
 * A worker is one connection of one process: no two workers of a roster have the same peer or the
 * same process. The roster owns its workers until pool_roster_remove. Only gateway/pool.c and
 * gateway/pool_state.c change a worker's fields; the roster reads them.
 *
 *	w = pool_roster_add(&roster, &registration, epoch);
 *	...
 *	w = pool_roster_least_loaded(&roster, call);
 *	if (w)
 *		roster.last_served = w; // assigned the call
 *	...
 *	pool_roster_remove(&roster, w);
 *	free(w);
 */
#ifndef GATEWAY_POOL_ROSTER_H
#define GATEWAY_POOL_ROSTER_H

#include "common/buf.h"
#include "gateway/pool_call.h"
#include "gateway/pool_methods.h"
#include "gateway/worker_stats.h"

enum {
	POOL_WORKERS_MAX = 256,
	POOL_PEER_MAX = 256,
	POOL_WINDOW_MAX = 4096, /* the most free credit that counts */
	POOL_SLOW_SHARE = 8,    /* slow calls that a worker may hold */
	POOL_COLLECT_EACH =
		128, /* calls of a kind that a worker holds before the next one gets any */
	POOL_COLLECT_MS = 100, /* without an answer to such a call, for the worker that collects */
	POOL_CANCELLED_MAX = 64,
};

struct pool_worker {
	struct pool_worker *next;
	size_t peer_len;
	char peer[POOL_PEER_MAX];
	unsigned char uuid[16];
	int64_t pid;               /* only for rpc.status */
	struct worker_stats stats; /* only for metrics and rpc.status */
	int64_t epoch;
	uint64_t last_message_ms;
	int64_t credit, sent; /* requests of this epoch: the worker allows, the pool has assigned */
	struct pool_methods methods;
	uint64_t methods_hash; /* of the list that the worker sent; 0: it sent none */
	bool has_database;
	bool is_leaving;
	bool has_retry;
	size_t in_flight;
	size_t slow_in_flight;             /* included in in_flight */
	size_t of_kind[POOL_KINDS];        /* the same */
	uint64_t answered[POOL_COLLECTED]; /* since it joined */
	struct pool_list assigned;
	struct pool_call *unsent; /* the first of `assigned` that is in no message yet */
	/* msgids of calls that were removed while the worker had them: pool_next_cancelled */
	uint32_t cancelled[POOL_CANCELLED_MAX];
	size_t cancelled_count;
	struct pool_list stand_ins; /* of writes that it may still run: gateway/pool_state.h */
	/* only for lost workers: pool_lost_workers */
	struct pool_list awaiting_fence;
	void *fence_arg; /* for the pool's owner */
	uint64_t fence_started_ms;
};

/* The contents of worker.ready. */
struct pool_registration {
	struct span peer;
	unsigned char uuid[16];
	int64_t pid;
	int64_t epoch, credit;
	struct pool_methods methods;
	uint64_t methods_hash;
	bool has_database;
};

/* The worker that collects calls of a kind. */
struct pool_collector {
	struct pool_worker *worker; /* got the last of these calls; may be NULL */
	uint64_t answered;          /* how many it had answered when that changed last */
	uint64_t answered_ms;       /* when that was */
};

struct pool_roster {
	struct pool_worker *first;
	struct pool_worker *last_served; /* among equals, the worker after it gets the next call */
	struct pool_collector collectors[POOL_COLLECTED];
	size_t count;
};

void pool_roster_fini(struct pool_roster *roster); /* workers must hold no calls; {0} is empty */

/* A new worker; NULL: too many workers, the name of its peer is too long, or no memory. */
struct pool_worker *pool_roster_add(
	struct pool_roster *roster, const struct pool_registration *registration, int64_t epoch);

/* The caller owns the worker afterwards. */
void pool_roster_remove(struct pool_roster *roster, struct pool_worker *w);

struct pool_worker *pool_roster_find(const struct pool_roster *roster, struct span peer);
struct pool_worker *pool_roster_find_process(
	const struct pool_roster *roster, const unsigned char uuid[16]);

/* The worker with the method and the most free credit; NULL: none may take the call. Among
 * equals the workers take turns. A retry goes only to a worker that holds no other retry. Any
 * other slow call goes only to a worker that holds less than its share of slow calls: a quarter
 * of the calls that it may hold, at least 1 and at most POOL_SLOW_SHARE. */
struct pool_worker *pool_roster_least_loaded(
	const struct pool_roster *roster, const struct pool_call *call);

/* The worker that collects calls of this kind if it may take the call: it runs some already, and
 * what it gets meanwhile becomes one batch. NULL: the call begins a batch, at any worker. A worker
 * that has long reads collects no short ones. */
struct pool_worker *pool_roster_collecting(
	const struct pool_roster *roster, const struct pool_call *call);

/* w is about to get a call of this kind: if such calls are collected, w collects them. */
void pool_roster_collect(struct pool_roster *roster, struct pool_worker *w, enum pool_kind kind);

/* Notes whether the collecting workers have answered. One that answers no such call for
 * POOL_COLLECT_MS collects no more: a lock may hold its calls up. */
void pool_roster_check_collecting(struct pool_roster *roster, uint64_t now_ms);

/* The call's preferred worker if it has free credit and the method, else NULL. */
struct pool_worker *pool_roster_preferred(
	const struct pool_roster *roster, const struct pool_call *call);

/* True: a worker could take the call now if it had the method. */
bool pool_roster_lacks_method(const struct pool_roster *roster, const struct pool_call *call);

/* The number of workers that may get calls: their database is live, and they are not leaving. */
size_t pool_roster_usable(const struct pool_roster *roster);

/* ST_OK: a worker may get calls of this method; else ST_NO_WORKER or ST_DATABASE_UNAVAILABLE. */
enum { POOL_ANY_METHOD = -1 };
enum status pool_roster_readiness(const struct pool_roster *roster, int method);

#endif
