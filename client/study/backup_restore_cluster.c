/* backup: restores the data directory of a server. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/backup.h"
#include "client/study/process.h"
#include "common/date.h"

enum { PATH_SIZE = PATH_MAX + 64 };

static enum status fail_path(struct fail *why, const char *path)
{
	return fail_set(why, ST_SYSTEM, "%s: %s", path, strerror(errno));
}

static enum status unpack(
	const char *backup, const char *file, const char *directory, struct fail *why)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", backup, file);
	struct process tar = PROCESS("tar", "-xzf", path, "-C", directory);
	return process_run(&tar, why);
}

/* Compares every file with the checksum that PostgreSQL made, and reads the WAL. */
static enum status verify(const char *backup, const char *directory, struct fail *why)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/backup_manifest", backup);
	struct process program =
		PROCESS("pg_verifybackup", "--quiet", "--manifest-path", path, directory);
	return process_run(&program, why);
}

/* PostgreSQL runs restore_command in a shell, so the path must be plain. */
static enum status check_archive(const char *archive, struct fail *why)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._+-";
	if (archive[0] == '/' && archive[strspn(archive, plain)] == '\0')
		return ST_OK;
	return fail_set(why, ST_INVALID_INPUT,
		"--wal: an absolute path of letters, digits and /._+- is needed");
}

static enum status check_replay(const struct backup_replay *replay, struct fail *why)
{
	int64_t instant;
	if (replay->until && !instant_parse(span_of(replay->until), &instant))
		return fail_set(why, ST_INVALID_INPUT,
			"--until: a time such as 2026-01-31T18:30:00Z is needed");
	return replay->archive ? check_archive(replay->archive, why) : ST_OK;
}

static void put_replay(FILE *to, const struct backup_replay *replay)
{
	char until[INSTANT_TEXT_LEN + 1] = "";
	int64_t instant = 0;
	fprintf(to, "\n# study restore\nrestore_command = 'cp %s/%%f \"%%p\"'\n", replay->archive);
	if (!replay->until || !instant_parse(span_of(replay->until), &instant))
		return;
	instant_format(instant, until);
	until[DATE_TEXT_LEN] = ' '; /* this setting is read before names such as Z are known */
	until[INSTANT_TEXT_LEN - 1] = '\0';
	fprintf(to, "recovery_target_time = '%s+00'\nrecovery_target_action = 'promote'\n", until);
}

static enum status touch(const char *directory, const char *name, struct fail *why)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	return fd >= 0 && close(fd) == 0 ? ST_OK : fail_path(why, path);
}

static enum status set_replay(
	const char *directory, const struct backup_replay *replay, struct fail *why)
{
	char path[PATH_SIZE];
	if (!replay->archive)
		return ST_OK;
	(void)snprintf(path, sizeof path, "%s/postgresql.auto.conf", directory);
	FILE *to = fopen(path, "ae");
	if (!to)
		return fail_path(why, path);
	put_replay(to, replay);
	if (fclose(to) != 0)
		return fail_path(why, path);
	return touch(directory, "recovery.signal", why);
}

static enum status sync_directory(const char *directory, struct fail *why)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_synced = fd >= 0 && syncfs(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return is_synced ? ST_OK : fail_path(why, directory);
}

static enum status fill(const char *backup, const char *directory,
	const struct backup_replay *replay, struct fail *why)
{
	char wal[PATH_SIZE];
	(void)snprintf(wal, sizeof wal, "%s/pg_wal", directory);
	enum status st = unpack(backup, "base.tar.gz", directory, why);
	if (st == ST_OK)
		st = unpack(backup, "pg_wal.tar.gz", wal, why);
	if (st == ST_OK)
		st = verify(backup, directory, why);
	if (st == ST_OK)
		st = set_replay(directory, replay, why);
	return st == ST_OK ? sync_directory(directory, why) : st;
}

static void delete_directory(const char *directory)
{
	struct process rm = PROCESS("rm", "-rf", "--", directory);
	struct fail ignored;
	if (process_run(&rm, &ignored) != ST_OK)
		return; /* it has told why */
}

/* An empty directory may be there: only its owner can make one in /var/lib/postgresql. */
enum status backup_restore_cluster(const char *backup, const char *directory,
	const struct backup_replay *replay, struct fail *why)
{
	char partial[PATH_MAX];
	int len = snprintf(partial, sizeof partial, "%s.partial", directory);
	if (len < 0 || (size_t)len >= sizeof partial)
		return fail_set(why, ST_INVALID_INPUT, "%s: the path is too long", directory);
	enum status st = check_replay(replay, why);
	if (st != ST_OK)
		return st;
	bool was_there = rmdir(directory) == 0;
	if (!was_there && errno != ENOENT)
		return fail_path(why, directory);
	if (mkdir(partial, S_IRWXU) != 0)
		return fail_path(why, partial);
	st = fill(backup, partial, replay, why);
	if (st == ST_OK && rename(partial, directory) != 0)
		st = fail_path(why, directory);
	if (st != ST_OK)
		delete_directory(partial);
	if (st != ST_OK && was_there && mkdir(directory, S_IRWXU) != 0)
		st = fail_path(why, directory);
	return st;
}
