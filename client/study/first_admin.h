/*
 * first_admin: creates an admin in the database, with the rules that the service has for accounts.
 *
 * The service checks names and passwords by the params of accounts.register and by its list of
 * widely known passwords, and hashes passwords with the costs of its settings. This module does the
 * same, because no service is involved.
 *
 *	struct first_admin admin = { .url = url, .username = "ada", .password = "correct horse" };
 *	st = first_admin_create(&admin, &account, &why);
 */
#ifndef STUDY_FIRST_ADMIN_H
#define STUDY_FIRST_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"

struct first_admin {
	const char *url; /* see database_create_admin */
	const char *username, *password;
	const char *email; /* NULL: none */
	bool claims_first; /* takes over account 1 */
};

/* Sets *account to the account's id. The statuses of database_create_admin, and ST_INVALID_INPUT
 * and ST_WEAK_PASSWORD with a text, ST_BAD_SETTING, ST_NO_MEMORY. */
enum status first_admin_create(
	const struct first_admin *admin, int64_t *account, struct fail *why) MUST_CHECK;

#endif
