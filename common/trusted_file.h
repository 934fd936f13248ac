/*
 * trusted_file: reads small files that decide who is trusted: keys, secrets, lists of clients.
 *
 * The file must belong to root or to the user of the program, and nobody else may be able to write
 * to it. `mode_max` says whether others may read it.
 *
 *	struct buf text = { .limit = 4096 };
 *	st = trusted_file_read(path, TRUSTED_SECRET, &text, &why);
 */
#ifndef COMMON_TRUSTED_FILE_H
#define COMMON_TRUSTED_FILE_H

#include <sys/stat.h>

#include "common/buf.h"
#include "common/status.h"

enum { TRUSTED_SECRET = 0600, TRUSTED_PUBLIC = 0755 };

/* Returns why others can change or read the file, or NULL. Refuses permissions beyond mode_max. */
const char *trusted_file_reason(const struct stat *about, mode_t mode_max);

/* Appends the file. `into` must have a limit: a longer file is refused. The text of an error begins
 * with the path. ST_NOT_FOUND: there is no file. ST_SYSTEM: it cannot be opened. ST_BAD_SETTING: it
 * is not trusted, too long, or cannot be read. */
enum status trusted_file_read(
	const char *path, mode_t mode_max, struct buf *into, struct fail *why) MUST_CHECK;

#endif
