/*
 * backup_source: the database that a backup is made of, or restored into. The programs of
 * PostgreSQL get it by the variables of libpq, because other users can read arguments, but not the
 * environment.
 *
 *	st = backup_source_use(url, &why);
 *	st = backup_source_query("show server_version", &answer, &why);
 */
#ifndef STUDY_BACKUP_SOURCE_H
#define STUDY_BACKUP_SOURCE_H

#include "common/buf.h"
#include "common/status.h"

/* Sets the PG* variables. `url` may be NULL: DATABASE_URL, else the variables as they are. Without
 * a password it takes the credential studytracker.owner-password of systemd if there is one.
 * ST_INVALID_INPUT: the text is not a connection string. */
enum status backup_source_use(const char *url, struct fail *why) MUST_CHECK;

/* Appends the answer without its last line end: the columns of a row are separated by '|'.
 * ST_SYSTEM: psql has printed why. */
enum status backup_source_query(const char *query, struct buf *answer, struct fail *why) MUST_CHECK;

#endif
