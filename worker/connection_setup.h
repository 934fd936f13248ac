/*
 * connection_setup: starts a worker's connection to the database and configures it.
 *
 * The keywords are libpq's connection parameters. The configuration is schema/connection.sql.
 *
 *	st = connection_setup_init(&setup, &options, &why);
 *	conn = connection_setup_start(&setup);      PQconnectPoll goes on
 *	is_sent = connection_setup_send(&setup, conn);
 */
#ifndef WORKER_CONNECTION_SETUP_H
#define WORKER_CONNECTION_SETUP_H

#include "common/uuid.h"
#include "worker/database.h"

struct pg_conn; /* libpq's PGconn */

enum { CONNECTION_NAME_MAX = 64 }; /* with its NUL; PostgreSQL truncates longer names */

struct connection_setup {
	const char *url, *time_zone; /* borrowed from the options */
	char name[CONNECTION_NAME_MAX];
	char timeout_text[16], check_text[16];
	bool is_standby, several_hosts;
};

/* The lane's name in the name of its connection: "read", "write", "slow", "ctrl" or "stdby". */
const char *connection_lane_name(enum lane lane);

/* ST_BAD_SETTING: the URL can't be parsed. */
enum status connection_setup_check(const char *url, bool is_standby, struct fail *why) MUST_CHECK;

/* The same. */
enum status connection_setup_init(struct connection_setup *setup,
	const struct database_options *options, struct fail *why) MUST_CHECK;

/* Starts to connect without blocking. The caller must check the result as it does after
 * PQconnectStartParams, and close it. */
struct pg_conn *connection_setup_start(const struct connection_setup *setup) MUST_CHECK;

/* Sends the statement of schema/connection.sql. Its first column is the server's process id. */
bool connection_setup_send(const struct connection_setup *setup, struct pg_conn *conn) MUST_CHECK;

#endif
