/* study restore: restores a backup into a database, or makes the data directory of a server. */
#include <sys/stat.h>

#include "client/study/backup.h"
#include "client/study/backup_source.h"
#include "client/study/command.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { DATABASE, REPLACE, CHECK, DATA_DIRECTORY, WAL, UNTIL };

static const struct option options[] = {
	[DATABASE] = { "database", OPTION_TEXT, "URL",
		"the database (default: DATABASE_URL, else the PG* variables)" },
	[REPLACE] = { "replace", OPTION_FLAG, NULL, "delete the tables that the database has" },
	[CHECK] = { "check", OPTION_FLAG, NULL, "compare the files with the manifest, and end" },
	[DATA_DIRECTORY] = { "data-directory", OPTION_TEXT, "PATH",
		"of a backup of a cluster: make this data directory of PostgreSQL" },
	[WAL] = { "wal", OPTION_TEXT, "PATH",
		"with --data-directory: replay the WAL that archive_command has put there" },
	[UNTIL] = { "until", OPTION_TEXT, "TIME",
		"with --wal: end there, e.g. 2026-01-31T18:30:00Z (default: replay everything)" },
	{ 0 },
};

const struct command command_restore = { "restore", "BACKUP", "Restore a backup",
	"Compares the files of BACKUP with its manifest, then restores them. The database must "
	"exist\n"
	"and be empty, as studytracker-database --no-start and schema/roles.sql make it. A "
	"restore\n"
	"that fails changes nothing.\n",
	options, 1, 1, run };

static const char *why_wrong(const struct option_value *given)
{
	bool is_cluster = given[DATA_DIRECTORY].is_given;
	if (is_cluster && (given[DATABASE].is_given || given[REPLACE].is_given))
		return "--data-directory makes a server: leave out --database and --replace";
	if (given[WAL].is_given && !is_cluster)
		return "--wal needs --data-directory";
	if (given[UNTIL].is_given && !given[WAL].is_given)
		return "--until needs --wal";
	return NULL;
}

static enum status restore(const char *backup, const struct option_value *given,
	const struct backup_manifest *manifest, struct fail *why)
{
	struct backup_replay replay = { given[WAL].text, given[UNTIL].text };
	if (given[DATA_DIRECTORY].is_given)
		return backup_restore_cluster(backup, given[DATA_DIRECTORY].text, &replay, why);
	enum status st = backup_source_use(given[DATABASE].text, why);
	if (st != ST_OK)
		return st;
	return backup_restore_database(backup, manifest, given[REPLACE].is_given, why);
}

static int print(struct study *study, bool is_check, const struct backup_manifest *manifest)
{
	if (study->is_json)
		fprintf(study->out.to,
			"{\"restored\":%s,\"made_at\":\"%s\",\"schema_change\":\"%s\"}\n",
			is_check ? "false" : "true", manifest->made_at, manifest->schema_change);
	else
		fprintf(study->out.to, "%s the backup of %s (version %s, schema change %s)\n",
			is_check ? "Checked" : "Restored", manifest->made_at, manifest->version,
			manifest->schema_change);
	return STUDY_EXIT_DONE;
}

/* A check accepts either kind. */
static enum status check(const char *backup, const struct option_value *given,
	struct backup_manifest *manifest, struct fail *why)
{
	bool is_cluster = given[DATA_DIRECTORY].is_given;
	if (!given[CHECK].is_given)
		return backup_check(
			backup, is_cluster ? BACKUP_CLUSTER : BACKUP_DATABASE, manifest, why);
	enum status st = backup_manifest_read(manifest, backup, why);
	return st == ST_OK ? backup_manifest_verify(manifest, backup, why) : st;
}

static int run(struct study *study, const struct arguments *args)
{
	struct backup_manifest manifest;
	struct fail why = { 0 };
	if (why_wrong(args->own)) {
		study_print_error(study, "%s", why_wrong(args->own));
		return STUDY_EXIT_USAGE;
	}
	(void)umask(S_IRWXG | S_IRWXO);
	enum status st = check(args->words[0], args->own, &manifest, &why);
	if (st == ST_OK && !args->own[CHECK].is_given)
		st = restore(args->words[0], args->own, &manifest, &why);
	if (st == ST_OK)
		return print(study, args->own[CHECK].is_given, &manifest);
	study_print_error(study, "%s: %s", args->own[CHECK].is_given ? "damaged" : "not restored",
		fail_text(&why, st));
	return STUDY_EXIT_USAGE;
}
