/*
 * env_file: reads a settings file, such as .env.
 *
 * The grammar is what systemd's EnvironmentFile=, dotenv and compose have in common, so that one
 * file means the same to all of them. Where they differ, the file is refused.
 *
 *	file       = { line }                           at most 1 MiB of UTF-8, a line at most 64 KiB
 *	line       = blank | "#" comment | [ "export " ] NAME "=" value
 *	NAME       = a letter or "_", then letters, digits and "_"
 *	value      = unquoted | "'" any text but "'" "'" | '"' text '"'
 *	unquoted   = text to the end of the line, without the blanks around it
 *
 *	- An unquoted value has no backslash, no "$" and no "#" after a blank.
 *	- Between double quotes, \" \\ \$ and \` stand for the second character. No other backslash,
 *	  no other "$" and no other "`" is allowed. Between single quotes, every character is itself.
 *	- Quoted values may contain line breaks. Only blanks may follow the closing quote.
 *	- Blanks may stand around "=". Lines end with LF or CRLF. A byte order mark is skipped.
 *	- If a name is set twice, the last line wins.
 *
 * The struct owns its texts. Errors begin with FILE:LINE and never contain a value, which may be a
 * secret.
 *
 *	struct env_file *file = NULL;
 *	if (env_file_read(".env", &file, &why) != ST_OK) ...
 *	const struct env_entry *entry = env_file_find(file, "API_PORT");
 *	env_file_free(&file);
 */
#ifndef COMMON_ENV_FILE_H
#define COMMON_ENV_FILE_H

#include "common/span.h"
#include "common/status.h"

enum { ENV_FILE_BYTES_MAX = 1 << 20, ENV_FILE_LINE_MAX = 64 << 10 };

struct env_entry {
	const char *name, *value;
	size_t line; /* 1…: where the name stands */
};

struct env_file {
	char *path;
	char *text; /* the texts of the entries point into it */
	size_t text_size;
	struct env_entry *entries;
	size_t count, cap;
	bool others_can_read; /* every user of the machine can read the file */
};

/* Reads the file at `path`, which may be a pipe. ST_NOT_FOUND if there is none; ST_BAD_SETTING with
 * the path (and the line) and the rule that is broken; ST_NO_MEMORY. */
enum status env_file_read(const char *path, struct env_file **out, struct fail *why) MUST_CHECK;

/* The same for bytes; `path` is for error texts. */
enum status env_file_parse(
	const char *path, struct span bytes, struct env_file **out, struct fail *why) MUST_CHECK;

/* The last entry of that name, or NULL. The file may be NULL. */
const struct env_entry *env_file_find(const struct env_file *file, const char *name);

/* Overwrites the texts, because they may be secrets. */
void env_file_free(struct env_file **file);

#endif
