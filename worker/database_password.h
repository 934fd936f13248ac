/*
 * database_password: passes the password of a file to libpq.
 *
 * STUDYTRACKER_DATABASE_PASSWORD_FILE names the file, or systemd's credential. Its first line is
 * the password. libpq reads PGPASSWORD; a password of DATABASE_URL precedes it.
 *
 *	st = database_password_export(&settings, &why);         before the first connection
 */
#ifndef WORKER_DATABASE_PASSWORD_H
#define WORKER_DATABASE_PASSWORD_H

#include "common/settings.h"

/* Sets PGPASSWORD, unless it is set or no file is named. ST_BAD_SETTING: the file is missing, not
 * trusted (common/trusted_file.h) or empty, or in production the password is widely known. */
enum status database_password_export(const struct settings *s, struct fail *why) MUST_CHECK;

#endif
