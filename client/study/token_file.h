/*
 * token_file: the token that `study login` keeps for the next commands:
 * $XDG_CONFIG_HOME/study/token, else ~/.config/study/token.
 *
 * The file has the lines `token TOKEN` and `id NUMBER`. Only its owner may read it (0600, in a
 * directory of 0700), and a file that others can read is not used. It is replaced as a whole, so a
 * reader finds the former token or the new one.
 *
 *	switch (token_file_read(&file, &why)) {
 *	case ST_OK:        ... file.token, file.id
 *	case ST_NOT_FOUND: ... nobody is logged in
 *	default:           ... why.text
 *	}
 *	token_file_wipe(&file);
 */
#ifndef STUDY_TOKEN_FILE_H
#define STUDY_TOKEN_FILE_H

#include <limits.h>
#include <stdint.h>

#include "common/status.h"

enum { TOKEN_TEXT_SIZE = 4096 + 1 }; /* as studytracker.h allows */

struct token_file {
	char token[TOKEN_TEXT_SIZE];
	int64_t id; /* of the token, to revoke it; 0: not known */
};

/* The path, for people and for the functions below. ST_BAD_SETTING: neither XDG_CONFIG_HOME nor
 * HOME is set, or the path is too long. */
enum status token_file_path(char out[PATH_MAX], struct fail *why) MUST_CHECK;

/* ST_NOT_FOUND: there is no file. ST_BAD_SETTING: it can't be used; `why` says what to do. */
enum status token_file_read(struct token_file *out, struct fail *why) MUST_CHECK;

/* Makes the directory, too. ST_BAD_SETTING. */
enum status token_file_write(const struct token_file *file, struct fail *why) MUST_CHECK;

/* No file is no error. ST_BAD_SETTING. */
enum status token_file_remove(struct fail *why) MUST_CHECK;

void token_file_wipe(struct token_file *file);

#endif
