#include "client/study/backup.h"

#include <stdio.h>
#include <string.h>

#include "client/study/backup_source.h"
#include "client/study/process.h"
#include "client/studytracker.h"
#include "common/date.h"

static enum status dump_database(const char *directory, struct fail *why)
{
	char path[PATH_MAX + sizeof "/database.dump"];
	(void)snprintf(path, sizeof path, "%s/database.dump", directory);
	struct process dump = PROCESS("pg_dump", "--format=custom", "--lock-wait-timeout=60s",
		"--no-password", "--file", path);
	return process_run(&dump, why);
}

static enum status copy_cluster(const char *directory, struct fail *why)
{
	struct process copy = PROCESS("pg_basebackup", "--format=tar", "--gzip",
		"--wal-method=stream", "--checkpoint=fast", "--no-password", "--pgdata", directory);
	return process_run(&copy, why);
}

static const struct backup_about {
	const char *name;
	enum status (*run)(const char *directory, struct fail *why);
	const char *files[BACKUP_FILES_MAX]; /* ends with NULL */
} kind_table[] = {
	[BACKUP_DATABASE] = { "database", dump_database, { "database.dump" } },
	[BACKUP_CLUSTER] = { "cluster", copy_cluster,
		{ "base.tar.gz", "pg_wal.tar.gz", "backup_manifest" } },
};

const char *backup_kind_name(enum backup_kind kind)
{
	return kind_table[kind].name;
}

/* Versions. */

/* The server's version and the last migration. */
static enum status read_versions(struct backup_manifest *manifest, struct fail *why)
{
	struct buf answer = { .limit = BACKUP_TEXT_SIZE };
	enum status st =
		backup_source_query("select current_setting('server_version'), change from "
				    "sqitch.changes where project = 'studytracker' "
				    "order by committed_at desc limit 1",
			&answer, why);
	struct span rest = buf_view(&answer);
	struct span server = span_cut(&rest, '|');
	if (st == ST_OK && (server.len == 0 || rest.len == 0))
		st = fail_set(why, ST_SYSTEM, "the database has no migrations of StudyTracker");
	if (st == ST_OK) {
		(void)snprintf(
			manifest->server, BACKUP_TEXT_SIZE, "%.*s", (int)server.len, server.bytes);
		(void)snprintf(manifest->schema_change, BACKUP_TEXT_SIZE, "%.*s", (int)rest.len,
			rest.bytes);
	}
	buf_fini(&answer);
	return st;
}

/* The dump has the tables of its beginning: the manifest must name their change. */
static enum status expect_same_schema(const struct backup_manifest *manifest, struct fail *why)
{
	struct backup_manifest now;
	enum status st = read_versions(&now, why);
	if (st == ST_OK && strcmp(now.schema_change, manifest->schema_change) != 0)
		return fail_set(
			why, ST_SYSTEM, "a migration was deployed during the backup: run it again");
	return st;
}

static void describe(struct backup_manifest *manifest, enum backup_kind kind, time_t now)
{
	enum { MICROSECONDS = 1000000 };
	*manifest = (struct backup_manifest){ 0 };
	(void)snprintf(manifest->kind, BACKUP_TEXT_SIZE, "%s", kind_table[kind].name);
	(void)snprintf(manifest->version, BACKUP_TEXT_SIZE, "%s", study_version());
	instant_format((int64_t)now * MICROSECONDS, manifest->made_at);
}

static enum status add_files(struct backup_manifest *manifest, const char *const *files,
	const char *directory, struct fail *why)
{
	enum status st = ST_OK;
	for (int i = 0; files[i] && st == ST_OK; i++)
		st = backup_manifest_add(manifest, directory, files[i], why);
	return st == ST_OK ? backup_manifest_write(manifest, directory, why) : st;
}

enum status backup_make(struct backup_place *place, enum backup_kind kind,
	struct backup_manifest *manifest, struct fail *why)
{
	const struct backup_about *about = &kind_table[kind];
	time_t now = time(NULL);
	describe(manifest, kind, now);
	enum status st = read_versions(manifest, why);
	if (st == ST_OK)
		st = backup_place_begin(place, about->name, now, why);
	if (st == ST_OK)
		st = about->run(place->partial, why);
	if (st == ST_OK)
		st = expect_same_schema(manifest, why);
	if (st == ST_OK)
		st = add_files(manifest, about->files, place->partial, why);
	return st == ST_OK ? backup_place_finish(place, why) : st;
}

static bool has_files(const struct backup_manifest *manifest, const struct backup_about *about)
{
	for (int i = 0; about->files[i]; i++)
		if (i >= manifest->file_count
			|| strcmp(manifest->files[i].name, about->files[i]) != 0)
			return false;
	return true;
}

enum status backup_check(const char *backup, enum backup_kind kind,
	struct backup_manifest *manifest, struct fail *why)
{
	enum status st = backup_manifest_read(manifest, backup, why);
	if (st != ST_OK)
		return st;
	if (strcmp(manifest->kind, kind_table[kind].name) != 0
		|| !has_files(manifest, &kind_table[kind]))
		return fail_set(why, ST_INVALID_INPUT, "%s is a backup of a %s, not of a %s",
			backup, manifest->kind, kind_table[kind].name);
	return backup_manifest_verify(manifest, backup, why);
}
