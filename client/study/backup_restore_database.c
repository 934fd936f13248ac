/* backup: restores the dump of a database. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/study/backup.h"
#include "client/study/backup_source.h"
#include "client/study/process.h"

/* The schemas are empty after schema/roles.sql. */
static const char count_tables[] =
	"select count(*) from pg_class as c where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') "
	"and c.relnamespace in (to_regnamespace('public'), to_regnamespace('sqitch')) "
	"and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass "
	"and d.objid = c.oid and d.deptype = 'e')";

/* Everything happens in one transaction, whose COMMIT is sent only after pg_restore has written the
 * whole script. The owner's own objects are those of the service (schema/roles.sql). A service that
 * runs holds locks for moments only, unless a transaction is forgotten. */
static const char before[] = "begin;\n"
			     "set local client_min_messages = error;\n"
			     "set local lock_timeout = '10s';\n"
			     "drop owned by current_user cascade;\n";
static const char after[] = "set client_min_messages = error;\nanalyze;\ncommit;\n";

static enum status expect_no_tables(struct fail *why)
{
	struct buf answer = { .limit = BACKUP_TEXT_SIZE };
	enum status st = backup_source_query(count_tables, &answer, why);
	if (st == ST_OK && !span_is(buf_view(&answer), "0"))
		st = fail_set(why, ST_INVALID_INPUT,
			"the database has %.*s tables and sequences: restore into an empty one, or "
			"delete them with --replace",
			(int)answer.len, answer.bytes);
	buf_fini(&answer);
	return st;
}

/* psql may have ended: then its message says why. */
static enum status send(int fd, const char *text, struct fail *why)
{
	size_t len = strlen(text);
	if (write(fd, text, len) == (ssize_t)len)
		return ST_OK;
	return fail_set(why, ST_SYSTEM, "psql ended early: %s", strerror(errno));
}

static enum status send_script(int fd, const char *backup, struct fail *why)
{
	char path[PATH_MAX + sizeof "/database.dump"];
	(void)snprintf(path, sizeof path, "%s/database.dump", backup);
	struct process restore = PROCESS("pg_restore", "--no-owner", "--file=-", path);
	restore.out = fd;
	enum status st = send(fd, before, why);
	if (st == ST_OK)
		st = process_run(&restore, why);
	return st == ST_OK ? send(fd, after, why) : st;
}

/* The end of its input without COMMIT makes psql roll back. */
static enum status restore_in_transaction(const char *backup, struct fail *why)
{
	struct process psql =
		PROCESS("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", "-");
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail_set(why, ST_SYSTEM, "pipe: %s", strerror(errno));
	psql.in = ends[0];
	enum status st = process_start(&psql, why);
	(void)close(ends[0]);
	if (st != ST_OK) {
		(void)close(ends[1]);
		return st;
	}
	st = send_script(ends[1], backup, why);
	(void)close(ends[1]);
	struct fail reason = { 0 };
	enum status ended = process_wait(&psql, &reason);
	if (ended != ST_OK)
		*why = reason; /* the first cause: the others fail because psql has ended */
	return ended != ST_OK ? ended : st;
}

static enum status expect_schema(const struct backup_manifest *manifest, struct fail *why)
{
	struct buf answer = { .limit = BACKUP_TEXT_SIZE };
	enum status st = backup_source_query("select change from sqitch.changes where project = "
					     "'studytracker' order by committed_at desc limit 1",
		&answer, why);
	if (st == ST_OK && !span_is(buf_view(&answer), manifest->schema_change))
		st = fail_set(why, ST_SYSTEM,
			"the restored database has another schema than its "
			"backup: do not use it");
	buf_fini(&answer);
	return st;
}

enum status backup_restore_database(
	const char *backup, const struct backup_manifest *manifest, bool replaces, struct fail *why)
{
	enum status st = replaces ? ST_OK : expect_no_tables(why);
	if (st != ST_OK)
		return st;
	(void)signal(SIGPIPE, SIG_IGN); /* write says it */
	st = restore_in_transaction(backup, why);
	return st == ST_OK ? expect_schema(manifest, why) : st;
}
