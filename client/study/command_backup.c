/* study backup: makes a backup in a directory, and deletes old ones. */
#include <string.h>
#include <sys/stat.h>

#include "client/study/backup.h"
#include "client/study/backup_source.h"
#include "client/study/command.h"
#include "client/study/service.h"
#include "common/json_out.h"

static int run(struct study *study, const struct arguments *args);

enum { DATABASE, CLUSTER, DAILY, WEEKLY };

enum { KEEP_MAX = 1000 };

static const struct option options[] = {
	[DATABASE] = { "database", OPTION_TEXT, "URL",
		"the database (default: DATABASE_URL, else the PG* variables)" },
	[CLUSTER] = { "cluster", OPTION_FLAG, NULL,
		"copy the whole server, for a restore up to a point in time" },
	[DAILY] = { "keep-daily", OPTION_INT, "N",
		"delete old backups, but keep the last one of each of N days", .min = 0,
		.max = KEEP_MAX },
	[WEEKLY] = { "keep-weekly", OPTION_INT, "N", "and the last one of each of N weeks",
		.min = 0, .max = KEEP_MAX },
	{ 0 },
};

const struct command command_backup = { "backup", "DIRECTORY", "Back up the database",
	"Makes a backup in DIRECTORY and prints its path. It needs no gateway, but the role that "
	"owns\n"
	"the tables; --cluster needs a role that may replicate. A backup that fails leaves "
	"nothing.\n"
	"Put no password into URL, because others can read it: set PGPASSWORD, or use ~/.pgpass.\n",
	options, 1, 1, run };

static void print(struct study *study, const struct backup_place *place,
	const struct backup_manifest *manifest, int deleted)
{
	struct buf path = { 0 };
	uint64_t bytes = 0;
	for (int i = 0; i < manifest->file_count; i++)
		bytes += manifest->files[i].bytes;
	if (study->is_json)
		json_out_text(&path, span_of(place->path));
	buf_byte(&path, '\0');
	if (study->is_json)
		fprintf(study->out.to,
			"{\"path\":%s,\"bytes\":%llu,\"schema_change\":\"%s\",\"deleted\":%d}\n",
			path.failed ? "null" : path.bytes, (unsigned long long)bytes,
			manifest->schema_change, deleted);
	else
		fprintf(study->out.to, "%s\n", place->path);
	buf_fini(&path);
}

static enum status prune(struct backup_place *place, enum backup_kind kind,
	const struct arguments *args, int *deleted, struct fail *why)
{
	struct backup_keep keep = { args->own[DAILY].number, args->own[WEEKLY].number };
	if (keep.daily + keep.weekly == 0)
		return ST_OK;
	return backup_place_prune(place, backup_kind_name(kind), &keep, deleted, why);
}

/* Concerns only old backups, so the new one is made all the same. */
static bool print_old(const struct study *study, enum status st, const struct fail *why)
{
	if (st != ST_OK)
		study_print_error(study, "an old backup cannot be deleted: %s", fail_text(why, st));
	return st == ST_OK;
}

static int run(struct study *study, const struct arguments *args)
{
	struct backup_place place = { .fd = -1 };
	struct backup_manifest manifest;
	struct fail why = { 0 };
	int deleted = 0;
	bool is_tidy = true;
	enum backup_kind kind = args->own[CLUSTER].is_given ? BACKUP_CLUSTER : BACKUP_DATABASE;
	(void)umask(S_IRWXG | S_IRWXO);
	enum status st = backup_source_use(args->own[DATABASE].text, &why);
	if (st == ST_OK)
		st = backup_place_open(&place, args->words[0], &why);
	if (st == ST_OK) {
		is_tidy = print_old(study, backup_place_sweep(&place, &why), &why);
		st = backup_make(&place, kind, &manifest, &why);
	}
	if (st == ST_OK) {
		is_tidy &= print_old(study, prune(&place, kind, args, &deleted, &why), &why);
		print(study, &place, &manifest, deleted);
	}
	backup_place_close(&place);
	if (st != ST_OK)
		study_print_error(study, "no backup: %s", fail_text(&why, st));
	return st == ST_OK && is_tidy ? STUDY_EXIT_DONE : STUDY_EXIT_USAGE;
}
