/*
 * database: one libpq connection in pipeline mode, kept alive.
 *
 * Each lane has one. From database_start on it connects without blocking (several hosts, by libpq's
 * rules), sets what the statements rely on (schema/connection.sql), prepares the statements of its
 * lane, and says so; when the connection is lost it says so too and connects again, waiting 0.1 to
 * 2 s with jitter between attempts. While it is up, executions are sent in groups: a group is what
 * stands between a database_begin and a database_sync, and is a transaction of its own. Each
 * execution is answered by one on_result, in order, and each group by one
 * on_sync; before that nothing of the group is known to be committed. A failure while
 * committing is an on_result more than executions were sent.
 *
 * Callbacks come from the event loop only, never from inside a call.
 *
 *	struct database_options options = { .url = settings.database_url, .time_zone = "UTC",
 *		.worker = uuid, .events = &events, .arg = worker };
 *	if (database_open(base, &options, &db, &why) != ST_OK) ...
 *	database_start(db);
 *	on_up:  database_begin(db, 5000); database_send(db, method, params, count); database_sync(db);
 */
#ifndef WORKER_DATABASE_H
#define WORKER_DATABASE_H

#include "common/method.h"

struct database;
struct event_base;
struct pg_result; /* libpq's PGresult */

enum {
	DATABASE_STATEMENT_TIMEOUT_MS = 10000,
	DATABASE_CLIENT_CHECK_MS = 250, /* so soon the server ends what a closed connection left */
};

enum database_result_kind {
	DATABASE_ROWS,
	DATABASE_FAILED,  /* and with it everything of its group */
	DATABASE_ABORTED, /* because of a failure before it in its group */
};

struct database_result {
	enum database_result_kind kind;
	struct pg_result *rows; /* ROWS: the callee's to free */
	const char *sqlstate;   /* FAILED: five characters */
	const char *message;    /* FAILED: one line, borrowed */
};

struct database_events {
	/* A statement's result columns, at every connect; a failure ends the attempt. */
	enum status (*on_described)(void *arg, const struct method *m,
		const struct pg_result *columns, struct fail *why);
	void (*on_up)(void *arg);
	void (*on_result)(void *arg, const struct database_result *result);
	void (*on_sync)(void *arg);
	/* It was up. `was_told`: the server said that it ends the session, so that executions
	 * without a result have not run and will not. */
	void (*on_down)(void *arg, bool was_told, const struct fail *why);
	/* An attempt to connect failed; the next comes by itself. ST_BAD_SETTING: it will fail, too. */
	void (*on_refused)(void *arg, enum status st, const struct fail *why);
};

struct database_options {
	const char *url; /* a libpq connection string or URI; "": defaults and PG* variables */
	const char *time_zone;
	/* 16 bytes. Sessions are named studytracker-worker-UUID-LANE: workers.fence and lanes.cancel find
	 * them by it. */
	const unsigned char *worker;
	enum lane lane;
	const struct database_events *events;
	void *arg;
};

/* Does not connect yet. ST_BAD_SETTING: the URL can't be parsed (its text is kept out of `why`). */
enum status database_open(struct event_base *base, const struct database_options *options,
	struct database **out, struct fail *why) MUST_CHECK;

/* Begins to connect; a second call does nothing. */
void database_start(struct database *db);

/* Where it waits before the next attempt to connect: it waits no more. */
void database_hurry(struct database *db);

bool database_is_up(const struct database *db);

/* While it is up. Failures become an on_down. The params (worker/bind.h) are copied. Each statement of
 * the group is ended by the server after timeout_ms, or after DATABASE_STATEMENT_TIMEOUT_MS if that
 * is less. */
void database_begin(struct database *db, uint64_t timeout_ms);
void database_send(
	struct database *db, const struct method *m, const struct span *params, size_t count);
void database_sync(struct database *db);

/* Gives the connection up, from the loop, as if it had been lost; what it still does in the server
 * ends within DATABASE_CLIENT_CHECK_MS. */
void database_reset(struct database *db, const char *reason);

void database_rows_free(struct pg_result **rows);
void database_free(struct database **db); /* calls nothing back */

#endif
