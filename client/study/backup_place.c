#include "client/study/backup_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/date.h"

static const char hidden[] = ".partial-";

enum { TIME_LEN = sizeof "20261126T163000Z" - 1, BACKUPS_MAX = 4096 };

static enum status fail_place(const struct backup_place *place, const char *name, struct fail *why)
{
	return fail_set(why, ST_SYSTEM, "%s%s%s: %s", place->directory, *name ? "/" : "", name,
		strerror(errno));
}

/* The names in a directory that `wants` wants, sorted by time, the latest last. */

static int is_hidden(const struct dirent *entry)
{
	return strncmp(entry->d_name, hidden, sizeof hidden - 1) == 0;
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int is_backup(const struct dirent *entry)
{
	const char *time = strrchr(entry->d_name, '-');
	return entry->d_name[0] != '.' && time && strlen(time + 1) == TIME_LEN;
}

static void free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* Deleting. A backup has no directories in it. */

static bool delete_files(int fd)
{
	struct dirent **names = NULL;
	int count = scandirat(fd, ".", &names, is_entry, NULL);
	bool is_deleted = count >= 0;
	for (int i = 0; i < count; i++)
		is_deleted = unlinkat(fd, names[i]->d_name, 0) == 0 && is_deleted;
	free_names(names, count);
	return is_deleted;
}

/* Renames the directory to `as` first. One that cannot be read keeps its name. */
static bool delete_as(const struct backup_place *place, const char *name, const char *as)
{
	int fd = openat(place->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool is_deleted = renameat(place->fd, name, place->fd, as) == 0 && delete_files(fd)
			  && unlinkat(place->fd, as, AT_REMOVEDIR) == 0;
	(void)close(fd);
	return is_deleted;
}

static bool delete_hidden(const struct backup_place *place, const char *name)
{
	return delete_as(place, name, name); /* then the rename does nothing */
}

static bool delete_backup(const struct backup_place *place, const char *name)
{
	char other[NAME_MAX + sizeof hidden];
	(void)snprintf(other, sizeof other, "%s%s", hidden, name);
	return delete_as(place, name, other);
}

/* Notes the first failure of several: the other ones are deleted all the same. */
static enum status fail_delete(
	const struct backup_place *place, const char *name, enum status st, struct fail *why)
{
	return st == ST_OK ? fail_place(place, name, why) : st;
}

enum status backup_place_sweep(struct backup_place *place, struct fail *why)
{
	struct dirent **names = NULL;
	int count = scandirat(place->fd, ".", &names, is_hidden, alphasort);
	enum status st = count < 0 ? fail_place(place, "", why) : ST_OK;
	for (int i = 0; i < count; i++)
		if (!delete_hidden(place, names[i]->d_name))
			st = fail_delete(place, names[i]->d_name, st, why);
	free_names(names, count);
	return st;
}

enum status backup_place_open(struct backup_place *place, const char *directory, struct fail *why)
{
	*place = (struct backup_place){ .directory = directory, .fd = -1 };
	if (mkdir(directory, S_IRWXU) != 0 && errno != EEXIST)
		return fail_place(place, "", why);
	place->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->fd < 0)
		return fail_place(place, "", why);
	if (flock(place->fd, LOCK_EX | LOCK_NB) == 0)
		return ST_OK;
	if (errno != EWOULDBLOCK)
		return fail_place(place, "", why);
	(void)close(place->fd);
	place->fd = -1;
	return fail_set(why, ST_SYSTEM, "%s: another backup runs", directory);
}

/* False: the path would be too long. */
static bool put_path(
	char out[PATH_MAX], const struct backup_place *place, const char *prefix, const char *name)
{
	int len = snprintf(out, PATH_MAX, "%s/%s%s", place->directory, prefix, name);
	return len > 0 && len < PATH_MAX;
}

enum status backup_place_begin(
	struct backup_place *place, const char *kind, time_t now, struct fail *why)
{
	char name[64], time[TIME_LEN + 1];
	struct tm utc;
	(void)gmtime_r(&now, &utc);
	(void)strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &utc);
	(void)snprintf(name, sizeof name, "%s-%s", kind, time);
	if (!put_path(place->partial, place, hidden, name)
		|| !put_path(place->path, place, "", name)) {
		place->partial[0] = '\0';
		return fail_set(why, ST_SYSTEM, "%s: the path is too long", place->directory);
	}
	if (mkdir(place->partial, S_IRWXU) == 0)
		return ST_OK;
	place->partial[0] = '\0';
	return fail_place(place, name, why);
}

