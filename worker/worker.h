/*
 * worker: the daemon's root: settings, loop, a link to each gateway, the lanes, and how they
 * start and stop.
 *
 * Start: the lanes first (they connect to the database by themselves), then the links, which say
 * whether there is one. Stop: each gateway is told, what is held is answered (bounded by
 * WORKER_DRAIN_MS), then the rest is freed in the opposite order.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "common/service.h"
#include "common/settings.h"
#include "worker/lanes.h"
#include "worker/link.h"

struct event;

enum {
	WORKER_DRAIN_MS = 10000,
	WORKER_LINGER_MS = 1000, /* for the last answers to leave the machine */
	WORKER_PURGE_FIRST_MS = 5000,
	WORKER_PURGE_MS = 60000, /* between two purges of idempotency keys, on average */
};

struct worker {
	struct settings settings;
	unsigned char uuid[16];
	struct service *service;
	struct curve *curve;
	struct socket_hub *hub;
	struct lanes *lanes;
	struct link **links;
	size_t link_count;
	int64_t window; /* requests that one gateway may have open */
	bool has_database, is_draining;
	bool had_database;    /* at any time */
	bool has_bad_setting; /* ended by a setting that the database refuses */
	struct event *drain_limit, *purge;
};

/* Starts everything; w->settings is filled before. What was opened is freed by worker_close,
 * also after a failure. */
enum status worker_open(struct worker *w, struct fail *why) MUST_CHECK;

/* Works until stopped; the exit status. */
int worker_run(struct worker *w);

void worker_close(struct worker *w);

#endif
