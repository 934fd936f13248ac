/*
 * pool_roster: the workers that a pool knows, and which of them gets the next call.
 *
 * A worker is one connection of one process: no two workers of a roster have the same peer or the
 * same process. The roster owns its workers until pool_roster_part. Only gateway/pool.c and
 * gateway/pool_state.c change a worker's fields; the roster reads them.
 *
 *	w = pool_roster_join(&roster, &greeting, epoch);
 *	...
 *	w = pool_roster_least_loaded(&roster, call);
 *	if (w)
 *		roster.favourite = w; // got a call: the next one goes to another if that is as free
 *	...
 *	pool_roster_part(&roster, w);
 *	free(w);
 */
#ifndef GATEWAY_POOL_ROSTER_H
#define GATEWAY_POOL_ROSTER_H

#include "common/buf.h"
#include "gateway/pool_call.h"

enum {
	POOL_WORKERS_MAX = 256,
	POOL_PEER_MAX = 256,
	POOL_WINDOW_MAX = 4096, /* free credit over this is not believed */
	POOL_SLOW_SHARE = 8,    /* slow calls that a worker may hold */
	POOL_CANCELLED_MAX = 64,
};

struct pool_worker {
	struct pool_worker *next;
	size_t peer_len;
	char peer[POOL_PEER_MAX];
	unsigned char uuid[16];
	int64_t pid; /* told on, no more */
	int64_t epoch;
	uint64_t heard_ms;
	int64_t credit, sent; /* of this epoch: may have been sent, was sent */
	bool has_database;
	bool is_leaving;
	bool has_suspect;
	size_t in_flight;
	size_t slow_in_flight; /* of these */
	struct pool_list held;
	struct pool_call *unsent; /* the first of `held` that is not in a message yet */
	/* msgids of calls that were removed while it held them; pool_cancelled */
	uint32_t cancelled[POOL_CANCELLED_MAX];
	size_t cancelled_count;
	/* of one that is given up: pool_ghosts */
	struct pool_list barred;
	void *fence; /* its owner's, as is */
	uint64_t fenced_ms;
};

/* What worker.ready says. */
struct pool_greeting {
	struct span peer;
	unsigned char uuid[16];
	int64_t pid;
	int64_t epoch, credit;
	bool has_database;
};

struct pool_roster {
	struct pool_worker *first;
	struct pool_worker *favourite; /* got the last call: ties go to the one after it */
	size_t count;
};

void pool_roster_fini(struct pool_roster *roster); /* they must hold nothing; {0} is an empty one */

/* A new worker; NULL where there are too many, its peer's name is too long, or no memory. */
struct pool_worker *pool_roster_join(
	struct pool_roster *roster, const struct pool_greeting *greeting, int64_t epoch);

/* Out of the roster; it is the caller's. */
void pool_roster_part(struct pool_roster *roster, struct pool_worker *w);

struct pool_worker *pool_roster_find(const struct pool_roster *roster, struct span peer);
struct pool_worker *pool_roster_find_process(
	const struct pool_roster *roster, const unsigned char uuid[16]);

/* The worker with the most free credit, the favourite last among equals; NULL: none has any. A suspect
 * goes only to a worker that holds none. Another slow call goes only to a worker that holds less
 * than its share: a quarter of the calls that it may have, at least 1 and at most POOL_SLOW_SHARE. */
struct pool_worker *pool_roster_least_loaded(
	const struct pool_roster *roster, const struct pool_call *call);

/* The process of this UUID, where it has free credit; else NULL. */
struct pool_worker *pool_roster_preferred(
	const struct pool_roster *roster, const unsigned char uuid[16]);

/* How many may get calls: their database is live, and they do not leave. */
size_t pool_roster_usable(const struct pool_roster *roster);

/* ST_OK where one may, else ST_NO_WORKER or ST_DATABASE_UNAVAILABLE. */
enum status pool_roster_readiness(const struct pool_roster *roster);

#endif
