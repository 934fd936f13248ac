/*
 * pooler: finds out whether a pooler gives the server behind a connection to other clients, too.
 *
 * A pooler in transaction mode does. Prepared statements and settings are then those of another
 * client, or missing. No pooler says its mode, so a second connection asks for its server while the
 * first one is idle: in transaction mode it is given the idle server. A pool without a free server
 * lets the second connection wait, which only session mode does; after POOLER_WAIT_MS the server
 * counts as not shared.
 *
 * The report is a hint, not a proof: other clients may take the idle server first. A worker that
 * loses its server later finds its statements missing and gives the connection up (database.c).
 */
#ifndef WORKER_POOLER_H
#define WORKER_POOLER_H

#include "common/status.h"

struct event_base;
struct pooler;

enum { POOLER_WAIT_MS = 1000, POOLER_SETUP = 4 };

struct pooler_options {
	const char *const *keywords, *const *values; /* of libpq, for the call only */
	const char *const *setup; /* POOLER_SETUP values of schema/connection.sql */
	int backend_pid;          /* of the idle server */
	void (*on_probed)(void *arg, bool is_shared); /* from the loop, once */
	void *arg;
};

enum status pooler_probe(struct event_base *base, const struct pooler_options *options,
	struct pooler **out) MUST_CHECK;

void pooler_free(struct pooler **pooler); /* also from on_probed */

#endif
