/*
 * prepare: configures a new connection and prepares the statements of its lane.
 *
 * Everything goes out as one group: the statement of schema/connection.sql, the Parse of
 * schema/timeout.sql and of options->statement, then a Parse and a Describe for each statement of
 * the lane.
 *
 *	struct prepare p = { .options = &options, .setup = &setup };
 *	if (!prepare_send(&p, conn)) ...             PQerrorMessage says why
 *	on a result:  st = prepare_take(&p, result, &why);
 */
#ifndef WORKER_PREPARE_H
#define WORKER_PREPARE_H

#include "worker/connection_setup.h"

struct pg_conn; /* libpq's PGconn */

/* Set the first two fields, zero the rest. */
struct prepare {
	const struct database_options *options; /* on_described is called for each method */
	const struct connection_setup *setup;
	size_t results;  /* taken so far */
	int backend_pid; /* as the server says; behind a pooler libpq does not know it */
};

/* Starts anew. Returns false if libpq or memory fails. */
bool prepare_send(struct prepare *p, struct pg_conn *conn) MUST_CHECK;

/* Checks the next result. ST_BAD_SETTING: the server does not accept a setting.
 * ST_DATABASE_UNAVAILABLE: the attempt has failed. */
enum status prepare_take(
	struct prepare *p, const struct pg_result *result, struct fail *why) MUST_CHECK;

#endif
