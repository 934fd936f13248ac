/*
 * backup_place: the directory of backups. Each backup is a directory in it, named after its kind
 * and time: database-20261126T163000Z. It has a hidden name until it is complete, and again before
 * it is deleted, so what has its name is complete.
 *
 *	st = backup_place_open(&place, "/var/backups/studytracker", &why);
 *	st = backup_place_sweep(&place, &why);
 *	st = backup_place_begin(&place, "database", now, &why);
 *	... write files into place.partial ...
 *	st = backup_place_finish(&place, &why);    place.path is the backup
 *	st = backup_place_prune(&place, "database", &keep, &deleted, &why);
 *	backup_place_close(&place);
 *
 * Only one process at a time may use a place.
 */
#ifndef STUDY_BACKUP_PLACE_H
#define STUDY_BACKUP_PLACE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#include "common/status.h"

struct backup_place {
	const char *directory; /* borrowed */
	int fd;                /* -1: not open; has the lock */
	char partial[PATH_MAX], path[PATH_MAX];
};

/* How many backups to keep: the last of each of so many days, and of so many weeks. */
struct backup_keep {
	int64_t daily, weekly;
};

/* Makes the directory if there is none. ST_SYSTEM, also if another process uses the place. */
enum status backup_place_open(
	struct backup_place *place, const char *directory, struct fail *why) MUST_CHECK;

/* Deletes what earlier runs have left incomplete. ST_SYSTEM: something is still there; *why has the
 * first of what could not be deleted. */
enum status backup_place_sweep(struct backup_place *place, struct fail *why) MUST_CHECK;

enum status backup_place_begin(
	struct backup_place *place, const char *kind, time_t now, struct fail *why) MUST_CHECK;

/* Syncs the directory and gives the backup its name. */
enum status backup_place_finish(struct backup_place *place, struct fail *why) MUST_CHECK;

/* Deletes the other backups of that kind, and sets *deleted to their number. Never deletes the
 * place's own, nor one of a later time: a clock was wrong then, and they do not count as kept ones.
 * ST_SYSTEM as of backup_place_sweep. */
enum status backup_place_prune(struct backup_place *place, const char *kind,
	const struct backup_keep *keep, int *deleted, struct fail *why) MUST_CHECK;

/* Deletes what is incomplete. */
void backup_place_close(struct backup_place *place);

/* Sets is_kept for each of the days (since 1970-01-01, the latest first). Weeks begin on Monday.
 * Pure. */
void backup_keep_choose(
	const struct backup_keep *keep, const int64_t *days, bool *is_kept, size_t count);

#endif
