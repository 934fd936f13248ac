/*
 * database: one libpq connection in pipeline mode that reconnects by itself.
 *
 * Each lane has one. After database_start it connects without blocking (several hosts by libpq's
 * rules), configures the connection (schema/connection.sql), prepares the statements of its lane
 * and calls on_connected. When the connection is lost it calls on_disconnected and reconnects after
 * 0.1 to 2 s, with jitter.
 *
 * While connected, the caller sends executions in groups. A group runs from database_begin to
 * database_sync and is one transaction. Each execution causes one on_result, in order; each group
 * causes one on_sync. Before the on_sync nothing of the group is known to be committed. A failed
 * commit causes one on_result more than the group has executions.
 *
 * Callbacks run only from the event loop, never inside a call.
 *
 *	struct database_options options = { .url = settings.database_url, .time_zone = "UTC",
 *		.worker = uuid, .events = &events, .arg = worker };
 *	if (database_open(base, &options, &db, &why) != ST_OK) ...
 *	database_start(db);
 *	on_connected:  database_begin(db, 5000); database_send(db, name, params, count);
 *	               database_sync(db);
 */
#ifndef WORKER_DATABASE_H
#define WORKER_DATABASE_H

#include "common/method.h"

struct database;
struct event_base;
struct pg_result; /* libpq's PGresult */

enum {
	DATABASE_STATEMENT_TIMEOUT_MS = 10000,
	DATABASE_USUAL_TIMEOUT_MS = 5000, /* of a connection: the default deadline of a request */
	DATABASE_TIMEOUT_SLACK_MS = 1000,
	DATABASE_CLIENT_CHECK_MS =
		250, /* the server ends the statement of a closed connection within this */
};

enum database_result_kind {
	DATABASE_ROWS,
	DATABASE_FAILED,  /* the whole group is rolled back */
	DATABASE_ABORTED, /* not run: an earlier execution of the group failed */
};

struct database_result {
	enum database_result_kind kind;
	struct pg_result *rows; /* ROWS: the callee frees them */
	const char *sqlstate;   /* EXECUTION_FAILED: five characters */
	const char *message;    /* EXECUTION_FAILED: one line, borrowed */
};

struct database_events {
	/* Receives a statement's result columns at every connect. A failure ends the attempt. */
	enum status (*on_described)(void *arg, const struct method *m,
		const struct pg_result *columns, struct fail *why);
	void (*on_connected)(void *arg);
	void (*on_result)(void *arg, const struct database_result *result);
	void (*on_sync)(void *arg);
	/* `connection_ended_cleanly`: the server announced that it ends the connection, so
	 * executions without a result have not run and will not run. */
	void (*on_disconnected)(void *arg, bool connection_ended_cleanly, const struct fail *why);
	/* An attempt to connect failed. The next attempt follows by itself. ST_BAD_SETTING: it will
	 * fail, too. */
	void (*on_connect_failed)(void *arg, enum status st, const struct fail *why);
};

struct database_options {
	const char *url; /* a libpq connection string or URI; "": defaults and PG* variables */
	const char *time_zone;
	/* 16 bytes. The connection's application_name is studytracker-worker-UUID-LANE:
	 * workers.fence and lanes.cancel find the connection by it. */
	const unsigned char *worker;
	enum lane lane;
	const char *statement; /* to prepare besides those of the lane; NULL: none */
	const struct database_events *events;
	void *arg;
};

/* Does not connect yet. ST_BAD_SETTING: the URL can't be parsed. `why` does not contain the URL. */
enum status database_open(struct event_base *base, const struct database_options *options,
	struct database **out, struct fail *why) MUST_CHECK;

/* Starts to connect. A second call does nothing. */
void database_start(struct database *db);

/* Ends the wait before the next attempt to connect. */
void database_connect_now(struct database *db);

bool database_is_connected(const struct database *db);

/* These do nothing unless connected. Failures become an on_disconnected. `name` is that of a method
 * of the lane, or options->statement. The params (worker/bind.h) are copied. The server ends each
 * statement of the group after timeout_ms, at most DATABASE_STATEMENT_TIMEOUT_MS. A limit that is
 * less than DATABASE_TIMEOUT_SLACK_MS below the usual one becomes the usual one, which costs no
 * statement. */
void database_begin(struct database *db, uint64_t timeout_ms);
void database_send(struct database *db, const char *name, const struct span *params, size_t count);
void database_sync(struct database *db);

/* Closes the connection from the loop, as if it were lost. The server ends its statement within
 * DATABASE_CLIENT_CHECK_MS. */
void database_reset(struct database *db, const char *reason);

void database_rows_free(struct pg_result **rows);
void database_free(struct database **db); /* makes no callbacks */

#endif
