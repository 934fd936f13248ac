/*
 * database: creates an admin in PostgreSQL itself, where no admin can create it over the service
 * yet, and reads connection strings. The only file of `study` that uses libpq.
 *
 *	struct new_admin admin = { .username = "ada", .hash = hash, .claims_first = true };
 *	st = database_create_admin(url, &admin, &account, &why);
 */
#ifndef STUDY_DATABASE_H
#define STUDY_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"

struct new_admin {
	const char *username, *email; /* email may be NULL */
	const char *hash;             /* of the password, as crypto_password_hash makes it */
	bool claims_first;            /* gives the names to account 1, which keeps its rows */
};

/* Connects with `url`, a connection string or URI of libpq that names the owner's role, and waits
 * for the server for some seconds at most. Sets *account to the account's id.
 *
 * ST_DATABASE_UNAVAILABLE: no connection; ST_SYSTEM: the server refused the call, for example
 * because the role may not make it, or its migrations are old; any other status: that of the
 * function create_admin, such as ST_USERNAME_TAKEN. */
enum status database_create_admin(const char *url, const struct new_admin *admin, int64_t *account,
	struct fail *why) MUST_CHECK;

/* Sets the variable of libpq, such as PGHOST, for each part of the connection string that has one.
 * ST_INVALID_INPUT: libpq cannot read the string; ST_SYSTEM. */
enum status database_export(const char *url, struct fail *why) MUST_CHECK;

#endif