enum status backup_place_finish(struct backup_place *place, struct fail *why)
{
	int fd = open(place->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	if (!is_synced || rename(place->partial, place->path) != 0 || fsync(place->fd) != 0)
		return fail_place(place, strrchr(place->path, '/') + 1, why);
	place->partial[0] = '\0';
	return ST_OK;
}

/* Old backups. */

void backup_keep_choose(
	const struct backup_keep *keep, const int64_t *days, bool *is_kept, size_t count)
{
	enum { DAYS_OF_WEEK = 7, MONDAY_BEFORE_1970 = 3 };
	int64_t daily = 0, weekly = 0, last_day = INT64_MAX, last_week = INT64_MAX;
	for (size_t i = 0; i < count; i++) {
		int64_t week = (days[i] + MONDAY_BEFORE_1970) / DAYS_OF_WEEK;
		bool is_day = days[i] != last_day && daily < keep->daily;
		bool is_week = week != last_week && weekly < keep->weekly;
		is_kept[i] = is_day || is_week;
		daily += is_day;
		weekly += is_week;
		last_day = is_day ? days[i] : last_day;
		last_week = is_week ? week : last_week;
	}
}

/* Of a name of that kind. False: it is another name. */
static bool day_of(const char *name, const char *kind, int64_t *day)
{
	char text[DATE_TEXT_LEN + 1];
	size_t len = strlen(kind);
	if (strncmp(name, kind, len) != 0 || name[len] != '-' || strlen(name) != len + 1 + TIME_LEN)
		return false;
	const char *time = name + len + 1;
	(void)snprintf(text, sizeof text, "%.4s-%.2s-%.2s", time, time + 4, time + 6);
	return date_parse(span_of(text), day);
}

/* Those of the kind up to the place's own, the latest first. Returns their number. */
static size_t list_kind(const struct backup_place *place, struct dirent **names, int count,
	const char *kind, const char *found[BACKUPS_MAX], int64_t days[BACKUPS_MAX])
{
	const char *own = strrchr(place->path, '/') + 1;
	size_t used = 0;
	for (int i = count - 1; i >= 0 && used < BACKUPS_MAX; i--)
		if (day_of(names[i]->d_name, kind, &days[used])
			&& strcmp(names[i]->d_name, own) <= 0)
			found[used++] = names[i]->d_name;
	return used;
}

enum status backup_place_prune(struct backup_place *place, const char *kind,
	const struct backup_keep *keep, int *deleted, struct fail *why)
{
	static const char *found[BACKUPS_MAX];
	static int64_t days[BACKUPS_MAX];
	static bool is_kept[BACKUPS_MAX];
	struct dirent **names = NULL;
	int count = scandirat(place->fd, ".", &names, is_backup, alphasort);
	enum status st = count < 0 ? fail_place(place, "", why) : ST_OK;
	size_t used = list_kind(place, names, count, kind, found, days);
	backup_keep_choose(keep, days, is_kept, used);
	*deleted = 0;
	for (size_t i = 0; i < used; i++)
		if (!is_kept[i] && delete_backup(place, found[i]))
			++*deleted;
		else if (!is_kept[i])
			st = fail_delete(place, found[i], st, why);
	free_names(names, count);
	return st;
}

void backup_place_close(struct backup_place *place)
{
	if (place->fd < 0)
		return;
	if (*place->partial)
		(void)delete_hidden(place, strrchr(place->partial, '/') + 1);
	(void)close(place->fd);
	place->fd = -1;
}
