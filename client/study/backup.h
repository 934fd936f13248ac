/*
 * backup: makes and restores backups with PostgreSQL's programs. A backup is a directory: the files
 * of its kind and manifest.json (backup_manifest.h).
 *
 *	database   database.dump of pg_dump: the service's database, also for other versions of
 *	           PostgreSQL
 *	cluster    base.tar.gz, pg_wal.tar.gz and backup_manifest of pg_basebackup: the whole server,
 *	           from which PostgreSQL can replay its archive up to a time
 *
 * Progress and errors of the programs go to standard error.
 */
#ifndef STUDY_BACKUP_H
#define STUDY_BACKUP_H

#include "client/study/backup_manifest.h"
#include "client/study/backup_place.h"

enum backup_kind { BACKUP_DATABASE, BACKUP_CLUSTER };

const char *backup_kind_name(enum backup_kind kind);

/* Makes a backup of the database of backup_source_use in the open place, whose path then names it.
 * ST_SYSTEM: there is no backup. */
enum status backup_make(struct backup_place *place, enum backup_kind kind,
	struct backup_manifest *manifest, struct fail *why) MUST_CHECK;

/* Reads the manifest, which must be of that kind, and compares every file with it.
 * ST_INVALID_INPUT. */
enum status backup_check(const char *backup, enum backup_kind kind,
	struct backup_manifest *manifest, struct fail *why) MUST_CHECK;

/* Restores a checked backup into the database of backup_source_use, in one transaction: after a
 * failure it is as before. `replaces`: deletes everything that the role owns there.
 * ST_INVALID_INPUT: there are tables. ST_SYSTEM. */
enum status backup_restore_database(const char *backup, const struct backup_manifest *manifest,
	bool replaces, struct fail *why) MUST_CHECK;

struct backup_replay {
	const char *archive; /* directory of the archived WAL, or NULL: only the backup itself */
	const char *until;   /* an RFC 3339 instant, or NULL: all of the archive */
};

/* Makes the data directory of a server from a checked backup of a cluster. The directory must not
 * exist or be empty; after a failure it is as before. */
enum status backup_restore_cluster(const char *backup, const char *directory,
	const struct backup_replay *replay, struct fail *why) MUST_CHECK;

#endif
