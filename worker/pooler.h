/*
 * pooler: finds out whether a pooler shares the server behind a connection with other clients.
 *
 * A pooler in transaction mode does. Prepared statements and settings may then belong to another
 * client or be missing. No pooler reports its mode, so a second connection asks which server it has
 * while the first one is idle: in transaction mode it gets the idle server. If the pool has no free
 * server, the second connection waits, which only happens in session mode; after POOLER_WAIT_MS the
 * server counts as not shared.
 *
 * The result is a hint, not a proof: another client may get the idle server first. A worker that
 * loses its server later finds its statements missing and reconnects (worker/sqlstate.h).
 */
#ifndef WORKER_POOLER_H
#define WORKER_POOLER_H

#include "worker/connection_setup.h"

struct event_base;
struct pooler;

enum { POOLER_WAIT_MS = 1000 };

struct pooler_options {
	const struct connection_setup *setup;         /* outlives the pooler */
	int backend_pid;                              /* of the idle server */
	void (*on_probed)(void *arg, bool is_shared); /* from the loop, once */
	void *arg;
};

enum status pooler_probe(struct event_base *base, const struct pooler_options *options,
	struct pooler **out) MUST_CHECK;

void pooler_free(struct pooler **pooler); /* may be called from on_probed */

#endif
