#include "worker/database_password.h"

#include <stdlib.h>
#include <string.h>

#include "common/trusted_file.h"

enum { PASSWORD_FILE_MAX = 4096 };

static const char variable[] = "STUDYTRACKER_DATABASE_PASSWORD_FILE";

/* Ends the text after its first line. */
static enum status read_line(const char *path, struct buf *text, struct fail *why)
{
	enum status st = trusted_file_read(path, TRUSTED_SECRET, text, why);
	if (st != ST_OK)
		return st == ST_NOT_FOUND || st == ST_SYSTEM ? ST_BAD_SETTING : st;
	buf_byte(text, '\0');
	if (text->failed)
		return ST_NO_MEMORY;
	text->bytes[strcspn(text->bytes, "\r\n")] = '\0';
	if (!*text->bytes)
		return fail_set(why, ST_BAD_SETTING, "%.200s: the first line is empty", path);
	return ST_OK;
}

static enum status export_password(const struct settings *s, const char *password, struct fail *why)
{
	bool is_production = strcmp(s->environment, "production") == 0;
	if (is_production && secret_is_weak(SECRET_WHOLE, password))
		return fail_set(
			why, ST_BAD_SETTING, "the password is widely known: set another one");
	return setenv("PGPASSWORD", password, 1) == 0 ? ST_OK : ST_NO_MEMORY;
}

enum status database_password_export(const struct settings *s, struct fail *why)
{
	const char *given = getenv("PGPASSWORD");
	struct buf text = { .limit = PASSWORD_FILE_MAX };
	if (!*s->database_password_file || (given && *given))
		return ST_OK;
	enum status st = read_line(s->database_password_file, &text, why);
	if (st == ST_OK)
		st = export_password(s, text.bytes, why);
	if (text.bytes)
		explicit_bzero(text.bytes, text.len);
	buf_fini(&text);
	return st == ST_OK ? st : fail_wrap(why, st, variable);
}
