/*
 * connection_setup: what a worker's connection is made with, and set to.
 *
 * The words are libpq's connection parameters. The values are those of schema/connection.sql, which
 * sets up a connection that is there.
 */
#ifndef WORKER_CONNECTION_SETUP_H
#define WORKER_CONNECTION_SETUP_H

#include "common/uuid.h"
#include "worker/database.h"
#include "worker/pooler.h"

enum { CONNECTION_NAME_MAX = 64 }; /* with its NUL; PostgreSQL cuts longer names off */

struct connection_setup {
	const char *url, *time_zone; /* the options', borrowed */
	char name[CONNECTION_NAME_MAX];
	char timeout_text[16], check_text[16];
	bool several_hosts;
};

/* The lane's name, as in the connection's: "read", "write", "slow" or "ctrl". */
const char *connection_lane_name(enum lane lane);

/* NULL-terminated both. */
struct connection_words {
	const char *keywords[16], *values[16];
	size_t count;
};

/* ST_BAD_SETTING: the URL can't be parsed. */
enum status connection_setup_init(struct connection_setup *setup,
	const struct database_options *options, struct fail *why) MUST_CHECK;

/* Later words win over the URL (`dbname`, expanded), the URL over earlier ones. */
void connection_setup_words(const struct connection_setup *setup, struct connection_words *words);

void connection_setup_values(
	const struct connection_setup *setup, const char *values[POOLER_SETUP]);

#endif
