#include "client/study/backup_source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/database.h"
#include "client/study/process.h"
#include "common/trusted_file.h"

static const char credential[] = "studytracker.owner-password";

enum { PASSWORD_BYTES_MAX = 1024 };

/* The first line is the password. */
static enum status take_password(const char *path, struct fail *why)
{
	struct buf text = { .limit = PASSWORD_BYTES_MAX };
	enum status st = trusted_file_read(path, TRUSTED_SECRET, &text, why);
	buf_byte(&text, '\0');
	if (st == ST_OK && !text.failed) {
		text.bytes[strcspn(text.bytes, "\n")] = '\0';
		(void)setenv("PGPASSWORD", text.bytes, 1);
	}
	buf_fini(&text);
	return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status use_credential(struct fail *why)
{
	char path[PATH_MAX];
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	if (!directory || getenv("PGPASSWORD"))
		return ST_OK;
	(void)snprintf(path, sizeof path, "%s/%s", directory, credential);
	return take_password(path, why);
}

enum status backup_source_use(const char *url, struct fail *why)
{
	const char *used = url ? url : getenv("DATABASE_URL");
	enum status st = used && *used ? database_export(used, why) : ST_OK;
	if (st != ST_OK)
		return fail_wrap(why, st, url ? "--database" : "DATABASE_URL");
	(void)setenv("PGDATABASE", "studytracker", 0);
	(void)setenv("PGCONNECT_TIMEOUT", "10", 0);
	(void)setenv("PGAPPNAME", "study", 0);
	return use_credential(why);
}

enum status backup_source_query(const char *query, struct buf *answer, struct fail *why)
{
	struct process psql =
		PROCESS("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", query);
	enum status st = process_read(&psql, answer, why);
	if (st == ST_OK && answer->len > 0 && answer->bytes[answer->len - 1] == '\n')
		answer->len--;
	return st;
}
