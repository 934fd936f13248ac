/*
 * pipeline: sends groups of statements over one libpq connection and reads their results.
 *
 * It knows nothing of connecting (worker/database.h) and has no timers. A group is pipeline_begin,
 * any number of pipeline_send and pipeline_sync; it is one transaction. pipeline_begin may send the
 * statement of schema/timeout.sql, whose result the pipeline consumes itself.
 *
 *	pipeline_attach(&p, conn);
 *	if (!pipeline_begin(&p, 5000) || !pipeline_send(&p, name, params, count) || !pipeline_sync(&p))
 *		... PQerrorMessage says why
 *	on input:  st = pipeline_read(&p, &why);      calls on_result and on_sync
 */
#ifndef WORKER_PIPELINE_H
#define WORKER_PIPELINE_H

#include "worker/database.h"

struct pg_conn; /* libpq's PGconn */

#define PIPELINE_TIMEOUT "timeout" /* the prepared statement of schema/timeout.sql */

struct pipeline {
	const struct database_events *events;
	void *arg;
	struct pg_conn *conn; /* borrowed; NULL: none */
	unsigned syncs;       /* outstanding */
	bool is_in_group;     /* the first result of the group has arrived */
	bool is_broken;       /* set it to read no more results */
	bool ended_cleanly;   /* the server announced that it ends the connection */
	const char *
		*values; /* the parameters of a statement as libpq takes them: bind_most() each */
	int *lengths, *formats;
};

/* ST_NO_MEMORY: still call pipeline_fini. */
enum status pipeline_init(
	struct pipeline *p, const struct database_events *events, void *arg) MUST_CHECK;
void pipeline_fini(struct pipeline *p); /* accepts a zeroed struct */

/* Uses this connection from now on; NULL: none. */
void pipeline_attach(struct pipeline *p, struct pg_conn *conn);

/* The timeout is that of database_begin. All three return false if libpq fails. */
bool pipeline_begin(struct pipeline *p, uint64_t timeout_ms) MUST_CHECK;
bool pipeline_send(
	struct pipeline *p, const char *name, const struct span *params, size_t count) MUST_CHECK;
bool pipeline_sync(struct pipeline *p) MUST_CHECK;

/* Returns a result that has already arrived, or NULL. The caller frees it. */
struct pg_result *pipeline_next(struct pipeline *p);

/* The value of the first row in this column; {0} if it is NULL. */
struct span pipeline_cell(const struct pg_result *rows, int column);

/* Calls the events for all results that have arrived. ST_DATABASE_UNAVAILABLE: the server ends the
 * connection; `why` says why. */
enum status pipeline_read(struct pipeline *p, struct fail *why) MUST_CHECK;

#endif
